"""Where things stand in a pack, and how a name from outside becomes a safe one."""

import re
import unicodedata

FORMAT = "seawall-pack/1"
CANONICAL_FORM = "RFC 8785 (JCS), whole numbers only"
SIMULATED = "SIMULATED 演练"

START = "START-HERE.html"
README = "README.txt"
FACTS = "facts.json"
SUMMARY = "summary.json"
APPROVALS = "approvals/approvals.json"
SCRIPTS = "script/script.json"
MESSAGES = "records/messages.jsonl"
ORDERS = "records/orders.jsonl"
ORDERS_CSV = "records/orders.csv"
TIMELINE = "records/timeline.jsonl"
SCREENSHOTS = "screenshots/"
CHATS = "chats/"
PICTURES = "chats/pictures.jsonl"
VIEW = "view/"
VIEW_INDEX = "view/index.txt"
REPORT = "report-"
"""Report files stand at the top: report-en.pdf, report-zh.pdf, or report-en-1.pdf, ... in volumes."""
MANIFEST = "seal/manifest.json"
SIGNATURE = "seal/signature.json"
SIGNATURE_RAW = "seal/signature.bin"
TREE = "seal/tree.json"
PUBLIC_KEY = "seal/public.pem"
SUMS = "seal/SHA256SUMS"
HOW_TO = "seal/VERIFY.txt"
ROOT = "seal/root.json"
ROOT_SIGNATURE = "seal/root.sig"
CONSISTENCY = "seal/consistency.json"
TIME_STAMP = "seal/timestamp.tsr"
KEYS = "seal/keys/"

EXTRACT_FORMAT = "seawall-extract/1"
ORDER = "order.json"
ORDER_RECORDS = "records.jsonl"
PROOFS = "seal/proofs.txt"
REDACTION = "redaction/redaction.json"
REDACTED_RECORDS = "redaction/records.jsonl"
REDACTION_NOTE = "redaction/NOTE.txt"
REDACTED = "REDACTED 脱敏"

SEAL = "seal/"
SIGNED_LAST = frozenset({MANIFEST, SIGNATURE, SIGNATURE_RAW})
"""Members the manifest cannot list: itself and what is made from it."""
REQUIRED = (
    START, README, FACTS, SUMMARY, APPROVALS, SCRIPTS, MESSAGES, ORDERS, ORDERS_CSV, TIMELINE,
    MANIFEST, SIGNATURE, SIGNATURE_RAW, TREE, PUBLIC_KEY, SUMS, HOW_TO,
)  # fmt: skip

"""What every pack of this format has. Packs sealed since there are signed roots also hold ROOT and ROOT_SIGNATURE; the
other members of the seal stand in a pack only where there is something to say."""

LONGEST_NAME = 200
LARGEST_SMALL = 64 << 20
"""Bytes of a member that is read whole. A manifest or tree of the most members a ZIP holds is far below this; more is
an attack on memory, so a pack that would need more is not sealed."""
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")

OPENABLE = frozenset(
    {
        "bmp", "csv", "doc", "docx", "eml", "gif", "heic", "jpeg", "jpg", "mp3", "mp4", "ofd", "pdf", "png", "ppt",
        "pptx", "tif", "tiff", "txt", "wav", "webp", "xls", "xlsx",
    }
)  # fmt: skip
"""Endings that keep their own: what an office opens. Anything else (html, svg, exe, lnk ...) gets `.bin`, so that a
double click in an unpacked pack runs nothing."""


def is_safe_name(name: str) -> bool:
    """Whether a member name is one a pack may hold: ASCII, relative, no `..`, no hidden part, no odd character.

    ASCII, since `unzip` in a C locale renames others and `sha256sum -c` would then miss them.
    """
    return len(name) <= LONGEST_NAME and _SAFE.fullmatch(name) is not None


def is_hash_name(name: str, sha256: str) -> bool:
    """Whether a name is the hash of the file with an ending of ours: nothing from outside is in it."""
    stem, _, ending = name.partition(".")
    return re.fullmatch(r"[0-9a-f]{64}", stem) is not None and stem == sha256 and ending in OPENABLE


def file_name(place: int, given: str) -> str:
    """The name in the pack of an attached file: its number, then what is safe of the name it arrived under."""
    leaf = unicodedata.normalize("NFKC", given).replace("\\", "/").rsplit("/", 1)[-1]
    stem, _, ending = leaf.rpartition(".")
    if ending.lower() not in OPENABLE or not stem:
        stem, ending = leaf, "bin"
    words = re.findall(r"[A-Za-z0-9]+", stem)
    return "-".join([f"{place:03d}", *words])[:80] + "." + ending.lower()
