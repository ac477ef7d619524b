"""OLE2 files: a workbook behind a password, or an old .xls. A password is used once and kept nowhere."""

from io import BytesIO

import msoffcrypto
import olefile  # type: ignore[import-untyped]  # ships no types
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from seawall.orders.imports.refusals import FileRefused, RejectCode

_BROKEN = (OSError, ValueError, KeyError, IndexError, AttributeError, TypeError, EOFError, OverflowError, MemoryError)
"""What olefile and msoffcrypto raise on damaged bytes; they parse C structures without checking every length."""


def decrypted(data: bytes, password: str | None) -> bytes:
    """The workbook inside an encrypted file. Raises FileRefused without a (right) password, or for an .xls."""
    if _is_plain_xls(data):
        raise FileRefused(RejectCode.NOT_AN_EXPORT, "not_an_export_xls")
    if not password:
        raise FileRefused(RejectCode.ENCRYPTED_FILE)
    out = BytesIO()
    try:
        office = msoffcrypto.OfficeFile(BytesIO(data))
        office.load_key(password=password)
        office.decrypt(out)
    except InvalidKeyError as wrong:
        raise FileRefused(RejectCode.ENCRYPTED_FILE, "encrypted_file_wrong_password") from wrong
    except (DecryptionError, FileFormatError, ParseError, *_BROKEN) as broken:
        raise FileRefused(RejectCode.ENCRYPTED_FILE, "encrypted_file_damaged") from broken
    if not out.getvalue().startswith(b"PK"):
        raise FileRefused(RejectCode.ENCRYPTED_FILE, "encrypted_file_wrong_password")
    return out.getvalue()


def _is_plain_xls(data: bytes) -> bool:
    """Whether this is certainly an old .xls that nobody encrypted; anything unclear counts as encrypted."""
    try:
        with olefile.OleFileIO(BytesIO(data)) as container:
            if container.exists("EncryptedPackage"):
                return False
            is_xls = container.exists("Workbook") or container.exists("Book")
        return is_xls and not msoffcrypto.OfficeFile(BytesIO(data)).is_encrypted()
    except (DecryptionError, FileFormatError, ParseError, *_BROKEN):
        return "Workbook".encode("utf-16-le") in data and "EncryptedPackage".encode("utf-16-le") not in data
