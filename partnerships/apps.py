"""Where needs and programmes meet."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"
