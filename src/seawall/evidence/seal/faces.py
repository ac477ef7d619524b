"""What a person opens first: START-HERE.html, README.txt, and VERIFY.txt. Static, offline, in Chinese and English."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from seawall.evidence.records import Grade, OrderEvidence
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import without_lone_surrogates
from seawall.evidence.seal.keys import VerifyKey
from seawall.evidence.seal.members import Member, member_of
from seawall.evidence.seal.rootfile import RootView
from seawall.kernel.languages import Language
from seawall.kernel.texts import text

_TEMPLATES = Path(__file__).parent / "templates"


def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8"))


def members(summary: Mapping[str, Any], papers: Sequence[tuple[str, str]]) -> list[Member]:
    """START-HERE.html and README.txt of a summary (see summary.json). `papers` are (name as given, path)."""
    return [
        member_of(layout.START, _start_here(summary, papers).encode("utf-8")),
        member_of(layout.README, _readme(summary).encode("utf-8")),
    ]


_CHAIN = """
7. Each key handed over to the next  密钥逐代交接
   cd seal/keys && n=0001 && for f in *.sig; do m=$${f%.sig}; openssl pkeyutl -verify -pubin -inkey $$n.pem -rawin -in $$m.json -sigfile $$f && grep -q "$$(openssl pkey -pubin -in $$m.pem -outform DER | tail -c 32 | sha256sum | cut -c 1-64)" $$m.json && n=$$m; done | sort -u; cmp *$last.pem ../public.pem
   -> Signature Verified Successfully
"""  # noqa: E501 - one command, run as it stands
_INSIDE = """
$number. The time, confirmed by a time-stamp authority  由时间戳机构证实的时间
   openssl ts -reply -in seal/timestamp.tsr -text | grep "Time stamp:"
   says when, by the clock of: $authority
   With the authority's own certificate, as it publishes it, in tsa.pem (the token proves nothing without it):
   凭时间戳机构自行公布的证书 tsa.pem 核对（没有证书，凭证不证明什么）：
   openssl ts -verify -data seal/root.json -in seal/timestamp.tsr -CAfile tsa.pem
   The answer must be: Verification: OK
"""
_BESIDE = """
$number. The time  时间
   The sealing time is by the clock of the machine that sealed the pack. Where a time-stamp authority confirmed it
   later, its token lies beside the pack as PACK.zip.tsr:
   封存时间依据封存机器自己的时钟。若事后经时间戳机构证实，凭证在包旁，名为 PACK.zip.tsr：
   openssl ts -verify -data seal/root.json -in PACK.zip.tsr -CAfile tsa.pem
   The answer must be: Verification: OK
"""


def how_to_member(key: VerifyKey, *, files: int, generations: int = 1, authority: str | None = None) -> Member:
    """VERIFY.txt for this key and this number of files. `authority` stamped it; None: nobody has so far."""
    chain = Template(_CHAIN).substitute(last=f"{generations:04d}") if generations > 1 else ""
    number = 8 if chain else 7
    time = Template(_BESIDE if authority is None else _INSIDE).substitute(number=number, authority=authority or "?")
    filled = _template("VERIFY.txt").substitute(
        fingerprint=key.fingerprint, key_id=key.key_id, files=files, chain=chain, time=time
    )
    return member_of(layout.HOW_TO, filled.encode("utf-8"))


def extract_readme(root: RootView, order: OrderEvidence) -> bytes:
    """README.txt of an extract: all of it follows from the signed root and the order's line."""
    chinese, english = both("pack_simulated")
    head = root.incident
    place = f"{order.platform.title} {order.market.value}"
    filled = _template("EXTRACT-README.txt").substitute(
        order=f"{place} {order.order_id} · {order.shop} {order.shop_name}",
        reference=head.get("reference"),
        seller=head.get("seller"),
        team=head.get("team"),
        sealed_at=root.sealed_at[:19].replace("T", " "),
        label_line=f"[{layout.SIMULATED}] " if root.is_simulated else "",
        simulated_note=f"\n{layout.SIMULATED}\n{chinese}\n{english}\n" if root.is_simulated else "",
    )
    return filled.encode("utf-8")


def extract_how_to(key: VerifyKey, root: RootView, *, records: int) -> bytes:
    """VERIFY.txt of an extract."""
    filled = _template("EXTRACT-VERIFY.txt").substitute(
        fingerprint=key.fingerprint, key_id=key.key_id, root=root.root.hex(), records=records
    )
    return filled.encode("utf-8")


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


def _start_here(summary: Mapping[str, Any], papers: Sequence[tuple[str, str]]) -> str:
    counts = summary["counts"]
    safe = {name: escape(value) for name, value in _head(summary).items()}
    proven = sum(counts["grades"][grade.value] for grade in Grade if grade.rank >= Grade.CONFIRMED.rank)
    return _template(layout.START).substitute(
        safe,
        flag=_flag() if summary["is_simulated"] else "",
        label_title=f"[{layout.SIMULATED}] " if summary["is_simulated"] else "",
        proven=f"{proven:,}",
        records=f"{counts['records']:,}",
        screenshots=f"{counts['screenshots']:,}",
        outcomes=_count_rows(counts["outcomes"]),
        grades="\n".join(_grade_row(grade, counts["grades"][grade.value]) for grade in Grade),
        markets=_count_rows(counts["markets"]),
        papers="\n".join(_paper(name, path) for name, path in papers),
    )


def _flag() -> str:
    chinese, english = both("pack_simulated")
    return f'<p class="flag" role="note">{layout.SIMULATED}<br>{escape(chinese)}<br>{escape(english)}</p>'


def _count_rows(counts: Mapping[str, int]) -> str:
    return "\n".join(
        f'<tr><td>{escape(name)}</td><td class="n">{number:,}</td></tr>' for name, number in sorted(counts.items())
    )


def _grade_row(grade: Grade, number: int) -> str:
    chinese, english = both(f"grade_means_{grade.value}")
    name = escape(text(f"grade_name_{grade.value}", Language.ZH_HANS))
    meaning = f"{escape(chinese)}<br><small>{escape(english)}</small>"
    return (
        f'<tr><td class="k">{name}<br><small>{grade.value}</small></td>'
        f'<td>{meaning}</td><td class="n">{number:,}</td></tr>'
    )


def _paper(name: str, path: str) -> str:
    shown = escape(without_lone_surrogates(name))
    return f'<li><a href="{escape(path)}">{escape(path)}</a> 官方文件 · official paper: {shown}</li>'


def _readme(summary: Mapping[str, Any]) -> str:
    is_simulated = summary["is_simulated"]
    chinese, english = both("pack_simulated")
    return _template(layout.README).substitute(
        _head(summary),
        label_line=f"[{layout.SIMULATED}] " if is_simulated else "",
        simulated_note=f"\n{layout.SIMULATED}\n{chinese}\n{english}\n" if is_simulated else "",
    )
