"""The one path of a platform's news, pushed or read: its own record raises ledger rows; buyers' answers are kept, tied
to their orders, and read for what they want.

News comes late, twice and out of order, by push and by reading; every step here may be repeated, a later one never
undoes an earlier, and whatever the order, the inbox and the ledger end the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from seawall.connectors.contracts import ChatMessage, SessionState, Speaker
from seawall.evidence.api import CaptureSource, NewCapture, keep
from seawall.inbox.api import SURE as SURE_SCORE
from seawall.inbox.api import Label, Message, Source, store_message, store_session
from seawall.kernel.clock import Clock
from seawall.kernel.digest import sha256_text
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market
from seawall.outreach.contact import stop_contact
from seawall.outreach.groups import keep_for_all
from seawall.outreach.ledger import move_rows
from seawall.outreach.lost import notice_lost
from seawall.outreach.models import Recipient
from seawall.outreach.proof import LAST_FIRST, apply_record, contacted, follow_records, same_words
from seawall.shops.api import SendMode

_HANDLER = 0x5EA_0002
"""Advisory lock of whoever takes in news."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """How a piece of news came, and the shop it is for."""

    team_id: int
    shop_id: int
    market: str
    source: CaptureSource
    path: str
    body: str
    """What the platform said, as received."""
    received_at: datetime
    said_at: datetime | None = None
    """When the platform said it, where it tells."""

    @property
    def language(self) -> Language:
        """What buyers of this market write in, as long as their words say nothing else."""
        return Market(self.market).facts.languages[0]


def one_at_a_time() -> None:
    """Take in alone until the transaction ends, whatever number of workers there is: what one piece of news proves and
    what another adds to it must not pass each other unseen. The end need not wait for the disk: after a crash the push
    is still to be handled, the conversation still to be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s), set_config('synchronous_commit', 'off', true)", [_HANDLER])


def take_message(arrival: Arrival, message: ChatMessage, clock: Clock) -> None:
    """Keep one message of a conversation and act on it. Call under `one_at_a_time`."""
    (_own_message if message.speaker is Speaker.SELLER else _buyer_message)(arrival, message, clock)


def is_news(message: ChatMessage, *, shop_id: int) -> bool:
    """Whether a message that was read says anything that is not kept: an unknown one, or one recalled or filtered
    since, or ours whose record proves a row that nothing proved before."""
    known = Message.objects.filter(
        conversation__shop_id=shop_id, conversation__session_id=message.session_id, message_id=message.message_id
    ).first()
    if known is None:
        return True
    if (message.is_recalled and not known.is_recalled) or (message.blocked_note and not known.blocked_note):
        return True
    return (
        message.speaker is Speaker.SELLER
        and Recipient.objects.filter(
            order__shop_id=shop_id, session_id=message.session_id, platform_message_id=message.message_id,
            state="acknowledged",
        ).exists()
    )  # fmt: skip


def _own_message(arrival: Arrival, message: ChatMessage, clock: Clock) -> None:
    """The seller's own message in the platform's record: the proof that it was really sent, or really filtered."""
    rows = _sendings_of(arrival, message) or _parted(arrival, message) or _told(arrival, message)
    store_message(
        message, team_id=arrival.team_id, shop_id=arrival.shop_id,
        recipient_id=rows[0].pk if rows else None, received_at=arrival.received_at,
    )  # fmt: skip
    if not rows:
        keep([_capture(arrival, message, None)])
    keep(_capture(arrival, message, each) for each in _told_beside(arrival, message, rows))
    for row in rows:
        # There is a push for every message: those of single orders are spared a look for others.
        (keep_for_all if row.has_riders else keep)([_capture(arrival, message, row)])
        if not row.platform_message_id:
            # The record overtook the answer of the send call, or came where none ever did: the platform's word settles
            # it.
            Recipient.objects.filter(pk=row.pk, platform_message_id="").update(
                platform_message_id=message.message_id, session_id=message.session_id, sent_at=message.sent_at
            )
            move_rows(Recipient.objects.filter(pk=row.pk), "acknowledged", clock=clock)
        apply_record(message, recipient_id=row.pk, clock=clock)


def _buyer_message(arrival: Arrival, message: ChatMessage, clock: Clock) -> None:
    """An answer: kept, tied to the orders it can be an answer to, and every such row is answered. A wish to be left
    alone ends contact in this very transaction."""
    rows = list(
        contacted(arrival.shop_id, message.session_id)
        .filter(team_id=arrival.team_id, sent_at__lte=message.sent_at)
        .order_by(*LAST_FIRST)
    )
    named = [row for row in rows if row.order.platform_order_id in message.text]
    stored = store_message(
        message, team_id=arrival.team_id, shop_id=arrival.shop_id,
        recipient_id=(named or rows)[0].pk if rows else None, received_at=arrival.received_at,
        language=arrival.language,
    )  # fmt: skip
    if message.speaker is not Speaker.BUYER:
        return
    tied: Sequence[Recipient | None] = rows or [None]
    keep(_capture(arrival, message, each) for each in tied)
    for row in rows:
        follow_records(row, clock=clock)
    if stored.is_new and stored.message.intent == Label.OPT_OUT and not message.is_auto_reply:
        unsure = (stored.message.intent_score or 0) < SURE_SCORE
        stop_contact(stored.message, source=Source.RULES, needs_look=unsure, by=None, clock=clock)


