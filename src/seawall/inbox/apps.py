"""Django's handle on this capability."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Conversations and messages as the platform holds them."""

    name = "seawall.inbox"
    label = "inbox"
