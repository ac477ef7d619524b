"""A shop is connected from the command line: a link is printed, the platform calls back, the command ends."""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.kit import Say, everything
from tests.kit.lazada_sim import APP_KEY, APP_SECRET, LazadaSim
from tests.kit.rollout import Desk, a_desk
from tests.shops.kit import addresses, an_app, says

from seawall.cli import consenting
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import Refused, SeawallError
from seawall.shops.api import Connection, ConsentLink, finish_consent
from seawall.shops.models import ConsentRequest

Answer = Callable[[ConsentLink], None]
ASK = ["shops", "connect", "LTH", "--consent", "--app", APP_KEY, "--listen", "0"]


@pytest.fixture
def store(lazada_sim: LazadaSim, desk: Desk) -> str:
    """The Thai store at the platform, and the team's app there."""
    an_app(desk, lazada_sim)
    return lazada_sim.add_store("th", seller_id="7001").seller_id


@pytest.fixture
def seller(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], None]]:
    """Somebody who acts on the printed link while the command waits."""
    threads: list[threading.Thread] = []

    def acts(answer: Answer) -> None:
        announce = consenting._announce

        def announced(link: ConsentLink) -> None:
            announce(link)
            threads.append(threading.Thread(target=answer, args=(link,)))
            threads[-1].start()

        monkeypatch.setattr(consenting, "_announce", announced)

    yield acts
    for each in threads:
        each.join()


