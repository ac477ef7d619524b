"""How a report is cut: every order once, on pages that hold it, and pictures chosen by place and grade alone."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence import pdf
from tests.evidence.packs import an_order, contents, sealed

from seawall.evidence.records import Grade
from seawall.evidence.report.doors import report_of
from seawall.evidence.report.making import Wishes
from seawall.evidence.report.story import Place, Row, Shown, Story
from seawall.evidence.report.volumes import annex_pages, chosen, volumes_of
from seawall.kernel.markets import Market, Platform


def a_story(sizes: list[int], *, pictured: bool = True) -> Story:
    """A storm of shops with so many orders each; every third order is answered."""
    rows: list[Row] = []
    for shop, size in enumerate(sizes):
        place = Place(Platform.SHOPEE, Market.MY, f"{shop}", "")
        for _ in range(size):
            number = len(rows) + 1
            grade = Grade.ANSWERED if number % 3 == 0 else Grade.CONFIRMED
            at = (number - 1) * 10
            rows.append(Row(number, place, f"o{number}", grade.value, grade, "ms", None, "m", at, at + 10))
    return Story(
        incident={}, is_simulated=True, sealed_at=datetime(2026, 11, 17, tzinfo=UTC), planned=len(rows),
        outcomes=Counter(row.outcome for row in rows), records=0, screenshots=0, facts={}, papers=[], scripts=[],
        approvals=[], sample=None, timeline=[], entries=0, rows=rows,
        pictures={row.number: Shown(f"chats/{row.number}.png", 1) for row in rows} if pictured else {}, sources=[],
    )  # fmt: skip


SIZES = st.lists(st.integers(0, 130), max_size=8)


@given(SIZES, st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_every_order_and_its_records_stand_in_one_volume(sizes: list[int], most: int) -> None:
    story = a_story(sizes)
    volumes = volumes_of(story, most)
    assert [row for volume in volumes for row in volume.rows] == list(story.rows)
    assert all(len(volume.rows) <= most for volume in volumes)
    assert [volume.number for volume in volumes] == list(range(1, len(volumes) + 1))
    assert all(volume.of == len(volumes) for volume in volumes)
    spans = [volume.messages for volume in volumes if volume.rows]
    assert all(one[1] == other[0] for one, other in pairwise(spans))


@given(SIZES)
@settings(max_examples=60, deadline=None)
def test_pages_of_the_annex_hold_every_order_once_under_its_shop(sizes: list[int]) -> None:
    rows = a_story(sizes).rows
    pages = annex_pages(rows)
    assert [row for page in pages for block in page for row in block.rows] == list(rows)
    for page in pages:
        assert sum(len(block.rows) + 3 for block in page) <= 57
        assert all(row.place == block.place and block.rows for block in page for row in block.rows)


@given(SIZES, st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_pictures_are_dealt_to_shops_and_grades_and_the_same_each_time(sizes: list[int], most: int) -> None:
    story = a_story(sizes)
    (volume,) = volumes_of(story, 10_000)
    taken = chosen(story, volume, most)
    assert len(taken) == min(most, len(story.rows))
    assert taken == sorted(taken, key=lambda row: row.number) == chosen(story, volume, most)
    groups = Counter((row.place, row.grade) for row in story.rows)
    dealt = Counter((row.place, row.grade) for row in taken)
    # Nobody has two more than another who still has some left.
    for group, size in groups.items():
        assert dealt[group] == size or dealt[group] >= max(dealt.values()) - 1


def test_a_full_page_of_the_annex_is_one_page_of_the_pdf(tmp_path: Path) -> None:
    orders = [an_order(f"9{n:011}", shop=f"{n // 70}", shop_name="ร้าน 长名 x̂" * 9) for n in range(210)]
    pack = sealed(tmp_path, contents(orders))
    (path,) = report_of(pack, tmp_path, Wishes(processes=0, editions=("en",)))
    annex = [page for page in pdf.pages(path.read_bytes()) if page.count("Noconnectionyet") > 3]
    rows = [row for page in annex for row in orders if row.order_id in page]
    assert len(rows) == len(orders)
    story = a_story([70, 70, 70])
    assert len(annex) == len(annex_pages(story.rows))
