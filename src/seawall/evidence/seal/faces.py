"""What a person opens first: START-HERE.html, README.txt, and VERIFY.txt. Offline, in Chinese and English."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from seawall.evidence.seal import layout
from seawall.evidence.seal.keys import VerifyKey
from seawall.evidence.seal.members import Member, member_of
from seawall.evidence.seal.start_page import start_page
from seawall.kernel.languages import Language
from seawall.kernel.texts import text

_TEMPLATES = Path(__file__).parent / "templates"


def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8"))


def members(summary: Mapping[str, Any], papers: Sequence[tuple[str, str]], key: VerifyKey) -> list[Member]:
    """START-HERE.html and README.txt of a summary (see summary.json). `papers` are (name as given, path)."""
    return [
        member_of(layout.START, start_page(summary, papers, key).encode("utf-8")),
        member_of(layout.README, _readme(summary).encode("utf-8")),
    ]


def how_to_member(key: VerifyKey, *, files: int) -> Member:
    """VERIFY.txt for this key and this number of files."""
    filled = _template("VERIFY.txt").substitute(fingerprint=key.fingerprint, key_id=key.key_id, files=files)
    return member_of(layout.HOW_TO, filled.encode("utf-8"))


def both(code: str) -> tuple[str, str]:
    """A sentence in Chinese and in English."""
    return text(code, Language.ZH_HANS), text(code, Language.EN)


def _head(summary: Mapping[str, Any]) -> dict[str, str]:
    head = summary["incident"]
    return {
        "planned": f"{summary['planned']:,}",
        "reference": head["reference"],
        "sealed_at": summary["sealed_at"][:19].replace("T", " "),
        "seller": head["seller"],
        "team": head["team"],
        "title": head["title"],
    }


def _readme(summary: Mapping[str, Any]) -> str:
    is_simulated = summary["is_simulated"]
    chinese, english = both("pack_simulated")
    return _template(layout.README).substitute(
        _head(summary),
        label_line=f"[{layout.SIMULATED}] " if is_simulated else "",
        simulated_note=f"\n{layout.SIMULATED}\n{chinese}\n{english}\n" if is_simulated else "",
    )
