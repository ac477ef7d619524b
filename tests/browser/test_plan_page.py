"""The reachability plan in the browser: a lead reads it in Chinese, plans anew, takes the sheet; then on a phone."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.rollout import NOWHERE
from tests.kit.storm import Desk, Storm, a_shop, a_storm, bring, some_orders

from seawall.incidents.commands.cases import add_cases
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.markets import Platform
from seawall.orders.api import Order
from seawall.shops.api import ConnectShop, connect_shop

Look = Callable[[Page, str], None]


def a_storm_on_three_platforms(desk: Desk) -> Storm:
    storm = a_storm(desk, orders=24, markets=("TH", "PH"), unconnected=6, pace=2)
    for platform, market, first in ((Platform.SHOPEE, "MY", 11), (Platform.TIKTOK, "VN", 22)):
        shop = a_shop(desk, market, platform=platform)
        connect_shop(
            ConnectShop(
                shop_code=shop.code, base_url=NOWHERE, platform_seller_id=str(first), app_key="k", app_secret="s",
                access_token="t", shop_cipher="c" if platform is Platform.TIKTOK else "", sends_per_second=Decimal(1),
            ),
            by=desk.admin, clock=SYSTEM_CLOCK,
        )  # fmt: skip
        some_orders(shop, 18, first=first * 10**12)
        storm.shops.append(shop)
    orders = list(Order.objects.order_by("pk"))
    now = SYSTEM_CLOCK.now()
    Order.objects.filter(pk__in=[each.pk for each in orders[:5]]).update(ordered_at=now - timedelta(days=20))
    Order.objects.filter(pk__in=[each.pk for each in orders[5:9]]).update(ordered_at=now - timedelta(days=40))
    Order.objects.filter(pk=orders[5].pk).update(phone="+66 81 555 0100")
    add_cases(storm.refresh(), None, by=desk.lead, clock=SYSTEM_CLOCK)
    return bring(storm, "planned")


def test_a_lead_reads_the_plan_and_plans_anew(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    code = a_storm_on_three_platforms(desk).incident.code
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/{code}/")
    expect(page.locator("#h-plan")).to_have_text("能联系到谁")
    look_at(page, "plan-room-zh")
    page.get_by_role("link", name="完整计划").click()
    expect(page.locator("#sentence")).to_contain_text("接口发送")
    expect(page.locator("[data-door=call]")).to_have_text("1")
    look_at(page, "plan-zh")
    page.locator("#why").fill("泰国店铺已接入")
    page.get_by_role("button", name="重新规划").click()
    expect(page.get_by_text("泰国店铺已接入")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename == f"{code}-plan.xlsx"


def test_the_plan_fits_a_phone_and_reads_in_english(visitors: Visitors, desk: Desk, look_at: Look) -> None:
    code = a_storm_on_three_platforms(desk).incident.code
    page = visitors.open(desk.lead, language="en")
    page.goto(f"{visitors.url}/incidents/{code}/plan/")
    expect(page.locator("#sentence")).to_contain_text("by API")
    look_at(page, "plan-en")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    look_at(page, "plan-phone")
