"""What the stories of disasters share: the ledger seen from outside, and the account at the end."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from tests.kit.rollout import Storm

from seawall.outreach.api import DELIVERED, Recipient


def database_url() -> str:
    """The test's database, for processes of their own."""
    params = connection.get_connection_params()
    return f"postgresql://{params['user']}@/{params['dbname']}?host={params['host']}&port={params['port']}"


def wait(is_so: Callable[[], bool], storm: Storm, *, within: float = 240) -> None:
    """Until it is so; fails with the ledger's counts."""
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, storm.counts()
        time.sleep(0.02)


def count(storm: Storm, *states: str) -> int:
    """Ledger rows in any of these states."""
    return Recipient.objects.filter(incident=storm.incident, state__in=states).count()


@dataclass(frozen=True)
class LedgerRow:
    """What the account needs of a ledger row."""

    state: str
    message_id: str
    text: str


def ledger(storm: Storm) -> list[LedgerRow]:
    """All rows of a storm."""
    rows = Recipient.objects.filter(incident=storm.incident)
    return [LedgerRow(*values) for values in rows.values_list("state", "platform_message_id", "text")]


def assert_nobody_twice_nobody_forgotten(rows: Sequence[LedgerRow], messages: Sequence[dict[str, Any]]) -> None:
    """Every order has one settled outcome, and the platform's own log holds exactly the messages the ledger claims:
    each once, under the id the ledger names, in the ledger's words."""
    by_id = {m["message_id"]: m["text"] for m in messages}
    assert len(by_id) == len(messages)
    twice = {text: n for text, n in Counter(m["text"] for m in messages).items() if n > 1}
    assert not twice, "written to twice"
    assert {row.state for row in rows} <= {s.value for s in DELIVERED} | {"needs_person"}
    delivered = [row for row in rows if row.state != "needs_person"]
    for row in delivered:
        assert by_id.get(row.message_id) == row.text, row.state
    # A row with a person may or may not stand at the platform: the person looks. All others are accounted for.
    with_person = {row.text for row in rows if row.state == "needs_person"}
    assert set(by_id.values()) - with_person == {row.text for row in delivered} - with_person
