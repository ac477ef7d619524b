"""The simulator is killed and started again: what it had accepted, it still knows."""

import pytest
from tests.kit.lazada_sim import LazadaSimProcess, PushSink

from seawall.connectors.errors import Transient
from seawall.connectors.lazada.api import LazadaConnector
from seawall.kernel.clock import SYSTEM_CLOCK

pytestmark = pytest.mark.slow


async def test_kill_nine_loses_no_answered_message(lazada_sim_process: LazadaSimProcess, push_sink: PushSink) -> None:
    sim = lazada_sim_process
    shop = sim.add_store("th", seller_id="100000001")
    [order_id] = sim.add_orders(shop, 1)
    began = SYSTEM_CLOCK.now()
    async with LazadaConnector(sim.credentials(shop)) as lazada:
        session_id = (await lazada.open_session(order_id)).session_id
        sent = await lazada.send_text(session_id, "สวัสดีค่ะ")
        sim.kill()
        with pytest.raises(Transient):
            await lazada.open_session(order_id)
        # A line cut off in the middle of writing must not stop the next start.
        with sim.state.open("a", encoding="utf-8") as file:
            file.write('{"k":"message","message_id":"half')
        sim.start()
        [message] = await lazada.read_back(session_id, since=began)
        assert (message.message_id, message.text) == (sent.message_id, "สวัสดีค่ะ")
        second = await lazada.send_text(session_id, "again")
        assert second.message_id != sent.message_id
        sim.kill()
        sim.start()
        assert [m["text"] for m in sim.messages()] == ["สวัสดีค่ะ", "again"]
        assert sim.summary()["duplicates"] == 0


async def test_pushes_that_were_never_taken_are_sent_after_a_restart(
    lazada_sim_process: LazadaSimProcess, push_sink: PushSink
) -> None:
    sim = lazada_sim_process
    shop = sim.add_store("th")
    [order_id] = sim.add_orders(shop, 1)
    push_sink.status = 503
    sim.switches(push_retry_s=3600)
    sim.set_callback(push_sink.url)
    async with LazadaConnector(sim.credentials(shop)) as lazada:
        session_id = (await lazada.open_session(order_id)).session_id
        await lazada.send_text(session_id, "hello")
        sim.until(lambda: len(push_sink.received) == 1)
    sim.kill()
    push_sink.status = 200
    sim.start()
    sim.until(lambda: len(push_sink.received) == 2)
    assert push_sink.received[0][1].split(b'"timestamp"')[0] == push_sink.received[1][1].split(b'"timestamp"')[0]


def test_a_wrong_setting_ends_with_words_and_two() -> None:
    from simulators.__main__ import main

    assert main(["run", "--port", "0", "--set", "colour=1"]) == 2
