"""The report of a storm as run: in its pack, drawn again by a command, signed where a certificate is set, and nobody
else's business."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.db import connection
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from tests.evidence import pdf
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, a_desk, a_storm, started, work_until

from seawall.evidence.api import Capture, again, keep
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.api import pack_path, pause, seal_pack, write_report
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.settings.env import override_settings

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse"


def run(lazada_sim: LazadaSimHelper, orders: int = 6, unconnected: int = 2) -> Storm:
    """A storm whose messages have all been sent."""
    storm = started(a_storm(a_desk(), lazada_sim, orders=orders, unconnected=unconnected))
    work_until(lambda: storm.refresh().state == "follow_up")
    return storm


def members(storm: Storm, **how: bool) -> dict[str, bytes]:
    """The report's files in the pack that is sealed now."""
    pack = seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, **how)
    found = verify_pack(pack_path(pack))
    assert found.ok, found.problems
    with zipfile.ZipFile(pack_path(pack)) as file:
        held = {name: file.read(name) for name in file.namelist() if name.startswith("report-")}
    assert pack.counts["reports"] == sorted(held)
    return held


def test_a_pack_holds_its_report_and_a_command_draws_the_same_again(
    lazada_sim: LazadaSimHelper, tmp_path: Path
) -> None:
    storm = run(lazada_sim)
    held = members(storm)
    assert sorted(held) == ["report-en.pdf", "report-zh.pdf"]

    pack, files = write_report(storm.refresh(), tmp_path, by=storm.desk.auditor, editions=("zh",))

    assert pack.number == 1
    assert [path.name for path in files] == ["report-zh.pdf"]
    assert files[0].read_bytes() == held["report-zh.pdf"]


def test_its_sample_is_the_one_the_seller_approved_with_its_picture(lazada_sim: LazadaSimHelper) -> None:
    storm = run(lazada_sim)
    whole = pdf.text(members(storm)["report-en.pdf"])
    sample = storm.incident.captures.filter(recipient__wave=0).exclude(message_id="").first()
    assert sample is not None
    chapter = whole.rpartition("Sampleanditsapproval")[2].partition("Timeline")[0]
    assert sample.message_id in chapter
    assert "ChatpicturesAll6picturesoftheordersinthisvolume" in whole.replace(" ", "")


def test_a_storm_may_be_paused_and_records_come_in_while_its_pack_is_sealed(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=3))
    stages: set[str] = set()

    def meanwhile(stage: str, done: int, total: int) -> None:
        if stage == "report" and stage not in stages:
            with ThreadPoolExecutor(1) as other:
                other.submit(pause_and_keep).result()
        stages.add(stage)

    def pause_and_keep() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
            pause(storm.incident, by=storm.desk.lead, clock=SYSTEM_CLOCK)
            found = Capture.objects.filter(incident=storm.incident).first()
            assert found is not None
            assert found.order_id is not None
            assert found.recipient_id is not None
            keep(
                [again(found, incident_id=storm.incident.pk, order_id=found.order_id, recipient_id=found.recipient_id)]
            )
        finally:
            connection.close()

    seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, progress=meanwhile)

    assert {"orders", "report", "write"} <= stages
    assert storm.roll_out.state == "paused"


def test_a_pack_may_be_sealed_without_a_report(lazada_sim: LazadaSimHelper, tmp_path: Path) -> None:
    storm = run(lazada_sim, orders=2, unconnected=0)
    assert members(storm, with_report=False) == {}
    assert len(write_report(storm.refresh(), tmp_path, by=storm.desk.lead)[1]) == 2


def test_a_rival_and_a_storm_without_a_pack_get_no_report(lazada_sim: LazadaSimHelper, tmp_path: Path) -> None:
    storm = run(lazada_sim, orders=2, unconnected=0)
    with refused("pack_missing"):
        write_report(storm.refresh(), tmp_path, by=storm.desk.lead)
    members(storm, with_report=False)
    with refused("not_found"):
        write_report(storm.incident, tmp_path, by=a_desk("rival").lead)
    with refused("report_folder_missing"):
        write_report(storm.incident, tmp_path / "no", by=storm.desk.lead)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-made certificate with its key, as a desk would be given one."""
    key = rsa.generate_private_key(65_537, 2_048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Support team 1")])
    now = SYSTEM_CLOCK.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=30))
        .add_extension(x509.KeyUsage(*[True, True, *[False] * 7]), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "team.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"team", key, made, None, BestAvailableEncryption(PASSWORD.encode()))
    )
    return path


def test_with_a_certificate_each_file_is_signed_and_a_wrong_password_seals_nothing(
    lazada_sim: LazadaSimHelper, certificate: Path
) -> None:
    storm = run(lazada_sim, orders=2, unconnected=0)
    wrong = override_settings(report_certificate=certificate, report_certificate_password="another")
    with wrong, refused("report_certificate_unreadable"):
        members(storm)
    assert not storm.incident.packs.exists()

    with override_settings(report_certificate=certificate, report_certificate_password=PASSWORD):
        held = members(storm)

    for data in held.values():
        (signature,) = pdf.opened(data).embedded_signatures
        found = validate_pdf_signature(signature, ValidationContext(trust_roots=[signature.signer_cert]))
        assert found.intact
        assert found.valid
        assert found.coverage.name == "ENTIRE_FILE"
        assert "Supportteam1" in str(signature.signer_cert.subject.human_friendly).replace(" ", "")
