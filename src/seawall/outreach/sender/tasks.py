"""Send one claimed row. Async, no tables: values in, an Outcome out."""

from collections.abc import Callable

from seawall.connectors.contracts import Messenger
from seawall.connectors.errors import ConnectorError
from seawall.kernel.clock import Clock
from seawall.kernel.digest import sha256_text
from seawall.outreach.sender.claim import Claimed
from seawall.outreach.sender.outcome import Outcome, outcome_of_error


async def send_one(
    claim: Claimed, messenger: Messenger, *, clock: Clock, may_send: Callable[[Claimed], bool]
) -> Outcome:
    """Open the conversation, look once more whether it may go, send once. Never raises for what a platform does."""
    if sha256_text(claim.text) != claim.text_sha256:
        return Outcome(claim=claim, event="give_to_person", at=clock.now(), reason_code="text_changed")
    session_id = claim.session_id
    if not session_id:
        if not may_send(claim):
            return Outcome(claim=claim, event="release", at=clock.now())
        try:
            session_id = (await messenger.open_session(claim.platform_order_id)).session_id
        except ConnectorError as error:
            return outcome_of_error(claim, error, at=clock.now(), may_have_left=False)
    # The last look before a buyer sees something: paused, stopped or this worker no longer trusted means no.
    if not may_send(claim):
        return Outcome(claim=claim, event="release", at=clock.now())
    try:
        sent = await messenger.send_text(session_id, claim.text)
    except ConnectorError as error:
        return outcome_of_error(claim, error, at=clock.now(), may_have_left=True)
    return Outcome(
        claim=claim,
        event="acknowledged",
        at=clock.now(),
        session_id=session_id,
        message_id=sent.message_id,
        platform_time=sent.platform_time,
        request_id=sent.exchange.request_id,
        exchange=sent.exchange,
    )
