"""Every kind of storm: opened, its facts, the library's wording, planned with the words filled for every buyer."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.kit.refusals import refused
from tests.kit.storm import Desk, Storm, a_desk, connect, some_orders, the_facts
from tests.web.conftest import client_of

from seawall.incidents.api import (
    OpenIncident,
    add_cases,
    attest_facts,
    library_wording,
    open_incident,
    plan,
    read_facts,
    submit_incident_script,
    write_facts,
)
from seawall.incidents.kinds import LIBRARY_FILES
from seawall.incidents.models import IncidentKind
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.languages import Language
from seawall.orders.api import Order, Parcel
from seawall.outreach.api import Recipient
from seawall.scripts.library import kinds, library

pytestmark = pytest.mark.django_db
MARKETS = ("TH", "VN", "MY", "ID", "PH", "SG")

CAUSES = {
    "delay": {
        Language.ZH_HANS: "仓库出货比预计慢", Language.EN: "our warehouse is slower than expected",
        Language.ID: "gudang kami lebih lambat dari perkiraan",
        Language.MS: "gudang kami lebih perlahan daripada jangkaan",
        Language.TH: "คลังสินค้าของทางร้านจัดส่งช้ากว่าที่คาดไว้", Language.VI: "kho của shop xuất hàng chậm hơn dự kiến",
        Language.FIL: "mas mabagal po kaysa inaasahan ang aming bodega",
    },
}  # fmt: skip
STATEMENTS = {
    "false_delivered": (
        "The parcels are shown as delivered and are still on the way.",
        "包裹显示已送达，实际仍在路上。",
    ),
    "stock_out": ("The item is out of stock.", "商品缺货。"),
    "problem_parcels": ("The courier could not reach the buyer or deliver the parcel.", "快递联系不上买家，未能派送。"),
}


@pytest.fixture
def desk(db: None) -> Desk:
    return a_desk("north")


def a_storm_of(desk: Desk, kind: str, *, parcels: bool = True) -> Storm:
    """Opened, with orders in six markets."""
    from tests.kit.rollout import a_shop

    opened = open_incident(
        OpenIncident(seller_code="s017", kind=kind, title=kind, is_training=True), by=desk.lead, clock=SYSTEM_CLOCK
    )
    storm = Storm(desk, opened)
    for number, market in enumerate(MARKETS):
        shop = a_shop(desk, market)
        connect(desk, shop, None)
        some_orders(shop, 2, first=88001122330000 + number * 1_000_000)
        storm.shops.append(shop)
    if parcels:
        Parcel.objects.bulk_create(
            Parcel(team_id=order.team_id, order=order, tracking_number=f"TRK{order.pk:08d}")
            for order in Order.objects.all()
        )
    add_cases(opened, None, by=desk.lead, clock=SYSTEM_CLOCK)
    return storm


def with_the_facts(storm: Storm, kind: str, **changes: Any) -> Storm:
    given: dict[str, Any] = {
        "cause": "仓库出货慢", "remedy": "通过平台跟进并在此回复买家。", "statements": STATEMENTS.get(kind, ()),
        "new_date": (SYSTEM_CLOCK.now() + timedelta(days=6)).date(),
    }  # fmt: skip
    if kind in CAUSES:
        given["cause_by_language"] = CAUSES[kind]
    facts = the_facts(**(given | changes))
    sheet = write_facts(storm.refresh(), facts, by=storm.desk.lead, clock=SYSTEM_CLOCK)
    attest_facts(storm.refresh(), seen_digest=sheet.digest, by=storm.desk.approver, clock=SYSTEM_CLOCK)
    return storm


def test_every_kind_has_its_wording() -> None:
    assert set(LIBRARY_FILES) == set(IncidentKind.values)
    assert {name for files in LIBRARY_FILES.values() for name in files} <= set(kinds())


@pytest.mark.parametrize(("kind", "occasion"), [
    (kind, occasion) for kind, files in LIBRARY_FILES.items() if kind != "customs_return" for occasion in files
])  # fmt: skip
@pytest.mark.parametrize("variant", ["standard", "short", "with_date", "check"])
def test_a_storm_of_each_kind_is_planned(kind: str, occasion: str, variant: str, desk: Desk) -> None:
    if variant not in library(occasion).steps["first_contact"]:
        return
    storm = with_the_facts(a_storm_of(desk, kind), kind)
    wording = library_wording(kind, variant=variant, occasion=occasion)
    assert Language.ZH_HANT in wording
    version = submit_incident_script(storm.refresh(), wording, by=desk.lead, clock=SYSTEM_CLOCK)
    assert version.texts.filter(language="zh-Hant").exists()
    plan(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    rows = list(Recipient.objects.filter(incident=storm.incident).select_related("order"))
    assert len(rows) == 12
    assert {row.language for row in rows} == {"th", "vi", "ms", "id", "fil", "en"}
    for row in rows:
        assert row.order.platform_order_id in row.text
        assert "{" not in row.text
        if "{tracking_number}" in wording[Language(row.language)].text:
            assert f"TRK{row.order_id:08d}" in row.text
    page = client_of(desk.lead).get(f"/incidents/{storm.incident.code}/")
    assert page.status_code == 200


def test_a_text_that_needs_a_tracking_number_is_refused_for_an_order_without_one(desk: Desk) -> None:
    storm = with_the_facts(a_storm_of(desk, "false_delivered", parcels=False), "false_delivered")
    submit_incident_script(
        storm.refresh(), library_wording("false_delivered"), by=desk.lead, clock=SYSTEM_CLOCK
    )  # fmt: skip
    with refused("message_cannot_be_filled"):
        plan(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)
    submit_incident_script(
        storm.refresh(), library_wording("false_delivered", variant="short"), by=desk.lead, clock=SYSTEM_CLOCK
    )
    plan(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)


def test_a_text_that_names_a_day_is_refused_while_the_facts_hold_none(desk: Desk) -> None:
    storm = with_the_facts(a_storm_of(desk, "delay"), "delay", new_date=None)
    submit_incident_script(
        storm.refresh(), library_wording("delay", variant="with_date"), by=desk.lead, clock=SYSTEM_CLOCK
    )
    with refused("message_cannot_be_filled"):
        plan(storm.refresh(), by=desk.lead, clock=SYSTEM_CLOCK)


def test_a_kind_or_an_occasion_that_is_none_is_refused(desk: Desk) -> None:
    with refused("incident_kind_unknown"):
        a_storm_of(desk, "earthquake")
    with refused("occasion_not_of_kind"):
        library_wording("delay", occasion="refused")


def test_the_facts_file_takes_a_new_date_and_offers(desk: Desk) -> None:
    content = b"""
