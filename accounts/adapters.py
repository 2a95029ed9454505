"""What allauth asks of the portal: secrets are sealed at rest, and nobody signs up, by whatever way."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

from workflow.sealing import Box

BOX = Box(b"accounts")
"""Seeds of authenticator apps and of recovery codes."""


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets leave the process sealed."""

    def encrypt(self, text: str) -> str:
        """How allauth stores a secret."""
        return BOX.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `workflow.sealing.Unreadable` when its key is gone."""
        return BOX.unseal(encrypted_text)

    def _get_site_name(self) -> str:
        return "Sinergi"


class NoSignUp(DefaultAccountAdapter):
    """Accounts are made by invitation and in no other way."""

    def is_open_for_signup(self, request) -> bool:
        """Never."""
        return False


class NoSocialSignUp(DefaultSocialAccountAdapter):
    """A provider of single sign-on recognises people; it makes no accounts."""

    def is_open_for_signup(self, request, sociallogin) -> bool:
        """Never."""
        return False

    def get_requests_session(self):
        """How the provider is asked: at the address that was set, or that it named itself, and at no other."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session
