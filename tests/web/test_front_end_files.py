"""The pages' files come from pinned packages, and only those icons travel that a page shows."""

import json
import re
from pathlib import Path

import pytest

from seawall.evidence.pictures.fonts import EMOJI_FILE
from seawall.kernel.errors import Refused
from seawall.web import assets
from seawall.web.icons import icon_names, sprite

ROOT = Path(__file__).resolve().parents[2]
FRAME = '<svg\n  xmlns="x"\n  class="icon"\n>\n  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n{}\n</svg>'


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose packages are already fetched: three icons and the copied files."""
    source = tmp_path / "src" / "seawall" / "web"
    (source / "templates").mkdir(parents=True)
    (source / "templates" / "board.html").write_text("<td>{% icon 'ship' %}</td> {% icon name %}", encoding="utf-8")
    (source / "menu.py").write_text('Item(url="board", icon="anchor")\n', encoding="utf-8")
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    modules = tmp_path / "node_modules"
    icons = modules / "@tabler" / "icons" / "icons"
    for kind, name in (("outline", "ship"), ("outline", "anchor"), ("filled", "flag")):
        (icons / kind).mkdir(parents=True, exist_ok=True)
        (icons / kind / f"{name}.svg").write_text(FRAME.format(f'  <path d="M1 {name}" />'), encoding="utf-8")
    for path in [*assets.COPIED, *assets.ELSEWHERE, *assets.LICENCES]:
        (modules / path).parent.mkdir(parents=True, exist_ok=True)
        (modules / path).write_bytes(b"body{}\n/*# sourceMappingURL=x.css.map */")
    for path in assets.LICENCES:
        (modules / path).with_name("package.json").write_text('{"version": "1.2.3"}', encoding="utf-8")
    (modules / "@fontsource-variable" / "inter" / "wght.css").write_text(
        "".join(
            f"@font-face {{\n  font-family: 'Inter Variable';\n  src: url(./files/inter-{part}-wght-normal.woff2);\n}}"
            for part in ("greek", "latin")
        ),
        encoding="utf-8",
    )
    monkeypatch.setattr(assets, "CHECKOUT", tmp_path)
    monkeypatch.setattr(assets, "SOURCE", tmp_path / "src" / "seawall")
    monkeypatch.setattr(assets, "STATIC", source / "static")
    monkeypatch.setattr(assets, "STAMP", source / "static" / "vendor" / ".stamp")
    (modules / ".seawall-lock").write_text(assets._lock_hash(), encoding="utf-8")
    return tmp_path


def test_only_the_icons_in_use_are_in_the_sprite(checkout: Path) -> None:
    assert assets.build() is True
    words = (assets.STATIC / "icons.svg").read_text(encoding="utf-8")
    assert re.findall(r'<symbol id="([^"]+)"', words) == ["i-anchor", "i-ship"]
    assert '<path d="M1 ship" />' in words
    assert "M0 0h24v24H0z" not in words


def test_a_second_run_does_nothing_until_a_page_uses_another_icon(checkout: Path) -> None:
    assert assets.build() is True
    assert assets.build() is False
    (assets.SOURCE / "web" / "templates" / "x.html").write_text('{% icon "flag-filled" %}', encoding="utf-8")
    assert not assets.up_to_date()
    assert assets.build() is True
    assert 'id="i-flag-filled" viewBox="0 0 24 24" fill="currentColor"' in (assets.STATIC / "icons.svg").read_text(
        encoding="utf-8"
    )


def test_a_file_someone_removed_is_put_back(checkout: Path) -> None:
    assets.build()
    (assets.STATIC / "vendor" / "htmx.min.js").unlink()
    assert not assets.built()
    assert assets.build() is True
    assert assets.built()


def test_the_font_of_emoji_is_copied_to_where_pictures_are_drawn(checkout: Path) -> None:
    assets.build()
    font = assets.SOURCE / "evidence" / "pictures" / "vendor" / "NotoColorEmoji.ttf"
    assert font.read_bytes() == (checkout / "node_modules" / EMOJI_FILE).read_bytes()
    font.unlink()
    assert not assets.built()
    assert assets.build() is True
    assert font.exists()


def test_style_sheets_name_no_file_that_is_not_there(checkout: Path) -> None:
    assets.build()
    vendor = assets.STATIC / "vendor"
    assert b"sourceMappingURL" not in (vendor / "tabler.min.css").read_bytes()
    css = (vendor / "inter.css").read_text(encoding="utf-8")
    assert "font-family: 'Inter';" in css
    assert re.findall(r"url\(([^)]+)\)", css) == ["inter-latin.woff2"]
    assert "@tabler/icons 1.2.3" in (vendor / "LICENCES.txt").read_text(encoding="utf-8")


def test_an_icon_that_does_not_exist_is_named(checkout: Path) -> None:
    (assets.SOURCE / "web" / "menu.py").write_text('icon="shipp"\n', encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        assets.build()
    assert (refusal.value.code, refusal.value.params["names"]) == ("icon_unknown", "shipp")


def test_without_node_the_way_out_is_told(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "node_modules" / ".seawall-lock").unlink()
    monkeypatch.setenv("PATH", str(checkout))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Refused) as refusal:
        assets.build()
    assert refusal.value.code == "assets_no_node"
    assert "requirements/node.txt" in str(refusal.value)


def test_icons_are_found_wherever_a_name_stands_in_full(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "{% icon 'a' %} {%icon \"b-2\" 16 %} {% icons 'no' %} {% icon item.icon %}", "utf-8"
    )
    (tmp_path / "b.py").write_text('icon: str = "c"\nd = {"icon": "d"}\nicon("e")\nsilicon="no"\n', "utf-8")
    assert icon_names(tmp_path) == ["a", "b-2", "c", "d", "e"]
    assert sprite([], tmp_path).endswith('<svg xmlns="http://www.w3.org/2000/svg">\n</svg>\n')


def test_packages_are_pinned_exactly_with_integrity_and_without_addresses() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock_text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    lock = json.loads(lock_text)["packages"]
    for name, version in package["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all(entry["integrity"].startswith("sha512-") for name, entry in lock.items() if name)
    assert '"resolved"' not in lock_text
