"""Every code of the platform notes has a class and a sentence, on an effect and on a read; unknown ones fail closed."""

from datetime import UTC, datetime

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore

from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ShopRestricted,
    Transient,
)
from seawall.connectors.lazada.api import LazadaConnector
from seawall.connectors.lazada.errors import CallFacts, refusal
from seawall.kernel.languages import DESK_LANGUAGES
from seawall.kernel.texts import catalogue

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SEND, OPEN, ORDERS, ITEMS = "/im/message/send", "/im/session/open", "/orders/get", "/order/items/get"
CANCEL, DECIDE = "/order/reverse/cancel/create", "/order/reverse/cancel/seller/decide"
RETURN, REFUND = "/order/reverse/return/update", "/order/reverse/onlyrefund/seller/decide"
LIST, IMAGE, TRACE = "/reverse/getreverseordersforseller", "/image/upload", "/logistic/order/trace"

GATEWAY: list[tuple[str, type[ConnectorError], type[ConnectorError], str]] = [
    ("MissingParameter", Rejected, Rejected, "platform_rejected"),
    ("IncompleteSignature", AuthExpired, AuthExpired, "lazada_connection_refused"),
    ("IllegalTimestamp", Transient, Transient, "platform_transient"),
    ("InvalidAppKey", AuthExpired, AuthExpired, "lazada_connection_refused"),
    ("APP_KEY_INVALID", AuthExpired, AuthExpired, "lazada_connection_refused"),
    ("InvalidApi", Rejected, Rejected, "lazada_api_not_granted"),
    ("UnsupportedHTTPMethod", Rejected, Rejected, "platform_rejected"),
    ("InsufficientPermission", ShopRestricted, ShopRestricted, "lazada_api_not_granted"),
    ("AppWhiteIpLimit", AuthExpired, AuthExpired, "lazada_connection_refused"),
    ("IllegalAccessToken", AuthExpired, AuthExpired, "platform_auth_expired"),
    ("InvalidAccessToken", AuthExpired, AuthExpired, "platform_auth_expired"),
    ("IllegalRefreshToken", AuthExpired, AuthExpired, "platform_auth_expired"),
    ("AUTH_TYPE_UNSUPPORTED", AuthExpired, AuthExpired, "lazada_not_refreshable"),
    ("InvalidCode", Rejected, Rejected, "lazada_code_invalid"),
    ("AppNotSubscribed", AuthExpired, AuthExpired, "platform_auth_expired"),
    ("ApiCallLimit", RateLimited, RateLimited, "platform_rate_limited"),
    ("AppCallLimit", RateLimited, RateLimited, "platform_rate_limited"),
    ("SellerCallLimit", RateLimited, RateLimited, "platform_rate_limited"),
    ("TRAFFIC_CONTROL", RateLimited, RateLimited, "platform_rate_limited"),
    ("901", RateLimited, RateLimited, "platform_rate_limited"),
    ("ServiceTimeout", OutcomeUnknown, Transient, ""),
    ("UnknownRuntimeException", OutcomeUnknown, Transient, ""),
    ("SYSTEM_ERROR", OutcomeUnknown, Transient, ""),
    ("6", OutcomeUnknown, Transient, ""),
    ("1000", OutcomeUnknown, Transient, ""),
    ("500", OutcomeUnknown, Transient, ""),
    ("501", OutcomeUnknown, Transient, ""),
    ("Mp3SellerApiLimit", ShopRestricted, ShopRestricted, "lazada_semi_managed"),
    ("SellerNotVerified", ShopRestricted, ShopRestricted, "platform_rejected"),
    ("SellerNotActive", AuthExpired, AuthExpired, "lazada_connection_refused"),
    ("16", Rejected, Rejected, "lazada_order_not_in_shop"),
    ("-22", Rejected, Rejected, "lazada_order_too_old"),
    ("nobody knows", Rejected, Rejected, "platform_rejected"),
]
"""Code, class on an effect, class on a read, sentence (where both are the same)."""

