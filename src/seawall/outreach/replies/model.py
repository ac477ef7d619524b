"""Ask a language model about answers the phrases are not sure of, where an administrator has named one. Off by default.

Storing an answer never waits for it; what it says is a suggestion beside the rules' reading (inbox.readings), and a
wish to be left alone that it alone sees stops contact all the same and goes to a person.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from seawall.connectors.language_model import Endpoint, LanguageModel, ModelTrouble, Suggestion
from seawall.inbox.api import NEVER_DROPPED, SURE, Label, Message, Reading, Source, keep_model_reading, masked
from seawall.kernel.clock import Clock
from seawall.outreach.arrivals import one_at_a_time
from seawall.outreach.contact import stop_contact

log = structlog.get_logger()

AT_ONCE = 4
NEWER_THAN = timedelta(days=2)
"""An older answer is no longer asked about: people have read it (ours)."""
REST = timedelta(seconds=60)
"""How long an endpoint in trouble is left alone (ours)."""
_ASKING = 0x5EA_0004
"""Advisory lock of whoever asks, so that no answer is told twice."""


class Asker:
    """Asks about a few answers at a time, and rests when the endpoint is in trouble."""

    def __init__(self, endpoint: Endpoint, *, clock: Clock) -> None:
        self._endpoint, self._clock = endpoint, clock
        self._rests_until: datetime | None = None

    def ask(self) -> int:
        """Ask about some answers; how many were. Never raises for what the endpoint does."""
        now = self._clock.now()
        if self._rests_until is not None and now < self._rests_until:
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ASKING])
            if not cursor.fetchone()[0]:
                return 0
            try:
                return self._ask(now)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ASKING])

    def _ask(self, now: datetime) -> int:
        asked = Reading.objects.filter(message=OuterRef("pk"), source=Source.MODEL.value)
        doubtful = (
            Message.objects.filter(
                ~Exists(asked), speaker="buyer", intent_source=Source.RULES.value, intent_score__lt=SURE,
                received_at__gt=now - NEWER_THAN,
            )
            .exclude(intent__in=[label.value for label in NEVER_DROPPED])
            .exclude(text="")
        )  # fmt: skip
        messages = list(doubtful.order_by("-received_at")[:AT_ONCE])
        if not messages:
            return 0
        try:
            said = asyncio.run(_choose(self._endpoint, [masked(message.text) for message in messages]))
        except ModelTrouble as error:
            self._rests_until = now + REST
            log.warning("model not asked", action="model.trouble", why=str(error))
            return 0
        for message, suggestion in zip(messages, said, strict=True):
            keep_suggestion(message.pk, suggestion, clock=self._clock)
        return len(messages)


async def _choose(endpoint: Endpoint, texts: Sequence[str]) -> list[Suggestion | None]:
    labels = [label.value for label in Label]
    async with LanguageModel(endpoint) as model:
        return [await model.choose(text, labels) for text in texts]


def keep_suggestion(message_id: int, suggestion: Suggestion | None, *, clock: Clock) -> None:
    """Keep what the model chose; that it chose nothing is kept as well, so that it is not asked again."""
    label = Label(suggestion.label) if suggestion else Label.OTHER
    score = suggestion.score if suggestion else 0.0
    with transaction.atomic():
        one_at_a_time()
        message = Message.objects.select_for_update().get(pk=message_id)
        keep_model_reading(message, label, score, at=clock.now())
        if label is Label.OPT_OUT and score >= 0.5 and message.intent_source != Source.PERSON:
            stop_contact(message, source=Source.MODEL, needs_look=True, by=None, clock=clock)
