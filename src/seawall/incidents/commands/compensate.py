"""What was given to a buyer beyond the message, kept within what the seller attested for each order and for the storm.

Seawall issues no voucher and moves no money: a person does that on the platform and says so here, before or after. What
would go beyond the allowance is refused, so that the team sees it before the buyer is promised anything.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum

from seawall.incidents.commands.write_facts import facts_of
from seawall.incidents.models import Case, Compensation, FactsSheet, Incident
from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.markets import Market
from seawall.kernel.money import DECIMALS
from seawall.tenancy.api import Actor, get_scoped, scoped
from seawall.timeline.api import record

MOST_REFERENCE = 120


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What may be given for one order, in its market's money."""

    currency: str
    limit: Decimal
    """By the newest facts the seller attested; zero where they offer nothing in this money."""
    given: Decimal
    storm_left: Decimal | None
    """What is left of the storm's ceiling; None where that is in other money, which nobody can compare here."""
    storm_currency: str

    @property
    def left(self) -> Decimal:
        """What may still be given, never below zero."""
        room = self.limit - self.given
        return max(Decimal(0), room if self.storm_left is None else min(room, self.storm_left))


@dataclass(frozen=True, kw_only=True)
class GiveCompensation:
    """A person says what they give for one order."""

    case_id: int
    amount: str
    """As typed: a plain number in the market's money."""
    reference: str
    key: str
    """Of the form; the same one twice is one."""


def allowance_of(case: Case) -> Allowance:
    """What may be given for this order. Read with its order and shop; three queries."""
    currency = Market(case.order.shop.market).currency
    attested = FactsSheet.objects.filter(incident_id=case.incident_id, attested_at__isnull=False)
    sheet = attested.order_by("-version").first()
    offer = facts_of(sheet).offer_in(currency) if sheet else None
    storm_left: Decimal | None = None
    if sheet is not None and sheet.ceiling_currency == currency:
        spent = _sum(Compensation.objects.filter(case__incident_id=case.incident_id, currency=currency))
        storm_left = sheet.ceiling_amount - spent
    return Allowance(
        currency=currency, limit=offer.amount if offer else Decimal(0),
        given=_sum(Compensation.objects.filter(case=case, currency=currency)), storm_left=storm_left,
        storm_currency=sheet.ceiling_currency if sheet else "",
    )  # fmt: skip


def give_compensation(cmd: GiveCompensation, *, by: Actor, clock: Clock) -> Compensation:
    """Keep that so much is given for an order. One form gives once; so does one reference of the platform.

    Raises NotFound, InvalidInput: compensation_no_amount, compensation_needs_reference; Refused:
    compensation_beyond_allowance, compensation_reference_used.
    """
    by.require("compensation.give")
    reference = cmd.reference.strip()[:MOST_REFERENCE]
    if not reference or not cmd.key:
        raise InvalidInput("compensation_needs_reference")
    with transaction.atomic():
        case = get_scoped(Case, by, pk=cmd.case_id)
        # One at a time in a storm: the ceiling is of them all.
        get_scoped(Incident, by, lock=True, pk=case.incident_id)
        if said := scoped(Compensation, by).filter(case=case, key=cmd.key[:64]).first():
            return said
        allowance = allowance_of(case)
        amount = _amount(cmd.amount, allowance.currency)
        if amount > allowance.left:
            raise Refused(
                "compensation_beyond_allowance", order=case.order.platform_order_id, amount=format(amount, "f"),
                left=format(allowance.left, "f"), currency=allowance.currency,
            )  # fmt: skip
        if scoped(Compensation, by).filter(case=case, reference=reference).exists():
            raise Refused("compensation_reference_used", reference=reference, order=case.order.platform_order_id)
        given = Compensation.objects.create(
            team_id=case.team_id, case=case, amount=amount, currency=allowance.currency, reference=reference,
            key=cmd.key[:64], by_id=by.user_id, at=clock.now(),
        )  # fmt: skip
        record(
            team_id=case.team_id, incident_id=case.incident_id, verb="compensation.give", clock=clock, by=by,
            subject=f"case:{case.pk}", before={"given": format(allowance.given, "f")},
            after={
                "order": case.order.platform_order_id, "amount": format(amount, "f"), "currency": allowance.currency,
                "reference": reference,
            },
        )  # fmt: skip
    return given


def _sum(rows: QuerySet[Compensation]) -> Decimal:
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def _amount(typed: str, currency: str) -> Decimal:
    words = typed.strip()
    whole, _, rest = words.partition(".")
    # Nothing is guessed: no thousands apart, no comma, no more digits than the money has.
    is_plain = words.isascii() and whole.isdigit() and len(whole) <= 12 and (rest.isdigit() or "." not in words)
    if not is_plain or len(rest) > DECIMALS[currency] or Decimal(words) <= 0:
        raise InvalidInput("compensation_no_amount", amount=words[:40], decimals=DECIMALS[currency], currency=currency)
    return Decimal(words)
