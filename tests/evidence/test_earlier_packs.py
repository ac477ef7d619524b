"""A pack that a platform holds already verifies for ever: these were sealed by earlier releases, byte for byte."""

import json
import zipfile
from pathlib import Path

import pytest
from tests.evidence.packs import contents, sealed
from tests.evidence.test_named_together import ONE, TWO, told
from tests.evidence.test_verify_signed_lies import found, lie, swap

from seawall.evidence.seal import layout
from seawall.evidence.seal.lines import Age, parse_order
from seawall.evidence.seal.verify import verify_pack

EARLIER = sorted((Path(__file__).parent / "earlier").glob("*.zip"))


@pytest.mark.parametrize("path", EARLIER, ids=lambda path: path.stem)
def test_a_pack_of_an_earlier_release_still_verifies(path: Path) -> None:
    report = verify_pack(path)
    assert report.ok, report.problems
    assert sum(report.counts["outcomes"].values()) > 4


def test_there_is_a_pack_of_every_age_but_the_present() -> None:
    assert [{parse_order(line).age for line in orders_of(path)} for path in EARLIER] == [{Age.FIRST}, {Age.SENDER}]
    together = [line for line in orders_of(EARLIER[1]) if b'"named_with"' in line]
    assert [parse_order(line).order.named_with for line in together] == [(TWO,), (ONE,)]


@pytest.mark.parametrize("path", EARLIER, ids=lambda path: path.stem)
def test_an_earlier_pack_that_was_changed_is_still_caught(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    lied = lie(copy, swap(layout.ORDERS_CSV, b'"blocked"', b'"answered"'))
    assert (layout.ORDERS_CSV, "verify_csv_differs") in found(lied)


def test_what_became_of_an_order_cannot_be_dropped_from_its_line(tmp_path: Path) -> None:
    path = sealed(tmp_path, contents([told(ONE, TWO), told(TWO, ONE)]))
    gone = b'"cancellation":"","cancellation_reason":"",'
    assert all(line.startswith(b"{" + gone) for line in orders_of(path))
    first = orders_of(path)[0]
    lied = lie(path, swap(layout.ORDERS, first, first.replace(gone, b"")))
    assert (layout.ORDERS, "verify_line_of_another_form") in found(lied)


def test_a_form_that_never_was_is_not_read(tmp_path: Path) -> None:
    path = sealed(tmp_path, contents([told(ONE, TWO), told(TWO, ONE)]))
    fields = json.loads(orders_of(path)[0])
    for name in ("cancellation", "cancellation_reason", "sent_by"):
        del fields[name]
    line = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(ValueError, match="ever written"):
        parse_order(line)


def orders_of(path: Path) -> list[bytes]:
    """The lines of the pack's orders."""
    with zipfile.ZipFile(path) as pack:
        return pack.read(layout.ORDERS).splitlines()
