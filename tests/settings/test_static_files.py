"""Pages find their files before and after they are collected."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from seawall.settings.static import CollectedStaticFiles


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "desk.css").write_text("body { background: url(sea.svg) }", encoding="utf-8")
    (folder / "sea.svg").write_text("<svg/>", encoding="utf-8")
    return folder


def test_collected_files_get_names_that_change_with_their_content(tmp_path: Path, package: Path) -> None:
    root = tmp_path / "static"
    with override_settings(STATIC_ROOT=str(root), STATICFILES_DIRS=[str(package)]):
        assert CollectedStaticFiles(location=str(root)).url("desk.css") == "/static/desk.css"
        call_command("collectstatic", interactive=False, verbosity=0)
        collected = CollectedStaticFiles(location=str(root))
        hashed = collected.url("desk.css")
        assert hashed.startswith("/static/desk.")
        assert hashed != "/static/desk.css"
        content = (root / hashed.removeprefix("/static/")).read_text(encoding="utf-8")
        assert "sea." in content
        assert "url(sea.svg)" not in content
        assert collected.url("made-later.css") == "/static/made-later.css"
