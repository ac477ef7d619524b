"""One request to TikTok Shop over the shared transport, and what a broken one means."""

from collections.abc import Mapping

from seawall.connectors.errors import OutcomeUnknown, Transient
from seawall.connectors.transport import NoAnswer, NotSent, Received, Transport
from seawall.kernel.markets import Platform


async def ask(
    transport: Transport,
    method: str,
    url: str,
    *,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes | None,
    is_effect: bool,
) -> Received:
    """Send once. Raises Transient when certainly nothing left; for what may have arrived OutcomeUnknown if it
    `is_effect`, else Transient. The causes are not chained: their words hold the address, and an address may hold
    secrets."""
    try:
        return await transport.send(method, url, query=query, headers=headers, data=body)
    except NotSent as error:
        raise Transient("tiktok_no_connection", platform=Platform.TIKTOK, platform_code=error.why) from None
    except NoAnswer as error:
        kind, code = (OutcomeUnknown, "platform_outcome_unknown") if is_effect else (Transient, "platform_transient")
        raise kind(code, platform=Platform.TIKTOK, platform_code=error.code, detail=error.why) from None
