"""Every documented code, and who must act on it. The table here is read from the platform notes, not from the code."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ShopRestricted,
    Transient,
)
from seawall.connectors.shopee.errors import (
    CANCEL_PATH,
    MEANINGS,
    SEND_PATH,
    CallFacts,
    is_documented,
    quota_returns_at,
    refusal,
    retry_after,
)
from seawall.connectors.shopee.judging import judged
from seawall.kernel.languages import DESK_LANGUAGES
from seawall.kernel.texts import catalogue

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
ORDER_PATH, RETURN_PATH = "/api/v2/order/get_order_detail", "/api/v2/returns/dispute"
TRACK_PATH, TOKEN_PATH = "/api/v2/logistics/get_tracking_info", "/api/v2/auth/access_token/get"

ON_A_SEND: dict[str, type[ConnectorError]] = {
    # gateway
    "error_param": Rejected, "error_sign": AuthExpired, "error_auth": AuthExpired, "common.error_auth": AuthExpired,
    "invalid_acceess_token": AuthExpired, "invalid_access_token": AuthExpired, "invalid_partner_id": AuthExpired,
    "shop_no_linked": AuthExpired, "partner_shop_no_link": AuthExpired, "merchant_no_linked": AuthExpired,
    "source_ip_undeclared": AuthExpired, "error_partner_key_expired": AuthExpired, "error_shop": AuthExpired,
    "common.invalid_shop": AuthExpired,
    "shop_banned": ShopRestricted, "partner_frozen": ShopRestricted, "error_kyc_auth": ShopRestricted,
    "error_ashop_api_permission": ShopRestricted, "error_api_permission": ShopRestricted,
    "error_api_call_restricted": ShopRestricted, "api_suspended": ShopRestricted,
    "error_rate_limit": RateLimited, "error_limit": RateLimited,
    "error_server": OutcomeUnknown, "error_network": OutcomeUnknown, "error_inner": OutcomeUnknown,
    "error_data": OutcomeUnknown, "system_busy": OutcomeUnknown, "internal_server_error": OutcomeUnknown,
    "SERVER_ERROR": OutcomeUnknown,
    # chat
    "message_too_long": Rejected, "reach_5_message_limit": Rejected, "user_is_forbidden": Rejected,
    "first_chat_without_order_info": Rejected, "error_business": Rejected, "message_is_censored": Rejected,
    "exceed_send_limitaion": RateLimited, "block_by_internal_safety_strategies": ShopRestricted,
    "error_blocked": Rejected, "error_sender_block_receiver": Rejected, "assigned_to_subaccount": Rejected,
    "shop_bound_subaccount": ShopRestricted, "invalid_to_id": Rejected, "param_error": Rejected,
    "not_open_market": ShopRestricted, "resource_not_found": Rejected, "user_is_unauthorized": Rejected,
    "error_not_found": Rejected,
    # consent
    "invalid_code": Rejected, "invalid_shop_id": Rejected, "invalid_main_acount_id": Rejected,
    "refresh_token_expired": AuthExpired, "error_shop_refresh_token": AuthExpired, "shop_access_expired": AuthExpired,
    # orders, parcels, returns, health
    "order.order_list_invalid_time": Rejected, "error_permission": Rejected,
    "order.cancel_order_invalid_status": Rejected, "order.order_status_invalid": Rejected,
    "logistics.cancel_forder_failed": Rejected, "logistics.invalid_error": Rejected,
    "logistics.error_status_limit": Rejected, "logistics.package_not_exist": Rejected,
    "logistics.package_number_not_exist": Rejected, "logistics.error_param": Rejected,
    "returnsn.illegal": Rejected, "dispute.request.param.error": Rejected, "dispute.rr.not.allow": Rejected,
    "error_return_status": Rejected, "error_ongoing_dispute": Rejected, "error_negotiation_status": Rejected,
    "error_no_buyer_offer": Rejected, "rraoc_refund_not_allowed": Rejected, "image.upload.fail": Rejected,
    "error_validation": Rejected, "error_return_request_type": Rejected, "no.proof": Rejected,
    "proof.overdue": Rejected, "number.error": Rejected, "format.unsupport": Rejected, "PARAMS_ERROR": Rejected,
}  # fmt: skip

SAID = {
    ("message_too_long", SEND_PATH): "shopee_message_too_long",
    ("reach_5_message_limit", SEND_PATH): "shopee_five_unanswered",
    ("user_is_forbidden", SEND_PATH): "shopee_outside_window",
    ("first_chat_without_order_info", SEND_PATH): "shopee_first_needs_order",
    ("error_business", SEND_PATH): "shopee_same_text",
    ("error_business", ORDER_PATH): "platform_rejected",
    ("message_is_censored", SEND_PATH): "shopee_censored",
    ("error_blocked", SEND_PATH): "shopee_blocked",
    ("assigned_to_subaccount", SEND_PATH): "shopee_subaccount_owns",
    ("shop_bound_subaccount", SEND_PATH): "shopee_chat_distribution",
    ("error_api_permission", SEND_PATH): "shopee_app_type",
    ("error_not_found", ORDER_PATH): "shopee_order_not_in_shop",
    ("error_not_found", SEND_PATH): "platform_rejected",
    ("logistics.invalid_error", TRACK_PATH): "shopee_order_not_in_shop",
    ("order.cancel_order_invalid_status", CANCEL_PATH): "shopee_no_cancel_request",
    ("returnsn.illegal", RETURN_PATH): "shopee_return_not_in_shop",
    ("dispute.rr.not.allow", RETURN_PATH): "shopee_return_not_disputable",
    ("return.status.illegal\t", RETURN_PATH): "shopee_return_not_disputable",
    ("order.error_limit", CANCEL_PATH): "shopee_not_cancellable",
    ("invalid_code", TOKEN_PATH): "shopee_code_invalid",
    ("error_sign", ORDER_PATH): "shopee_connection_refused",
}


def facts(path: str = SEND_PATH, *, is_effect: bool = True) -> CallFacts:
    return CallFacts(path=path, is_effect=is_effect, answered_at=NOON, request_id="r-1")


def of(code: str, message: str = "", *, path: str = SEND_PATH, is_effect: bool = True) -> ConnectorError:
    return refusal(code, message, facts(path, is_effect=is_effect), None)


def outcome(
    payload: Mapping[str, Any] | None, *, status: int = 200, retry: str | None = None, is_effect: bool = True
) -> ConnectorError | None:
    try:
        judged(status, retry, payload, facts(is_effect=is_effect))
    except ConnectorError as error:
        return error
    return None


@pytest.mark.parametrize(("code", "expected"), ON_A_SEND.items())
def test_every_documented_code_has_its_family(code: str, expected: type[ConnectorError]) -> None:
    error = of(code)
    assert type(error) is expected
    assert (error.platform_code, error.request_id) == (code, "r-1")
    assert is_documented(code)


def test_the_table_knows_no_code_that_is_not_tried_here() -> None:
    tried = {code.lower() for code in ON_A_SEND} | {code.lower().rpartition(".")[2] for code in ON_A_SEND}
    spellings = {
        "exceed_send_limitation", "invalid_main_account_id", "error_merchant_refresh_token", "merchant_access_expired",
        "return.status.illegal", "invalid_address_version",
    }  # fmt: skip
    assert set(MEANINGS) - tried == spellings


@pytest.mark.parametrize(("asked", "sentence"), SAID.items())
def test_a_person_reads_what_the_code_means_there(asked: tuple[str, str], sentence: str) -> None:
    code, path = asked
    assert of(code, path=path).code == sentence


def test_every_sentence_exists_in_both_desk_languages() -> None:
    for meaning in MEANINGS.values():
        for language in DESK_LANGUAGES:
            assert not meaning.sentence or meaning.sentence in catalogue(language)


@pytest.mark.parametrize("code", ["error_server", "system_busy", "error_data", "internal_server_error"])
def test_trouble_inside_the_platform_is_doubt_for_an_effect_and_a_retry_for_a_read(code: str) -> None:
    assert type(of(code)) is OutcomeUnknown
    assert type(of(code, is_effect=False)) is Transient


@pytest.mark.parametrize("code", ["Common.Error_Auth", " common. error_auth ", "x.y.error_auth", "ERROR_AUTH"])
def test_prefix_case_and_blanks_of_a_code_do_not_matter(code: str) -> None:
    assert type(of(code)) is AuthExpired


@pytest.mark.parametrize("code", ["never_heard_of", "module.never_heard_of", "error", "a.error", "0", "x" * 5000])
def test_a_code_nobody_documented_fails_closed_and_is_shown(code: str) -> None:
    error = of(code, "the platform's words")
    assert type(error) is Rejected
    assert error.code == "platform_rejected"
    assert error.platform_code == code[:100]
    assert error.detail == "the platform's words"
    assert not is_documented(code)


def test_one_code_is_the_quota_on_most_paths_and_no_cancelling_on_one() -> None:
    quota, refused = of("error_limit", path=CANCEL_PATH), of("order.error_limit", path=CANCEL_PATH)
    assert isinstance(quota, RateLimited)
    assert quota.until == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)  # 00:00 UTC+8
    assert type(refused) is Rejected
    assert isinstance(of("order.error_limit", path=ORDER_PATH), RateLimited)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 26, 16, 0, tzinfo=UTC)),
        (datetime(2026, 11, 26, 16, 0, tzinfo=UTC), datetime(2026, 11, 27, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_quota_returns_at_midnight_in_singapore(now: datetime, until: datetime) -> None:
    assert quota_returns_at(now) == until


@pytest.mark.parametrize(
    ("code", "words", "expected", "sentence"),
    [
        ("error_param", "Timestamp is expired.", Transient, "shopee_clock_off"),
        ("error_param", "Invalid timestamp", Transient, "shopee_clock_off"),
        ("error_param", "no timestamp.", Transient, "shopee_clock_off"),
        ("error_param", "Wrong parameters, detail: next_timestamp_nano is wrong.", Rejected, "platform_rejected"),
        ("error_param", "Wrong parameters, detail: shop_id of item.", Rejected, "platform_rejected"),
        ("error_param", "There is no access_token in query.", AuthExpired, "shopee_connection_refused"),
        ("error_param", "Invalid partner_id.", AuthExpired, "shopee_connection_refused"),
        ("error_param", "There is no sign in query.", AuthExpired, "shopee_connection_refused"),
        ("error_auth", "Invalid access_token.", AuthExpired, "platform_auth_expired"),
        ("error_auth", "Invalid partner_id or shopid.", AuthExpired, "platform_auth_expired"),
        ("error_auth", "partner_id is invalid", AuthExpired, "shopee_connection_refused"),
        ("error_auth", "The App is deleted, and you'll be unable to call.", AuthExpired, "shopee_connection_refused"),
        ("error_auth", "No permission to current api.", ShopRestricted, "shopee_api_not_granted"),
        ("error_auth", "permissions have been restricted.", ShopRestricted, "shopee_api_not_granted"),
        ("error_auth", "System error, please try again later.", OutcomeUnknown, "platform_outcome_unknown"),
        ("order. error_permission", "Please link shop and partner on seller center first.", AuthExpired,
         "shopee_connection_refused"),
        ("error_permission", "Sorry you don't have the permission", Rejected, "platform_rejected"),
    ],
)  # fmt: skip
def test_one_code_for_several_situations_goes_by_its_words(
    code: str, words: str, expected: type[ConnectorError], sentence: str
) -> None:
    error = of(code, words)
    assert (type(error), error.code) == (expected, sentence)


def test_a_return_that_does_not_exist_is_no_trouble_of_the_platform() -> None:
    words = "The return you queried doesn't exist."
    assert of("error_data", words, path=RETURN_PATH).code == "shopee_return_not_in_shop"
    assert type(of("error_data", words)) is OutcomeUnknown


def test_too_many_sends_wait_longer_than_too_many_calls() -> None:
    calls, sends = of("error_rate_limit"), of("exceed_send_limitaion")
    assert isinstance(calls, RateLimited)
    assert isinstance(sends, RateLimited)
    assert (calls.until, sends.until) == (NOON + timedelta(seconds=2), NOON + timedelta(seconds=60))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 8), ("0", 2), (None, 2), ("soon", 2), ("-5", 2), ("999999", 86_400),
     ("Thu, 26 Nov 2026 12:00:30 GMT", 30), ("Fri, 26 Nov 2027 12:00:30 GMT", 86_400)],
)  # fmt: skip
def test_retry_after_is_obeyed_within_reason(header: str | None, seconds: int) -> None:
    assert retry_after(header, NOON) == NOON + timedelta(seconds=seconds)


class TestAnswers:
    @pytest.mark.parametrize("mark", ["", "-", " ", " - ", None])
    def test_empty_marks_mean_success(self, mark: str | None) -> None:
        assert outcome({"error": mark, "message": "success", "response": {}}) is None

    def test_fields_at_the_top_level_are_an_answer_too(self) -> None:
        assert outcome({"error": "", "shop_name": "x"}) is None
        assert outcome({"request_id": "r", "shop_name": "x"}) is None

    @pytest.mark.parametrize("status", [500, 502, 504, 520])
    @pytest.mark.parametrize("payload", [None, {"error": "error_auth", "message": "x"}, {"error": ""}])
    def test_a_server_that_fell_over_leaves_a_send_in_doubt(self, status: int, payload: dict[str, Any] | None) -> None:
        assert type(outcome(payload, status=status)) is OutcomeUnknown

    def test_a_read_goes_by_the_code_even_when_the_server_fell_over(self) -> None:
        assert type(outcome({"error": "error_auth"}, status=500, is_effect=False)) is AuthExpired
        assert type(outcome(None, status=502, is_effect=False)) is Transient

    def test_503_is_a_refusal_only_in_the_platforms_own_words_or_with_a_time(self) -> None:
        assert type(outcome(None, status=503)) is OutcomeUnknown
        assert type(outcome(None, status=503, retry="3")) is RateLimited
        assert type(outcome({"error": "error_rate_limit"}, status=503)) is RateLimited
        assert type(outcome({"error": "error_server"}, status=503, retry="3")) is OutcomeUnknown
        assert type(outcome(None, status=503, is_effect=False)) is Transient

    def test_429_was_not_carried_out_and_says_when_to_come_back(self) -> None:
        error = outcome(None, status=429, retry="30")
        assert isinstance(error, RateLimited)
        assert error.until == NOON + timedelta(seconds=31)

    def test_491_means_that_the_app_may_not_chat(self) -> None:
        for payload in (None, {"error": "", "message": ""}, {"error": "whatever", "message": "no"}):
            error = outcome(payload, status=491)
            assert (type(error), error.code if error else "") == (ShopRestricted, "shopee_api_not_granted")
        assert type(outcome({"error": "error_auth"}, status=491)) is AuthExpired

    @pytest.mark.parametrize("status", [200, 400, 403])
    def test_the_body_decides_whatever_the_status(self, status: int) -> None:
        assert type(outcome({"error": "user_is_forbidden", "message": "x"}, status=status)) is Rejected

    @pytest.mark.parametrize(
        ("payload", "status", "on_a_send", "on_a_read"),
        [
            (None, 200, OutcomeUnknown, Transient),
            ({"hello": "world"}, 200, OutcomeUnknown, Transient),
            (None, 403, OutcomeUnknown, Rejected),
            ({"error": ""}, 302, OutcomeUnknown, Rejected),
        ],
    )
    def test_what_cannot_be_read_is_never_a_success(
        self, payload: dict[str, Any] | None, status: int, on_a_send: type, on_a_read: type
    ) -> None:
        assert type(outcome(payload, status=status)) is on_a_send
        assert type(outcome(payload, status=status, is_effect=False)) is on_a_read

    def test_a_refusal_beside_a_message_id_is_looked_up(self) -> None:
        error = outcome({"error": "error_param", "response": {"message_id": "23"}})
        assert type(error) is OutcomeUnknown
        assert type(outcome({"error": "error_param", "response": {"message_id": "0"}})) is Rejected
