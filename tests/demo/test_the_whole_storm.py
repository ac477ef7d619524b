"""`make demo` in small: all three platforms in six markets, from export files to a sealed and verified pack."""

import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ORDERS = 54
"""Three a shop."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Home of the demo and the lines of its standard output. It runs on a built-in database of its own."""
    home = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"SEAWALL_HOME": str(home), "SEAWALL_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-m", "seawall.cli", "demo", "customs-return", "--orders", str(ORDERS), "--no-serve"],
        env=environment, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return home, done.stdout.strip().splitlines()


def pack_of(played: tuple[Path, list[str]]) -> zipfile.ZipFile:
    """The pack its last line names."""
    return zipfile.ZipFile(played[1][-1])


def rows(pack: zipfile.ZipFile, member: str) -> list[dict[str, Any]]:
    """JSON lines of a member."""
    name = next(each for each in pack.namelist() if each.endswith(member))
    return [json.loads(line) for line in pack.read(name).decode().splitlines()]


def test_the_last_line_is_a_pack_that_verifies_without_the_database(played: tuple[Path, list[str]]) -> None:
    path = played[1][-1]
    done = subprocess.run(
        [sys.executable, "-m", "seawall.cli", "--json", "evidence", "verify", path],
        capture_output=True, text=True, check=False,
        env={**os.environ, "DATABASE_URL": "postgresql://nowhere.invalid/none"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True


def test_every_order_of_three_platforms_and_six_markets_was_written_to_once(
    played: tuple[Path, list[str]],
) -> None:
    orders = rows(pack_of(played), "orders.jsonl")
    assert len(orders) == ORDERS
    assert Counter(row["platform"] for row in orders) == {"lazada": 18, "shopee": 18, "tiktok-shop": 18}
    assert {row["market"] for row in orders} == {"ID", "MY", "PH", "SG", "TH", "VN"}
    assert not [row["order_id"] for row in orders if row["outcome"] in ("no_connection", "waiting", "unknown")]

    log = played[0] / "demo" / "storm-1" / "accepted.jsonl"
    accepted = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    # The marketplaces' own record: each order is named in exactly one message, a buyer's several in the same one.
    assert {
        row["order_id"]: sum(row["order_id"] in message["text"] for message in accepted) for row in orders
    } == dict.fromkeys((row["order_id"] for row in orders), 1)
    together = [row for row in orders if "named_with" in row]
    assert {len(row["named_with"]) for row in together} <= {1, 2, 3}
    assert len(together) >= 10
    assert len(accepted) == len({row["text"] for row in accepted})
    assert len(accepted) < ORDERS


def test_what_a_person_pressed_is_marked_as_that_and_as_simulated(played: tuple[Path, list[str]]) -> None:
    pack = pack_of(played)
    by_platform: dict[str, set[str]] = {}
    for row in rows(pack, "orders.jsonl"):
        by_platform.setdefault(row["platform"], set()).add(row["sent_by"])
    assert by_platform["lazada"] == {"worker"}
    assert by_platform["tiktok-shop"] == {"worker"}
    assert by_platform["shopee"] <= {
        "seat: demo-seat-1 (simulated) [simulated]", "seat: demo-seat-2 (simulated) [simulated]",
    }  # fmt: skip
    timeline = next(each for each in pack.namelist() if "timeline" in each)
    text = pack.read(timeline).decode()
    assert "seat.take" in text
    assert "[simulated]" in text


def test_orders_that_had_not_left_are_cancelled_after_their_message(played: tuple[Path, list[str]]) -> None:
    orders = rows(pack_of(played), "orders.jsonl")
    listed = [row for row in orders if row["cancellation"]]
    assert listed
    assert all(row["status"] in ("to_ship", "ready") for row in listed)
    assert not [row for row in listed if row["cancellation"] in ("planned", "claimed", "accepted", "unknown")]
    done = [row for row in listed if row["cancellation"] == "cancelled"]
    assert done
    assert all("stock" in row["cancellation_reason"].lower() for row in done)
    assert all(row["grade"] != "none" for row in done)
