"""The pictures of a storm: drawn once, again when the record says more, in the pack, and nobody else's business."""

import zipfile

import pytest
from tests.kit.lazada_sim import LazadaSimHelper
from tests.kit.refusals import refused
from tests.kit.rollout import Storm, a_desk, a_storm, sampled, started, work_until

from seawall.evidence.api import again, keep
from seawall.evidence.models import Capture, Picture
from seawall.evidence.pictures.labels import labels_of
from seawall.evidence.pictures.store import page_path
from seawall.evidence.seal.verify import verify_pack
from seawall.incidents.api import draw_pictures, pack_path, pictures_folder, seal_pack
from seawall.incidents.picturing import Drawn
from seawall.kernel.clock import SYSTEM_CLOCK

pytestmark = pytest.mark.django_db(transaction=True)


def drawn(storm: Storm, processes: int = 0) -> Drawn:
    return draw_pictures(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, processes=processes)


def chats_of(storm: Storm, *, with_pictures: bool = True) -> dict[str, bytes]:
    pack = seal_pack(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, with_pictures=with_pictures)
    report = verify_pack(pack_path(pack))
    assert report.ok, report.problems
    with zipfile.ZipFile(pack_path(pack)) as file:
        return {name: file.read(name) for name in file.namelist() if name.startswith("chats/")}


def test_every_contacted_order_has_its_picture_in_the_pack(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=8, unconnected=2))
    work_until(lambda: storm.refresh().state == "follow_up")

    chats = chats_of(storm)

    pages = {name: page for name, page in chats.items() if name.endswith(".png")}
    assert len(pages) == 8
    assert all(name == f"chats/{labels_of(page)['order']}-1.png" for name, page in pages.items())
    assert chats_of(storm, with_pictures=False) == {}


def test_a_picture_is_drawn_once_and_again_when_there_is_more_to_show_or_its_file_is_gone(
    lazada_sim: LazadaSimHelper,
) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=4))
    work_until(lambda: storm.refresh().state == "follow_up")
    assert (drawn(storm).drawn, drawn(storm).kept) == (4, 4)
    before = {row.order_id: row.pages for row in Picture.objects.all()}

    capture = Capture.objects.filter(incident=storm.incident, order__isnull=False).order_by("pk")[0]
    assert capture.order_id is not None
    assert capture.recipient_id is not None
    keep([again(capture, incident_id=storm.incident.pk, order_id=capture.order_id, recipient_id=capture.recipient_id)])
    assert (drawn(storm).drawn, drawn(storm).kept) == (1, 4)
    after = {row.order_id: row.pages for row in Picture.objects.all()}
    assert {order for order in after if after[order] != before[order]} == {capture.order_id}

    (lost,) = after[capture.order_id]
    page_path(pictures_folder(storm.incident.team_id), lost).unlink()
    assert drawn(storm).drawn == 1
    assert page_path(pictures_folder(storm.incident.team_id), lost).exists()


def test_several_processes_draw_what_one_draws(lazada_sim: LazadaSimHelper) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=45))
    work_until(lambda: storm.refresh().state == "follow_up")
    assert drawn(storm).drawn == 45
    alone = list(Picture.objects.order_by("order_id").values_list("pages", flat=True))
    Picture.objects.all().delete()
    assert drawn(storm, processes=2).drawn == 45
    assert list(Picture.objects.order_by("order_id").values_list("pages", flat=True)) == alone


def test_only_the_desk_draws_and_only_its_own(lazada_sim: LazadaSimHelper) -> None:
    storm = sampled(a_storm(a_desk(), lazada_sim, orders=2))
    with refused("not_found"):
        draw_pictures(storm.incident, by=a_desk("rival").lead, clock=SYSTEM_CLOCK)
    with refused("not_allowed"):
        draw_pictures(storm.incident, by=storm.desk.auditor, clock=SYSTEM_CLOCK)
    assert not Picture.objects.exists()
