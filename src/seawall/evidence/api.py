"""What other capabilities may use of evidence."""

from seawall.evidence.captured import grade_of, is_blocked, is_recalled
from seawall.evidence.captures import NewCapture, again, keep
from seawall.evidence.models import Capture, CaptureSource, Pack, Picture, SigningKey
from seawall.evidence.pictures.pool import Drawing, drawing
from seawall.evidence.pictures.store import page_path
from seawall.evidence.pictures.transcript import Transcript, transcript_of
from seawall.evidence.records import Grade
from seawall.evidence.seal.packfile import Progress, write_pack
from seawall.evidence.team_keys import signing_key

__all__ = [
    "Capture", "CaptureSource", "Drawing", "Grade", "NewCapture", "Pack", "Picture", "Progress", "SigningKey",
    "Transcript", "again", "drawing", "grade_of", "is_blocked", "is_recalled", "keep", "page_path", "signing_key",
    "transcript_of", "write_pack",
]  # fmt: skip
