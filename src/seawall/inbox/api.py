"""What other capabilities may use of the inbox."""

from seawall.inbox.intents import Intent, Label, classify
from seawall.inbox.models import Conversation, Message
from seawall.inbox.store import Stored, store_message, store_session

__all__ = ["Conversation", "Intent", "Label", "Message", "Stored", "classify", "store_message", "store_session"]
