"""The lead writes the words of a storm: a slip is underlined while typed, mended by one press, saved as a version."""

import os

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, Visitors
from tests.kit.storm import Desk, Storm, a_storm, bring

from seawall.orders.models import Order
from seawall.scripts.models import ScriptVersion


def whole(page: Page, name: str) -> None:
    if folder := os.environ.get("BROWSER_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def a_planned_storm(desk: Desk, *markets: str) -> Storm:
    storm = bring(a_storm(desk, orders=12, markets=markets), "planned")
    for number, order in enumerate(Order.objects.filter(shop__in=storm.shops)):
        order.lines = [{"title": "Glass lunch box 1.2 L with bamboo lid, blue"[: 12 + number], "quantity": 1}]
        order.save()
    return storm


def studio(visitors: Visitors, page: Page) -> None:
    page.goto(f"{visitors.url}/incidents/S-0001/script/")
    expect(page.locator("form.live")).to_be_visible()


def test_a_slip_is_found_while_it_is_typed_mended_and_saved_as_a_new_version(visitors: Visitors, desk: Desk) -> None:
    storm = a_planned_storm(desk, "PH", "TH", "VN")
    page = visitors.open(desk.lead)
    page.goto(f"{visitors.url}/incidents/S-0001/")
    page.locator("#script").get_by_role("link", name="打开编辑台").click()
    expect(page.locator("form.live")).to_be_visible()
    whole(page, "studio-zh")
    card = page.locator("#lang-fil")
    field = card.locator(".ed-text")
    before = field.input_value()
    field.press("Control+End")
    field.press_sequentially(" Paki-cancel po ang order ninyo.")
    # Found where it stands, below the field and in the list of results; what is forbidden cannot be saved.
    expect(card.locator(".ed-back .lint")).to_have_text("Paki-cancel")
    found = card.locator(".found")
    expect(found).to_contain_text("CRIT-01")
    expect(page.locator("[data-result=fil]")).to_contain_text("违规 1")
    save = page.get_by_role("button", name="保存为 v2")
    expect(save).to_be_disabled()
    whole(page, "studio-found-zh")
    found.get_by_role("link").first.click()
    assert page.evaluate("getSelection().toString() || document.activeElement.value.slice("
                         "document.activeElement.selectionStart, document.activeElement.selectionEnd)"
                         ) == "Paki-cancel"  # fmt: skip
    found.get_by_role("button", name="用这句替换").click()
    expect(card.locator(".found")).to_have_count(0)
    assert "Paki-cancel" not in field.input_value()
    assert field.input_value().startswith(before)
    expect(card).to_contain_text("释义还是 v1 的说法")
    # The browser's own undo knows the mend; so does redo.
    field.press("Control+z")
    expect(card.locator(".ed-back .lint")).to_have_text("Paki-cancel")
    field.press("Control+Shift+z")
    expect(card.locator(".found")).to_have_count(0)
    card.get_by_text("给卖家看的中文释义").first.click()
    gloss = card.locator("[data-gloss]")
    gloss.fill(gloss.input_value() + "另说明订单会通过平台关闭。")
    expect(card.get_by_text("释义还是 v1 的说法")).to_have_count(0)
    page.get_by_label("我知道计划会随之作废").check()
    save.click()
    expect(page.get_by_text("已保存并冻结为 v2。")).to_be_visible()
    expect(page.locator("section", has_text="菲律宾语").locator("ins").first).to_contain_text("Isasara po ang order")
    whole(page, "studio-version-zh")
    version = ScriptVersion.objects.get(incident=storm.incident, number=2)
    assert version.texts.get(language="fil").text.startswith(before)
    assert storm.refresh().state == "script_ready"


def test_places_are_put_in_by_keyboard_and_unsaved_words_are_guarded(visitors: Visitors, desk: Desk) -> None:
    a_planned_storm(desk, "TH")
    page = visitors.open(desk.lead, language="en")
    studio(visitors, page)
    field = page.locator("#text-th")
    field.fill("")
    field.press("Alt+2")
    expect(field).to_have_value("{order_id}")
    field.press_sequentially(" ")
    field.press("Alt+3")
    expect(field).to_have_value("{order_id} {item}")
    expect(page.locator("#lang-th .ed-back .hole")).to_have_count(2)
    page.get_by_role("toolbar").get_by_role("button", name="shop name").click()
    expect(field).to_have_value("{order_id} {item}{shop}")
    expect(page.locator("#lang-th .meters")).to_contain_text("/ 1,000")
    expect(page.locator("#lang-th .changes")).to_contain_text("changed since v1")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Board").click()
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    assert asked == ["beforeunload"]


def test_one_request_at_a_time_and_none_while_the_tab_is_hidden(visitors: Visitors, desk: Desk) -> None:
    a_planned_storm(desk, "TH")
    page = visitors.open(desk.lead, language="en")
    studio(visitors, page)
    open_now: list[int] = [0]
    most: list[int] = [0]
    sent: list[str] = []

    def begins(request: object) -> None:
        if "/script/lint/" in request.url:  # type: ignore[attr-defined]
            open_now[0] += 1
            most[0] = max(most[0], open_now[0])
            sent.append(request.url)  # type: ignore[attr-defined]

    def ends(request: object) -> None:
        if "/script/lint/" in request.url:  # type: ignore[attr-defined]
            open_now[0] -= 1

    page.on("request", begins)
    page.on("requestfinished", ends)
    page.locator("#text-th").press_sequentially("a {item} b {item} c {item}", delay=30)
    page.locator("#text-zh-Hans").press_sequentially("好的")
    expect(page.locator("#lang-zh-Hans .changes")).to_be_attached()
    assert most == [1]
    hidden = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => %s });"
    page.evaluate(hidden % "true")
    count = len(sent)
    with page.expect_request("**/script/lint/") as asked:
        page.locator("#text-th").press_sequentially(" x")
        page.wait_for_function("document.querySelector('#lang-th .under.stale')")
        assert len(sent) == count
        page.evaluate(hidden % "false" + "document.dispatchEvent(new Event('visibilitychange'))")
    assert asked.value.method == "POST"


