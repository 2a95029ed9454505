"""The front desk: users, organisations, memberships, invitations."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from django.contrib.auth.signals import user_logged_in

        from accounts import sessions
        from accounts.posts import posts_of
        from accounts.roles import PREFIXES, Role
        from workflow.registry import use_role_labels
        from workflow.turns import use_posts

        user_logged_in.connect(sessions.begin, dispatch_uid="accounts.sessions.begin")
        use_role_labels({role.value: role.label for role in Role}, PREFIXES)
        use_posts(posts_of)
