"""The drawn chat on the pages: of an order, of the sample, behind the seller's link; never cached."""

from collections.abc import Callable

import pytest
from tests.kit.links import a_link, a_phone, path_of_link
from tests.kit.storm import Desk, Storm, a_storm, answer, bring
from tests.web.conftest import client_of

from seawall.evidence.models import Picture
from seawall.evidence.pictures.labels import labels_of
from seawall.evidence.pictures.store import page_path
from seawall.incidents.api import draw_pictures, pictures_folder
from seawall.incidents.models import Case
from seawall.kernel.clock import SYSTEM_CLOCK

StormAt = Callable[..., Storm]

pytestmark = pytest.mark.django_db


def drawn(storm: Storm) -> Storm:
    draw_pictures(storm.refresh(), by=storm.desk.lead, clock=SYSTEM_CLOCK, processes=0)
    return storm


def case_of(storm: Storm) -> Case:
    picture = Picture.objects.filter(incident=storm.incident).order_by("pk")[0]
    return Case.objects.select_related("order").get(incident=storm.incident, order_id=picture.order_id)


def test_the_picture_of_an_order_stands_on_its_page_and_in_the_list(desk: Desk) -> None:
    storm = drawn(bring(a_storm(desk, orders=3), "follow_up"))
    browser, case = client_of(desk.lead), case_of(storm)
    here = f"/incidents/{storm.incident.code}/cases/{case.pk}/"
    assert f'src="{here}picture/1/"' in browser.get(here).content.decode()
    listed = browser.get(f"/incidents/{storm.incident.code}/cases/").content.decode()
    assert listed.count("#picture") == 3

    image = browser.get(f"{here}picture/1/")
    assert (image.status_code, image["Content-Type"], image["X-Content-Type-Options"]) == (200, "image/png", "nosniff")
    assert image["Cache-Control"] == "private, no-store"
    assert image["Content-Disposition"] == f'inline; filename="{case.order.platform_order_id}-1.png"'
    assert labels_of(image.content)["order"] == case.order.platform_order_id
    for number in (0, 2, 10**12):
        assert browser.get(f"{here}picture/{number}/").status_code == 404


def test_before_there_is_a_picture_and_after_new_records_the_page_says_so(desk: Desk) -> None:
    storm = bring(a_storm(desk, orders=1), "follow_up")
    case = Case.objects.get(incident=storm.incident)
    here = f"/incidents/{storm.incident.code}/cases/{case.pk}/"
    browser = client_of(desk.agent)
    assert "No picture yet" in browser.get(here).content.decode()
    drawn(storm)
    assert "Records have come since" not in browser.get(here).content.decode()
    answer(storm, 1)
    assert "Records have come since" in browser.get(here).content.decode()


def test_a_chat_that_was_not_drawn_has_its_reason_and_missing_letters_are_listed(desk: Desk) -> None:
    storm = drawn(bring(a_storm(desk, orders=1), "follow_up"))
    case = case_of(storm)
    here = f"/incidents/{storm.incident.code}/cases/{case.pk}/"
    Picture.objects.update(missing=[0x10900])
    assert "U+10900" in client_of(desk.lead).get(here).content.decode()
    reason = {"order": "88", "letters": 130_000, "most": 120_000}
    Picture.objects.update(pages=[], refused_code="picture_too_long", refused_params=reason)
    page = client_of(desk.lead).get(here).content.decode()
    assert "130000" in page
    assert "<img" not in page


def test_a_page_whose_file_was_changed_is_not_shown(desk: Desk) -> None:
    storm = drawn(bring(a_storm(desk, orders=1), "follow_up"))
    case = case_of(storm)
    (sha256,) = Picture.objects.get().pages
    path = page_path(pictures_folder(storm.incident.team_id), sha256)
    path.write_bytes(path.read_bytes() + b"x")
    here = f"/incidents/{storm.incident.code}/cases/{case.pk}/picture/1/"
    assert client_of(desk.lead).get(here).status_code == 404


def test_the_seller_sees_the_samples_picture_behind_the_link(storm_at: StormAt, desk: Desk) -> None:
    storm = drawn(storm_at("sample_sent"))
    path = path_of_link(a_link(storm))
    phone = a_phone()
    assert f'src="{path}sample/1/"' in phone.get(path).content.decode()
    image = phone.get(f"{path}sample/1/")
    assert (image.status_code, image["Content-Type"]) == (200, "image/png")
    assert image["Cache-Control"] == "private, no-store"
    sample = phone.get(path).context["sample"].row.order.platform_order_id
    assert labels_of(image.content)["order"] == sample
    assert phone.get(f"{path}sample/2/").status_code == 404
    assert phone.get(f"/a/{'x' * 43}/sample/1/").status_code == 404
    signed_in = client_of(desk.approver).get(f"/incidents/{storm.incident.code}/approve/").content.decode()
    assert "/picture/1/" in signed_in
    assert "/picture/1/" in client_of(desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
