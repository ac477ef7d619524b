"""Order files in the browser: uploaded, shown as a plan, applied; rejects come back as a file."""

import csv
import io

import msoffcrypto.format.ooxml
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.kit.storm import Desk, a_shop
from tests.orders_import.kit import xlsx
from tests.web.conftest import client_of

from seawall.orders.api import ImportFile, Order

pytestmark = pytest.mark.django_db

HEAD = "platform,market,order_id,status,created_at,item_title,quantity,currency,order_total\n"
GOOD = """\
lazada,TH,88001122330000,shipped,2026-11-14 09:20,Lamp,1,THB,100
lazada,TH,88001122330010,shipped,2026-11-14 09:21,Lamp,1,THB,100
"""
BAD = "lazada,TH,,shipped,2026-11-14 09:22,Lamp,1,THB,100\n"


def a_file(text: str, name: str = "orders.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def token_on(page: object) -> str:
    return str(page.context["token"])  # type: ignore[attr-defined]


def test_upload_shows_the_plan_and_stores_nothing_until_applied(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    page = browser.post("/orders/import/", {"shop": "LTH", "files": [a_file(HEAD + GOOD + BAD)]})
    plan = page.context["plan"]
    assert (plan["orders"], plan["new"], plan["rejected"]) == (2, 2, 1)
    assert "orders.csv" in page.content.decode()
    assert not Order.objects.exists()
    token = token_on(page)
    rejects = browser.get(f"/orders/import/{token}/rejects/", {"shop": "LTH"})
    rows = list(csv.reader(io.StringIO(rejects.content.decode("utf-8-sig"))))
    assert rows[-1][2] == "missing_order_id"
    done = browser.post(f"/orders/import/{token}/", {"shop": "LTH"}, follow=True)
    assert "Stored: 2 new, 0 changed, 0 as before." in done.content.decode()
    assert Order.objects.count() == 2
    assert ImportFile.objects.get().applied_by_id == desk.lead.user_id
    again = browser.post("/orders/import/", {"shop": "LTH", "files": [a_file(HEAD + GOOD + BAD)]})
    assert (again.context["plan"]["new"], again.context["plan"]["same"]) == (0, 2)


def test_a_page_saved_as_a_table_is_named_as_one(desk: Desk) -> None:
    a_shop(desk, "TH")
    page = client_of(desk.lead, language="zh-hans").post(
        "/orders/import/", {"shop": "LTH", "files": [a_file("<html><body>login</body></html>", "orders.xls")]}
    )
    assert "其实是网页" in page.content.decode()
    assert not page.context["plan"]["is_applicable"]


def test_a_wrong_shop_is_refused_and_nothing_is_stored(desk: Desk) -> None:
    a_shop(desk, "VN")
    page = client_of(desk.lead).post("/orders/import/", {"shop": "LVN", "files": [a_file(HEAD + GOOD)]})
    assert page.status_code == 422
    assert not Order.objects.exists()


def test_a_file_is_named_as_it_was_given_and_its_kind_in_words(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    wrong = browser.post(
        "/orders/import/", {"shop": "LTH", "files": [a_file(HEAD + GOOD.replace("TH", "MY"), "my.csv")]}
    )
    assert "my.csv holds Lazada MY orders" in wrong.content.decode()
    assert "00_" not in wrong.content.decode()
    twins = [a_file(HEAD + GOOD, "my.csv"), a_file(HEAD + GOOD.replace("0000,", "0020,"), "my.csv")]
    page = browser.post("/orders/import/", {"shop": "LTH", "files": twins})
    assert [row["name"] for row in page.context["plan"]["file_rows"]] == ["my.csv", "my.csv"]
    assert page.context["plan"]["orders"] == 3
    assert "Lazada TH orders" in page.content.decode()
    browser.post(f"/orders/import/{token_on(page)}/", {"shop": "LTH"})
    assert set(ImportFile.objects.values_list("name", flat=True)) == {"my.csv"}


def test_a_file_with_a_password_is_stored_with_the_password_given_once_more(desk: Desk) -> None:
    a_shop(desk, "TH")
    browser = client_of(desk.lead)
    shut = io.BytesIO()
    rows = [line.split(",") for line in (HEAD + GOOD).splitlines()]
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(xlsx(rows))).encrypt("s3cret", shut)
    given = SimpleUploadedFile("orders.xlsx", shut.getvalue())
    page = browser.post("/orders/import/", {"shop": "LTH", "files": [given], "password": "s3cret"})
    assert page.context["plan"]["orders"] == 2
    assert "once more" in page.content.decode()
    assert "s3cret" not in page.content.decode()
    browser.post(f"/orders/import/{token_on(page)}/", {"shop": "LTH", "password": "s3cret"})
    assert Order.objects.count() == 2
    plain = browser.post("/orders/import/", {"shop": "LTH", "files": [a_file(HEAD + GOOD)]})
    assert "once more" not in plain.content.decode()


def test_no_file_is_asked_for_in_words(desk: Desk) -> None:
    a_shop(desk, "TH")
    assert client_of(desk.lead).post("/orders/import/", {"shop": "LTH"}).status_code == 422


def test_agents_and_sellers_do_not_import(desk: Desk) -> None:
    for who in (desk.agent, desk.approver, desk.auditor):
        assert client_of(who).get("/orders/import/").status_code == 403


def test_a_rival_can_neither_see_nor_apply_an_upload_nor_name_the_shop(desk: Desk, rival: Desk) -> None:
    a_shop(desk, "TH")
    a_shop(rival, "TH")
    token = token_on(client_of(desk.lead).post("/orders/import/", {"shop": "LTH", "files": [a_file(HEAD + GOOD)]}))
    browser = client_of(rival.lead)
    assert browser.get(f"/orders/import/{token}/rejects/", {"shop": "LTH"}).status_code == 404
    assert browser.post(f"/orders/import/{token}/", {"shop": "LTH"}).status_code == 404
    assert not Order.objects.exists()
    a_shop(desk, "MY")
    assert browser.post("/orders/import/", {"shop": "LMY", "files": [a_file(HEAD + GOOD)]}).status_code == 404


@pytest.mark.parametrize("token", ["x" * 32, "..", "a" * 10])
def test_a_made_up_token_finds_nothing(desk: Desk, token: str) -> None:
    a_shop(desk, "TH")
    assert client_of(desk.lead).post(f"/orders/import/{token}/", {"shop": "LTH"}).status_code == 404
