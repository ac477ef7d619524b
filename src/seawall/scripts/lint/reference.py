"""The reference page of the lint, written from the code so that it cannot fall behind it."""

from seawall.kernel.languages import Language
from seawall.kernel.markets import Platform
from seawall.kernel.texts import text
from seawall.scripts.lint.engine import rule_row, suggestion
from seawall.scripts.lint.form import LENGTH_LIMITS
from seawall.scripts.lint.model import Rule, severity_of

_CODES: dict[Rule, tuple[str, ...]] = {
    Rule.ASKS_TO_CANCEL: ("lint_asks_to_cancel",),
    Rule.OFF_PLATFORM_CONTACT: (
        "lint_phone", "lint_email", "lint_link", "lint_handle", "lint_app", "lint_off_platform_contact",
    ),
    Rule.UNRESOLVED_PLACEHOLDER: ("lint_unresolved_placeholder",),
    Rule.MISSING_ORDER_REFERENCE: ("lint_missing_order_reference",),
    Rule.TOO_LONG: ("lint_too_long",),
    Rule.OFF_PLATFORM_PAYMENT: ("lint_off_platform_payment",),
    Rule.REVIEW_MANIPULATION: ("lint_review_manipulation",),
    Rule.BLAMES: ("lint_blames_platform_or_carrier",),
    Rule.THREAT: ("lint_threat_or_pressure",),
    Rule.UNSUPPORTED_CLAIM: ("lint_claim_duration", "lint_claim_date", "lint_claim_promise", "lint_claim_cause",
                             "lint_claim_gift"),
    Rule.OVER_BUDGET: ("lint_promises_over_budget",),
    Rule.WRONG_MONEY: ("lint_wrong_market_money",),
    Rule.WRONG_LANGUAGE: ("lint_wrong_language",),
}  # fmt: skip
"""Every reason code a rule may give."""

_HEAD = """# Lint rules

Written by `seawall.scripts.lint.reference.lint_rules_page()`; a test fails when this page is older than the code.

A finding names its rule, the code points it covers (end exclusive), the rulebook row it rests on, why, and a wording
that passes. `block` shuts the gate; `warning` is shown to a person. `ours` stands where no platform rule is known.
"""


def codes() -> tuple[str, ...]:
    """All reason codes of findings."""
    return tuple(code for rule in Rule for code in _CODES[rule])


def lint_rules_page() -> str:
    """The whole page, in English Markdown, ending with a line end."""
    parts = [_HEAD, "| rule | severity | " + " | ".join(each.title for each in Platform) + " |"]
    parts.append("|---|---|" + "---|" * len(Platform))
    for rule in Rule:
        rows = " | ".join(rule_row(rule, platform) for platform in Platform)
        parts.append(f"| [{rule.value}](#{rule.value}) | {severity_of(rule).value} | {rows} |")
    parts.append("\n## Longest text\n\n| platform | code points | source | certainty |\n|---|---|---|---|")
    for platform, limit in LENGTH_LIMITS.items():
        parts.append(f"| {platform.title} | {limit.characters} | {limit.source} | {limit.certainty} |")
    for rule in Rule:
        parts.append(f"\n## {rule.value}\n")
        parts += [f"- `{code}`: {text(code, Language.EN)}" for code in _CODES[rule]]
        parts.append(f"\nInstead, for example: {suggestion(rule, Language.EN)}")
    return "\n".join(parts) + "\n"
