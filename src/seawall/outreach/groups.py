"""Several orders of one buyer in one message: the rows that ride along, and how a group parts before it leaves.

A group has one carrier, the row that is claimed, sent and looked up; the others ride with it. What happens to the
carrier happens to its riders, by a trigger of the table and in the same transaction. Whoever changes a group locks its
carrier first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from seawall.evidence.api import NewCapture, keep
from seawall.kernel.clock import Clock
from seawall.outreach.ledger import move_rows
from seawall.outreach.models import Recipient
from seawall.outreach.states import RecipientState

MAY_PART = frozenset({RecipientState.WAITING, RecipientState.NO_CONNECTION, RecipientState.UNREACHABLE})
"""A group that may have left the house never parts: its one message names all its orders."""

# A press was on the words of the group, so a person is asked again for the new ones.
_PART = """
UPDATE outreach_recipient
   SET rides_with_id = NULL, has_riders = false, text = solo_text,
       text_sha256 = encode(sha256(convert_to(solo_text, 'UTF8')), 'hex'),
       seat_id = NULL, seat_until = NULL, pressed_by_id = NULL, pressed_at = NULL
 WHERE id = %(carrier)s OR rides_with_id = %(carrier)s
"""


def part(carrier_id: int) -> bool:
    """Let every order of a group go alone, in the words approved for it alone. False where there is no such group, or
    its message may have left. Call inside a transaction."""
    locked = Recipient.objects.select_for_update().filter(
        pk=carrier_id, has_riders=True, state__in=[state.value for state in MAY_PART], copied_at__isnull=True
    )
    if locked.values_list("pk", flat=True).first() is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_PART, {"carrier": carrier_id})
    return True


def part_groups_of(rows: QuerySet[Recipient]) -> None:
    """Part the groups that hold one of these rows and whose message has not left. Call inside a transaction."""
    grouped = rows.filter(Q(has_riders=True) | Q(rides_with__isnull=False))
    for carrier in sorted({rides_with or pk for pk, rides_with in grouped.values_list("pk", "rides_with_id")}):
        part(carrier)


def alone(rows: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Those of the rows whose message names no other order."""
    return rows.filter(rides_with__isnull=True, has_riders=False)


def tidy(*, clock: Clock) -> int:
    """Part groups that came back unsent and hold an order that no longer concerns the storm; that order is left out.

    Such a group is not claimed until then. A group that was never tried parted the moment its order was withdrawn.
    Returns how many groups.
    """
    withdrawn = Recipient.objects.exclude(case__state="open").filter(
        Q(pk=OuterRef("pk")) | Q(rides_with=OuterRef("pk"))
    )
    stuck = Recipient.objects.filter(Exists(withdrawn), state="waiting", has_riders=True, attempts__gt=0)
    parted = 0
    for carrier in sorted(stuck.values_list("pk", flat=True)):
        with transaction.atomic():
            parted += part_off_withdrawn(carrier, clock=clock)
    return parted


def part_off_withdrawn(carrier_id: int, *, clock: Clock) -> bool:
    """Part a group that holds an order which no longer concerns the storm, and leave that order out. False where there
    is none, or its message may have left. Call inside a transaction."""
    members = list(named_with(carrier_id).values_list("pk", flat=True))
    withdrawn = list(Recipient.objects.filter(pk__in=members).exclude(case__state="open").select_related("case"))
    if not withdrawn or not part(carrier_id):
        return False
    for row in withdrawn:
        move_rows(
            Recipient.objects.filter(pk=row.pk), "leave_out", clock=clock, reason="case_withdrawn",
            params={"why": row.case.withdrawn_reason},
        )  # fmt: skip
    return True


def named_with(carrier_id: int) -> QuerySet[Recipient]:
    """The rows of all orders that a message names: its own and those that ride along, its own first."""
    rows = Recipient.objects.filter(Q(pk=carrier_id) | Q(rides_with=carrier_id))
    return rows.order_by("-has_riders", "rank").select_related("order")


def keep_for_all(captures: Iterable[NewCapture]) -> None:
    """Keep records of messages of ours once for each order that the message names."""
    given = list(captures)
    riders = _riders_of({each.recipient_id for each in given if each.recipient_id is not None})
    keep(_for_each(given, riders))


def _riders_of(carriers: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    rows = Recipient.objects.filter(rides_with__in=carriers).order_by("rank")
    for carrier, pk, order in rows.values_list("rides_with_id", "pk", "order_id"):
        if carrier is not None:
            found.setdefault(carrier, []).append((pk, order))
    return found


def _for_each(captures: Iterable[NewCapture], riders: dict[int, list[tuple[int, int]]]) -> Iterator[NewCapture]:
    for each in captures:
        yield each
        for pk, order in riders.get(each.recipient_id or 0, ()):
            yield replace(each, recipient_id=pk, order_id=order)


def named_together(rows: Collection[Recipient]) -> dict[int, list[Recipient]]:
    """For each of these rows whose message names several orders: the rows of the others, with their orders, by number.

    Rows of a message belong together by whom they ride with, or, where they had parted and the message was at the
    platform after all, by the id the platform gave it.
    """
    grouped = [row for row in rows if row.merged_sha256 and row.merged_sha256 == row.text_sha256]
    carriers = {row.rides_with_id or row.pk for row in grouped}
    messages = {row.platform_message_id for row in grouped if row.platform_message_id}
    mates: dict[object, dict[int, Recipient]] = defaultdict(dict)
    for each in Recipient.objects.filter(
        Q(pk__in=carriers)
        | Q(rides_with__in=carriers)
        | Q(platform_message_id__in=messages, incident__in={row.incident_id for row in grouped}),
        merged_sha256=F("text_sha256"),
    ).select_related("order"):
        for key in _keys(each):
            mates[key][each.pk] = each
    found = {row.pk: {pk: each for key in _keys(row) for pk, each in mates[key].items()} for row in grouped}
    return {
        pk: sorted((each for each in all_.values() if each.pk != pk), key=lambda each: each.order.platform_order_id)
        for pk, all_ in found.items()
        if len(all_) > 1
    }


def _keys(row: Recipient) -> list[object]:
    sent = (row.incident_id, row.session_id, row.platform_message_id, row.text_sha256)
    return [row.rides_with_id or row.pk, *([sent] if row.platform_message_id else [])]
