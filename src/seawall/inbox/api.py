"""What other capabilities may use of the inbox."""

from seawall.inbox.commands.hold import HELD_FOR, TakeNext, assign, hand_back, is_silent, note, take, take_next
from seawall.inbox.intents import PRIORITY, Intent, Label, classify
from seawall.inbox.masking import masked
from seawall.inbox.models import ContactStop, Conversation, Message, Note, Reading, ReplyList
from seawall.inbox.readings import NEVER_DROPPED, Source, keep_model_reading, keep_persons_reading
from seawall.inbox.store import Stored, store_message, store_session
from seawall.inbox.waiting import HARM, SURE

__all__ = [
    "HARM", "HELD_FOR", "NEVER_DROPPED", "PRIORITY", "SURE", "ContactStop", "Conversation", "Intent", "Label",
    "Message", "Note", "Reading", "ReplyList", "Source", "Stored", "TakeNext", "assign", "classify", "hand_back",
    "is_silent", "keep_model_reading", "keep_persons_reading", "masked", "note", "store_message", "store_session",
    "take", "take_next",
]  # fmt: skip
