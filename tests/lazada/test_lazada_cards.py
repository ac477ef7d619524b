"""More than text: order cards, pictures, read marks, and what Lazada forbids."""

import json

import pytest
from tests.kit.lazada_sim import LazadaSim, SimStore
from tests.kit.pictures import jpeg, png
from tests.kit.refusals import refused

from seawall.connectors.contracts import Speaker
from seawall.connectors.errors import OutcomeUnknown, Rejected, Transient
from seawall.connectors.lazada.api import LazadaConnector
from seawall.connectors.lazada.limits import IMAGE_BYTES_MAX
from seawall.kernel.clock import SYSTEM_CLOCK

SEND, UPLOAD, READ = "/im/message/send", "/image/upload", "/im/session/read"


@pytest.fixture
async def session_id(lazada: LazadaConnector, lazada_sim: LazadaSim, shop: SimStore) -> str:
    lazada_sim.add_orders(shop, [{"order_id": "88"}])
    return (await lazada.open_session("88")).session_id


class TestCardsAndPictures:
    async def test_an_order_card_arrives_as_a_card(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        sent = await lazada.send_order_card(session_id, "88")
        [message] = await lazada.read_back(session_id, since=began)
        assert (message.message_id, message.speaker) == (sent.message_id, Speaker.SELLER)
        assert (message.kind, message.text) == ("10007", "")
        assert json.loads(message.raw["content"]) == {"orderId": "88"}

    @pytest.mark.parametrize(("image", "name"), [(png(640, 480), "proof.png"), (jpeg(640, 480), "proof.jpg")])
    async def test_a_picture_is_uploaded_then_sent_with_its_size(
        self, image: bytes, name: str, lazada: LazadaConnector, session_id: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        stored = await lazada.upload_image(image, file_name=name)
        assert (stored.width, stored.height) == (640, 480)
        await lazada.send_image(session_id, stored)
        [message] = await lazada.read_back(session_id, since=began)
        assert message.kind == "3"
        assert json.loads(message.raw["content"]) == {"imgUrl": stored.url, "width": "640", "height": "480"}

    @pytest.mark.parametrize(
        ("image", "code"),
        [
            (png(padding=IMAGE_BYTES_MAX), "too_large"),
            (png(300, 600), "sides"),
            (png(600, 5001), "sides"),
            (jpeg(600, 200), "sides"),
            (b"GIF89a" + b"\0" * 100, "kind"),
            (b"\xff\xd8\xff\xe0\x00\x04", "kind"),
            (b"\x89PNG\r\n\x1a\n", "kind"),
            (b"", "kind"),
        ],
    )
    async def test_what_lazada_would_not_take_never_leaves(
        self, image: bytes, code: str, lazada: LazadaConnector, lazada_sim: LazadaSim
    ) -> None:
        with pytest.raises(Rejected) as stopped:
            await lazada.upload_image(image, file_name="proof.png")
        assert (stopped.value.code, stopped.value.platform_code) == ("image_not_allowed", code)
        assert lazada_sim.calls() == []

    async def test_a_stricter_platform_is_told_the_same_way(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim
    ) -> None:
        lazada_sim.switches(image_max_bytes=50)
        with pytest.raises(Rejected) as stopped:
            await lazada.upload_image(png(), file_name="proof.png")
        assert (stopped.value.code, stopped.value.platform_code) == ("image_not_allowed", "303")

    async def test_a_doubtful_upload_may_be_tried_again_a_doubtful_picture_not(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        lazada_sim.set_faults(*({"kind": "reset_after", "path": path, "nth": [1]} for path in (UPLOAD, SEND)))
        with pytest.raises(Transient):
            await lazada.upload_image(png(), file_name="proof.png")
        stored = await lazada.upload_image(png(), file_name="proof.png")
        with pytest.raises(OutcomeUnknown):
            await lazada.send_image(session_id, stored)
        lazada_sim.set_faults({"kind": "empty_body", "path": SEND})
        with pytest.raises(OutcomeUnknown):
            await lazada.send_order_card(session_id, "88")
        assert [row["template_id"] for row in lazada_sim.messages()] == [3, 10007]

    async def test_a_picture_counts_as_a_message_the_buyer_has_not_answered(
        self, lazada: LazadaConnector, session_id: str
    ) -> None:
        for _ in range(5):
            await lazada.send_order_card(session_id, "88")
        with pytest.raises(Rejected) as stopped:
            await lazada.send_text(session_id, "one too many")
        assert stopped.value.platform_code == "IM_UNANSWERED_LIMIT"


class TestReadMarks:
    @pytest.mark.parametrize("nested", [False, True])
    async def test_marking_read_takes_the_unread_count_away(
        self, nested: bool, lazada: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        lazada_sim.switches(answer_under_data=nested)
        said = lazada_sim.buyer_says(session_id, "hello")
        assert (await lazada.session_state(session_id)).unread == 1
        exchange = await lazada.mark_read(session_id, up_to_message_id=said["message_id"])
        assert exchange.path == READ
        assert (await lazada.session_state(session_id)).unread == 0

    async def test_a_message_nobody_knows(self, lazada: LazadaConnector, session_id: str) -> None:
        with pytest.raises(Rejected) as stopped:
            await lazada.mark_read(session_id, up_to_message_id="404")
        assert stopped.value.platform_code == "IM_MESSAGE_NOT_FOUND"

    async def test_reading_back_never_marks_read(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim, session_id: str
    ) -> None:
        began = SYSTEM_CLOCK.now()
        lazada_sim.buyer_says(session_id, "hello")
        await lazada.read_back(session_id, since=began)
        assert (await lazada.session_state(session_id)).unread == 1


class TestForbidden:
    async def test_conversations_are_never_polled(self, lazada: LazadaConnector, lazada_sim: LazadaSim) -> None:
        with refused("platform_forbids_polling"):
            _ = [state async for state in lazada.conversations(changed_since=SYSTEM_CLOCK.now())]
        assert lazada_sim.calls() == []

    async def test_unread_conversations_cannot_be_counted_without_polling(
        self, lazada: LazadaConnector, lazada_sim: LazadaSim
    ) -> None:
        with pytest.raises(Rejected) as stopped:
            await lazada.unread_count()
        assert (stopped.value.code, stopped.value.platform_code) == ("capability_missing", "unread_count")
        assert "push 19" in str(stopped.value)
        assert lazada_sim.calls() == []
