"""What other capabilities may use of evidence."""

from seawall.evidence.captured import grade_of, is_blocked, is_recalled
from seawall.evidence.captures import NewCapture, again, keep
from seawall.evidence.models import Capture, CaptureSource, Pack, SigningKey
from seawall.evidence.records import Grade
from seawall.evidence.seal.packfile import Progress, write_pack
from seawall.evidence.team_keys import signing_key

__all__ = [
    "Capture", "CaptureSource", "Grade", "NewCapture", "Pack", "Progress", "SigningKey", "again", "grade_of",
    "is_blocked", "is_recalled", "keep", "signing_key", "write_pack",
]  # fmt: skip
