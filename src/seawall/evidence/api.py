"""What other capabilities may use of evidence."""

from seawall.evidence.authority import NoToken, configured_authority
from seawall.evidence.captured import grade_of, is_blocked, is_recalled
from seawall.evidence.captures import NewCapture, again, keep
from seawall.evidence.keeping_models import DataKind, ErasedItem, Erasure, LegalHold, RedactedPack, RetentionRule
from seawall.evidence.models import Capture, CaptureSource, Pack, Picture, Screenshot, SigningKey, TimeStamp
from seawall.evidence.pictures.fonts import absent as absent_fonts
from seawall.evidence.pictures.fonts import covered as glyphs
from seawall.evidence.pictures.pool import WAITED_FOR, Drawing, DrawingPool
from seawall.evidence.pictures.store import page_path
from seawall.evidence.pictures.transcript import Transcript, transcript_of
from seawall.evidence.records import Grade, PreviousPack
from seawall.evidence.redaction.derive import Derived, derive
from seawall.evidence.redaction.masking import Known, mask
from seawall.evidence.report.doors import report_members, report_of
from seawall.evidence.report.making import Wishes as ReportWishes
from seawall.evidence.report.phrases import EDITIONS
from seawall.evidence.report.signing import signer as report_signer
from seawall.evidence.screenshot_files import MAX_BYTES
from seawall.evidence.screenshots import ShotOf, keep_screenshot, screenshot_path
from seawall.evidence.seal.chain import kept_pack
from seawall.evidence.seal.extract import extract_order
from seawall.evidence.seal.merkle import leaf_hash, root_of
from seawall.evidence.seal.packfile import Further, Progress, write_pack
from seawall.evidence.seal.stamps import Token, stamped_message
from seawall.evidence.team_keys import Generation, generations, published_keys, rotate_key, team_signer

__all__ = [
    "EDITIONS",
    "MAX_BYTES",
    "WAITED_FOR",
    "Capture",
    "CaptureSource",
    "DataKind",
    "Derived",
    "Drawing",
    "DrawingPool",
    "ErasedItem",
    "Erasure",
    "Further",
    "Generation",
    "Grade",
    "Known",
    "LegalHold",
    "NewCapture",
    "NoToken",
    "Pack",
    "Picture",
    "PreviousPack",
    "Progress",
    "RedactedPack",
    "ReportWishes",
    "RetentionRule",
    "Screenshot",
    "ShotOf",
    "SigningKey",
    "TimeStamp",
    "Token",
    "Transcript",
    "absent_fonts",
    "again",
    "configured_authority",
    "derive",
    "extract_order",
    "generations",
    "glyphs",
    "grade_of",
    "is_blocked",
    "is_recalled",
    "keep",
    "keep_screenshot",
    "kept_pack",
    "leaf_hash",
    "mask",
    "page_path",
    "published_keys",
    "report_members",
    "report_of",
    "report_signer",
    "root_of",
    "rotate_key",
    "screenshot_path",
    "stamped_message",
    "team_signer",
    "transcript_of",
    "write_pack",
]
