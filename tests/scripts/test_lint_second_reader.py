"""A model reads after the rules: it adds, it never removes, and its silence changes nothing."""

import json
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from tests.kit.model_endpoint import Endpoint, serving

from seawall.kernel.errors import Misuse
from seawall.kernel.languages import Language
from seawall.kernel.markets import Market, Platform
from seawall.scripts.lint import Message, Rule, SecondReader, Severity, Source, lint
from seawall.settings.env import get_settings

NUMBER = "260503K7QX2M9P"
TEXT = f"Order {NUMBER}: please cancel the order, call 0812 3456 7890. My aunt's cat delayed it."
MESSAGE = Message(
    lang=Language.EN, platform=Platform.SHOPEE, market=Market.MY, text=TEXT, facts=("Customs sent it back.",)
)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    with serving(made):
        yield made


@pytest.fixture
def reader(endpoint: Endpoint) -> SecondReader:
    return SecondReader(base_url=endpoint.url, model="small", key=SecretStr("k-1"), timeout_s=5)


def test_a_finding_of_the_model_stands_beside_those_of_the_rules(endpoint: Endpoint, reader: SecondReader) -> None:
    endpoint.says({"rule": "unsupported_claim", "quote": "My aunt's cat delayed it", "why": "No cat on the sheet."})
    reading = reader.read(MESSAGE)
    assert reading.note is None
    assert [each for each in reading.findings if each.source is Source.RULES] == lint(MESSAGE)
    (added,) = [each for each in reading.findings if each.source is Source.MODEL]
    assert (added.rule, TEXT[added.start : added.end]) == (Rule.UNSUPPORTED_CLAIM, "My aunt's cat delayed it")
    assert added.severity is Severity.WARNING
    assert "No cat on the sheet." in added.why(Language.EN)
    assert endpoint.keys == ["Bearer k-1"]


def test_numbers_do_not_leave_the_house(endpoint: Endpoint, reader: SecondReader) -> None:
    endpoint.says()
    reader.read(MESSAGE)
    sent = json.dumps(endpoint.asked)
    assert NUMBER not in sent
    assert "3456" not in sent
    assert "NNNN" in sent


@pytest.mark.parametrize(
    "said",
    [
        {"rule": "asks_to_cancel", "quote": "please cancel the order", "why": "known already"},
        {"rule": "unsupported_claim", "quote": "words that are not there", "why": ""},
        {"rule": "made_up_rule", "quote": "My aunt", "why": ""},
        {"rule": "too_long", "quote": "My aunt", "why": ""},
        {"quote": "My aunt"},
    ],
)
def test_what_is_known_made_up_or_not_a_models_to_judge_is_dropped(
    endpoint: Endpoint, reader: SecondReader, said: dict[str, str]
) -> None:
    endpoint.says(said)
    assert list(reader.read(MESSAGE).findings) == lint(MESSAGE)


def _nonsense(endpoint: Endpoint) -> None:
    endpoint.answer = b"<html>busy</html>"


def _not_findings(endpoint: Endpoint) -> None:
    endpoint.answer = json.dumps({"choices": [{"message": {"content": "All fine! {}"}}]}).encode()


def _refusing(endpoint: Endpoint) -> None:
    endpoint.status = 429


def _elsewhere(endpoint: Endpoint) -> None:
    endpoint.status, endpoint.location = 307, f"{endpoint.url}/other"


def _endless(endpoint: Endpoint) -> None:
    endpoint.answer = b"[" * 300_000


@pytest.mark.parametrize("trouble", [_nonsense, _not_findings, _refusing, _elsewhere, _endless])
def test_when_the_model_gives_nothing_the_rules_stand_and_a_note_says_so(
    endpoint: Endpoint, reader: SecondReader, trouble: Callable[[Endpoint], None]
) -> None:
    trouble(endpoint)
    reading = reader.read(MESSAGE)
    assert list(reading.findings) == lint(MESSAGE)
    assert reading.note is not None
    assert reading.note.code == "lint_model_silent"
    assert len(endpoint.asked) == 1


def test_an_endpoint_that_is_not_there_changes_nothing() -> None:
    reading = SecondReader(base_url="http://127.0.0.1:9/v1", model="small", timeout_s=1).read(MESSAGE)
    assert list(reading.findings) == lint(MESSAGE)
    assert reading.note is not None


@pytest.mark.parametrize("address", ["http://model.example.com/v1", "ftp://localhost/v1", "model.example.com"])
def test_an_address_a_key_should_not_travel_to_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_LINT_MODEL_URL", address)
    monkeypatch.setattr("seawall.settings.env._current", None)
    with pytest.raises(Misuse):
        get_settings()