def take_session(arrival: Arrival, state: SessionState, clock: Clock) -> None:
    """Keep a conversation's read positions, and let what the buyer has read be read. Call under `one_at_a_time`."""
    conversation = store_session(state, said_at=arrival.said_at, team_id=arrival.team_id, shop_id=arrival.shop_id)
    notice_lost(conversation, state, clock=clock)
    read_up_to = state.buyer_read_up_to
    if read_up_to is None:
        return
    now_read = list(
        contacted(arrival.shop_id, state.session_id).filter(
            team_id=arrival.team_id, state__in=["acknowledged", "confirmed"], sent_at__lte=read_up_to
        )
    )
    # One record at least, so that an order whose proof comes later finds it.
    tied: Sequence[Recipient | None] = now_read or [None]
    keep(
        NewCapture(
            team_id=arrival.team_id, shop_id=arrival.shop_id,
            incident_id=row.incident_id if row else None, order_id=row.order_id if row else None,
            recipient_id=row.pk if row else None, source=arrival.source,
            path=arrival.path, body=arrival.body,
            our_time=arrival.received_at, session_id=state.session_id,
            speaker="buyer", is_read=True, platform_time=read_up_to,
        )
        for row in tied
    )  # fmt: skip
    for row in now_read:
        follow_records(row, clock=clock)


def _sendings_of(arrival: Arrival, message: ChatMessage) -> list[Recipient]:
    """The ledger row a message of ours is the sending of: by platform id, else by its words (they name the order) where
    an attempt has no answer yet. More than one only where a group had parted, see `_parted`. Each look goes by an
    index: there is a push for every message."""
    mine = _messages_of(arrival)
    with_words = mine.filter(text_sha256=sha256_text(message.text))
    return (
        list(with_words.filter(platform_message_id=message.message_id))
        or list(mine.filter(session_id=message.session_id, platform_message_id=message.message_id))
        or list(with_words.filter(_TRIED, platform_message_id="")[:1])
    )


_TRIED = (
    Q(state__in=["claimed", "unknown", "needs_person", "sent_by_hand"])
    | Q(state="waiting", attempts__gt=0)
    | Q(state="waiting", copied_at__isnull=False)
    | Q(state="waiting", lane__mode=SendMode.MANUAL.value)
)
"""An attempt has no answer yet, or was looked for in vain; or a person sends it in Seller Center, where the platform
may show it before the person says so."""


def _messages_of(arrival: Arrival) -> QuerySet[Recipient]:
    """The shop's messages: rows that ride with another's have none of their own."""
    return Recipient.objects.filter(
        team_id=arrival.team_id, order__shop_id=arrival.shop_id, rides_with__isnull=True
    ).order_by("pk")


def _parted(arrival: Arrival, message: ChatMessage) -> list[Recipient]:
    """The rows of a group that was looked for in vain and parted since, whose one message is there after all: what has
    not been sent alone in between must not go again, and has the words that the platform shows."""
    words = sha256_text(message.text)
    rows = list(
        _messages_of(arrival)
        .filter(_TRIED, merged_sha256=words, platform_message_id="")
        .select_for_update(of=("self",))
    )
    Recipient.objects.filter(pk__in=[row.pk for row in rows]).update(text=message.text, text_sha256=words)
    return rows


def _told(arrival: Arrival, message: ChatMessage) -> list[Recipient]:
    """A person named this very message: it settles their row if it says the approved words."""
    named = _messages_of(arrival).filter(_TRIED, told_message_id=message.message_id, platform_message_id="")
    return [row for row in named[:1] if same_words(row.text, message.text)]


def _told_beside(arrival: Arrival, message: ChatMessage, rows: Sequence[Recipient]) -> QuerySet[Recipient]:
    """Orders that the words of a parted group named as well, but whose rows go another way (left out, or sent alone in
    between): their buyer was told all the same, and the record of it is kept with them."""
    parted = [row.merged_sha256 for row in rows if row.merged_sha256 and not row.has_riders]
    mates = _messages_of(arrival).filter(merged_sha256__in=parted, has_riders=False)
    return mates.exclude(pk__in=[row.pk for row in rows])


def _capture(arrival: Arrival, message: ChatMessage, row: Recipient | None) -> NewCapture:
    return NewCapture(
        team_id=arrival.team_id, shop_id=arrival.shop_id,
        incident_id=row.incident_id if row else None, order_id=row.order_id if row else None,
        recipient_id=row.pk if row else None, source=arrival.source,
        path=arrival.path, body=arrival.body,
        our_time=arrival.received_at, session_id=message.session_id, message_id=message.message_id,
        speaker=message.speaker.value, text=message.text, blocked_note=message.blocked_note,
        is_auto_reply=message.is_auto_reply, is_recalled=message.is_recalled, platform_time=message.sent_at,
    )  # fmt: skip
