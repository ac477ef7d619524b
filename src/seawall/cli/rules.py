"""seawall rules: which dated rules hold, on what authority, until when."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from seawall.cli.context import actor
from seawall.cli.output import emit, table
from seawall.kernel.errors import InvalidInput, Misuse, NotFound
from seawall.kernel.markets import Market, Platform
from seawall.kernel.texts import reader_language, text
from seawall.rulebook.words import Certainty, StormKind, Subject, Trait

if TYPE_CHECKING:
    from seawall.orders.api import Order
    from seawall.rulebook.api import Clock, Rule, RulesOn
    from seawall.tenancy.api import Actor

app = typer.Typer(no_args_is_help=True)

AsOf = Annotated[str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="As it stood on this day; today if left out.")]
ShopCode = Annotated[str, typer.Option("--shop", metavar="CODE", help="One shop, with its own figures.")]


@app.command("explain")
def explain(
    order: Annotated[str, typer.Argument(help="The platform's order number.")],
    shop: ShopCode = "",
    as_of: AsOf = "",
    traits: Annotated[
        list[Trait] | None, typer.Option("--trait", help="What is known of the order or shop, e.g. mall, ready_stock.")
    ] = None,
) -> None:
    """Which rules apply to an order, until when, and on what authority."""
    by = actor()
    from seawall.incidents.api import facts_of_orders
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.rulebook.api import applicable, clocks_of, gaps_of, golden_window, rules_for

    by.require("rules.read")
    found = _order(by, order, shop)
    zone, now = Market(found.shop.market).zone, SYSTEM_CLOCK.now()
    day = _day(as_of) or now.astimezone(zone).date()
    if as_of:
        now = datetime.combine(day, time.max, tzinfo=zone)
    facts = facts_of_orders([found], now, traits=traits or ())[found.pk]
    rules = rules_for(by, day=day, shop_id=found.shop_id)
    clocks = clocks_of(facts, rules, now)
    golden = {storm: golden_window(storm, clocks, rules) for storm in StormKind}
    result = {
        "order": facts.ref, "shop": found.shop.code, "platform": facts.platform, "market": facts.market,
        "zone": facts.market.zone.key, "as_of": day.isoformat(), "now": now.astimezone(UTC).isoformat(),
        "clocks": [_clock_json(clock, rules, facts.market) for clock in clocks],
        "golden": {storm.value: clock.kind.value for storm, clock in golden.items() if clock is not None},
        "unknown": [_rule_json(rule) for rule in gaps_of(facts, rules)],
        "rules": [_rule_json(rule) for rule in applicable(facts, rules)],
    }  # fmt: skip
    emit(result, lambda console: _show_explained(console, result, golden, rules))


def _order(by: "Actor", number: str, shop_code: str) -> "Order":
    """The order in a shop one may see. Raises NotFound, Misuse(rules_order_in_many_shops)."""
    from seawall.orders.api import Order
    from seawall.shops.api import Shop
    from seawall.tenancy.api import get_scoped, scoped

    rows = scoped(Order, by).filter(platform_order_id=number)
    if shop_code:
        rows = rows.filter(shop=get_scoped(Shop, by, code=shop_code))
    found = list(rows.select_related("shop").order_by("shop__code"))
    if not found:
        raise NotFound("not_found", what=number)
    if len(found) > 1:
        raise Misuse("rules_order_in_many_shops", order=number, shops=", ".join(each.shop.code for each in found))
    return found[0]


def _clock_json(clock: "Clock", rules: "RulesOn", market: Market) -> dict[str, Any]:
    rule = rules.rule(clock.rule_id, market) if clock.rule_id else None
    return {
        "kind": clock.kind.value, "what": text(f"rules_clock_{clock.kind.value}"), "state": clock.state.value,
        "started_at": clock.started_at.isoformat() if clock.started_at else None,
        "warn_at": clock.warn_at.isoformat(), "breach_at": clock.breach_at.isoformat(),
        "ended_at": clock.ended_at.isoformat() if clock.ended_at else None,
        "authority": clock.authority.value, "rule": clock.rule_id or None, "source": clock.source or None,
        "when": clock.when,
        "certainty": clock.certainty.value, "check_with_platform": clock.must_check,
        "text": rule.text(reader_language()) if rule else text("rules_authority_platform_column"),
        "set_by": rule.overridden_by if rule and rule.overridden_by else None,
        "others": [
            {"rule": o.rule_id, "certainty": o.certainty.value, "breach_at": o.breach_at.isoformat(), "when": o.when}
            for o in clock.others
        ],
    }  # fmt: skip


def _rule_json(rule: "Rule") -> dict[str, Any]:
    return {
        "rule": rule.id, "subject": rule.subject.value, "platforms": [p.value for p in rule.platforms],
        "markets": [m.value for m in rule.markets], "sellers": rule.sellers.value, "carrier": rule.carrier or None,
        "value": rule.value or None, "unit": rule.unit or None, "figure": rule.figure() or None,
        "effective_from": rule.effective_from.isoformat() if rule.effective_from else None,
        "effective_to": rule.effective_to.isoformat() if rule.effective_to else None,
        "dated": rule.dated, "source": rule.source, "certainty": rule.certainty.value,
        "certainty_note": rule.certainty_note or None, "check_with_platform": rule.must_check,
        "text": rule.text(reader_language()),
        "clocks": [spec.model_dump(mode="json", exclude_none=True) for spec in rule.clocks],
        "set_by": rule.overridden_by or None, "see": list(rule.see),
    }  # fmt: skip


def _sure(certainty: str, check: bool) -> str:
    said = [text(f"rules_certainty_{certainty}")]
    if check and certainty == Certainty.DOCS:
        said.append(text("rules_weak_source"))
    if check:
        said.append(text("rules_check_platform"))
    return ", ".join(said)


def _if(trait: str | None) -> str:
    return text(f"rules_trait_{trait}") if trait else ""


def _show_explained(
    console: Console, result: dict[str, Any], golden: "dict[StormKind, Clock | None]", rules: "RulesOn"
) -> None:
    console.print(f"{result['order']}  {result['shop']}  {result['platform']} {result['market']}  {result['zone']}")
    if not result["clocks"]:
        console.print(text("rules_no_clock"), markup=False)
    else:
        shown = table("what", "state", "until", "rule")
        for row in result["clocks"]:
            until = datetime.fromisoformat(row["breach_at"]).strftime("%Y-%m-%d %H:%M")
            shown.add_row(row["what"], text(f"rules_state_{row['state']}"), until, row["rule"] or "—")
        console.print(shown)
        for row in result["clocks"]:
            sure = _sure(row["certainty"], row["check_with_platform"])
            console.print(f"  {row['what']}: {row['text']}", markup=False)
            authority = text(f"rules_authority_{row['authority']}")
            parts = (authority, row["set_by"], sure, _if(row["when"]), row["source"])
            console.print(f"    {' · '.join(filter(None, parts))}", markup=False)
            for other in row["others"]:
                until = datetime.fromisoformat(other["breach_at"]).strftime("%Y-%m-%d %H:%M")
                said = ", ".join(filter(None, (_sure(other["certainty"], False), _if(other["when"]))))
                line = text("rules_other_says", rule=other["rule"], until=until, certainty=said)
                console.print(f"    {line}", markup=False)
    for storm, clock in golden.items():
        if clock is not None:
            until, what = clock.breach_at.strftime("%Y-%m-%d %H:%M"), text(f"rules_clock_{clock.kind.value}")
            storm_name = text(f"rules_storm_{storm.value}")
            console.print(text("rules_golden_until", storm=storm_name, until=until, clock=what), markup=False)
    for row in result["unknown"]:
        console.print(text("rules_gap", rule=row["rule"], text=row["text"]), markup=False)
    _show_applying(console, result)


def _show_applying(console: Console, result: dict[str, Any]) -> None:
    """All rules that speak of the order, a line for each subject."""
    drive = sum(1 for row in result["clocks"] if row["rule"])
    console.print(text("rules_applies", rules=len(result["rules"]), shown=drive), markup=False)
    for subject in Subject:
        ids = [row["rule"] for row in result["rules"] if row["subject"] == subject.value]
        if ids:
            console.print(f"  {text(f'rules_subject_{subject.value}')}: {', '.join(ids)}", markup=False)


@app.command("list")
def list_rules(
    platform: Annotated[Platform | None, typer.Option(help="Only this platform.")] = None,
    market: Annotated[Market | None, typer.Option(help="Only this market.")] = None,
    subject: Annotated[Subject | None, typer.Option(help="Only this subject.")] = None,
    certainty: Annotated[Certainty | None, typer.Option(help="Only rules this sure.")] = None,
    shop: ShopCode = "",
    as_of: AsOf = "",
) -> None:
    """The rules in effect on a day, the surest first; where rules disagree, the stricter is named."""
    by = actor()
    rules = _rules(by, as_of, shop)
    found = [
        r for r in rules.find(platform=platform, market=market, subject=subject) if certainty in (None, r.certainty)
    ]
    conflicts = rules.conflicts(platform=platform, market=market)
    result = {
        "as_of": rules.day.isoformat(),
        "rules": [_rule_json(rule) for rule in found],
        "conflicts": [
            {
                "topic": c.topic.id, "platform": c.platform.value, "market": c.market.value, "drives": c.drives.id,
                "rules": [{"rule": r.id, "value": r.value, "certainty": r.certainty.value} for r in c.rules],
            }
            for c in conflicts
            if subject is None or c.drives.subject is subject
        ],
    }  # fmt: skip
    emit(result, lambda console: _show_rules(console, result))


def _show_rules(console: Console, result: dict[str, Any]) -> None:
    shown = table("rule", "platform", "market", "subject", "value", "how sure", "dated")
    for row in result["rules"]:
        shown.add_row(
            row["rule"], "all" if len(row["platforms"]) == 3 else ", ".join(row["platforms"]),
            "all" if len(row["markets"]) == 6 else " ".join(row["markets"]), text(f"rules_subject_{row['subject']}"),
            row["figure"] or "—", text(f"rules_certainty_{row['certainty']}"),
            row["dated"],
        )  # fmt: skip
    console.print(shown)
    for each in result["conflicts"]:
        said = " · ".join(f"{r['rule']} = {r['value']}" for r in each["rules"])
        console.print(f"{each['platform']} {each['market']} {each['topic']}: {said}", markup=False)


@app.command("show")
def show(
    rule: Annotated[str, typer.Argument(help="Rule id, e.g. SHP-LSR-01.")],
    shop: ShopCode = "",
    as_of: AsOf = "",
) -> None:
    """One rule: every version, what is in effect on a day, and your team's own figures for it."""
    by = actor()
    from seawall.rulebook.api import own_figures, rulebook

    rules = _rules(by, as_of, shop)
    versions = rulebook().versions(rule)
    current = [r for r in rules.rules if r.id == rule]
    result = {
        "as_of": rules.day.isoformat(),
        "in_effect": [_rule_json(each) for each in current],
        "versions": [_rule_json(each) for each in versions],
        "own_figures": [_figure_json(row) for row in own_figures(by) if row.rule_id == rule],
    }
    emit(result, lambda console: _show_rule(console, result))


