"""The reference page holds every setting as it is."""

from pathlib import Path

from seawall.settings.describe import names
from seawall.settings.reference import page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_the_one_made_from_the_class() -> None:
    assert (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8") == page(), (
        "run: python -m seawall.settings.reference > docs/reference/settings.md"
    )


def test_every_setting_has_its_line() -> None:
    for name in names():
        assert f"| `{name}` |" in page()
