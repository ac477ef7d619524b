"""A pack is cut to what a platform takes: by shop, in two halves, in files that fit; UPLOAD.txt tells limits apart."""

import csv
import io
import re
import tomllib
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from tests.evidence.packs import a_push, a_record, an_order, contents, five_orders, sealed
from tests.evidence.test_pack_pictures import pictured, pictured_contents

from seawall.evidence.receivers import sheet
from seawall.evidence.receivers.kit import Kit, write_kit
from seawall.evidence.receivers.profiles import Certainty, Profile, Purpose, Talk, profile
from seawall.evidence.receivers.volumes import Volume
from seawall.evidence.records import AttachedFile, OrderEvidence
from seawall.evidence.seal import layout
from seawall.evidence.seal.extract import extract_order
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.markets import Market, Platform
from seawall.rulebook.api import rulebook

APPEAL = profile(Platform.LAZADA, Purpose.APPEAL)


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def an_order_of(shop: str, order_id: str, **changes: object) -> OrderEvidence:
    about: dict[str, object] = {"shop": shop, **changes}
    records = (a_record(order_id, f"a{order_id}", **about), a_push(order_id, f"b{order_id}", **about))
    return an_order(order_id, *records, **about)


def test_a_kit_holds_papers_orders_wording_and_talk_in_the_order_of_uploading(tmp_path: Path) -> None:
    kit = write_kit(sealed(tmp_path, pictured_contents()), tmp_path / "kit", APPEAL)
    shop = "01-TH-1000000042"
    assert kit.shops[0].files == [
        f"{shop}/1-papers/001-notice.pdf", f"{shop}/2-orders/orders.csv", f"{shop}/3-wording/01-th.txt",
        f"{shop}/3-wording/01-zh-Hans.txt", f"{shop}/4-talk/talk-001.pdf",
    ]  # fmt: skip
    assert (kit.shops[0].orders, kit.shops[0].pictured) == (5, 4)
    assert names(tmp_path / "kit") == {*kit.shops[0].files, "UPLOAD.txt", "contents.csv"}
    assert kit.left_out == []
    said = (tmp_path / "kit/UPLOAD.txt").read_text(encoding="utf-8")
    for words in (
        "Growth Center",
        "演练材料，请勿提交给平台。",
        "do not upload it to a platform",
        "check with the platform",
    ):
        assert words in said