cause = "c"
remedy = "r"
happened_on = 2026-11-14
ceiling_amount = "100"
ceiling_currency = "CNY"
deadline_at = 2099-12-01T00:00:00Z
new_date = 2099-11-30
[cause_by_language]
en = "x"
[compensation]
MYR = "20"
THB = "100.00"
"""
    facts = read_facts(content, name="facts.toml")
    assert facts.compensation == {"MYR": Decimal(20), "THB": Decimal(100)}
    plain = the_facts()
    assert plain.digest(()) != the_facts(deadline_at=plain.deadline_at, new_date=facts.new_date).digest(())
    storm = a_storm_of(desk, "delay")
    sheet = write_facts(storm.incident, facts, by=desk.lead, clock=SYSTEM_CLOCK)
    assert (str(sheet.new_date), sheet.compensation) == ("2099-11-30", {"MYR": "20.00", "THB": "100.00"})
    for wrong, code in (
        ({"ABC": Decimal(1)}, "facts_currency_unknown"),
        ({"MYR": Decimal(0)}, "facts_offer_not_positive"),
    ):
        with refused(code):
            write_facts(storm.refresh(), the_facts(compensation=wrong), by=desk.lead, clock=SYSTEM_CLOCK)
    with refused("facts_new_date_past"):
        write_facts(storm.refresh(), the_facts(new_date=facts.happened_on), by=desk.lead, clock=SYSTEM_CLOCK)
