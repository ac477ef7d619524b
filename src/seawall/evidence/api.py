"""What other capabilities may use of evidence."""

from seawall.evidence.authority import NoToken, configured_authority
from seawall.evidence.captured import grade_of, is_blocked, is_recalled
from seawall.evidence.captures import NewCapture, again, keep
from seawall.evidence.models import Capture, CaptureSource, Pack, Picture, SigningKey, TimeStamp
from seawall.evidence.pictures.pool import Drawing, drawing
from seawall.evidence.pictures.store import page_path
from seawall.evidence.pictures.transcript import Transcript, transcript_of
from seawall.evidence.records import Grade, PreviousPack
from seawall.evidence.seal.chain import kept_pack
from seawall.evidence.seal.extract import extract_order
from seawall.evidence.seal.packfile import Progress, write_pack
from seawall.evidence.seal.stamps import Token, stamped_message
from seawall.evidence.team_keys import Generation, generations, published_keys, rotate_key, team_signer

__all__ = [
    "Capture", "CaptureSource", "Drawing", "Generation", "Grade", "NewCapture", "NoToken", "Pack", "Picture",
    "PreviousPack", "Progress", "SigningKey", "TimeStamp", "Token", "Transcript", "again", "configured_authority",
    "drawing", "extract_order", "generations", "grade_of", "is_blocked", "is_recalled", "keep", "kept_pack",
    "page_path", "published_keys", "rotate_key", "stamped_message", "team_signer", "transcript_of", "write_pack",
]  # fmt: skip
