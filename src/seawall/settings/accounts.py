"""Sign-in: nobody signs up by himself, and second-factor secrets are encrypted."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.http import HttpRequest

from seawall.settings.env import get_settings


class DeskAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Members are invited by an administrator of their team; the sign-up page is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class DeskMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """TOTP secrets and recovery-code seeds are kept encrypted with the same keys as shop credentials."""

    def _box(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in get_settings().encryption_keys()])

    def encrypt(self, text: str) -> str:
        """As it stands in the table."""
        return self._box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it was given. Raises InvalidToken when no key fits."""
        return self._box().decrypt(encrypted_text.encode()).decode()
