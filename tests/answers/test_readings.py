"""What answers want: read on arrival, put right by people, counted for gates, suggested by a model."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.kit.refusals import refused
from tests.kit.sim import InThread
from tests.kit.storm import Storm, a_desk, a_storm, answer, bring, confirm, deliver, tend_all
from tests.web.conftest import client_of

from seawall.connectors.language_model import Endpoint
from seawall.inbox.api import ContactStop, Message, Reading, masked
from seawall.kernel.clock import SYSTEM_CLOCK
from seawall.kernel.errors import InvalidInput, NotAllowed, NotFound
from seawall.outreach.api import Asker, answer_counts, correct_answer, summary_of
from seawall.settings.env import Settings
from seawall.timeline.api import Entry

pytestmark = pytest.mark.django_db

ANGRY = "ร้านแย่มาก โกรธมาก หลอกลวงลูกค้า"
STOP = "อย่าส่งข้อความมาอีก ไม่ต้องติดต่อมาแล้ว"
UNCLEAR = "hmm zzz qqq"


@pytest.fixture
def storm() -> Storm:
    """Nine buyers have the message."""
    storm = bring(a_storm(a_desk(), orders=10), "rolling_out")
    deliver(storm, 9)
    confirm(storm, 9)
    return storm


def said(words: str) -> Message:
    found = Message.objects.filter(speaker="buyer", text=words).first()
    assert found is not None
    return found


def test_an_answer_is_read_when_it_comes(storm: Storm) -> None:
    answer(storm, 1, STOP)
    message = said(STOP)
    assert (message.intent, message.intent_source, message.intent_language) == ("opt_out", "rules", "th")
    (reading,) = Reading.objects.filter(message=message)
    assert (reading.label, reading.source, reading.by) == ("opt_out", "rules", None)


def test_gates_count_buyers_not_messages_in_the_wave_they_answer(storm: Storm) -> None:
    assert answer_counts(storm.roll_out.pk, 1) == {"complaint": 0, "opt_out": 0}
    answer(storm, 2, ANGRY)
    answer(storm, 1, STOP)
    answer(storm, 1, "ขอบคุณค่ะ")
    assert {said(ANGRY).intent} <= {"angry_complaint", "threatens_bad_review"}
    waves = [answer_counts(storm.roll_out.pk, wave) for wave in (0, 1)]
    assert sum(each["complaint"] for each in waves) == 2
    assert sum(each["opt_out"] for each in waves) == 1
    assert answer_counts(storm.roll_out.pk, 9) == {"complaint": 0, "opt_out": 0}
    summary = summary_of(storm.desk.lead, storm.incident.pk)
    assert (summary.buyers, summary.messages, summary.stopped) == (4, 4, 1)


@pytest.mark.parametrize(("words", "code"), [(ANGRY, "too_many_complaints"), (STOP, "too_many_opt_outs")])
def test_buyers_own_words_pause_a_wave(words: str, code: str) -> None:
    storm = bring(a_storm(a_desk(), orders=30), "rolling_out")
    deliver(storm, 10)
    confirm(storm, 10)
    answer(storm, 4, words)
    tend_all()
    roll_out = storm.roll_out
    assert (roll_out.state, roll_out.paused_code) == ("paused", code)
    assert roll_out.paused_params["failed"] >= 3


def test_the_count_for_gates_is_one_query(storm: Storm, django_assert_num_queries: Any) -> None:
    answer(storm, 2, ANGRY)
    roll_out = storm.roll_out.pk
    with django_assert_num_queries(1):
        answer_counts(roll_out, 1)


def test_a_persons_word_holds_is_kept_with_its_author_and_ends_or_restores_contact(storm: Storm) -> None:
    answer(storm, 1, UNCLEAR)
    message, desk = said(UNCLEAR), storm.desk
    correct_answer(message.pk, "opt_out", by=desk.agent, clock=SYSTEM_CLOCK, why="she means: leave me alone")
    message.refresh_from_db()
    assert (message.intent, message.intent_source) == ("opt_out", "person")
    stop = ContactStop.objects.get()
    assert (stop.source, stop.needs_look, stop.by_id) == ("person", False, desk.agent.user_id)
    correct_answer(message.pk, "opt_out", by=desk.agent, clock=SYSTEM_CLOCK)
    assert Reading.objects.filter(message=message).count() == 2, "sent twice, said once"
    correct_answer(message.pk, "thanks", by=desk.lead, clock=SYSTEM_CLOCK, why="misread")
    stop.refresh_from_db()
    assert (stop.lifted_by_id, stop.lifted_why) == (desk.lead.user_id, "misread")
    kept = list(Reading.objects.filter(message=message).order_by("pk").values_list("label", "source", "by__username"))
    assert kept == [
        ("other", "rules", None), ("opt_out", "person", "north-agent"), ("thanks", "person", "north-lead"),
    ]  # fmt: skip
    assert [entry.actor_name for entry in Entry.objects.filter(verb="answer.correct").order_by("pk")] != []


def test_who_may_put_a_reading_right_and_what_is_refused(storm: Storm) -> None:
    answer(storm, 1, UNCLEAR)
    message = said(UNCLEAR)
    for who in (storm.desk.auditor, storm.desk.approver):
        with pytest.raises(NotAllowed):
            correct_answer(message.pk, "thanks", by=who, clock=SYSTEM_CLOCK)
    with pytest.raises(NotFound):
        correct_answer(message.pk, "thanks", by=a_desk("rival").lead, clock=SYSTEM_CLOCK)
    with pytest.raises(InvalidInput):
        correct_answer(message.pk, "fly", by=storm.desk.agent, clock=SYSTEM_CLOCK)
    ours = Message.objects.filter(speaker="seller").first()
    assert ours is not None
    with refused("intent_of_buyers_only"):
        correct_answer(ours.pk, "thanks", by=storm.desk.agent, clock=SYSTEM_CLOCK)
    message.refresh_from_db()
    assert message.intent_source == "rules"


# ---- on the page


def browse(storm: Storm, query: str = "", *, language: str = "en") -> str:
    shown = client_of(storm.desk.agent, language=language).get(f"/incidents/{storm.incident.code}/answers/{query}")
    assert shown.status_code == 200
    return shown.content.decode()


def test_the_page_lists_who_waits_with_a_clock_and_filters_by_intent(storm: Storm) -> None:
    answer(storm, 2, ANGRY)
    answer(storm, 1, STOP)
    shown = browse(storm)
    assert "3 buyers answered" in shown
    assert 'class="clk' in shown
    assert "Wants no more messages" in shown
    assert "1 buyer wants no more messages; contact has ended." in shown
    only = browse(storm, "?intent=opt_out")
    assert "1 buyer answered" in only
    assert ANGRY not in only
    assert "要求不再联系" in browse(storm, language="zh-hans")
    assert "3 buyers answered" in browse(storm, "?intent=nonsense")
    assert (
        'data-answers="opt_out">1<'
        in client_of(storm.desk.lead).get(f"/incidents/{storm.incident.code}/").content.decode()
    )


def test_an_agent_corrects_and_only_the_desk_lifts(storm: Storm) -> None:
    answer(storm, 1, STOP)
    message = said(STOP)
    path = f"/incidents/{storm.incident.code}/answers/{message.pk}/"
    agent, lead = client_of(storm.desk.agent), client_of(storm.desk.lead)
    assert "Contact has ended" in agent.get(path).content.decode()
    assert 'value="lift"' not in agent.get(path).content.decode()
    assert agent.post(path, {"act": "lift", "why": "x"}).status_code == 403
    assert lead.post(path, {"act": "lift", "why": " "}).status_code == 422
    assert lead.post(path, {"act": "lift", "why": "called us"}).status_code == 302
    assert lead.post(path, {"act": "lift", "why": "called us"}).status_code == 404, "sent twice"
    assert agent.post(path, {"act": "correct", "intent": "wants_to_wait"}).status_code == 302
    assert agent.post(path, {"act": "correct", "intent": "nonsense"}).status_code == 422
    assert agent.post(path, {"act": "dance"}).status_code == 400
    message.refresh_from_db()
    assert (message.intent, message.intent_source) == ("wants_to_wait", "person")
    assert Client().get(path).status_code == 302


# ---- a model


class Model:
    """An OpenAI-compatible endpoint on this machine that says what it is told to."""

    def __init__(self) -> None:
        self.says: Any = {"intent": "asks_status", "score": 0.9}
        self.status, self.heard = 200, list[dict[str, Any]]()
        self.keys: list[str] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        content = self.says if isinstance(self.says, str) else f"Sure! ```json\n{json.dumps(self.says)}\n```"
        return web.json_response({"choices": [{"message": {"content": content}}]}, status=self.status)


@pytest.fixture
def model() -> Iterator[tuple[Model, Asker]]:
    made = Model()
    thread = InThread(made)
    url = thread.start()
    yield made, Asker(Endpoint(url=url, model="m", key="k-1", timeout_s=5), clock=SYSTEM_CLOCK)
    thread.stop()


def test_nothing_leaves_the_house_unless_an_administrator_named_an_endpoint() -> None:
    assert Settings().intent_model_url == ""
    for wrong in ("http://models.example/v1", "ftp://x", "https://user:pw@models.example/v1"):
        with pytest.raises(ValidationError):
            Settings(intent_model_url=wrong, intent_model="m")
    with pytest.raises(ValidationError):
        Settings(intent_model_url="https://models.example/v1")
    assert Settings(intent_model_url="https://models.example/v1/", intent_model="m").intent_model_url.endswith("/v1")


def test_a_doubtful_answer_gets_a_suggestion_and_only_its_bare_words_are_told(
    storm: Storm, model: tuple[Model, Asker]
) -> None:
    endpoint, asker = model
    answer(storm, 1, f"{UNCLEAR} me@example.com https://x.example/y")
    assert asker.ask() == 1
    message = Message.objects.get(speaker="buyer")
    assert (message.intent, message.intent_source, message.intent_score) == ("asks_status", "model", 0.9)
    told = endpoint.heard[0]["messages"][1]["content"]
    assert told == f"{UNCLEAR} @ @"
    assert endpoint.keys == ["Bearer k-1"]
    assert asker.ask() == 0, "asked once"
    assert len(endpoint.heard) == 1


def test_what_the_phrases_are_sure_of_is_not_told_at_all(storm: Storm, model: tuple[Model, Asker]) -> None:
    answer(storm, 1, STOP)
    answer(storm, 1, "ขอบคุณค่ะ")
    sure = Message.objects.filter(speaker="buyer", intent_score__gte=0.8).count()
    endpoint, asker = model
    asker.ask()
    assert len(endpoint.heard) == 2 - sure
    assert said(STOP).intent == "opt_out"


def test_a_person_wins_over_the_model_and_the_model_over_doubt_only(storm: Storm, model: tuple[Model, Asker]) -> None:
    answer(storm, 1, UNCLEAR)
    _, asker = model
    message = said(UNCLEAR)
    correct_answer(message.pk, "agree_cancel", by=storm.desk.agent, clock=SYSTEM_CLOCK)
    assert asker.ask() == 0, "what a person read is nobody else's"
    message.refresh_from_db()
    assert (message.intent, message.intent_source) == ("agree_cancel", "person")


def test_a_wish_to_be_left_alone_that_only_the_model_sees_stops_contact_and_goes_to_a_person(
    storm: Storm, model: tuple[Model, Asker]
) -> None:
    endpoint, asker = model
    endpoint.says = {"intent": "opt_out", "score": 0.7}
    answer(storm, 1, UNCLEAR)
    asker.ask()
    stop = ContactStop.objects.get()
    assert (stop.source, stop.needs_look) == ("model", True)
    assert "not sure" in browse(storm)


@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 429}, {"says": "no idea"}, {"says": "{"}])
def test_a_model_in_trouble_changes_nothing(storm: Storm, model: tuple[Model, Asker], trouble: dict[str, Any]) -> None:
    endpoint, asker = model
    for name, value in trouble.items():
        setattr(endpoint, name, value)
    answer(storm, 1, UNCLEAR)
    asker.ask()
    asker.ask()
    assert len(endpoint.heard) == 1, "left alone for a while, or asked once for each answer"
    message = said(UNCLEAR)
    assert (message.intent, message.intent_source) == ("other", "rules")
    assert ContactStop.objects.count() == 0


@given(st.text(max_size=2000))
def test_masking_never_raises_and_no_long_number_is_left(text: str) -> None:
    import re

    assert not re.search(r"[0-9]{4}", masked(text + " 0812345678 "))
