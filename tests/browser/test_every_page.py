"""Every page there is, looked at by a machine that knows the rules of accessibility, and at every width.

The list of pages comes from the table of addresses. Chinese goes with light and English with dark: a finding about
words shows in either theme, one about colours in either language.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from tests.browser.conftest import Visitors
from tests.kit.every_page import Place, Scene, a_scene, every_place
from tests.kit.storm import Desk

from seawall.tenancy.api import Actor
from seawall.web.urls import urlpatterns

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (390, 768, 1440, 2560)
"""A phone, a tablet, a laptop, a wall screen, in CSS pixels."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return found.violations.filter((each) => ["serious", "critical"].includes(each.impact)).map((each) =>
    `${each.id} (${each.impact}): ` + each.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " +
      node.any.concat(node.all).map((check) => check.message).slice(0, 1).join("")).join(" | "));
}"""
WIDER = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return "";
  const edge = document.documentElement.clientWidth;
  const culprits = [...document.querySelectorAll("body *")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 0 && box.right > edge + 1;
  });
  return `${wide} px: ` + culprits.slice(0, 4).map((each) => each.tagName + "." + each.getAttribute("class")).join(" ");
}"""

NO_PAGES = {
    "plan_export", "pack", "paper", "screenshot", "import_rejects", "audit_export", "seller_link_paper",
    "seller_link_pack", "healthz", "find", "shop_callback", "attest", "approve", "start", "sample", "pause", "resume",
    "attach", "seal", "replan", "seat_take", "seat_give_back", "seat_press", "seat_copy", "seat_not_sent", "seat_sent",
    "seat_unreachable", "seat_ask_lead", "apply_orders", "connect_shop", "choose_team", "look", "hook", "member_link",
    "team_seller", "sign_in_link", "None",
    "picture", "act_on_cancels", "seller_link_picture", "pack_report", "pack_token", "redact", "redacted", "inbox_next",
    "inbox_take", "inbox_hand_back", "inbox_assign", "inbox_give", "inbox_note", "script_lint", "pack_order",
    "public_keys", "comment", "comments_seen", "cases_export", "cases_withdraw", "cases_view", "cases_view_gone",
    "start_files", "start_shop", "start_rejects", "write_facts",
}  # fmt: skip
"""Addresses that give no page in this scene (files, acts, redirects), or one that is named among the places by hand, or
the steps of a guided start in mid-way, which have a story of their own in the browser."""


@pytest.fixture
def scene(desk: Desk, visitors: Visitors) -> Scene:
    return a_scene(desk)


def sessions(visitors: Visitors, places: list[Place], look: dict[str, str]) -> Iterator[tuple[Place, Page]]:
    """Each place opened in a browser of its own reader."""
    pages: dict[Actor | None, Page] = {}
    for place in places:
        page = pages.get(place.who)
        if page is None:
            page = visitors.open(place.who, **look) if place.who else stranger(visitors, look)  # type: ignore[arg-type]
            page.set_default_timeout(60_000)
            pages[place.who] = page
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(visitors.url + place.path)
        yield place, page


def stranger(visitors: Visitors, look: dict[str, str]) -> Page:
    context: BrowserContext = visitors.browser.new_context()
    visitors._contexts.append(context)
    cookies = {"seawall_language": look["language"], "seawall_theme": look["theme"]}
    context.add_cookies([{"name": name, "value": value, "url": visitors.url} for name, value in cookies.items()])
    return context.new_page()


@pytest.mark.parametrize(
    "look",
    [{"language": "zh-hans", "theme": "light"}, {"language": "en", "theme": "dark"}],
    ids=["zh-light", "en-dark"],
)
def test_every_page_can_be_read_by_everybody_at_every_width(
    visitors: Visitors, scene: Scene, look: dict[str, str], request: pytest.FixtureRequest
) -> None:
    if not AXE.exists() and not os.environ.get("CI"):
        pytest.skip("no axe-core here: npm ci")
    axe, found = AXE.read_text(encoding="utf-8"), []
    for place, page in sessions(visitors, every_place(scene), look):
        page.evaluate(axe)
        found += [f"{place}: {each}" for each in page.evaluate(RUN, RULES)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if wider := page.evaluate(WIDER):
                found.append(f"{place} at {width}: scrolls sideways by {wider}")
            keep(page, place, width, look)
    visitors.complaints[:] = [each for each in visitors.complaints if "status of 40" not in each]
    assert found == [], "\n" + "\n".join(found)


def keep(page: Page, place: Place, width: int, look: dict[str, str]) -> None:
    """Pictures for people, where BROWSER_SHOTS names a folder."""
    if (folder := os.environ.get("BROWSER_SHOTS")) and width in (390, 1440):
        name = f"every-{place.name}-{look['language'][:2]}-{look['theme']}-{width}"
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_no_address_is_forgotten(desk: Desk) -> None:
    seen = {place.name for place in every_place(a_scene(desk))}
    ours: set[Any] = {
        str(each.name) for each in urlpatterns if not str(each.pattern).lstrip("^").startswith("account/")
    }
    assert ours - seen - NO_PAGES == set()
