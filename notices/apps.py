"""The post room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self):
        from notices import receivers  # noqa: F401 - connects itself to the signals
