"""What other capabilities may use of evidence."""

from seawall.evidence.captured import grade_of, is_blocked, is_recalled
from seawall.evidence.captures import NewCapture, again, keep
from seawall.evidence.models import Capture, CaptureSource, Pack, Picture, Screenshot, SigningKey
from seawall.evidence.pictures.fonts import absent as absent_fonts
from seawall.evidence.pictures.fonts import covered as glyphs
from seawall.evidence.pictures.pool import WAITED_FOR, Drawing, DrawingPool
from seawall.evidence.pictures.store import page_path
from seawall.evidence.pictures.transcript import Transcript, transcript_of
from seawall.evidence.records import Grade
from seawall.evidence.report.doors import report_members, report_of
from seawall.evidence.report.making import Wishes as ReportWishes
from seawall.evidence.report.phrases import EDITIONS
from seawall.evidence.report.signing import signer as report_signer
from seawall.evidence.screenshot_files import MAX_BYTES
from seawall.evidence.screenshots import ShotOf, keep_screenshot, screenshot_path
from seawall.evidence.seal.packfile import Further, Progress, write_pack
from seawall.evidence.team_keys import signing_key

__all__ = [
    "EDITIONS",
    "MAX_BYTES",
    "WAITED_FOR",
    "Capture",
    "CaptureSource",
    "Drawing",
    "DrawingPool",
    "Further",
    "Grade",
    "NewCapture",
    "Pack",
    "Picture",
    "Progress",
    "ReportWishes",
    "Screenshot",
    "ShotOf",
    "SigningKey",
    "Transcript",
    "absent_fonts",
    "again",
    "glyphs",
    "grade_of",
    "is_blocked",
    "is_recalled",
    "keep",
    "keep_screenshot",
    "page_path",
    "report_members",
    "report_of",
    "report_signer",
    "screenshot_path",
    "signing_key",
    "transcript_of",
    "write_pack",
]  # fmt: skip
