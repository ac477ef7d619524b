"""What a person opens first: START-HERE.html, README.txt, and VERIFY.txt. Offline, in Chinese and English."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from seawall.evidence.records import OrderEvidence
from seawall.evidence.seal import layout
from seawall.evidence.seal.canonical import to_the_second
from seawall.evidence.seal.keys import VerifyKey
from seawall.evidence.seal.members import Member, member_of
from seawall.evidence.seal.rootfile import RootView
from seawall.evidence.seal.start_page import start_page
from seawall.kernel.languages import Language
from seawall.kernel.texts import text

_TEMPLATES = Path(__file__).parent / "templates"


def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8"))


def members(
    summary: Mapping[str, Any], papers: Sequence[tuple[str, str]], key: VerifyKey, *, reports: Sequence[str] = ()
) -> list[Member]:
    """START-HERE.html and README.txt of a summary (see summary.json). `papers` are (name as given, path), `reports`
    the paths of the report's files."""
    return [
        member_of(layout.START, start_page(summary, papers, key, reports=reports).encode("utf-8")),
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
        sealed_at=to_the_second(root.sealed_at),
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
        "sealed_at": to_the_second(summary["sealed_at"]),
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
