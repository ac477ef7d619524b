"""seawall script lint --with-model: asked only when told, and only when set up."""

from tests.cli.kit import Say
from tests.kit.model_endpoint import Endpoint, serving

from seawall.settings.env import override_settings

TEXT = "Order 260503K7QX2M9P: please cancel the order. My aunt's cat delayed it."


def test_the_command_asks_the_model_only_when_told_and_only_when_set_up(say: Say) -> None:
    endpoint = Endpoint()
    endpoint.says({"rule": "unsupported_claim", "quote": "My aunt's cat", "why": "no"})
    line = ["script", "lint", "--text", TEXT, "--platform", "shopee", "--market", "MY", "--lang", "en", "--json"]
    assert {each["source"] for each in say(*line).json["findings"]} == {"rules"}
    assert say(*line, "--with-model").code == 2
    with serving(endpoint), override_settings(lint_model_url=endpoint.url, lint_model="small"):
        said = say(*line, "--with-model")
    assert {each["source"] for each in said.json["findings"]} == {"rules", "model"}
    assert len(endpoint.asked) == 1
