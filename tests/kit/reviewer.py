"""A reviewer on an office computer: a pack on the disk, a browser, no network."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect

_DESKTOP: ViewportSize = {"width": 1440, "height": 900}


@dataclass
class Reviewer:
    """Somebody with a pack on a disk, a browser, and no network."""

    browser: Browser
    folder: Path
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _contexts: list[Any] = field(default_factory=list)

    def unpack(self, pack: Path) -> Path:
        """The pack's folder."""
        folder = self.folder / pack.stem
        with zipfile.ZipFile(pack) as file:
            file.extractall(folder)
        return folder

    def open(
        self, page_file: Path, *, language: str = "en-US", theme: Any = "light", viewport: ViewportSize | None = None,
        before: str = "",
    ) -> Page:  # fmt: skip
        """The page, opened by a double click. `before` runs ahead of the page's own program."""
        context = self.browser.new_context(
            offline=True, locale=language, color_scheme=theme, viewport=viewport or _DESKTOP
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        if before:
            page.add_init_script(before)
        page.goto(page_file.as_uri())
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def hand_over(page: Page, pack: Path) -> None:
    """Choose the ZIP in the box, and wait for the answer."""
    page.set_input_files("#zip", pack)
    expect(page.locator("#state.run")).to_have_count(0)


def state_is(page: Page, words: str) -> None:
    """What stands beside the page's name."""
    expect(page.locator("#state")).to_have_text(words, use_inner_text=True)


def wrong(page: Page) -> dict[str, str]:
    """What the page names: {place: first sentence}."""
    found: dict[str, str] = {}
    for row in page.locator(".wrong li").all():
        place = row.locator(".mono")
        if place.count():
            found.setdefault(place.inner_text(), row.locator(".e").inner_text())
    return found


def members(pack: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(pack) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(files: dict[str, bytes], path: Path, method: int = zipfile.ZIP_STORED) -> Path:
    """Members in a new ZIP by the standard library, as somebody would who unpacked and packed again."""
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in sorted(files.items()):
            file.writestr(name, data)
    return path
