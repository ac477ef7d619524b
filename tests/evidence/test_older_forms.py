"""Packs that were sealed by earlier versions verify as they did."""

from pathlib import Path

import pytest
from tests.evidence.packs import KEY

from seawall.evidence.seal.verify import verify_pack

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["first-form-1.zip", "first-form-2.zip"])
def test_a_pack_from_before_there_were_signed_roots_verifies(name: str) -> None:
    report = verify_pack(DATA / name, expected_key=KEY.key_id)

    assert report.ok, report.problems
    assert (report.items, report.files) == (5, 20)
    assert report.key_chain == [KEY.key_id]
    assert report.time == {"at": report.sealed_at, "authority": "", "grade": "own_clock"}
