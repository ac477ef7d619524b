"""Gates between waves: five measures, each with a share and a least number, per storm."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from tests.kit.lazada_sim import LazadaSim
from tests.kit.refusals import refused
from tests.kit.rollout import a_desk, a_storm, planned, started, work_until
from tests.kit.storm import block, bring, deliver, tend_all

from seawall.incidents.commands import roll_out as storm_commands
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput
from seawall.kernel.languages import Language
from seawall.outreach import gates
from seawall.outreach.api import MEASURES, RollOut, Tune, gate_defaults
from seawall.outreach.gate_rules import measure, why_pause
from seawall.outreach.policy import WaveResult

CLOCK = SYSTEM_CLOCK


def paused_by(
    counts: Mapping[str, int],
    answers: Mapping[str, int] | None = None,
    shares: Mapping[str, str] | None = None,
    forgiven: Mapping[str, int] | None = None,
) -> str:
    limits = {name: Decimal(share) for name, share in (shares or {}).items()}
    measured = measure(WaveResult(counts=counts, last_change_at=None), answers or {})
    why = why_pause(measured, limits, forgiven or {})
    return why.code if why else ""


@pytest.mark.parametrize(
    ("counts", "answers", "code"),
    [
        ({"acknowledged": 20}, {}, ""),
        ({"acknowledged": 18, "rejected": 2}, {}, ""),  # 10 %, and still only two
        ({"acknowledged": 17, "rejected": 3}, {}, "too_many_rejects"),
        ({"acknowledged": 57, "rejected": 3}, {}, ""),  # exactly 5 %
        ({"confirmed": 97, "blocked": 3}, {}, "too_many_blocks"),  # 3 % of filtered ones is too many
        ({"confirmed": 97, "rejected": 3}, {}, ""),  # 3 % of refused ones is not
        ({"confirmed": 94, "rejected": 4, "blocked": 1, "needs_person": 1}, {}, "too_many_failures"),
        ({"confirmed": 100}, {"complaint": 3}, ""),  # exactly 3 %
        ({"confirmed": 100}, {"complaint": 4}, "too_many_complaints"),
        ({"confirmed": 100}, {"opt_out": 3}, "too_many_opt_outs"),
        ({"confirmed": 20}, {"opt_out": 2}, ""),
        ({"waiting": 480, "confirmed": 17, "rejected": 3}, {}, "too_many_rejects"),  # not only when all is settled
        ({}, {"complaint": 5}, "too_many_complaints"),  # answers to messages nobody proved: fail closed
    ],
)  # fmt: skip
def test_the_usual_thresholds(counts: Mapping[str, int], answers: Mapping[str, int], code: str) -> None:
    assert paused_by(counts, answers) == code


@pytest.mark.parametrize(
    ("shares", "code"),
    [({"rejects": "0.2", "failures": "0.2"}, ""), ({"rejects": "0.2"}, "too_many_failures"), ({}, "too_many_rejects")],
)
def test_a_storm_may_have_its_own(shares: Mapping[str, str], code: str) -> None:
    assert paused_by({"acknowledged": 17, "rejected": 3}, shares=shares) == code


def test_whoever_allows_none_means_the_first() -> None:
    assert paused_by({"acknowledged": 999, "blocked": 1}, shares={"blocks": "0"}) == "too_many_blocks"
    assert paused_by({"acknowledged": 999, "blocked": 1}) == ""


def test_what_was_seen_pauses_nothing_again_and_one_more_does() -> None:
    seen = {"rejects": 3, "failures": 3}
    assert paused_by({"acknowledged": 17, "rejected": 3}, forgiven=seen) == ""
    assert paused_by({"acknowledged": 17, "rejected": 4}, forgiven=seen) == "too_many_rejects"
    assert paused_by({"acknowledged": 17, "rejected": 3, "blocked": 3}, forgiven=seen) == "too_many_blocks"


def test_every_default_says_why_in_both_languages() -> None:
    assert set(gate_defaults()) == set(MEASURES)
    for each in gate_defaults().values():
        assert 0 < each.share < 1
        assert each.why(Language.EN) != each.why(Language.ZH_HANS)


def test_the_tables_defaults_are_those_of_the_data_file() -> None:
    """A roll-out made by hand in the database has the same thresholds as one that was planned."""
    assert gates.shares_of(RollOut()) == {
        name: str(default.share).ljust(6, "0") for name, default in gate_defaults().items()
    }  # type: ignore[comparison-overlap]  # before it is stored a default is the text of its figure


@pytest.mark.django_db(transaction=True)
def test_filtered_messages_pause_before_the_next_wave_and_only_more_of_them_again() -> None:
    storm = bring(a_storm(a_desk(), orders=60), "rolling_out")
    deliver(storm, 20)
    block(storm, 3)
    tend_all()
    assert (storm.roll_out.state, storm.roll_out.paused_code) == ("paused", "too_many_blocks")
    assert storm.roll_out.open_wave == 1

    storm_commands.resume(storm.incident, by=storm.desk.lead, clock=CLOCK, why="one bad word, mended elsewhere")
    tend_all()
    assert storm.roll_out.state == "running"
    assert storm.roll_out.open_wave == 2, "this wave was seen and let pass"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "code"), [("complaint", "too_many_complaints"), ("opt_out", "too_many_opt_outs")])
def test_answers_pause_a_wave(kind: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever counts the answers, the gate goes by the number."""
    storm = bring(a_storm(a_desk(), orders=60), "rolling_out")
    deliver(storm, 10)
    monkeypatch.setattr(gates, "answer_counts", lambda roll_out_id, wave: {kind: 3})
    tend_all()
    assert (storm.roll_out.state, storm.roll_out.paused_code) == ("paused", code)
    assert storm.roll_out.paused_params == {"failed": 3, "settled": 10, "limit": f"{gate_limit(code):.1%}"}


def gate_limit(code: str) -> Decimal:
    return gate_defaults()[code.removeprefix("too_many_")].share


@pytest.mark.django_db(transaction=True)
def test_a_person_may_loosen_a_threshold_while_it_runs(lazada_sim: LazadaSim) -> None:
    storm = started(a_storm(a_desk(), lazada_sim, orders=30))
    wanted = Tune(
        why="many of these are old orders", max_shares={"rejects": Decimal("0.5"), "failures": Decimal("0.5")}
    )
    storm_commands.tune(storm.incident, wanted, by=storm.desk.lead, clock=CLOCK)
    lazada_sim.set_faults(
        {"kind": "error", "path": "/im/session/open", "code": "-22", "message": "too old", "nth": [1, 2, 3, 4]}
    )

    work_until(lambda: storm.refresh().state == "follow_up")

    assert storm.counts() == {"acknowledged": 26, "rejected": 4}


@pytest.mark.django_db(transaction=True)
def test_what_is_no_share_or_no_measure_is_refused() -> None:
    storm = planned(a_storm(a_desk(), orders=2))

    def tuned(**changes: object) -> None:
        wanted = Tune(why="x", **changes)  # type: ignore[arg-type]
        storm_commands.tune(storm.incident, wanted, by=storm.desk.lead, clock=CLOCK)

    for share in ("-0.1", "1.01", "NaN", "Infinity"):
        with pytest.raises(InvalidInput):
            tuned(max_shares={"rejects": Decimal(share)})
    with pytest.raises(InvalidInput):
        tuned(max_shares={"boredom": Decimal("0.1")})
    with pytest.raises(InvalidInput):
        tuned()
    RollOut.objects.update(state="done")
    with refused("move_refused"):
        tuned(spreads_quota=True)
