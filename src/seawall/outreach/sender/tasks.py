"""Send one claimed row. Async, no tables: values in, an Outcome out."""

from collections.abc import Callable

from seawall.connectors.contracts import Connector, SessionOpened
from seawall.connectors.errors import ConnectorError, Rejected
from seawall.kernel.clock import Clock
from seawall.kernel.digest import sha256_text
from seawall.outreach.policy import confirm_wait
from seawall.outreach.sender.claim import Claimed
from seawall.outreach.sender.outcome import Outcome, outcome_of_error


def nobody_stopped(shop_id: int, key: str) -> bool:
    """For senders that know of no buyer who wants no more messages."""
    return False


async def send_one(
    claim: Claimed,
    messenger: Connector,
    *,
    clock: Clock,
    may_send: Callable[[Claimed], bool],
    has_opted_out: Callable[[int, str], bool] = nobody_stopped,
) -> Outcome:
    """Open the conversation, look once more whether it may go, send once. Never raises for what a platform does.

    `has_opted_out` is asked by shop and conversation (or buyer's account): only now is it certain who the buyer is.
    """
    if sha256_text(claim.text) != claim.text_sha256:
        return Outcome(claim=claim, event="give_to_person", at=clock.now(), reason_code="text_changed")
    session_id, buyer_id = claim.session_id, ""
    if not session_id or claim.riders:
        if not may_send(claim):
            return Outcome(claim=claim, event="release", at=clock.now(), never_left=True)
        try:
            opened = await messenger.open_session(claim.platform_order_id)
            if not await _is_one_buyer(claim, opened, messenger):
                return Outcome(claim=claim, event="release", at=clock.now(), is_parted=True, never_left=True)
        except Rejected as error:
            if claim.riders:
                # One order that may not be written about must not silence the others: each is judged alone.
                return Outcome(
                    claim=claim, event="release", at=clock.now(), is_parted=True, platform_code=error.platform_code,
                    never_left=True,
                )  # fmt: skip
            return outcome_of_error(claim, error, at=clock.now(), may_have_left=False)
        except ConnectorError as error:
            return outcome_of_error(claim, error, at=clock.now(), may_have_left=False)
        session_id, buyer_id = session_id or opened.session_id, opened.buyer_id
    if has_opted_out(claim.shop_id, session_id) or (buyer_id and has_opted_out(claim.shop_id, buyer_id)):
        return Outcome(claim=claim, event="opted_out", at=clock.now(), reason_code="buyer_opted_out", never_left=True)
    # The last look before a buyer sees something: paused, stopped or this worker no longer trusted means no.
    if not may_send(claim):
        return Outcome(claim=claim, event="release", at=clock.now(), never_left=True)
    try:
        sent = await messenger.send_text(session_id, claim.text, order_id=claim.platform_order_id)
    except ConnectorError as error:
        return outcome_of_error(claim, error, at=clock.now(), may_have_left=True)
    return Outcome(
        claim=claim,
        event="acknowledged",
        at=clock.now(),
        # The platform's own id: what was opened may have been a handle for a conversation that did not exist yet.
        session_id=sent.session_id or session_id,
        confirm_after=clock.now() + confirm_wait(pushes_own=pushes_own_messages(messenger)),
        message_id=sent.message_id,
        platform_time=sent.platform_time,
        request_id=sent.exchange.request_id,
        exchange=sent.exchange,
    )


async def _is_one_buyer(claim: Claimed, opened: SessionOpened, messenger: Connector) -> bool:
    """Whether the platform itself names one and the same buyer for every order that the words name. What a file said
    of the buyer only proposes; the order numbers of one person must never reach another."""
    for rider in claim.riders:
        other = await messenger.open_session(rider.platform_order_id)
        if not opened.buyer_key or other.buyer_key != opened.buyer_key:
            return False
    return True


def pushes_own_messages(connector: Connector) -> bool:
    """Whether the platform pushes what the shop itself wrote: then proof comes by itself."""
    flag = connector.capabilities.get("push_own_messages")
    return flag is not None and flag.can
