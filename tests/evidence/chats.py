"""Chats of one order in each language that buyers write, with long words, stacked marks and emoji."""

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.evidence.packs import a_push, a_record, a_reply, an_order, at

from seawall.connectors.contracts import Speaker
from seawall.evidence.pictures.transcript import Transcript, transcript_of
from seawall.evidence.records import MessageRecord
from seawall.kernel.markets import Market

ORDER = "88001122334455"

GOLDEN = Path(__file__).parent / "golden"
SAID: dict[str, dict[str, str]] = tomllib.loads((GOLDEN / "said.toml").read_text(encoding="utf-8"))


def talk(text: str, answer: str) -> list[MessageRecord]:
    """Our message with the platform's push and the buyer's read mark, and the answer."""
    return [
        a_record(ORDER, "c1", text=text),
        a_push(ORDER, "c2", text=text),
        a_push(
            ORDER, "c3", speaker=Speaker.BUYER, message_id="", text="", platform_at=None, read_up_to=at(20), body="{}"
        ),
        a_reply(ORDER, "c4", text=answer),
    ]


def chat(*records: MessageRecord, market: Market = Market.TH, is_simulated: bool = False) -> Transcript:
    """The chat of one order with these records."""
    found = transcript_of(an_order(ORDER, *records, market=market), zone=market.zone, is_simulated=is_simulated)
    assert found is not None
    return found


def spoken(language: str) -> Transcript:
    """The chat in one language."""
    what = SAID[language]
    return chat(*talk(what["text"], what["answer"]), market=Market(what["market"]))


def said(text: str, *, zone: ZoneInfo | None = None) -> Transcript:
    """A chat in which the buyer says this."""
    records = (a_record(ORDER, "c1"), a_reply(ORDER, "c2", text=text, body="{}"))
    found = transcript_of(an_order(ORDER, *records), zone=zone or Market.TH.zone, is_simulated=False)
    assert found is not None
    return found