def read(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def opened(url: str) -> None:
    """A browser that follows wherever the platform sends it."""
    read(url)


def test_an_app_is_added_and_listed_without_its_secret(
    say: Say, desk: Desk, lazada_sim: LazadaSim, tmp_path: Path
) -> None:
    secrets = tmp_path / "app.toml"
    secrets.write_text(f'app_secret = "{APP_SECRET}"\n', encoding="utf-8")
    options = [f"--{name.replace('_', '-')}={url}" for name, url in addresses(lazada_sim).items()]
    line = ["shops", "app", "add", APP_KEY, "--platform", "lazada", "--secrets-file", secrets, "--label", "Ours"]
    added = say("--json", *line, *options)
    assert (added.code, added.json["is_simulator"]) == (0, True)
    assert added.json["redirect_address"].endswith("/shops/callback/")
    listed = say("--json", "shops", "app", "list")
    assert listed.json == {
        "apps": [{"app": APP_KEY, "label": "Ours", "platform": "lazada", "seller": None, "is_simulator": True}]
    }
    people = say("shops", "app", "list")
    assert "Ours" in people.out
    for said in (added, listed, people):
        assert APP_SECRET not in said.out + said.err
    assert say("--json", *line, "--auth-url", "http://127.0.0.1:1").json["error"] == "app_simulator_incomplete"
    assert say("--json", "--as", "north-lead", "shops", "app", "list").json["error"] == "not_allowed"


def test_the_link_is_opened_and_the_command_says_what_is_connected(
    say: Say, desk: Desk, store: str, seller: Callable[[Answer], None]
) -> None:
    seller(lambda link: opened(link.link))
    said = say("--json", *ASK)
    assert said.code == 0, said
    assert {name: said.json[name] for name in ("shop", "seller_id", "is_simulator", "mode")} == {
        "shop": "LTH", "seller_id": "7001", "is_simulator": True, "mode": "api",
    }  # fmt: skip
    assert "redirect_uri=http%3A%2F%2F127.0.0.1%3A" in said.err
    assert Connection.objects.get().platform_seller_id == "7001"


def test_a_stranger_at_the_port_changes_nothing(
    say: Say, desk: Desk, store: str, seller: Callable[[Answer], None]
) -> None:
    pages: list[tuple[int, str]] = []

    def answers(link: ConsentLink) -> None:
        query = says(link.link)
        here = next(part for part in link.link.split("&") if part.startswith("redirect_uri="))
        address = urllib.parse.unquote(here.removeprefix("redirect_uri="))
        for path in ("?code=x&state=made-up", "?code=x", "../?state=" + link.state):
            pages.append(read(address + path))
        pages.append(read(address + "?" + urllib.parse.urlencode(query)))

    seller(answers)
    said = say(*ASK)
    assert said.code == 0, said
    assert [status for status, _ in pages] == [404, 404, 404, 200]
    assert "You can close this page" in pages[-1][1]
    assert "LTH" not in pages[-1][1]


def test_the_seller_says_no(say: Say, desk: Desk, store: str, seller: Callable[[Answer], None]) -> None:
    seller(lambda link: opened(link.link + "&deny=1"))
    said = say("--json", *ASK)
    assert (said.code, said.json["error"]) == (1, "consent_denied")
    assert not Connection.objects.exists()


def test_the_platform_is_out_of_reach(
    say: Say, desk: Desk, store: str, lazada_sim: LazadaSim, seller: Callable[[Answer], None]
) -> None:
    lazada_sim.set_faults({"kind": "http_5xx", "path": "/auth/token/create"})
    seller(lambda link: opened(link.link))
    said = say("--json", *ASK)
    assert (said.code, said.json["error"]) == (3, "consent_platform_unreachable")
    assert not Connection.objects.exists()


def test_ctrl_c_withdraws_the_link(say: Say, desk: Desk, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    queries: list[dict[str, str]] = []

    def pressed(link: ConsentLink) -> None:
        queries.append(says(link.link))
        raise KeyboardInterrupt

    monkeypatch.setattr(consenting, "_announce", pressed)
    said = say("--json", *ASK)
    assert said.code == 130, said
    assert ConsentRequest.objects.get().outcome == "withdrawn"
    with pytest.raises(Refused) as refused:
        finish_consent(queries[0], clock=SYSTEM_CLOCK)
    assert refused.value.code == "consent_link_used"
    assert not Connection.objects.exists()


@pytest.mark.parametrize(("deny", "code", "error"), [(False, 0, None), (True, 1, "consent_denied")])
def test_the_console_may_take_the_call_back_instead(
    say: Say, desk: Desk, store: str, monkeypatch: pytest.MonkeyPatch, deny: bool, code: int, error: str | None
) -> None:
    links: list[ConsentLink] = []
    waits: list[float] = []
    monkeypatch.setattr(consenting, "_announce", links.append)

    def meanwhile(seconds: float) -> None:
        """What happens at the console while the command waits."""
        waits.append(seconds)
        if len(waits) == 2:
            try:
                finish_consent(says(links[0].link, deny=deny), clock=SYSTEM_CLOCK)
            except SeawallError:
                assert deny

    monkeypatch.setattr(consenting.time, "sleep", meanwhile)
    said = say("--json", *ASK[:-2], "--no-listen")
    assert (said.code, said.json.get("error")) == (code, error)
    assert waits == [consenting.POLL_S] * 2
    assert Connection.objects.count() == (0 if deny else 1)


def test_a_port_that_is_taken_is_said_and_no_link_is_made(say: Say, desk: Desk, store: str) -> None:
    with consenting.Listener(0) as other:
        said = say("--json", *ASK[:-1], str(other.server_port))
    assert (said.code, said.json["error"]) == (1, "listen_port_taken")
    assert not ConsentRequest.objects.exists()


@pytest.mark.parametrize(
    "line",
    [
        ["shops", "connect", "LTH"],
        ["shops", "connect", "LTH", "--consent"],
        ["shops", "connect", "LTH", "--consent", "--app", "k", "--secrets-file", "x.toml"],
    ],
    ids=" ".join,
)
def test_it_must_be_said_how(say: Say, desk: Desk, line: list[str]) -> None:
    said = say("--json", *line)
    assert (said.code, said.json["error"]) == (2, "connect_how")


def test_a_rival_asks_nobody_for_our_shop(say: Say, desk: Desk, store: str) -> None:
    a_desk("rival")
    before = everything()
    said: Any = say("--json", "--as", "rival-admin", *ASK)
    assert (said.code, json.loads(said.out)["error"]) == (1, "not_found")
    assert everything() == before
