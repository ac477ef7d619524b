"""The values of the classifier: the labels, their order, and an answer."""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """What a reply wants. The value stands in JSON, on screens and in reports."""

    AGREE_CANCEL = "agree_cancel"
    WANTS_TO_WAIT = "wants_to_wait"
    WANTS_REFUND_NOW = "wants_refund_now"
    ASKS_COMPENSATION = "asks_compensation"
    ASKS_STATUS = "asks_status"
    ANGRY_COMPLAINT = "angry_complaint"
    THREATENS_BAD_REVIEW = "threatens_bad_review"
    ALREADY_RECEIVED = "already_received"
    NOT_RECEIVED = "not_received"
    GIVES_NEW_ADDRESS = "gives_new_address"
    GIVES_NEW_PHONE = "gives_new_phone"
    REFUSE_PARCEL = "refuse_parcel"
    OPT_OUT = "opt_out"
    THANKS = "thanks"
    OTHER = "other"


PRIORITY: tuple[Label, ...] = (
    Label.OPT_OUT,
    Label.THREATENS_BAD_REVIEW,
    Label.ANGRY_COMPLAINT,
    Label.REFUSE_PARCEL,
    Label.GIVES_NEW_ADDRESS,
    Label.GIVES_NEW_PHONE,
    Label.ASKS_COMPENSATION,
    Label.WANTS_TO_WAIT,
    Label.AGREE_CANCEL,
    Label.WANTS_REFUND_NOW,
    Label.ALREADY_RECEIVED,
    Label.ASKS_STATUS,
    Label.NOT_RECEIVED,
    Label.THANKS,
    Label.OTHER,
)
"""Of wishes said equally plainly, the first here is the answer: what harms most when it is overlooked comes first."""


@dataclass(frozen=True)
class Intent:
    """What one reply wants.

    `score` lies between 0 and 1 and orders answers by how far they may be trusted: roughly the share judged rightly
    among replies in a style the phrases were not made from (docs/explain/reply-intents.md); no measured probability.
    `why` are the words of the reply (folded, short forms written out) the answer rests on; empty when nothing was
    recognised.
    """

    label: Label
    score: float
    why: tuple[str, ...] = ()
