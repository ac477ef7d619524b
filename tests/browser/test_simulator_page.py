"""The simulators' own page in a real browser: whatever a buyer or shop is called or writes, it is text and no more."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP, PHONE
from tests.kit.sim import InThread, SimDoor, SimService

from simulators.launch import Settings

HTML = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"></p></li><h1>&amp;"
TURNED = "\u202e\u2067esrever \u05d0\u05d1 end"
LONG = "ข้อความยาว" * 1_999 + "ท้ายสุด!!!"
NAME = f"{TURNED}<script>"
SAID = {"html": HTML, "turned": TURNED, "long": LONG}

PLATFORMS = {
    "lazada": ("100000001", {"app_key": "900001", "site": "th", "seller_id": "100000001"}),
    "shopee": ("600123", {"app_key": "1001234", "market": "TH", "seller_id": "600123"}),
    "tiktok-shop": (
        "7495000000000000002",
        {"app_key": "6demoappkey01", "market": "th", "seller_id": "7495000000000000002"},
    ),
}


@pytest.fixture(scope="module")
def stage() -> Iterator[SimDoor]:
    """All three platforms, each with a shop and a buyer of hostile names, and hostile words of that buyer."""
    thread = InThread(SimService(Settings(platforms=tuple(PLATFORMS), switches={"buyers_answer": False})))
    door = SimDoor()
    door.url = thread.start()
    for platform, (seller_id, shop) in PLATFORMS.items():
        door.post(f"/_sim/{platform}/apps", {"app_key": shop["app_key"]})
        door.post(f"/_sim/{platform}/stores", {**shop, "name": NAME})
        row = {"order_id": "88001", "buyer_name": f"{HTML}{TURNED}"}
        door.post(f"/_sim/{platform}/orders?seller_id={seller_id}", json.dumps([row]).encode())
        for text in SAID.values():
            door.post(f"/_sim/{platform}/buyer-says", {"seller_id": seller_id, "order_id": "88001", "text": text})
    yield door
    thread.stop()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page on which nothing may run."""
    context = chromium.new_context(viewport=request.param)
    found = context.new_page()
    found.set_default_timeout(10_000)
    heard: list[str] = []
    found.on("dialog", lambda dialog: heard.append(dialog.message))
    found.on("pageerror", lambda error: heard.append(str(error)))
    context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    found.on("requestfailed", lambda request: heard.append(request.url))
    found.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    yield found
    context.close()
    assert heard == []


@pytest.mark.parametrize("platform", list(PLATFORMS))
def test_hostile_names_and_words_are_shown_as_text(platform: str, stage: SimDoor, page: Page) -> None:
    seller_id, _ = PLATFORMS[platform]
    page.goto(stage.url)
    expect(page.get_by_role("link", name="<script>").first).to_be_visible()
    page.goto(f"{stage.url}/_view/{platform}/{seller_id}")
    expect(page.locator("main h1")).to_have_text(NAME)
    page.get_by_role("link", name="88001").click()

    said = page.locator(".chat li.buyer > p")
    shown = [text for text in said.all_text_contents() if text in SAID.values()]
    assert sorted(shown) == sorted(SAID.values())
    assert len(LONG) == 20_000
    assert page.title() == "Conversation · simulator"
    assert page.locator("main script, main img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("platform", list(PLATFORMS))
def test_a_name_that_turns_the_writing_around_turns_nothing_beside_it(
    platform: str, stage: SimDoor, page: Page
) -> None:
    page.set_viewport_size({"width": 2400, "height": 900})
    page.goto(f"{stage.url}/_view/{platform}/{PLATFORMS[platform][0]}")
    page.get_by_role("link", name="88001").click()
    boxes = [box for crumb in page.locator("nav a").all() if (box := crumb.bounding_box()) is not None]
    assert len(boxes) == 4
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] <= right["x"], "the way back reads from left to right"
