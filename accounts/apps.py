"""The front desk: users, organisations, memberships, invitations."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from django.contrib.auth.signals import user_logged_in

        from accounts import proof, sessions
        from accounts.posts import posts_of
        from accounts.roles import PREFIXES, Role
        from accounts.views.proof import ask_again
        from workflow.proving import use_proof
        from workflow.registry import use_role_labels
        from workflow.turns import use_posts

        user_logged_in.connect(sessions.begin, dispatch_uid="accounts.sessions.begin")
        user_logged_in.connect(proof.begin, dispatch_uid="accounts.proof.begin")
        use_role_labels({role.value: role.label for role in Role}, PREFIXES)
        use_posts(posts_of)
        use_proof(ask_again)
