"""What other capabilities may use of evidence."""

from seawall.evidence.captured import grade_of, is_blocked, is_recalled
from seawall.evidence.captures import NewCapture, again, keep
from seawall.evidence.keeping_models import DataKind, ErasedItem, Erasure, LegalHold, RedactedPack, RetentionRule
from seawall.evidence.models import Capture, CaptureSource, Pack, Screenshot, SigningKey
from seawall.evidence.pictures import MAX_BYTES
from seawall.evidence.records import Grade
from seawall.evidence.redaction.derive import Derived, derive
from seawall.evidence.redaction.masking import Known, mask
from seawall.evidence.screenshots import ShotOf, keep_screenshot, screenshot_path
from seawall.evidence.seal.merkle import leaf_hash, root_of
from seawall.evidence.seal.packfile import Progress, write_pack
from seawall.evidence.team_keys import signing_key

__all__ = [
    "MAX_BYTES", "Capture", "CaptureSource", "DataKind", "Derived", "ErasedItem", "Erasure", "Grade", "Known",
    "LegalHold", "NewCapture", "Pack", "Progress", "RedactedPack", "RetentionRule", "Screenshot", "ShotOf",
    "SigningKey", "again", "derive", "grade_of", "is_blocked", "is_recalled", "keep", "keep_screenshot",
    "leaf_hash", "mask", "root_of", "screenshot_path", "signing_key", "write_pack",
]  # fmt: skip
