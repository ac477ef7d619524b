"""What other capabilities may use of the inbox."""

from seawall.inbox.intents import PRIORITY, Intent, Label, classify
from seawall.inbox.models import ContactStop, Conversation, Message, Reading, ReplyList
from seawall.inbox.readings import HARM, SURE, Source, keep_model_reading, keep_persons_reading
from seawall.inbox.store import Stored, store_message, store_session

__all__ = [
    "HARM", "PRIORITY", "SURE", "ContactStop", "Conversation", "Intent", "Label", "Message", "Reading", "ReplyList",
    "Source", "Stored", "classify", "keep_model_reading", "keep_persons_reading", "store_message", "store_session",
]  # fmt: skip
