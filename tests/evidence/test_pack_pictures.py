"""A pack holds each order's picture; one that is not drawn from the order's records is found, even when signed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.evidence.packs import contents, five_orders, sealed
from tests.evidence.test_verify_signed_lies import Files, found, lie

from seawall.evidence.pictures.drawing import draw
from seawall.evidence.pictures.transcript import transcript_of
from seawall.evidence.records import OrderEvidence, OrderPicture, PackContents, PictureFile
from seawall.evidence.seal import layout
from seawall.evidence.seal.errors import PackRefused
from seawall.evidence.seal.verify import verify_pack


def pictured(order: OrderEvidence) -> OrderEvidence:
    """The order with its picture, where its records hold a chat."""
    transcript = transcript_of(order, zone=order.market.zone, is_simulated=True)
    if transcript is None:
        return order
    drawn = draw(transcript)
    pages = tuple(PictureFile(page.data, page.sha256) for page in drawn.pages)
    return replace(order, picture=OrderPicture(drawn.drawn_from, pages, drawn.missing))


def pictured_contents() -> PackContents:
    return contents([pictured(order) for order in five_orders()])


def test_a_pack_with_pictures_verifies_and_lists_each(tmp_path: Path) -> None:
    pack = sealed(tmp_path, pictured_contents())
    report = verify_pack(pack)
    assert report.ok, report.problems
    assert report.files == verify_pack(sealed(tmp_path, name="bare.zip")).files + 5  # four pictures and their list


def test_a_picture_of_other_records_is_not_sealed(tmp_path: Path) -> None:
    one, two, *rest = [pictured(order) for order in five_orders()]
    with pytest.raises(PackRefused) as refusal:
        sealed(tmp_path, contents([replace(one, picture=two.picture), two, *rest]))
    assert refusal.value.code == "pack_picture_differs"


def test_an_order_id_that_is_no_file_name_gets_a_safe_one(tmp_path: Path) -> None:
    names = []
    for order in five_orders()[:1]:
        hostile = "../../etc/x"
        records = tuple(replace(record, order_id=hostile) for record in order.records)
        pack = sealed(tmp_path, contents([pictured(replace(order, order_id=hostile, records=records))]))
        assert verify_pack(pack).ok
        names = [name for name in pack_names(pack) if name.startswith("chats/")]
    assert all(layout.is_safe_name(name) for name in names)
    assert len(names) == 2


def pack_names(pack: Path) -> list[str]:
    import zipfile

    with zipfile.ZipFile(pack) as file:
        return file.namelist()


ONE, TWO = "chats/88001122334450-1.png", "chats/88001122334451-1.png"


def test_two_pictures_swapped_and_signed_again_are_found(tmp_path: Path) -> None:
    def swap(files: Files) -> None:
        files[ONE], files[TWO] = files[TWO], files[ONE]
        hashes = {}
        rows = [json.loads(line) for line in files[layout.PICTURES].splitlines()]
        for row in rows[:2]:
            hashes[row["order_id"]] = row["pages"][0]["sha256"]
        first, second = rows[0]["pages"][0], rows[1]["pages"][0]
        first["sha256"], second["sha256"] = second["sha256"], first["sha256"]
        files[layout.PICTURES] = lines(rows)

    report = lie(sealed(tmp_path, pictured_contents()), swap)
    assert {(ONE, "verify_picture_of_other"), (TWO, "verify_picture_of_other")} <= found(report)


def test_a_picture_with_another_digest_an_unlisted_one_and_one_of_no_order_are_found(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        rows = [json.loads(line) for line in files[layout.PICTURES].splitlines()]
        rows[0]["drawn_from"] = "0" * 64
        rows[2]["order_id"] = "nobody"
        files[layout.PICTURES] = lines(rows)
        files["chats/extra-1.png"] = files[ONE]

    report = lie(sealed(tmp_path, pictured_contents()), change)
    assert {
        (layout.PICTURES, "verify_picture_differs"),
        (layout.PICTURES, "verify_picture_without_order"),
        ("chats/extra-1.png", "verify_picture_unlisted"),
    } <= found(report)


@pytest.mark.parametrize("line", [b"{}", b"[]", b'{"pages":1}', b"\xff"])
def test_rubbish_in_the_list_is_named(tmp_path: Path, line: bytes) -> None:
    report = lie(sealed(tmp_path, pictured_contents()), lambda files: files.update({layout.PICTURES: line + b"\n"}))
    assert (layout.PICTURES, "verify_line_unreadable") in found(report)


def lines(rows: list[dict[str, object]]) -> bytes:
    from seawall.evidence.seal.canonical import canonical

    return b"".join(canonical(row) + b"\n" for row in rows)  # type: ignore[arg-type]
