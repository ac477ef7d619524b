"""What a refusal means: the whole table, the code that means many things, and answers nobody documented."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from seawall.connectors.contracts import Exchange
from seawall.connectors.errors import (
    AuthExpired,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ShopRestricted,
    Transient,
)
from seawall.connectors.tiktokshop.errors import CODES, CallFacts, refusal
from seawall.connectors.tiktokshop.judging import judged
from seawall.kernel.languages import DESK_LANGUAGES
from seawall.kernel.markets import Platform
from seawall.kernel.texts import catalogue

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
EXCHANGE = Exchange(
    platform=Platform.TIKTOK, path="/x", request={}, status=200, body="{}", request_id="r-1", asked_at=NOON,
    answered_at=NOON,
)  # fmt: skip

READ, EFFECT = "read", "effect"
TABLE: dict[str, tuple[type[ConnectorError], type[ConnectorError]]] = {
    # code: (of a read, of an effect)
    "36009002": (RateLimited, RateLimited),
    "36009003": (Transient, OutcomeUnknown),
    "36009007": (Transient, OutcomeUnknown),
    "36009009": (Rejected, Rejected),
    "36009010": (Rejected, Rejected),
    "36009014": (Rejected, Rejected),
    "36009021": (Rejected, Rejected),
    "36009022": (Rejected, Rejected),
    "36009023": (Rejected, Rejected),
    "36009033": (ShopRestricted, ShopRestricted),
    "36009037": (RateLimited, RateLimited),
    "36009043": (ShopRestricted, ShopRestricted),
    "36009044": (ShopRestricted, ShopRestricted),
    "36004004": (Rejected, Rejected),
    "105002": (AuthExpired, AuthExpired),
    "105005": (Rejected, Rejected),
    "101000": (ShopRestricted, ShopRestricted),
    "1010000": (ShopRestricted, ShopRestricted),
    "106001": (ShopRestricted, ShopRestricted),
    "106013": (ShopRestricted, ShopRestricted),
    "12000000": (ShopRestricted, ShopRestricted),
    "45101001": (Transient, OutcomeUnknown),
    "45101002": (Rejected, Rejected),
    "45101003": (Rejected, Rejected),
    "45101004": (RateLimited, RateLimited),
    "45101006": (Rejected, Rejected),
    "45101008": (Transient, OutcomeUnknown),
    "45102007": (Rejected, Rejected),
    "45109001": (Rejected, Rejected),
    "45109003": (Rejected, Rejected),
    "45111017": (Rejected, Rejected),
    "10002014": (Transient, OutcomeUnknown),
    "10002015": (Transient, OutcomeUnknown),
    "10037002": (Transient, OutcomeUnknown),
    "10037003": (Transient, OutcomeUnknown),
    "10037004": (Transient, OutcomeUnknown),
    "10006402": (Transient, OutcomeUnknown),
    "21008111": (Rejected, Rejected),
    "25001001": (Rejected, Rejected),
    "25001003": (Rejected, Rejected),
    "25001011": (Rejected, Rejected),
    "25001014": (Rejected, Rejected),
    "25001015": (Rejected, Rejected),
    "25001020": (Rejected, Rejected),
    "25001021": (Rejected, Rejected),
    "25001028": (Transient, Transient),
    "25001045": (Rejected, Rejected),
    "25001046": (Rejected, Rejected),
    "25001051": (Rejected, Rejected),
    "25005010": (Rejected, Rejected),
    "25005011": (Rejected, Rejected),
    "25007006": (Rejected, Rejected),
    "25011011": (Rejected, Rejected),
    "25011012": (Rejected, Rejected),
    "25020004": (Rejected, Rejected),
    "25020005": (Rejected, Rejected),
    "25020010": (Rejected, Rejected),
    "10007014": (Rejected, Rejected),
    "11007009": (Rejected, Rejected),
    "11007010": (Transient, OutcomeUnknown),
    "21001001": (Rejected, Rejected),
    "21011001": (Rejected, Rejected),
    "21011006": (Rejected, Rejected),
    "21011048": (Rejected, Rejected),
}


def facts(*, is_effect: bool = False, **rest: Any) -> CallFacts:
    return CallFacts(is_effect=is_effect, answered_at=NOON, request_id="r-1", exchange=EXCHANGE, **rest)


def told(code: object, message: str = "why", *, status: int = 200, data: object = None, **rest: Any) -> ConnectorError:
    """What an answer with this code means."""
    payload: Mapping[str, Any] = {"code": code, "message": message, "request_id": "r-1", "data": data}
    with pytest.raises(ConnectorError) as caught:
        judged(status, payload, facts(**rest))
    return caught.value


def test_the_table_is_complete() -> None:
    assert set(TABLE) | {"36009004"} == set(CODES)


@pytest.mark.parametrize("code", TABLE)
@pytest.mark.parametrize("call", [READ, EFFECT])
@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_code_means_the_same_whatever_the_http_status(code: str, call: str, status: int) -> None:
    error = told(int(code), status=status, is_effect=call == EFFECT)
    assert type(error) is TABLE[code][call == EFFECT]
    assert (error.platform_code, error.request_id, error.detail, error.exchange) == (code, "r-1", "why", EXCHANGE)
    assert error.raw is not None


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence_for_the_desk(code: str) -> None:
    for language in DESK_LANGUAGES:
        assert CODES[code][1] in catalogue(language)
        assert str(told(int(code))).strip()


@pytest.mark.parametrize(
    ("words", "expected", "sentence"),
    [
        ("Invalid timestamp", Transient, "tiktok_clock"),
        ("The timestamp or the sign is invalid", Transient, "tiktok_clock"),
        ("sign is invalid", ShopRestricted, "tiktok_connection_refused"),
        ("signature invalid", ShopRestricted, "tiktok_connection_refused"),
        ("app_key is missing", ShopRestricted, "tiktok_connection_refused"),
        ("shop_cipher is not required", ShopRestricted, "tiktok_connection_refused"),
        ("invalid access_token", AuthExpired, "platform_auth_expired"),
        ("Access token is invalid", AuthExpired, "platform_auth_expired"),
        ("missing header x-tts-access-token", AuthExpired, "platform_auth_expired"),
        ("app_key and access_token do not match", ShopRestricted, "tiktok_connection_refused"),
        ("Bad request", Rejected, "platform_rejected"),
        ("nothing assigned", Rejected, "platform_rejected"),
        ("", Rejected, "platform_rejected"),
    ],
)
@pytest.mark.parametrize("is_effect", [False, True])
def test_the_code_shared_by_many_goes_by_its_words(
    words: str, expected: type[ConnectorError], sentence: str, is_effect: bool
) -> None:
    error = told(36009004, words, status=401, is_effect=is_effect)
    assert type(error) is expected
    assert error.code == sentence


def test_a_missing_scope_is_no_ended_authorisation() -> None:
    error = told(105005, status=401)
    assert not isinstance(error, AuthExpired | ShopRestricted)
    assert error.code == "tiktok_scope_missing"


@pytest.mark.parametrize("is_effect", [False, True])
def test_a_code_nobody_documented_is_refused_and_shown(is_effect: bool) -> None:
    error = told(45999999, "Something new", is_effect=is_effect)
    assert type(error) is Rejected
    assert "45999999" in str(error)
    assert "Something new" in str(error)


class TestWaiting:
    def test_the_day_quota_waits_a_day_since_nobody_says_where_midnight_is(self) -> None:
        error = told(45101004)
        assert isinstance(error, RateLimited)
        assert error.until == NOON + timedelta(hours=24)

    def test_the_hour_of_a_sandbox_shop(self) -> None:
        error = told(36009037, status=429)
        assert isinstance(error, RateLimited)
        assert error.until == NOON + timedelta(hours=1)

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("7", 8),
            ("0", 1),
            ("Mon, 05 Jan 2026 12:00:30 GMT", 30),
            ("Mon, 05 Jan 2026 11:00:00 GMT", 1),
            ("Mon, 05 Jan 2099 12:00:00 GMT", 86_400),
            ("soon", 1),
            ("-5", 1),
            ("9999999", 1),
            ("²", 1),
            ("", 1),
        ],
    )
    @pytest.mark.parametrize("code", [36009002, 0])
    def test_retry_after_counts_and_nonsense_does_not(self, header: str, seconds: int, code: int) -> None:
        error = told(code, status=429, retry_after=header)
        assert isinstance(error, RateLimited)
        assert error.until == NOON + timedelta(seconds=seconds)

    @pytest.mark.parametrize(("before", "seconds"), [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (5_000, 60)])
    def test_without_it_the_wait_doubles_up_to_a_minute(self, before: int, seconds: int) -> None:
        error = told(36009002, status=429, throttled=before)
        assert isinstance(error, RateLimited)
        assert error.until == NOON + timedelta(seconds=seconds)


class TestAnswersThatAreNone:
    @pytest.mark.parametrize("status", [200, 500, 502, 503])
    @pytest.mark.parametrize("payload", [None, {}, {"message": "hello"}, {"code": None}])
    def test_no_readable_code_leaves_an_effect_in_doubt(self, status: int, payload: dict[str, Any] | None) -> None:
        with pytest.raises(OutcomeUnknown):
            judged(status, payload, facts(is_effect=True))
        with pytest.raises(Transient):
            judged(status, payload, facts())

    @pytest.mark.parametrize("status", [301, 403, 404])
    def test_a_page_of_somebody_else_is_refused_but_an_effect_stays_in_doubt(self, status: int) -> None:
        with pytest.raises(Rejected) as refused:
            judged(status, None, facts())
        assert refused.value.code == "platform_unreadable"
        with pytest.raises(OutcomeUnknown):
            judged(status, None, facts(is_effect=True))

    @pytest.mark.parametrize("status", [302, 404, 500, 503])
    def test_success_beside_an_http_failure_is_believed_by_nobody(self, status: int) -> None:
        assert type(told(0, status=status, is_effect=True)) is OutcomeUnknown
        assert type(told(0, status=status)) is Transient

    def test_an_unknown_code_beside_a_server_failure_is_doubt(self) -> None:
        assert type(told(99, status=500, is_effect=True)) is OutcomeUnknown

    @pytest.mark.parametrize("code", [0, "0"])
    @pytest.mark.parametrize("data", [None, {}, [], "text"])
    def test_success_without_data_is_success(self, code: object, data: object) -> None:
        assert judged(200, {"code": code, "data": data}, facts()) == {}


class TestPartlyFailed:
    def test_code_0_with_errors_is_a_refusal(self) -> None:
        error = told(0, data={"errors": [{"code": 25001045, "message": "Already shipped"}]}, is_effect=True)
        assert type(error) is Rejected
        assert (error.platform_code, error.detail) == ("25001045", "Already shipped")

    def test_errors_and_yet_an_id_is_doubt(self) -> None:
        data = {"message_id": "7", "errors": [{"code": 45101002, "message": "?"}]}
        assert type(told(0, data=data, is_effect=True)) is OutcomeUnknown

    @pytest.mark.parametrize("errors", [[], None, "none", [None]])
    def test_no_errors_is_success(self, errors: object) -> None:
        assert judged(200, {"code": 0, "data": {"message_id": "7", "errors": errors}}, facts()) == {
            "message_id": "7",
            "errors": errors,
        }

    def test_errors_without_a_code_are_shown(self) -> None:
        assert told(0, data={"errors": [{"detail": "?"}]}).platform_code == "errors"


def test_refusals_are_those_of_the_platform() -> None:
    error = refusal("45109001", "Not allowed", facts(), {"code": 45109001})
    assert error.platform is Platform.TIKTOK
    assert "TikTok Shop" in str(error)
