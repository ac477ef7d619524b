"""What other capabilities may use of the inbox."""

from seawall.inbox.intents import PRIORITY, Intent, Label, classify
from seawall.inbox.masking import masked
from seawall.inbox.models import ContactStop, Conversation, Message, Reading, ReplyList
from seawall.inbox.readings import HARM, NEVER_DROPPED, SURE, Source, keep_model_reading, keep_persons_reading
from seawall.inbox.store import Stored, store_message, store_session

__all__ = [
    "HARM", "NEVER_DROPPED", "PRIORITY", "SURE", "ContactStop", "Conversation", "Intent", "Label", "Message", "Reading",
    "ReplyList", "Source", "Stored", "classify", "keep_model_reading", "keep_persons_reading", "masked",
    "store_message", "store_session",
]  # fmt: skip
