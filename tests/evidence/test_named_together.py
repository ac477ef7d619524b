"""Orders told by one message name each other in the pack, and a pack in which they do not is not believed."""

import json
import zipfile
from pathlib import Path

import pytest
from tests.evidence.packs import a_push, a_record, an_order, contents, five_orders, sealed
from tests.evidence.test_verify_signed_lies import found, lie, swap

from seawall.evidence.records import OrderEvidence
from seawall.evidence.seal import layout
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.lines import parse_order
from seawall.evidence.seal.verify import verify_pack

ONE, TWO, ALONE = "88001122334460", "88001122334461", "88001122334462"


def told(order_id: str, *others: str, message: str = "m-both") -> OrderEvidence:
    """An order whose message names others as well."""
    same = {"message_id": message, "session_id": "s-both", "text": f"{ONE} และ {TWO}"}
    return an_order(
        order_id, a_record(order_id, f"{order_id}a", **same), a_push(order_id, f"{order_id}b", **same),
        named_with=others,
    )  # fmt: skip


def test_each_order_has_its_own_records_and_names_the_other(tmp_path: Path) -> None:
    path = sealed(tmp_path, contents([told(ONE, TWO), told(TWO, ONE), *five_orders()]))

    assert verify_pack(path).ok
    with zipfile.ZipFile(path) as pack:
        lines = [json.loads(line) for line in pack.read(layout.ORDERS).splitlines()]
    assert [line.get("named_with") for line in lines[:3]] == [[TWO], [ONE], None]
    assert lines[0]["message_id"] == lines[1]["message_id"] == "m-both"


@pytest.mark.parametrize(
    "orders",
    [
        [told(ONE, TWO), told(TWO)],
        [told(ONE, TWO)],
        [told(ONE, TWO), told(TWO, ONE, message="m-other")],
        [told(ONE, ONE, TWO), told(TWO, ONE)],
        [told(ONE, TWO, ALONE), told(TWO, ONE), told(ALONE, ONE)],
    ],
)
def test_what_is_said_by_one_side_only_is_not_sealed(tmp_path: Path, orders: list[OrderEvidence]) -> None:
    with pytest.raises(PackRefused) as caught:
        sealed(tmp_path, contents(orders))
    assert caught.value.code == "pack_named_with_differs"


def test_a_signed_pack_that_ties_an_order_to_a_strangers_message_is_named(tmp_path: Path) -> None:
    path = sealed(tmp_path, contents([told(ONE, TWO), told(TWO, ONE), *five_orders()]))
    lied = lie(path, swap(layout.ORDERS, f'["{TWO}"]'.encode(), b'["88001122334450"]'))
    assert (layout.ORDERS, "verify_named_with_differs") in found(lied)


def test_a_line_that_names_nobody_else_does_not_say_so(tmp_path: Path) -> None:
    path = sealed(tmp_path, contents([told(ONE, TWO), told(TWO, ONE)]))
    with zipfile.ZipFile(path) as pack:
        line = pack.read(layout.ORDERS).splitlines()[0]
    assert parse_order(line).order.named_with == (TWO,)
    with pytest.raises(ValueError, match="no such field"):
        parse_order(line.replace(f'["{TWO}"]'.encode(), b"[]"))
