"""Whoever starts a simulator with a wrong file, switch or port is told so in one line, and nothing is left running."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.lazada_sim import LazadaSim
from tests.kit.sim import InThread, SimDoor, SimService

from simulators.__main__ import main
from simulators.launch import BUILDERS, Settings

RUN = ("run", "--platform", "shopee", "--port", "0")


def file_of(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\xff\xfe\x00", "utf-8"),
        ("[1, 2]", "a fault is a table"),
        ('{"faults": 5}', "faults are a list"),
        ('{"faults": {"kind": "slow"}}', "faults are a list"),
        ('{"falts": []}', "unknown table 'falts'"),
        ('{"switches": 4}', "switches are a table"),
        ('{"switches": {"nope": 1}}', "unknown switch 'nope'"),
        ('{"faults": [{}]}', "kind"),
        ('{"faults": [{"kind": ["slow"]}]}', "unknown fault kind"),
        ('{"faults": [{"kind": "slow", "seconds": "soon"}]}', "seconds"),
        ('{"faults": [{"kind": "slow", "seconds": NaN}]}', "seconds"),
        ('{"faults": [{"kind": "slow", "probability": "x"}]}', "probability"),
        ('{"faults": [{"kind": "slow", "probability": 2}]}', "probability"),
        ('{"faults": [{"kind": "slow", "nth": "3"}]}', "nth"),
        ('{"faults": [{"kind": "slow", "nth": [0]}]}', "nth"),
        ('{"faults": [{"kind": "slow", "times": -1}]}', "times"),
        ('{"faults": [{"kind": "slow", "path": 5}]}', "path"),
        ('{"faults": [{"kind": "http_5xx", "status": 99999}]}', "status"),
        ('{"faults": [{"kind": "http_429", "retry_after": "soon"}]}', "retry_after"),
        ('{"faults": [{"kind": "slow", "platform": "amazon"}]}', "unknown platform 'amazon'"),
    ],
)
def test_a_fault_file_that_makes_no_sense_is_refused_at_the_start(
    content: str | bytes, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_of(tmp_path, "faults.json", content)
    assert main([*RUN, "--faults", str(path)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert word in line


@pytest.mark.parametrize(
    "assignment", ["buyer_delay_s=1", "buyer_delay_s=nan,inf", "share_silent=inf", "qps=abc", "qps"]
)
def test_a_switch_takes_no_endless_number(assignment: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RUN, "--set", assignment]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("port", ["65536", "-1", "abc", ""])
def test_a_port_that_is_none_is_misuse(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "--platform", "shopee", f"--port={port}"])
    assert ended.value.code == 2
    assert "is not a port" in capsys.readouterr().err


@pytest.mark.parametrize("platform", sorted(BUILDERS))
@pytest.mark.parametrize(
    "content",
    ["garbage\n", "[1]\n", b"\xff\xff\n", '{"no": "kind"}\n', '{"k": "app", "of": "another"}\n', '{"k": "order"}\n'],
)
def test_a_journal_that_is_none_is_named_with_its_line(
    platform: str, content: str | bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_of(tmp_path, "state.jsonl", content)
    assert main(["run", "--platform", platform, "--port", "0", "--state", str(path)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{path}, line 1: ")
    assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())


def test_a_journal_that_is_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RUN, "--state", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{tmp_path}: Is a directory\n"


def test_an_address_that_is_not_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--platform", "all", "--port", "0", "--host", "203.0.113.7"]) == 3
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("cannot listen on 203.0.113.7:0: ")


HALF = '"\\ud83d"'
"""JSON for the first half of an emoji: text that can be neither written down nor sent on."""
SHOPS = {
    "lazada": ("100000001", '{"app_key": "900001", "site": "th", "seller_id": "100000001"}'),
    "shopee": ("600123", '{"market": "MY", "seller_id": "600123"}'),
    "tiktok-shop": ("7495000000000000002", '{"market": "vn", "seller_id": "7495000000000000002"}'),
}


@pytest.fixture(scope="module")
def all_three() -> Iterator[SimDoor]:
    """All platforms in one process, a shop with an order each."""
    thread = InThread(SimService(Settings(platforms=tuple(SHOPS))))
    door = SimDoor()
    door.url = thread.start()
    door.post("/_sim/lazada/apps", {"app_key": "900001"})
    for platform, (seller_id, shop) in SHOPS.items():
        door.post(f"/_sim/{platform}/stores", shop.encode())
        door.post(f"/_sim/{platform}/orders?seller_id={seller_id}", b'[{"order_id": "88001"}]')
    yield door
    thread.stop()


@pytest.mark.parametrize("platform", sorted(SHOPS))
class TestHalfACharacter:
    def test_no_side_door_stumbles_over_it(self, platform: str, all_three: SimDoor) -> None:
        seller_id, _ = SHOPS[platform]
        for path, body in {
            "apps": f'{{"app_key": {HALF}}}',
            "stores": f'{{"name": {HALF}, "market": "MY", "site": "my"}}',
            "buyer-says": f'{{"seller_id": "{seller_id}", "order_id": "88001", "text": {HALF}}}',
            f"orders?seller_id={seller_id}": f'[{{"order_id": "88002", "buyer_name": {HALF}}}]',
        }.items():
            with pytest.raises(AssertionError, match=" 400 "):
                all_three.post(f"/_sim/{platform}/{path}", body.encode())
        assert "88002" not in json.dumps(all_three.get(f"/_sim/{platform}/summary"))


def test_a_seller_of_lazada_who_sends_one_is_refused(all_three: SimDoor) -> None:
    row = {"app_key": "900001", "timestamp": "1", "sign_method": "sha256", "sign": "AA", "txt": "\ud83d"}
    assert all_three.post("/rest/im/message/send", json.dumps(row).encode())["code"] == "MissingParameter"


@pytest.mark.parametrize("wrong", [{"metrics": 5}, {"points": 5}, {"points": [5]}])
def test_figures_that_are_none_change_no_shop(wrong: dict[str, object], all_three: SimDoor) -> None:
    with pytest.raises(AssertionError, match=" 400 "):
        all_three.post("/_sim/shopee/health", {"seller_id": "600123", **wrong})


class TestSideDoor:
    @pytest.mark.parametrize(
        "body", [{"faults": 5}, {"faults": [5]}, {"faults": [{"kind": "slow", "nth": "x"}]}, {"faults": None}]
    )
    def test_wrong_faults_change_nothing(self, body: object, lazada_sim: LazadaSim) -> None:
        lazada_sim.set_faults({"kind": "slow", "seconds": 0.5})
        with pytest.raises(AssertionError, match=" 400 "):
            lazada_sim.post("/_sim/faults", body)
        assert [fault["seconds"] for fault in lazada_sim.get("/_sim/faults")["faults"]] == [0.5]

    @pytest.mark.parametrize(
        "body",
        ['{"advance_s": 1e400}', '{"advance_s": NaN}', '{"advance_s": 1e18}', '{"set": 1e30}', '{"set": true}',
         '{"set": "2026-06-01"}', '{"advance_s": {}}'],
    )  # fmt: skip
    def test_the_clock_stays_within_the_calendar(self, body: str, lazada_sim: LazadaSim) -> None:
        before = lazada_sim.get("/_sim/clock")["now_ms"]
        with pytest.raises(AssertionError, match=" 400 "):
            lazada_sim.post("/_sim/clock", body.encode())
        assert abs(lazada_sim.get("/_sim/clock")["now_ms"] - before) < 60_000
        assert json.dumps(lazada_sim.get("/_sim/health")["ok"]) == "true"