BY_PATH: list[tuple[str, str, type[ConnectorError], str]] = [
    *((ORDERS, code, Rejected, "platform_rejected") for code in ("14", "17", "19", "36", "74", "75", "E018")),
    *((ITEMS, code, Rejected, "platform_rejected") for code in ("37", "38", "39", "56")),
    *((TRACE, code, Rejected, "platform_rejected")
      for code in ("INPUT_PARAM_VALID", "LD_INPUT_PARAM_VALID", "Dropshipping invalid", "700009")),
    (TRACE, "LD_INVOKE_DOWNSTREAM_RESPONSE_BLANK", Transient, "platform_transient"),
    (CANCEL, "102", Rejected, "lazada_lines_invalid"),
    (CANCEL, "104", Rejected, "lazada_reason_invalid"),
    (CANCEL, "106", OutcomeUnknown, "platform_outcome_unknown"),
    *((CANCEL, code, Rejected, "platform_rejected") for code in ("115", "116", "117", "118")),
    (CANCEL, "122", Rejected, "lazada_order_not_in_shop"),
    (CANCEL, "123", Rejected, "lazada_lines_invalid"),
    (CANCEL, "124", Rejected, "lazada_order_not_in_shop"),
    (DECIDE, "105", Rejected, "lazada_case_not_found"),
    (DECIDE, "106", OutcomeUnknown, "platform_outcome_unknown"),
    (DECIDE, "131", Rejected, "lazada_nothing_to_decide"),
    (RETURN, "100", Rejected, "lazada_lines_invalid"),
    (RETURN, "105", Rejected, "lazada_case_not_found"),
    (RETURN, "106", OutcomeUnknown, "platform_outcome_unknown"),
    (RETURN, "107", Rejected, "lazada_case_state"),
    *((RETURN, code, Rejected, "lazada_case_incomplete") for code in ("108", "109", "110")),
    (RETURN, "111", Rejected, "lazada_case_one_line"),
    (RETURN, "112", Rejected, "lazada_case_not_found"),
    (RETURN, "113", Rejected, "lazada_case_state"),
    (RETURN, "114", Rejected, "lazada_case_state"),
    *((LIST, code, Rejected, "platform_rejected") for code in ("120", "121")),
    (LIST, "106", Transient, "platform_transient"),
    (RETURN, "125", Rejected, "lazada_lines_invalid"),
    (RETURN, "126", Rejected, "lazada_lines_invalid"),
    (RETURN, "127", Rejected, "lazada_order_not_in_shop"),
    (REFUND, "133", Rejected, "lazada_case_one_line"),
    *((IMAGE, code, Rejected, "image_not_allowed") for code in ("30", "300", "302", "303")),
    (IMAGE, "1000", Transient, "platform_transient"),
    # The same numbers elsewhere are nobody's sentence.
    (SEND, "104", Rejected, "platform_rejected"),
    (SEND, "106", Rejected, "platform_rejected"),
    (SEND, "16", Rejected, "platform_rejected"),
    (ORDERS, "300", Rejected, "platform_rejected"),
    # A group of calls that is closed says nothing about the chat.
    *((path, "Mp3SellerApiLimit", Rejected, "lazada_semi_managed") for path in (CANCEL, RETURN, LIST)),
    ("/seller/metrics/get", "InsufficientPermission", Rejected, "lazada_api_not_granted"),
    (IMAGE, "InsufficientPermission", Rejected, "lazada_api_not_granted"),
    (CANCEL, "SellerNotVerified", ShopRestricted, "platform_rejected"),
]  # fmt: skip
EFFECTS = {SEND, CANCEL, DECIDE, RETURN, REFUND}


def told(error: ConnectorError, code: str) -> None:
    """The platform's code and words are kept, and both desk languages can say it."""
    assert error.platform_code == code
    assert error.detail == "words"
    assert all(error.code in catalogue(language) for language in DESK_LANGUAGES)
    assert "{" not in str(error)


@pytest.mark.parametrize(("code", "on_effect", "on_read", "sentence"), GATEWAY)
def test_codes_of_every_call(
    code: str, on_effect: type[ConnectorError], on_read: type[ConnectorError], sentence: str
) -> None:
    for is_effect, expected in ((True, on_effect), (False, on_read)):
        error = refusal(code, "words", CallFacts(path=OPEN, is_effect=is_effect, answered_at=NOON), {})
        assert type(error) is expected
        assert error.code == sentence or not sentence
        told(error, code)


@pytest.mark.parametrize(("path", "code", "expected", "sentence"), BY_PATH)
def test_codes_of_single_calls(path: str, code: str, expected: type[ConnectorError], sentence: str) -> None:
    error = refusal(code, "words", CallFacts(path=path, is_effect=path in EFFECTS, answered_at=NOON), {})
    assert (type(error), error.code) == (expected, sentence)
    told(error, code)


@pytest.mark.parametrize("code", ["IM_WHATEVER", "99999", "success_false"])
async def test_a_code_nobody_knows_is_a_refusal_with_the_platforms_own_words(
    code: str, lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore
) -> None:
    [order_id] = lazada_sim.add_orders(shop, 1)
    session_id = (await lazada.open_session(order_id)).session_id
    fault = {"kind": "second_level_error", "path": SEND, "code": code, "message": "the platform's own words"}
    lazada_sim.set_faults(fault)
    with pytest.raises(Rejected) as refused:
        await lazada.send_text(session_id, "hello")
    assert (refused.value.platform_code, refused.value.detail) == (code, "the platform's own words")
    assert "the platform's own words" in str(refused.value)
    assert lazada_sim.messages() == []
