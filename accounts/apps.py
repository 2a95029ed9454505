"""The front desk: users, organisations, memberships, invitations."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts.roles import PREFIXES, Role
        from workflow.registry import use_role_labels

        use_role_labels({role.value: role.label for role in Role}, PREFIXES)
