"""The front desk: users, organisations, memberships, invitations."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
