"""A time-stamp authority on this machine: real HTTP, real tokens made by `openssl ts`, under certificates of its own.

with an_authority(folder) as tsa:
    tsa.url, tsa.root_pem; tsa.mood = Mood.AWAY
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "Test Time-Stamp Authority"
_CONFIG = """
[tsa]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
"""


class Mood(Enum):
    """How the authority answers."""

    WELL = "well"
    AWAY = "away"
    REFUSES = "refuses"
    """An answer by RFC 3161 that grants nothing."""
    OTHER_DATA = "other data"
    """A true token, over something else than was asked."""
    REPLAYS = "replays"
    """The token it gave the first time, whatever is asked."""
    RUBBISH = "rubbish"
    ELSEWHERE = "elsewhere"
    """A redirect to another address."""


class TestAuthority:
    """Certificates, keys and a server. `asked` counts the queries that came."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mood = Mood.WELL
        self.asked: list[bytes] = []
        self.url = ""
        self._first: bytes | None = None
        folder.mkdir(parents=True, exist_ok=True)
        root_key, root = _certificate("Test Root", None, None)
        key, certificate = _certificate(NAME, root, root_key)
        self.root_pem = root.public_bytes(Encoding.PEM)
        (folder / "root.pem").write_bytes(self.root_pem)
        (folder / "tsa.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (folder / "tsa.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / "serial").write_text("01\n")
        (folder / "ts.cnf").write_text(_CONFIG.format(folder=folder))

    def reply(self, query: bytes) -> bytes:
        """The answer to a query."""
        self.asked.append(query)
        if self.mood is Mood.RUBBISH:
            return b"<html>busy</html>"
        if self.mood is Mood.REPLAYS and self._first is not None:
            return self._first
        if self.mood is Mood.OTHER_DATA:
            query = self._openssl("ts", "-query", "-data", str(self.folder / "ts.cnf"), "-sha256", "-cert")
        if self.mood is Mood.REFUSES:
            query = self._openssl("ts", "-query", "-data", str(self.folder / "ts.cnf"), "-sha1", "-cert")
        (self.folder / "query").write_bytes(query)
        found = self._openssl("ts", "-reply", "-queryfile", "query", "-config", "ts.cnf", "-section", "tsa")
        self._first = self._first or found
        return found

    def _openssl(self, *argv: str) -> bytes:
        return subprocess.run(["openssl", *argv], cwd=self.folder, capture_output=True, check=True).stdout


def _certificate(
    name: str, issuer: x509.Certificate | None, issuer_key: EllipticCurvePrivateKey | None
) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3_650))
        .not_valid_after(now + timedelta(days=3_650))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = issuer_key or key
    built = built.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    if issuer is not None:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    is_root = issuer is None
    built = built.add_extension(
        x509.KeyUsage(
            digital_signature=not is_root, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=is_root, crl_sign=is_root, encipher_only=False, decipher_only=False,
        ),
        critical=True,
    )  # fmt: skip
    return key, built.sign(signer, hashes.SHA256())


@contextmanager
def an_authority(folder: Path) -> Iterator[TestAuthority]:
    """An authority that listens on a free port of this machine."""
    tsa = TestAuthority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if tsa.mood is Mood.AWAY:
                self.send_error(503)
                return
            if tsa.mood is Mood.ELSEWHERE:
                self.send_response(307)
                self.send_header("Location", f"{tsa.url}again")
                self.end_headers()
                return
            answer = tsa.reply(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    tsa.url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield tsa
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
