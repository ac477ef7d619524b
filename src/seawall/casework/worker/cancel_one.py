"""Cancel one claimed order. Async, no tables: values in, an Outcome out."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from seawall.casework import policy
from seawall.casework.worker.claim import Claimed
from seawall.casework.worker.outcome import (
    Outcome,
    answer_of,
    capture_of_exchange,
    capture_of_order,
    outcome_of_error,
)
from seawall.connectors.contracts import CancelOptions, CancelState, Connector, PlatformOrder
from seawall.connectors.errors import ConnectorError
from seawall.connectors.standing import OrderStanding, Party, Standing, standing_of
from seawall.evidence.api import NewCapture
from seawall.kernel.clock import Clock

MarkCalled = Callable[[Claimed, datetime | None, str], Awaitable[bool]]
"""Writes down that the call leaves now; False when it may not."""


async def cancel_one(
    claim: Claimed, connector: Connector, names: tuple[str, ...], *, clock: Clock, mark_called: MarkCalled
) -> Outcome:
    """Read the order, read what the platform offers for it, write down that the call leaves, call once. Never raises
    for what a platform does."""
    try:
        order = await connector.order(claim.platform_order_id)
        seen = standing_of(claim.platform, order)
        options = await connector.cancel_options(claim.platform_order_id) if _asks(seen) else None
    except ConnectorError as error:
        return outcome_of_error(claim, error, at=clock.now(), was_called=False)
    kept: tuple[NewCapture, ...] = (_read(claim, order, clock),)
    verdict = policy.before_call(seen, options, names)
    if verdict.reason is None:
        offered = _offered(claim, options, clock)
        return Outcome(
            claim=claim, event=verdict.event or "give_to_person", at=clock.now(),
            reason_code=verdict.code or "cancel_in_doubt", reason_params={"words": verdict.words[:300]},
            platform_words=verdict.words, captures=(*kept, *offered), seen=seen,
        )  # fmt: skip
    reason = verdict.reason
    if not await mark_called(claim, order.updated_at, reason.code):
        return Outcome(claim=claim, event="release", at=clock.now())
    lines = options.line_ids if options else ()
    try:
        done = await connector.cancel(claim.platform_order_id, reason=reason.code, line_ids=lines)
    except ConnectorError as error:
        return outcome_of_error(claim, error, at=clock.now(), was_called=True, kept=kept)
    chosen = (reason.code, reason.text)
    kept = (*kept, *answer_of(claim, done.exchange, clock.now()))
    if done.state is CancelState.PENDING:
        return Outcome(claim=claim, event="accepted", at=clock.now(), chosen=chosen, cancel_id=done.cancel_id,
                       request_id=done.exchange.request_id, captures=kept)  # fmt: skip
    return await _whose(claim, connector, Outcome(
        claim=claim, event="cancelled", at=clock.now(), chosen=chosen, cancel_id=done.cancel_id,
        request_id=done.exchange.request_id, captures=kept,
    ), clock)  # fmt: skip


async def _whose(claim: Claimed, connector: Connector, done: Outcome, clock: Clock) -> Outcome:
    """The connector counts an order that somebody else cancelled in between as done too: the record says who it was."""
    try:
        order = await connector.order(claim.platform_order_id)
    except ConnectorError:
        # Taken by the platform; the next look says whose it was.
        return Outcome(**{**vars(done), "event": "accepted"})
    seen = standing_of(claim.platform, order)
    values = {**vars(done), "captures": (*done.captures, _read(claim, order, clock)), "seen": seen}
    if seen.standing is not Standing.CANCELLED:
        return Outcome(**{**values, "event": "accepted"})
    if seen.by in (Party.BUYER, Party.PLATFORM):
        return Outcome(**{**values, "event": "not_needed", "reason_code": "order_resolved", "chosen": ("", ""),
                          "reason_params": {"words": seen.reason[:300]}})  # fmt: skip
    return Outcome(**values)


def _asks(seen: OrderStanding) -> bool:
    return seen.standing is Standing.OPEN


def _read(claim: Claimed, order: PlatformOrder, clock: Clock) -> NewCapture:
    return capture_of_order(
        order, team_id=claim.team_id, shop_id=claim.shop_id, incident_id=claim.incident_id, order_id=claim.order_id,
        at=clock.now(),
    )  # fmt: skip


def _offered(claim: Claimed, options: CancelOptions | None, clock: Clock) -> tuple[NewCapture, ...]:
    """What the platform answered when asked what may be done: why an order was kept, in its own words."""
    if options is None or options.exchange is None or claim.platform.value == "shopee":
        return ()  # Shopee's answer is the order itself, which is kept without the buyer's person.
    return (capture_of_exchange(claim, options.exchange, clock.now()),)