def _figure_json(row: Any) -> dict[str, Any]:
    return {
        "rule": row.rule_id, "shop": row.shop.code if row.shop else None, "value": row.value, "reason": row.reason,
        "set_by": row.set_by_name, "effective_from": row.effective_from.isoformat(),
        "effective_to": row.effective_to.isoformat() if row.effective_to else None,
    }  # fmt: skip


def _show_rule(console: Console, result: dict[str, Any]) -> None:
    for row in result["in_effect"] or result["versions"]:
        sure = _sure(row["certainty"], row["check_with_platform"])
        console.print(f"{row['rule']}  {', '.join(row['platforms'])}  {' '.join(row['markets'])}", markup=False)
        console.print(f"  {row['text']}", markup=False)
        console.print(f"  {sure} · {row['source']} · {row['dated']}", markup=False)
    for row in result["versions"]:
        span = f"{row['effective_from'] or '…'} – {row['effective_to'] or '…'}"
        console.print(f"  {span}: {row['figure'] or '—'}", markup=False)
    for row in result["own_figures"]:
        where = row["shop"] or "*"
        console.print(f"  {where}: {row['value']} ({row['set_by']}: {row['reason']})", markup=False)


@app.command("changes")
def changes(
    since: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="From this day on.")] = "",
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Up to and with this day.")] = "",
) -> None:
    """Which rules began, were replaced or ended, the newest first."""
    by = actor()
    from seawall.rulebook.api import rulebook

    by.require("rules.read")
    found = rulebook().changes(since=_day(since), until=_day(until))
    rows = [
        {
            "on": c.on.isoformat(), "change": c.kind.value, "rule": c.rule.id, "value": c.rule.value or None,
            "before": c.before.value if c.before else None, "text": c.rule.text(reader_language()),
        }
        for c in found
    ]  # fmt: skip
    shown = table("on", "change", "rule", "before", "value", "text")
    for row in rows:
        change = text(f"rules_change_{row['change']}")
        shown.add_row(str(row["on"]), change, row["rule"], row["before"] or "—", row["value"] or "—", row["text"])
    emit({"changes": rows}, lambda console: console.print(shown))


