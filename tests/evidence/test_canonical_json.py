"""One value, one sequence of bytes; and a line of a fixed shape is the same bytes again."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.evidence.records import Grade
from seawall.evidence.seal.canonical import (
    canonical,
    instant,
    parse_canonical,
    parse_instant,
    without_lone_surrogates,
)
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.shape import COUNT, FLAG, INSTANT, TEXT, TIME, Shape, named

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=0xD7FF)), inner),
    max_leaves=12,
)
INSTANTS = st.datetimes(timezones=st.just(UTC))
ROW = Shape(text=TEXT, at=TIME, seen=INSTANT, n=COUNT, flag=FLAG, grade=named(Grade))
ROWS = Shape(rows=Shape(a=TEXT, b=COUNT).all_of(), z=TEXT)


def test_the_sample_of_rfc_8785_that_needs_no_fraction() -> None:
    # RFC 8785 3.2.3: keys in order, only what must be escaped is, and in the short form.
    value = {"string": '€$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
    assert canonical(value) == '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()


@given(st.dictionaries(st.text(st.characters(max_codepoint=0xD7FF)), VALUES))
def test_canonical_bytes_come_back_as_the_value_and_the_value_as_the_bytes(value: dict[str, Any]) -> None:
    data = canonical(value)
    assert parse_canonical(data) == value
    assert canonical(json.loads(data)) == data


@pytest.mark.parametrize(
    "data",
    [b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a": 1}', b'{"a":1.0}', b'{"a":1e3}', b'{"a":"\\u0041"}', b"[1]", b"",
     b'{"a":"\\ud800"}', b'{"a":NaN}', b'{"a":9007199254740993}', b"[" * 100_000, b'{"a":' * 100_000, b"\xff"],
    ids=lambda data: repr(data[:20]),
)  # fmt: skip
def test_other_forms_are_not_taken(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_canonical(data)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": 1.5}, "$.a"),
        ({"a": [1, {"b": 2**53}]}, "$.a[1].b"),
        ({"a": "x\ud800"}, "$.a"),
        ({"\U0001f600": 1}, "$"),
        ({"a": datetime(2026, 1, 1, tzinfo=UTC)}, "$.a"),
        ({"a": b"bytes"}, "$.a"),
    ],
)
def test_what_has_no_canonical_form_is_refused_and_the_place_is_named(value: Any, where: str) -> None:
    with pytest.raises(PackRefused) as refused:
        canonical(value)
    assert refused.value.code == "pack_not_canonical"
    assert refused.value.params["where"] == where


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-3))]),
                    min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)))  # fmt: skip  # noqa: DTZ001
def test_instants_are_utc_of_equal_length_and_come_back(at: datetime) -> None:
    written = instant(at)
    assert len(written) == 27
    assert parse_instant(written) == at


@pytest.mark.parametrize(
    "found",
    ["2026-11-17T12:00:00Z", "2026-11-17T12:00:00,000000Z", "20261117T120000.0000000Z",
     "2026-11-17T12:00:00.000000+00:00", "2026-13-17T12:00:00.000000Z", "٢٠26-11-17T12:00:00.000000Z", ""],
)  # fmt: skip
def test_other_spellings_of_an_instant_are_not_taken(found: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(found)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(PackRefused) as refused:
        instant(datetime(2026, 1, 1))  # noqa: DTZ001 - the very thing that is refused
    assert refused.value.code == "pack_time_without_zone"


def test_lone_surrogates_become_the_replacement_character_and_pairs_become_one_letter() -> None:
    assert without_lone_surrogates("ok 🙏 \ud83d\ude4f \ud800x") == "ok 🙏 🙏 \ufffdx"


FIELDS = st.fixed_dictionaries(
    {
        "text": TEXTS,
        "at": st.none() | INSTANTS,
        "seen": INSTANTS,
        "n": st.integers(0, 2**53 - 1),
        "flag": st.booleans(),
        "grade": st.sampled_from(Grade),
    }
)


@given(FIELDS)
def test_a_line_of_a_shape_is_the_canonical_line_and_comes_back(fields: dict[str, Any]) -> None:
    values = [fields[name] for name in ROW.names]
    line = ROW.line(values)
    at = instant(fields["at"]) if fields["at"] else None
    assert line == canonical(fields | {"at": at, "seen": instant(fields["seen"]), "grade": fields["grade"].value})
    assert ROW.read(line) == values


@given(st.lists(st.tuples(TEXTS, st.integers(0, 99))), TEXTS)
def test_a_list_inside_a_shape_comes_back(rows: list[tuple[str, int]], z: str) -> None:
    line = ROWS.line([rows, z])
    assert line == canonical({"rows": [{"a": a, "b": b} for a, b in rows], "z": z})
    assert ROWS.read(line) == [[list(row) for row in rows], z]


GOOD = ROW.line([None, True, Grade.READ, 7, datetime(2026, 1, 1, tzinfo=UTC), "x\ty"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\\t", b"\t"), (b"\\t", b"\\u0009"), (b"x", b"\\u0078"), (b"x", b"\\/"), (b":7", b":07"), (b":7", b":7.0"),
        (b":7", b":-7"), (b":7", b":9007199254740992"), (b":7", b": 7"), (b"true", b"True"), (b"true", b"1"),
        (b"read", b"Read"), (b"null", b'""'), (b"T00:", b"T24:"), (b"2026-01", b"2026-13"), (b"{", b' {'),
        (b'"n"', b'"m"'), (b"}", b',"u":1}'), (b"}", b"}\n"), (b"x", b"\xff"), (b"x", b"\xed\xa0\x80"),
    ],
)  # fmt: skip
def test_a_line_that_would_not_have_been_written_is_not_read(old: bytes, new: bytes) -> None:
    assert old in GOOD
    ROW.read(GOOD)
    with pytest.raises(ValueError, match=r"."):
        ROW.read(GOOD.replace(old, new, 1))


def test_a_hostile_line_is_refused_without_taking_for_ever() -> None:
    with pytest.raises(ValueError, match="form"):
        ROW.read(GOOD.replace(b"x", b"a" * 200_000 + b"\\n" * 200_000 + b"\x01"))
