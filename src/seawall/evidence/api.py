"""What other capabilities may use of evidence."""

from seawall.evidence.captured import grade_of, is_blocked, is_recalled
from seawall.evidence.captures import NewCapture, again, keep
from seawall.evidence.models import Capture, CaptureSource, Pack, SigningKey
from seawall.evidence.records import Grade, PreviousPack
from seawall.evidence.seal.chain import kept_pack
from seawall.evidence.seal.packfile import Progress, write_pack
from seawall.evidence.team_keys import signing_key

__all__ = [
    "Capture", "CaptureSource", "Grade", "NewCapture", "Pack", "PreviousPack", "Progress", "SigningKey", "again",
    "grade_of", "is_blocked", "is_recalled", "keep", "kept_pack", "signing_key", "write_pack",
]  # fmt: skip
