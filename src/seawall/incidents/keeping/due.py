"""Which rows are due: past the team's time, of no open or lately closed storm, under no hold. Reads only.

A storm keeps everything of its orders until it has been closed for as long as the rule says. An order that stands in a
storm that is open, lately closed or held keeps its data whatever other storm it was in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from seawall.casework.api import BuyerRequest
from seawall.connectors.models import ReceivedEvent
from seawall.evidence.api import Capture, DataKind, LegalHold, Pack, Picture, RedactedPack, Screenshot
from seawall.inbox.api import Message
from seawall.incidents.models import Case, Incident
from seawall.incidents.states import IncidentState
from seawall.orders.api import Order, ProblemParcel
from seawall.outreach.api import Recipient
from seawall.shops.api import Connection

Due = dict[str, QuerySet[Any]]
"""What is due by the name an erased item has (`ErasedItem.what`)."""


def months_before(now: datetime, months: int) -> datetime:
    """The same day so many calendar months ago, at the start of that day (UTC); the month's last day where it is
    shorter. Whole days, so that a plan stays the same for a day."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for last in (now.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month + 1, day=last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


@dataclass(frozen=True, kw_only=True)
class Storms:
    """The storms of a team at a cut-off: which of them no longer keep anything, which do, and why."""

    team_id: int
    cut_off: datetime
    is_team_held: bool
    over: QuerySet[Incident]
    keeping: QuerySet[Incident]
    held: QuerySet[Incident]

    @classmethod
    def at(cls, team_id: int, cut_off: datetime) -> "Storms":
        """The storms as they stand now."""
        holds = LegalHold.objects.filter(team_id=team_id, released_at__isnull=True)
        every = Incident.objects.filter(team_id=team_id)
        held = every.filter(pk__in=holds.filter(incident__isnull=False).values("incident_id"))
        is_over = Q(state=IncidentState.CLOSED.value, closed_at__lte=cut_off) & ~Q(pk__in=held.values("pk"))
        is_team_held = holds.filter(incident__isnull=True).exists()
        over = every.none() if is_team_held else every.filter(is_over)
        keeping = every if is_team_held else every.exclude(is_over)
        return cls(team_id=team_id, cut_off=cut_off, is_team_held=is_team_held, over=over, keeping=keeping, held=held)

    @property
    def earliest_kept(self) -> datetime:
        """Before this instant nothing belongs to a storm that keeps its data. The cut-off where no storm does."""
        first: datetime | None = self.keeping.aggregate(first=Min("opened_at"))["first"]
        return min(self.cut_off, first) if first else self.cut_off


def due(kind: DataKind, storms: Storms) -> Due:
    """The due rows of one kind. Empty while the team is held."""
    if storms.is_team_held:
        return {}
    return _BY_KIND[kind](storms)


def _orders(storms: Storms) -> Due:
    kept = Case.objects.filter(order_id=OuterRef("pk"), incident__in=storms.keeping)
    orders = Order.objects.filter(team_id=storms.team_id, last_seen_at__lte=storms.cut_off).filter(~Exists(kept))
    says_something = (
        ~Q(buyer_handle="") | ~Q(buyer_name="") | ~Q(phone="") | ~Q(remark="") | ~Q(cancel_reason="") | ~Q(address={})
    )
    kept_order = Case.objects.filter(order_id=OuterRef("order_id"), incident__in=storms.keeping)
    sheets = ProblemParcel.objects.filter(team_id=storms.team_id, last_seen_at__lte=storms.cut_off)
    sheets = sheets.filter(~Exists(kept_order)).exclude(note="", carrier_text="")
    return {"order": orders.filter(says_something), "parcel_sheet": sheets}


def _records(storms: Storms) -> Due:
    kept_order = Case.objects.filter(order_id=OuterRef("order_id"), incident__in=storms.keeping)
    captures = Capture.objects.filter(team_id=storms.team_id, our_time__lte=storms.cut_off).filter(~Exists(kept_order))
    # A record of no storm and no order may be of a conversation that a kept storm needs.
    loose = Q(incident__isnull=True) & (Q(order__isnull=False) | Q(our_time__lte=storms.earliest_kept))
    captures = captures.filter(Q(incident__in=storms.over) | loose)
    kept_talk = Recipient.objects.filter(
        incident__in=storms.keeping, order__shop_id=OuterRef("conversation__shop_id"),
        session_id=OuterRef("conversation__session_id"),
    )  # fmt: skip
    messages = Message.objects.filter(team_id=storms.team_id, sent_at__lte=storms.cut_off)
    messages = messages.filter(~Exists(kept_talk)).exclude(text="", blocked_note="")
    of_storm = Q(team_id=storms.team_id, incident__in=storms.over)
    pictures = Picture.objects.filter(of_storm, drawn_at__lte=storms.cut_off).filter(~Exists(kept_order))
    requests = BuyerRequest.objects.filter(of_storm, last_seen_at__lte=storms.cut_off).filter(~Exists(kept_order))
    return {
        "capture": captures, "message": messages, "picture": pictures, "push": _pushes(storms),
        "request": requests.exclude(reason="", platform_words=""),
    }  # fmt: skip


def _pushes(storms: Storms) -> QuerySet[ReceivedEvent]:
    """Handled pushes of the team's shops. What they said stands in captures; a push names no storm, so all from the
    first kept storm on are kept."""
    ours = Connection.objects.filter(
        team_id=storms.team_id, shop__platform=OuterRef("platform"), app_key=OuterRef("app_key"),
        platform_seller_id=OuterRef("seller_id"),
    )  # fmt: skip
    rows = ReceivedEvent.objects.filter(handled_at__isnull=False, received_at__lte=storms.earliest_kept)
    others = Connection.objects.filter(
        shop__platform=OuterRef("platform"), app_key=OuterRef("app_key"), platform_seller_id=OuterRef("seller_id")
    ).exclude(team_id=storms.team_id)
    # A push that another team's shop would be found by is not ours alone to erase.
    return rows.exclude(seller_id="").filter(Exists(ours)).filter(~Exists(others))


def _screenshots(storms: Storms) -> Due:
    kept_order = Case.objects.filter(order_id=OuterRef("order_id"), incident__in=storms.keeping)
    rows = Screenshot.objects.filter(team_id=storms.team_id, incident__in=storms.over, attached_at__lte=storms.cut_off)
    return {"screenshot": rows.filter(~Exists(kept_order))}


def _packs(storms: Storms) -> Due:
    packs = Pack.objects.filter(
        team_id=storms.team_id, incident__in=storms.over, sealed_at__lte=storms.cut_off, file_erased_at__isnull=True
    )
    redacted = RedactedPack.objects.filter(
        team_id=storms.team_id, pack__incident__in=storms.over, made_at__lte=storms.cut_off,
        file_erased_at__isnull=True,
    )  # fmt: skip
    return {"pack": packs, "redacted_pack": redacted}


_BY_KIND = {
    DataKind.BUYER_DATA: _orders,
    DataKind.RECORDS: _records,
    DataKind.SCREENSHOTS: _screenshots,
    DataKind.PACKS: _packs,
}
