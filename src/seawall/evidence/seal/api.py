"""What may be used of the seal where neither Django nor a database is: verify, compare, take one order out."""

from seawall.evidence.seal.after import verify_after
from seawall.evidence.seal.extract import Extract, extract_order
from seawall.evidence.seal.tokens import certificates
from seawall.evidence.seal.verify import VerifyReport, verify_pack

__all__ = ["Extract", "VerifyReport", "certificates", "extract_order", "verify_after", "verify_pack"]