def test_a_check_that_does_not_answer_says_so_and_keeps_the_words(visitors: Visitors, desk: Desk) -> None:
    a_planned_storm(desk, "TH")
    page = visitors.open(desk.lead, language="en")
    studio(visitors, page)
    field = page.locator("#text-th")
    page.context.set_offline(True)
    field.press("Control+End")
    field.press_sequentially(" {nama}")
    expect(page.get_by_text("The check does not answer.")).to_be_visible()
    page.context.set_offline(False)
    field.press_sequentially(" {kota}")
    expect(page.locator("#lang-th .found")).to_have_count(2)
    expect(page.get_by_text("The check does not answer.")).to_be_hidden()
    assert field.input_value().endswith(" {nama} {kota}")
    page.context.clear_cookies()
    field.press_sequentially("!")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert field.input_value().endswith(" {nama} {kota}!")
    # The browser itself complains of the cut line and of the refusal that were meant here.
    visitors.complaints[:] = [each for each in visitors.complaints if "Failed to load resource" not in each]
    page.on("dialog", lambda dialog: dialog.accept())


def test_without_scripts_it_checks_mends_and_saves(visitors: Visitors, desk: Desk) -> None:
    storm = a_planned_storm(desk, "SG")
    signed_in = visitors.open(desk.lead, language="en")
    context = visitors.browser.new_context(java_script_enabled=False, viewport={"width": 1200, "height": 900})
    context.add_cookies(signed_in.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{visitors.url}/incidents/S-0001/script/")
    page.locator("#text-en").fill("Please cancel your order {order_id}. We are sorry.")
    page.get_by_role("button", name="Check").last.click()
    expect(page.locator("#lang-en .marked mark")).to_have_text("Please cancel")
    whole(page, "studio-noscript-en")
    page.get_by_role("button", name="Put it in").click()
    expect(page.locator("#lang-en .found")).to_have_count(0)
    page.get_by_label("I know that the plan ends with it").check()
    page.get_by_role("button", name="Save as v2").click()
    expect(page.get_by_text("Saved and frozen as v2.")).to_be_visible()
    assert ScriptVersion.objects.filter(incident=storm.incident).count() == 2
    context.close()


def test_in_both_languages_light_and_dark_on_desk_and_phone_nothing_is_cut(visitors: Visitors, desk: Desk) -> None:
    a_planned_storm(desk, "TH", "VN", "ID", "MY", "PH", "SG")
    for language, theme, size in (
        ("zh-hans", "dark", None), ("en", "light", None), ("zh-hans", "light", PHONE), ("en", "dark", PHONE),
    ):  # fmt: skip
        page = visitors.open(desk.lead, language=language, theme=theme, viewport=size)
        studio(visitors, page)
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # The copy behind the letters breaks its lines where the field does.
        for card in page.locator(".text-card:visible").all():
            heights = card.evaluate(
                "(card) => [card.querySelector('.ed-text').scrollHeight, card.querySelector('.ed-back').clientHeight]"
            )
            assert abs(heights[0] - heights[1]) <= 2, heights
        where = "phone" if size else "desk"
        whole(page, f"studio-{language}-{theme}-{where}")
        if size is None and os.environ.get("BROWSER_SHOTS"):
            page.screenshot(path=f"{os.environ['BROWSER_SHOTS']}/studio-{language}-{theme}-fold.png")
