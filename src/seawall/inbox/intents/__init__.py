"""What a buyer's reply wants, by phrases kept as data. Pure and offline."""

from seawall.inbox.intents.batch import intents_jsonl
from seawall.inbox.intents.engine import classify
from seawall.inbox.intents.model import PRIORITY, Intent, Label

__all__ = ["PRIORITY", "Intent", "Label", "classify", "intents_jsonl"]
