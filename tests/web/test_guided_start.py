"""The guided start without any script: files dropped, read, a storm opened, its facts written, the wording proposed."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.kit.storm import A_PDF, Desk, a_shop
from tests.orders_import.kit import xlsx
from tests.web.conftest import client_of

from seawall.incidents.models import FactsSheet, GuidedStart, Incident
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.orders.api import Order
from seawall.shops.api import Shop
from seawall.tenancy.commands.add_member import add_seller
from seawall.timeline.api import Entry
from seawall.web.times import DESK_ZONE

pytestmark = pytest.mark.django_db

HEAD = "platform,market,order_id,status,created_at,item_title,quantity,currency,order_total\n"
THAI = """\
lazada,TH,88001122330000,shipped,2026-11-14 09:20,Lamp,1,THB,100
lazada,TH,88001122330010,shipped,2026-11-14 09:21,Lamp,1,THB,100
lazada,TH,88001122330020,completed,2026-11-10 09:21,Lamp,1,THB,100
"""
MALAY = "lazada,MY,77001122330000,shipped,2026-11-14 09:20,Lamp,1,MYR,50\n"
BAD = "lazada,TH,,shipped,2026-11-14 09:22,Lamp,1,THB,100\n"
OPEN = {"do": "open", "kind": "customs_return", "title": "SWLU 204817 退运"}


def a_file(text: str, name: str = "orders.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def drop(browser: Client, *files: SimpleUploadedFile, seller: str = "s017") -> str:
    answer = browser.post("/start/", {"seller": seller, "files": list(files)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def the_facts(**changes: str) -> dict[str, str]:
    until = (SYSTEM_CLOCK.now() + timedelta(days=2)).astimezone(DESK_ZONE)
    return {
        "seen": "0", "cause": "货柜被海关退运", "happened_on": "2026-11-20", "remedy": "平台退款",
        "ceiling_amount": "60000", "ceiling_currency": "CNY", "deadline_at": f"{until:%Y-%m-%dT%H:%M}",
        "cause_zh-Hans": "货柜在海关被退回", "cause_th": "ตู้คอนเทนเนอร์ถูกตีกลับที่ด่านศุลกากร", **changes,
    }  # fmt: skip


def test_a_lead_comes_from_files_to_the_proposed_wording(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    place = drop(browser, a_file(HEAD + THAI + BAD))
    page = browser.get(place)
    (file,) = page.context["files"]
    assert (file.orders, file.finished, file.rejected, file.shop.code) == (3, 1, 1, "LTH")
    assert ("order_id", "order number") in [(header, str(words)) for header, words in file.columns]
    rows = list(csv.reader(io.StringIO(browser.get(f"{place}rejects/").content.decode("utf-8-sig"))))
    assert rows[-1][2] == "missing_order_id"
    assert not Order.objects.exists()
    assert not Incident.objects.exists()

    opened = browser.post(place, OPEN)
    assert opened["Location"] == "/incidents/S-0001/facts/"
    storm = Incident.objects.get()
    assert (storm.kind, storm.title, storm.seller.code) == ("customs_return", "SWLU 204817 退运", "s017")
    assert Order.objects.count() == 3
    assert storm.cases.count() == 2  # what is over already does not go in

    form = browser.get(opened["Location"]).content.decode()
    assert "ตู้คอนเทนเนอร์ที่บรรจุพัสดุของคุณลูกค้าถูกตีกลับที่ด่านศุลกากร" in form  # the prepared cause, for the buyers' language
    paper = SimpleUploadedFile("notice.pdf", A_PDF)
    written = browser.post(opened["Location"], {**the_facts(), "papers": [paper]})
    assert written["Location"] == "/incidents/S-0001/wording/"
    sheet = FactsSheet.objects.get()
    assert sheet.cause_by_language == {"zh-Hans": "货柜在海关被退回", "th": "ตู้คอนเทนเนอร์ถูกตีกลับที่ด่านศุลกากร"}
    assert storm.papers.count() == 1
    words = browser.get(written["Location"])
    assert words.context["findings"] == 0
    assert [each.language for each in words.context["used"]] == ["zh-Hans", "th"]
    assert not words.context["can_take"]
    assert "Link for the seller" in words.content.decode()
    room = browser.get("/incidents/S-0001/").content.decode()
    assert "Attest facts v1" in room


def test_a_double_submit_opens_one_storm_and_writes_one_sheet(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    place = drop(browser, a_file(HEAD + THAI))
    first, second = browser.post(place, OPEN), browser.post(place, OPEN)
    assert first["Location"] == second["Location"] == "/incidents/S-0001/facts/"
    assert Incident.objects.count() == GuidedStart.objects.count() == 1
    for _ in range(2):
        assert browser.post(first["Location"], the_facts())["Location"] == "/incidents/S-0001/wording/"
    assert FactsSheet.objects.count() == 1
    other = browser.post(first["Location"], the_facts(remedy="另一种说法"))
    assert other.status_code == 409
    assert FactsSheet.objects.get().remedy == "平台退款"
    assert browser.get(place)["Location"] == "/incidents/S-0001/"


def test_files_of_two_shops_and_of_none_are_told_apart(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    place = drop(browser, a_file(HEAD + THAI, "th.csv"), a_file(HEAD + MALAY, "my.csv"), a_file("nonsense", "x.csv"))
    thai, malay, nonsense = browser.get(place).context["files"]
    assert thai.shop.code == "LTH"
    assert malay.is_missing_shop
    assert not nonsense.is_read
    refused = browser.post(place, OPEN)
    assert refused.status_code == 422
    assert "my.csv" in refused.context["fault"]
    assert "SWLU 204817" in refused.content.decode()  # what was typed is still there
    assert browser.post(f"{place}shop/", {"platform": "lazada"}).status_code == 403
    admin = client_of(desk.admin)
    new = {"platform": "lazada", "market": "MY", "code": "LMY", "name": "Nice Home"}
    assert admin.post(f"{place}shop/", {**new, "code": ""}).status_code == 422
    assert admin.post(f"{place}shop/", new)["Location"] == place
    assert browser.post(place, OPEN)["Location"] == "/incidents/S-0001/facts/"
    assert set(Incident.objects.get().cases.values_list("order__shop__code", flat=True)) == {"LTH", "LMY"}


def test_of_two_shops_that_fit_a_person_says_which(desk: Desk) -> None:
    a_shop(desk, "TH")
    a_shop(desk, "TH", code="LTH2")
    browser = client_of(desk.lead)
    place = drop(browser, a_file(HEAD + THAI))
    assert browser.get(place).context["files"][0].shop is None
    assert browser.post(place, OPEN).status_code == 422
    assert browser.post(place, {**OPEN, "shop-0": "LTH2"}).status_code == 302
    assert set(Order.objects.values_list("shop__code", flat=True)) == {"LTH2"}


def test_columns_of_a_tool_are_shown_and_taken_once_a_person_says_they_are_right(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    header = ["订单号", "订单状态", "下单时间", "商品标题", "数量", "订单金额", "币种", "买家账号"]
    row = ["88001122330000", "已发货", "2026-11-14 09:20", "Lamp", "1", "100", "THB", "buyer1"]
    place = drop(browser, SimpleUploadedFile("tool.xlsx", xlsx([header, row])))
    (file,) = browser.get(place).context["files"]
    assert file.proposal is not None
    assert not file.is_read
    (file,) = browser.post(place, {"do": "look", "shop-0": "LTH", "columns-0": "1"}).context["files"]
    assert file.is_ready
    assert file.orders == 1
    assert browser.post(place, {**OPEN, "shop-0": "LTH", "columns-0": "1"}).status_code == 302
    assert Incident.objects.get().cases.count() == 1


@pytest.mark.parametrize("change", [{"title": " "}, {"kind": ""}, {"kind": "earthquake"}])
def test_what_is_missing_is_said_and_nothing_is_opened(desk: Desk, change: dict[str, str]) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    answer = browser.post(drop(browser, a_file(HEAD + THAI)), {**OPEN, **change})
    assert answer.status_code == 422
    assert answer.context["fault"]
    assert not Incident.objects.exists()


def test_orders_that_are_all_over_open_no_storm(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    answer = browser.post(drop(browser, a_file(HEAD + THAI.splitlines()[2] + "\n")), OPEN)
    assert answer.status_code == 422
    assert not Incident.objects.exists()
    assert not Entry.objects.filter(verb="incident.open").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"cause": ""}, {"ceiling_amount": "-1"}, {"ceiling_amount": "many"}, {"deadline_at": "soon"},
        {"happened_on": "2026-02-31"}, {"cause_th": ""}, {"ceiling_currency": "XXX"},
        {"deadline_at": "2020-01-01T00:00"}, {"offer_THB": "-5"}, {"new_date": "2020-01-01"},
    ],
)  # fmt: skip
def test_bad_facts_are_named_beside_their_field_and_nothing_is_written(desk: Desk, change: dict[str, str]) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    place = browser.post(drop(browser, a_file(HEAD + THAI)), OPEN)["Location"]
    answer = browser.post(place, the_facts(**change))
    assert answer.status_code == 422
    assert "货柜在海关被退回" in answer.content.decode()
    assert not FactsSheet.objects.exists()


def test_whoever_breaks_off_goes_on_where_it_was_left(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    place = drop(browser, a_file(HEAD + THAI, "th.csv"))
    again = browser.get("/start/")
    assert place in again.content.decode()
    assert again.context["under_way"]["names"] == ["th.csv"]
    browser.post(place, OPEN)
    assert browser.get("/start/").context["under_way"] is None
    assert browser.get(place)["Location"] == "/incidents/S-0001/facts/"
    assert "/incidents/S-0001/facts/" in browser.get("/incidents/S-0001/").content.decode()


def test_the_wording_is_taken_once_the_seller_has_attested(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    browser.post(browser.post(drop(browser, a_file(HEAD + THAI)), OPEN)["Location"], the_facts())
    assert browser.post("/incidents/S-0001/wording/").status_code == 409
    client_of(desk.approver).post("/incidents/S-0001/attest/", {"digest": FactsSheet.objects.get().digest})
    assert browser.get("/incidents/S-0001/wording/").context["can_take"]
    assert browser.post("/incidents/S-0001/wording/")["Location"] == "/incidents/S-0001/"
    assert Incident.objects.get().state == "script_ready"


def test_only_the_desk_opens_storms(desk: Desk) -> None:
    place = f"/start/s017/{'x' * 32}/"
    for who in (desk.agent, desk.approver, desk.auditor):
        browser = client_of(who)
        for path in ("/start/", place, f"{place}rejects/"):
            assert browser.get(path).status_code == 403, (who.role, path)
        assert browser.post(f"{place}shop/").status_code == 403


def test_a_rival_finds_neither_files_nor_seller_nor_shop(desk: Desk, rival: Desk) -> None:
    a_shop(desk, "TH")
    add_seller("s099", "Seller 099", by=desk.admin)
    place = drop(client_of(desk.lead), a_file(HEAD + THAI))
    browser = client_of(rival.lead)
    assert browser.get(place).status_code == 404
    assert browser.post(place, {**OPEN, "shop-0": "LTH"}).status_code == 404
    assert browser.get(f"{place}rejects/").status_code == 404
    assert browser.post("/start/", {"seller": "s099", "files": [a_file(HEAD + THAI)]}).status_code == 404
    new = {"platform": "lazada", "market": "MY", "code": "LMY", "name": "Nice Home"}
    assert client_of(rival.admin).post(f"{place}shop/", new).status_code == 404
    assert not Incident.objects.exists()
    assert Shop.objects.count() == 1


def test_another_sellers_shop_is_not_offered(desk: Desk) -> None:
    a_shop(desk, "TH")
    add_seller("s018", "Seller 018", by=desk.admin)
    browser = client_of(desk.lead)
    place = drop(browser, a_file(HEAD + THAI), seller="s018")
    assert browser.get(place).context["files"][0].shops == []
    assert browser.post(place, {**OPEN, "shop-0": "LTH"}).status_code == 422
