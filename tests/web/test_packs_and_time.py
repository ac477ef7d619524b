"""What a person fetches beside a pack: one order's evidence, and a token that came after the sealing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.storm import Desk, a_storm, bring
from tests.kit.tsa import NAME, Mood, TestAuthority, an_authority
from tests.web.conftest import client_of

from seawall.evidence.seal.tokens import certificates
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.api import seal_pack, stamp_pack
from seawall.incidents.models import Case
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.settings.env import override_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[TestAuthority]:
    with (
        an_authority(tmp_path / "tsa") as found,
        override_settings(tsa_url=found.url, tsa_cert_file=found.folder / "root.pem"),
    ):
        yield found


def test_the_order_and_the_late_token_are_fetched_from_the_pages_and_verify(
    desk: Desk, tsa: TestAuthority, tmp_path: Path
) -> None:
    storm = bring(a_storm(desk, orders=3), "follow_up")
    code, browser = storm.incident.code, client_of(desk.lead)
    tsa.mood = Mood.AWAY
    pack = seal_pack(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    assert "asked again" in browser.get(f"/incidents/{code}/").content.decode()
    assert browser.get(f"/incidents/{code}/packs/1/token/").status_code == 404
    tsa.mood = Mood.WELL
    stamp_pack(pack, by=desk.lead, clock=SYSTEM_CLOCK)

    room = browser.get(f"/incidents/{code}/").content.decode()
    assert f"time confirmed by CN={NAME}" in room
    case = Case.objects.filter(incident=storm.incident).order_by("pk")[1]
    page = browser.get(f"/incidents/{code}/cases/{case.pk}/").content.decode()
    address = f"/incidents/{code}/packs/1/cases/{case.pk}/"
    assert address in page
    order = browser.get(address)
    assert case.order.platform_order_id in order["Content-Disposition"]
    (tmp_path / "order.zip").write_bytes(b"".join(order.streaming_content))  # type: ignore[arg-type]
    report = verify_pack(tmp_path / "order.zip", trusted=certificates(tsa.root_pem))
    assert (report.ok, report.form, report.time["grade"]) == (True, "seawall-extract/1", "authority")
    token = browser.get(f"/incidents/{code}/packs/1/token/")
    assert token["Content-Disposition"].endswith('.zip.tsr"')
    assert browser.get(f"/incidents/{code}/packs/1/cases/999999/").status_code == 404