@app.command("set")
def set_(
    rule: Annotated[str, typer.Argument(help="Rule id.")],
    value: Annotated[
        str,
        typer.Argument(
            help="A whole number in the rule's unit, WARN/BREACH such as 5/7, or WORD=7 for one of several clocks."
        ),
    ],
    why: Annotated[str, typer.Option(help="The reason; it is shown with the figure.")],
    shop: Annotated[str, typer.Option(metavar="CODE", help="For this shop only.")] = "",
    since: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="First day; today if left out.")] = "",
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Last day.")] = "",
) -> None:
    """Set your team's own figure for a rule, in all shops or in one. Administrators and leads only."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.rulebook.api import SetFigure, set_figure

    command = SetFigure(
        rule_id=rule, value=value, reason=why, shop_code=shop, effective_from=_day(since), effective_to=_day(until)
    )
    made = set_figure(command, by=by, clock=SYSTEM_CLOCK)
    said = text("rules_figure_set", rule=rule, value=made.value)
    emit(_figure_json(made), lambda console: console.print(said, markup=False))


@app.command("unset")
def unset(
    rule: Annotated[str, typer.Argument(help="Rule id.")],
    why: Annotated[str, typer.Option(help="The reason.")],
    shop: Annotated[str, typer.Option(metavar="CODE", help="The figure of this shop.")] = "",
) -> None:
    """Take your team's own figure back; the book's holds again."""
    by = actor()
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.rulebook.api import drop_figure

    drop_figure(rule, shop_code=shop, why=why, by=by, clock=SYSTEM_CLOCK)
    said = text("rules_figure_dropped", rule=rule)
    emit({"rule": rule, "shop": shop or None, "value": None}, lambda console: console.print(said, markup=False))


def _rules(by: "Actor", as_of: str, shop_code: str) -> "RulesOn":
    from seawall.kernel.clock import SYSTEM_CLOCK
    from seawall.rulebook.api import rules_for
    from seawall.shops.api import Shop
    from seawall.tenancy.api import get_scoped

    by.require("rules.read")
    shop = get_scoped(Shop, by, code=shop_code) if shop_code else None
    now = SYSTEM_CLOCK.now()
    today = now.astimezone(Market(shop.market).zone).date() if shop else now.date()
    return rules_for(by, day=_day(as_of) or today, shop_id=shop.pk if shop else None)


def _day(given: str) -> date | None:
    """A day as written, None for nothing. Raises InvalidInput(rules_bad_day)."""
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise InvalidInput("rules_bad_day", value=given) from error
