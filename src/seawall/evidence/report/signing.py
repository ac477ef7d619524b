"""An optional signature in the PDF itself (PAdES, by pyHanko), for receivers that ask for one. Off by default.

It stands beside the pack's own seal and replaces nothing of it. The signature is put behind the document as an
incremental update; whether the result is still PDF/A-3b has not been checked with a validator.
"""

from collections.abc import Callable
from pathlib import Path

from seawall.kernel.errors import Refused

FIELD = "Seawall"


def signer(certificate: Path, password: str, *, reason: str = "") -> Callable[[Path], None]:
    """What signs PDF files in place with the key and certificate of a PKCS#12 file (.p12, .pfx).

    The signing time stands in the file as the signer's machine tells it, so signed files differ from run to run.
    Raises Refused(report_certificate_unreadable) for a file that is not there, is no PKCS#12, or has another password.
    """
    # Loaded where it is used: pyHanko and what it needs take half a second, and most never sign.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

    try:
        loaded = SimpleSigner.load_pkcs12_data(certificate.read_bytes(), other_certs=[], passphrase=password.encode())
    except (OSError, ValueError, TypeError):
        raise Refused("report_certificate_unreadable", name=certificate.name) from None
    meta = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    pdf = PdfSigner(meta, loaded)

    def sign(path: Path) -> None:
        fresh = path.with_name(f".{path.name}.signed")
        with path.open("rb") as file, fresh.open("w+b") as out:
            pdf.sign_pdf(IncrementalPdfFileWriter(file), output=out)
        fresh.replace(path)

    return sign
