"""A real Chromium against a real server of the console. Every page a test opens must stay silent in its console."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tests.evidence.packs import sealed
from tests.evidence.test_pack_pictures import pictured_contents
from tests.kit.reviewer import Reviewer
from tests.kit.storm import (
    Desk,
    a_desk,
    let_tables_be_emptied,  # noqa: F401  # used by name
    link_for,
)
from tests.web.conftest import chinese  # noqa: F401  # used by name

from seawall.tenancy.api import Actor
from seawall.web import assets

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), "")
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

# Playwright runs its own loop in this thread; Django must not take the test for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser stories are marked; without Chromium they are skipped with the reason, but never in CI."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the stories of a file. Not of the session: while it lives, an event loop runs in this thread,
    and every test that starts one of its own would fail."""
    assert CHROMIUM, "CI needs Chromium: apt-get install chromium"
    assets.build()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visitors:
    """Opens pages as members, and listens to what the pages complain of."""

    browser: Browser
    url: str
    complaints: list[str] = field(default_factory=list)
    _contexts: list[Any] = field(default_factory=list)

    def open(
        self, who: Actor, *, language: str = "zh-hans", theme: str = "light", viewport: ViewportSize | None = None
    ) -> Page:
        """A fresh browser, signed in by a one-time link, at the board."""
        context = self.browser.new_context(viewport=viewport or DESKTOP, accept_downloads=True)
        self._contexts.append(context)
        context.add_cookies(
            [
                {"name": "seawall_language", "value": language, "url": self.url},
                {"name": "seawall_theme", "value": theme, "url": self.url},
            ]
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.url + link_for(who.user_id))
        return page

    def _hear(self, kind: str, words: str) -> None:
        # Violations of the content policy come as console errors too.
        if kind in ("error", "warning"):
            self.complaints.append(words)

    def close(self) -> None:
        """Close all, before the server goes."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def desk(let_tables_be_emptied: None) -> Desk:  # noqa: F811  # the fixture of that name
    """A team with a person in every role, in committed rows: the server has its own connection."""
    return a_desk("north")


@pytest.fixture
def visitors(chromium: Browser, live_server: Any, desk: Desk) -> Iterator[Visitors]:
    """Opens pages; at the end nothing may have complained."""
    found = Visitors(chromium, live_server.url)
    yield found
    found.close()
    assert found.complaints == []


@pytest.fixture
def look_at(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps a picture where BROWSER_SHOTS names a folder: for people to look at."""

    def keep(page: Page, name: str) -> None:
        if folder := os.environ.get("BROWSER_SHOTS"):
            page.screenshot(path=f"{folder}/{name}.png")

    return keep


@pytest.fixture
def reviewer(chromium: Browser, tmp_path: Path) -> Iterator[Reviewer]:
    """At the end nothing may have complained, and nothing may have been asked of a network."""
    found = Reviewer(chromium, tmp_path)
    yield found
    found.close()
    assert found.complaints == []
    assert all(url.startswith(("file:", "blob:")) for url in found.asked)


@pytest.fixture(scope="module")
def pictured_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of five orders, four of them with a picture."""
    return sealed(tmp_path_factory.mktemp("pictured"), pictured_contents(), name="S-0417.zip")
