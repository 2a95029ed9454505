"""Signing in with a demo account works in a demo only, whatever a database still holds from such days."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from portal.demo.accounts import ACCOUNTS
from portal.demo.national_data import ADDRESSES as OFFICE_ADDRESSES

ADDRESSES = frozenset(
    [account.email for account in ACCOUNTS] + [f"{address}@example.test" for address, _code, _role in OFFICE_ADDRESSES]
)


class DemoAwareBackend(ModelBackend):
    """Django's own backend; the demo's addresses, whose password is public, are refused elsewhere."""

    def user_can_authenticate(self, user):
        """Asked at sign-in and again with every request of a session."""
        if user.email in ADDRESSES and not settings.DEMO:
            return False
        return super().user_can_authenticate(user)