def test_each_shop_of_the_platform_has_its_own_folder_and_only_its_own_orders(tmp_path: Path) -> None:
    shopee = {"platform": Platform.SHOPEE, "market": Market.MY}
    orders = [an_order_of("1", "11"), an_order_of("2", "21"), an_order_of("2", "22"), an_order_of("9", "91", **shopee)]
    pack = sealed(tmp_path, contents(orders))
    kit = write_kit(pack, tmp_path / "kit", APPEAL)
    assert [(each.folder, each.orders) for each in kit.shops] == [("01-TH-1", 1), ("02-TH-2", 2)]
    rows = list(csv.reader(io.StringIO((tmp_path / "kit/02-TH-2/2-orders/orders.csv").read_text("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["21", "22"]
    one = write_kit(pack, tmp_path / "one", APPEAL, shop="1")
    assert [each.folder for each in one.shops] == ["01-TH-1"]
    with pytest.raises(Refused) as refused:
        write_kit(pack, tmp_path / "none", APPEAL, shop="9")
    assert refused.value.code == "kit_no_orders"
    assert not (tmp_path / "none").exists()


def test_where_talk_is_said_to_be_refused_the_kit_holds_papers_only(tmp_path: Path) -> None:
    tiktok = {"platform": Platform.TIKTOK, "market": Market.TH}
    pack = sealed(tmp_path, contents([pictured(an_order_of("7", "71", **tiktok))]))
    kit = write_kit(pack, tmp_path / "kit", profile(Platform.TIKTOK, Purpose.EXEMPTION))
    assert kit.shops[0].files == ["01-TH-7/1-papers/001-notice.pdf", "01-TH-7/2-orders/orders.csv"]
    said = (tmp_path / "kit/UPLOAD.txt").read_text(encoding="utf-8")
    assert "chat screenshots are said to be refused" in said
    assert "CRIT-03" in said
    appeal = write_kit(pack, tmp_path / "appeal", profile(Platform.TIKTOK, Purpose.APPEAL))
    assert "01-TH-7/4-talk/talk-001.pdf" in appeal.shops[0].files


def small(size: int) -> Profile:
    """An appeal whose files may have so many millionths of a megabyte."""
    return APPEAL.with_limits(file_mb=size, files=2, because="told by support")


def test_volumes_keep_under_the_limit_and_no_order_is_parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seawall.evidence.receivers.kit.MEGABYTE", 1)
    kit = write_kit(sealed(tmp_path, pictured_contents()), tmp_path / "kit", small(50_000))
    volumes = sorted((tmp_path / "kit").rglob("*.pdf"))
    talk = [path for path in volumes if "talk" in path.name]
    assert len(talk) > 1
    assert all(path.stat().st_size <= 50_000 for path in talk)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kit/contents.csv").read_text("utf-8-sig"))))
    assert [row["order"][-14:] for row in rows] == [f"8800112233445{n}" for n in range(4)]
    for path in talk:
        inside = [row for row in rows if row["file"].endswith(f"4-talk/{path.name}")]
        assert path.read_bytes().count(b"/Type/Page/") == sum(int(row["pages"]) for row in inside)
    said = (tmp_path / "kit/UPLOAD.txt").read_text(encoding="utf-8")
    assert "Set by the team, because: told by support" in said
    assert f"Upload {-(-len(kit.shops[0].files) // 2)}" in said
    with pytest.raises(Refused) as refused:
        write_kit(sealed(tmp_path, pictured_contents()), tmp_path / "no", small(5_000))
    assert refused.value.code == "kit_picture_too_large"
    assert not (tmp_path / "no").exists()
    assert not list(tmp_path.glob(".no*"))


def test_the_pixels_of_a_volume_are_those_of_the_picture(tmp_path: Path) -> None:
    picture = pictured(pictured_contents_first()).picture
    assert picture is not None
    png = picture.pages[0].content
    assert isinstance(png, bytes)
    volume = Volume(1_000_000)
    assert volume.add("1", [("1.png", png)])
    pdf = volume.pdf()
    found = re.search(rb"/Columns (\d+)>>/Length (\d+)>>\nstream\n", pdf)
    assert found is not None
    pixels = pdf[found.end() : found.end() + int(found[2])]
    height = int(re.search(rb"/Height (\d+)", pdf)[1])  # type: ignore[index]  # the match is certain
    assert len(zlib.decompress(pixels)) == height * (int(found[1]) + 1)
    assert pixels in png
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n ", pdf), 1):
        assert pdf[int(place) :].startswith(b"%d 0 obj\n" % number)
    assert volume.pdf() == pdf


def pictured_contents_first() -> OrderEvidence:
    return next(iter(pictured_contents().orders))


def test_a_paper_over_the_limit_is_left_out_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seawall.evidence.receivers.kit.MEGABYTE", 1)
    large = AttachedFile(name="large.pdf", content=bytes(60_000))
    kit = write_kit(sealed(tmp_path, contents(papers=[large])), tmp_path / "kit", small(50_000))
    assert [(each.path, each.code) for each in kit.left_out] == [("papers/001-large.pdf", "kit_left_too_large")]
    assert "larger than the limit for one file" in (tmp_path / "kit/UPLOAD.txt").read_text(encoding="utf-8")


def test_a_pack_that_does_not_verify_gives_no_kit(tmp_path: Path) -> None:
    pack = sealed(tmp_path)
    data = pack.read_bytes()
    pack.write_bytes(data[:3000] + bytes([data[3000] ^ 1]) + data[3001:])
    with pytest.raises(Refused) as refused:
        write_kit(pack, tmp_path / "kit", APPEAL)
    assert refused.value.code == "kit_pack_unverified"


def test_a_single_order_taken_out_gives_no_kit(tmp_path: Path) -> None:
    single = extract_order(sealed(tmp_path), five_orders()[0].order_id, tmp_path / "one.zip").path
    with pytest.raises(Refused) as refused:
        write_kit(single, tmp_path / "kit", APPEAL)
    assert refused.value.code == "pack_is_extract"
    assert not (tmp_path / "kit").exists()
    assert not (tmp_path / "kit").exists()


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    pack = sealed(tmp_path)
    (tmp_path / "kit").mkdir()
    assert write_kit(pack, tmp_path / "kit", APPEAL).shops
    before = names(tmp_path / "kit")
    with pytest.raises(InvalidInput) as refused:
        write_kit(pack, tmp_path / "kit", APPEAL)
    assert refused.value.code == "kit_folder_taken"
    assert names(tmp_path / "kit") == before
    with pytest.raises(InvalidInput):
        write_kit(pack, tmp_path / "no/such", APPEAL)


@pytest.mark.parametrize("shop", ["../../etc", "ร้าน 1", "a/b", ""])
def test_a_shop_from_outside_names_no_path(tmp_path: Path, shop: str) -> None:
    pack = sealed(tmp_path, contents([an_order_of(shop, "1")]))
    kit: Kit = write_kit(pack, tmp_path / "kit", APPEAL)
    assert all(layout.is_safe_name(path) for path in names(tmp_path / "kit"))
    assert len(kit.shops) == 1


def test_every_platform_has_every_purpose_and_rests_on_rules_that_exist() -> None:
    known = {rule.id for rule in rulebook().rules}
    for platform in Platform:
        for purpose in Purpose:
            found = profile(platform, purpose)
            assert found.platform is platform
            assert set(found.rules) <= known, found
            assert found.where[0] != found.where[1]
            assert found.file_mb.source in known
    assert profile(Platform.TIKTOK, Purpose.EXEMPTION).talk is Talk.REFUSED
    words = tomllib.loads((Path(sheet.__file__).parent / "data/words.toml").read_text("utf-8"))["words"]
    assert words.keys() >= {f"{what}_{each.value}" for what in ("limit", "sure") for each in Certainty}


def test_limits_of_ours_keep_what_the_profile_says_beside_them() -> None:
    assert APPEAL.with_limits(file_mb=None, files=None, because="x") == APPEAL
    changed = APPEAL.with_limits(file_mb=20, files=None, because="x")
    assert replace(changed, file_mb=APPEAL.file_mb) == APPEAL
    assert changed.file_mb.certainty is Certainty.OURS
