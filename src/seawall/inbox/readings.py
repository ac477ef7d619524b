"""What stored messages of buyers want: kept reading by reading, and which one holds."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from seawall.inbox.intents import Intent, Label, classify
from seawall.inbox.models import Message, Reading
from seawall.inbox.waiting import SURE, refresh_asked
from seawall.kernel.languages import Language


class Source(StrEnum):
    """Who read a message."""

    RULES = "rules"
    MODEL = "model"
    PERSON = "person"


NEVER_DROPPED = frozenset({Label.OPT_OUT, Label.WANTS_REFUND_NOW})
"""What the rules found of these, no model takes away: overlooked, they harm the buyer and the shop."""


def read_by_rules(message: Message, language: Language | None, *, at: datetime) -> Intent:
    """Read a buyer's new message by phrases, keep that, and let it hold. Offline and quick; never raises for a text."""
    found = classify(message.text, language)
    tongue = language.value if language else ""
    Reading.objects.create(
        team_id=message.team_id, message=message, label=found.label.value, score=found.score, language=tongue,
        source=Source.RULES.value, at=at,
    )  # fmt: skip
    _let_hold(message, found.label.value, found.score, Source.RULES, tongue)
    return found


def keep_model_reading(message: Message, label: Label, score: float, *, at: datetime) -> bool:
    """Keep what the model suggests; whether it holds now. Twice keeps the first."""
    _, is_new = Reading.objects.get_or_create(
        message=message,
        source=Source.MODEL.value,
        defaults={"team_id": message.team_id, "label": label.value, "score": score, "at": at},
    )
    if not is_new:
        return False
    return settle(message) is Source.MODEL


def keep_persons_reading(message: Message, label: Label, *, by_user_id: int, why: str, at: datetime) -> None:
    """Keep a person's word; it holds from now on."""
    Reading.objects.create(
        team_id=message.team_id, message=message, label=label.value, source=Source.PERSON.value, by_id=by_user_id,
        why=why, language=message.intent_language, at=at,
    )  # fmt: skip
    settle(message)


def settle(message: Message) -> Source | None:
    """Let the reading hold that weighs most (see `holding`); gives whose it is."""
    found = holding(Reading.objects.filter(message=message).order_by("pk"))
    if found is None:
        return None
    source = Source(found.source)
    _let_hold(message, found.label, found.score, source, found.language or message.intent_language)
    return source


def holding(readings: Iterable[Reading]) -> Reading | None:
    """Which of a message's readings holds: the newest of a person; else the model's where the rules are in doubt,
    found nothing that may not be dropped, and are less sure than the model; else the rules'."""
    by_source = {Source(each.source): each for each in readings}
    person, rules, model = (by_source.get(source) for source in (Source.PERSON, Source.RULES, Source.MODEL))
    if person is not None:
        return person
    if rules is None or model is None:
        return rules or model
    is_kept = Label(rules.label) in NEVER_DROPPED or (rules.score or 0) >= SURE
    return rules if is_kept or (model.score or 0) < (rules.score or 0) else model


def _let_hold(message: Message, label: str, score: float | None, source: Source, language: str) -> None:
    message.intent, message.intent_score = label, score
    message.intent_source, message.intent_language = source.value, language
    message.save(update_fields=["intent", "intent_score", "intent_source", "intent_language"])
    refresh_asked(message)
