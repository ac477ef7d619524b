"""Pushes: bodies, signature, ladders of repeats, the account of success, the lost ones (section 7)."""

import json
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import aiohttp

from simulators.core.webhooks import Push
from simulators.shopee.answers import encoded
from simulators.shopee.chat_reads import buyer_shop
from simulators.shopee.entities import App, Conversation, Message, Order, Return, Shop
from simulators.shopee.permissions import has_chat
from simulators.shopee.signing import push_signature
from simulators.shopee.tokens import is_linked
from simulators.shopee.world import World

LADDER_S = (300.0, 1_800.0, 10_800.0)
CHAT_LADDER_S = (1.0, 2.0, 3.0)
CHAT, AUTHORISED, CANCELLED, EXPIRING = 10, 1, 2, 12
LOST_DAYS_MS = 3 * 86_400_000


class Notifier:
    """Turns what happens in the world into pushes for each app the shop authorises."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tries: dict[str, deque[tuple[int, bool]]] = defaultdict(deque)
        self._chains: dict[tuple[str, str], deque[Callable[[], None]]] = {}
        hooks = world.hooks
        hooks.on_buyer_message, hooks.on_seller_message = self.message, self.own_message
        hooks.on_order, hooks.on_package, hooks.on_return = self.order, self.package, self.return_
        hooks.on_tracking_number, hooks.on_penalty = self.tracking_number, self.penalty
        hooks.on_authorisation, hooks.on_reset = self.authorisation, self._forget

    # ---- what is pushed

    def message(self, conversation: Conversation, message: Message) -> None:
        """10: what the buyer wrote."""
        data = {"type": "message", "content": self._message(conversation, message)}
        if not self._chat(conversation, data, message):
            self._world.acked(message.message_id)  # nobody is to hear of it, not after a restart either

    def own_message(self, conversation: Conversation, message: Message) -> None:
        """The shop's own messages are not pushed, but for a whitelist [M][P]; an answer given elsewhere leaves a
        `mark_as_replied`."""
        if self._world.switches.push_own_messages:
            self._chat(conversation, {"type": "message", "content": self._message(conversation, message)}, None)
        elif message.source != "openapi":
            content = {"type": "mark_as_replied", "conversation_id": conversation.conversation_id}
            self._chat(conversation, {"type": "notification", "content": content}, None)
        self._world.hooks.after_seller_message(conversation, message)

    def order(self, order: Order) -> None:
        """3. The order is called `ordersn` in pushes [D][S]."""
        data = {"ordersn": order.order_sn, "status": order.status, "completed_scenario": "",
                "update_time": order.updated_ms // 1000}  # fmt: skip
        self._push_shop(order.shop_id, 3, data)

    def tracking_number(self, order: Order, package: dict[str, Any]) -> None:
        """4."""
        data = {"ordersn": order.order_sn, "tracking_no": package["tracking_number"],
                "package_number": package["package_number"]}  # fmt: skip
        self._push_shop(order.shop_id, 4, data)

    def package(self, order: Order, package: dict[str, Any]) -> None:
        """30. Its fields are unknown: ours, or almost nothing with `push_thin`."""
        data = {"ordersn": order.order_sn, "package_number": package["package_number"]}
        if not self._world.switches.push_thin:
            data |= {"fulfillment_status": package["logistics_status"], "update_time": order.updated_ms // 1000}
        self._push_shop(order.shop_id, 30, data)

    def return_(self, row: Return) -> None:
        """29. Its fields are unknown: ours, or almost nothing with `push_thin`."""
        data: dict[str, Any] = {"return_sn": row.return_sn}
        if not self._world.switches.push_thin:
            data |= {"ordersn": row.order_sn, "return_status": row.status, "update_time": row.updated_ms // 1000}
        self._push_shop(row.shop_id, 29, data)

    def penalty(self, shop: Shop, data: dict[str, Any]) -> None:
        """28."""
        self._push_shop(shop.shop_id, 28, data)

    def authorisation(self, partner_id: str, shop_id: str, code: int, data: dict[str, Any]) -> None:
        """1, 2 and 12: to the app it is about, whether or not it may still ask."""
        app = self._world.apps.get(partner_id)
        if app is None:
            return
        number = _number(shop_id)
        if code == EXPIRING:
            data = {"shop_expire_soon": [number], "merchant_expire_soon": [], **data}
        else:
            data = {"shop_id": number, "success": 1, **data}
        self._send(app, shop_id, code, data)

    async def ping(self, app: App, url: str) -> bool:
        """The test push of saving an address: taken by 2xx with an empty body within 3 s [D]."""
        world = self._world
        body = encoded({"code": world.switches.ping_code, "timestamp": world.clock.now_ms() // 1000,
                        "data": {"verify_info": "This is a Verification message. Please respond in 2xx."}})  # fmt: skip
        key = "" if world.switches.ping_key == "empty" else self._key(app)
        headers = {"Content-Type": "application/json", "Authorization": push_signature(key, url, body)}
        timeout = aiohttp.ClientTimeout(total=world.switches.push_ack_s)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return 200 <= answer.status < 300 and not await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return False

    def again(self) -> int:
        """After a restart: pushes of buyers' messages that were never taken. Gives how many."""
        waiting = sorted(self._world.unacked, key=int)
        for message_id in waiting:
            self.message(*self._world.messages[message_id])
        return len(waiting)

    def lost(self, partner_id: str) -> list[dict[str, Any]]:
        """Lost pushes of the last three days that were not confirmed, the earliest first [D]."""
        oldest = self._world.clock.now_ms() - LOST_DAYS_MS
        return [row for row in self._world.lost[partner_id] if row["at_ms"] >= oldest]

    # ---- how it is pushed

    def _push_shop(self, shop_id: str, code: int, data: dict[str, Any]) -> None:
        for app in self._world.apps.values():
            if app.callback_url and is_linked(self._world, app.partner_id, shop_id):
                self._send(app, shop_id, code, data)

    def _chat(self, conversation: Conversation, data: dict[str, Any], message: Message | None) -> bool:
        """Push a chat event to every app that may have it; whether there is one."""
        shop, is_queued = self._world.shops[conversation.shop_id], False
        for app in self._world.apps.values():
            if app.callback_url and has_chat(app) and is_linked(self._world, app.partner_id, shop.shop_id):
                inner = {"region": shop.region, **data}
                is_queued |= self._send(app, shop.shop_id, CHAT, inner, conversation=conversation, message=message)
        return is_queued

    def _send(
        self,
        app: App,
        shop_id: str,
        code: int,
        data: dict[str, Any],
        *,
        conversation: Conversation | None = None,
        message: Message | None = None,
    ) -> bool:
        """Queue a push; False when the app is not to have it."""
        world, url = self._world, app.callback_url
        is_off = code in app.push_off or shop_id in app.blocked_shop_ids
        if not url or is_off or app.push_status == "Suspended":
            return False  # what is missed while disabled is not delivered later [D]
        body = encoded(self._envelope(shop_id, code, data))
        scale, is_chat = world.switches.push_time_scale, code == CHAT
        push = Push(
            url=url,
            body=body,
            headers={"Content-Type": "application/json", "Authorization": push_signature(self._key(app), url, body)},
            label=f"code {code} shop {shop_id}",
            on_acked=(lambda: world.acked(message.message_id)) if message is not None else None,
            ack_s=world.switches.push_chat_ack_s if is_chat else world.switches.push_ack_s,
            waits_s=[wait * scale for wait in (CHAT_LADDER_S if is_chat else LADDER_S)],
            needs_empty_2xx=True,
            on_try=lambda taken: self._count(app, taken),
            on_settled=lambda taken: None if taken else self._lose(app, body, message),
        )
        faults = world.faults.on_push("shopee", str(code), shop_id)
        if is_chat and conversation is not None and not faults:
            self._in_order((app.partner_id, conversation.conversation_id), push)
        else:
            world.pushes.send(push, faults)
        return True

    def _in_order(self, key: tuple[str, str], push: Push) -> None:
        """Chat pushes keep their sequence [D3]: the next one of a conversation leaves when this one is settled."""
        settled = push.on_settled

        def then(taken: bool) -> None:
            if settled is not None:
                settled(taken)
            chain = self._chains[key]
            if chain:
                chain.popleft()()
            else:
                del self._chains[key]

        push.on_settled = then
        if key in self._chains:
            self._chains[key].append(lambda: self._world.pushes.send(push, []))
        else:
            self._chains[key] = deque()
            self._world.pushes.send(push, [])

    def _envelope(self, shop_id: str, code: int, data: dict[str, Any]) -> dict[str, Any]:
        switches, world = self._world.switches, self._world
        body: dict[str, Any] = {}
        if switches.push_msg_id != "missing":
            is_filled = switches.push_msg_id == "filled" or (switches.push_msg_id == "sample" and code != CHAT)
            body["msg_id"] = (
                f"{world.fresh_number():032x}" if is_filled else (None if switches.push_msg_id == "null" else "")
            )
        body |= {"code": code, "timestamp": world.clock.now_ms() // 1000, "data": data}
        if code != EXPIRING:
            name = switches.push_shop_key if code in {AUTHORISED, CANCELLED} else "shop_id"
            body[name] = _number(shop_id)
            if name != "shop_id" and "shop_id" in data:
                body["data"] = {
                    name: data["shop_id"],
                    **{key: value for key, value in data.items() if key != "shop_id"},
                }
        return body

    def _message(self, conversation: Conversation, message: Message) -> dict[str, Any]:
        shop, buyer = self._world.shops[conversation.shop_id], int(conversation.buyer_id)
        buyer_side = {"id": buyer, "user_name": f"buyer_{conversation.buyer_id[-4:]}",
                      "shop_id": buyer_shop(conversation.buyer_id)}  # fmt: skip
        shop_side = {"id": _number(shop.user_id), "user_name": shop.name, "shop_id": _number(shop.shop_id)}
        sender, receiver = (buyer_side, shop_side) if message.from_buyer else (shop_side, buyer_side)
        return {
            "message_id": message.message_id, "conversation_id": conversation.conversation_id,
            "shop_id": _number(shop.shop_id), "request_id": f"q-{message.message_id[-6:]}",
            **{f"from_{name}": value for name, value in sender.items()},
            **{f"to_{name}": value for name, value in receiver.items()},
            "message_type": message.type, "content": message.content,
            "created_timestamp": message.created_ms // 1000, "region": shop.region, "is_in_chatbot_session": False,
            "source_content": {"order_sn": message.order_sn} if message.order_sn else {},
            "quoted_msg": {"message_id": ""}, "sub_account_id": 0, "sub_account_name": "0", "business_type": 0,
            "status": message.status,
        }  # fmt: skip

    def _key(self, app: App) -> str:
        return app.push_key if app.push_key and self._world.switches.push_key_used == "push" else app.partner_key

    def _count(self, app: App, taken: bool) -> None:
        """More than 600 tries in 6 h and too few taken: a warning, then the subscription is off [D]."""
        switches, now = self._world.switches, self._world.clock.now_ms()
        tries = self._tries[app.partner_id]
        tries.append((now, taken))
        while tries and tries[0][0] < now - switches.push_disable_window_s * 1000:
            tries.popleft()
        if not switches.push_disable_after or len(tries) <= switches.push_disable_after:
            return
        share = sum(each for _, each in tries) / len(tries)
        status = "Normal" if share >= switches.push_warn_below else "Warning"
        status = "Suspended" if share < switches.push_disable_below else status
        if app.push_status not in {status, "Suspended"}:
            app.push_status = status
            self._world.add_app(app)

    def forgive(self, app: App) -> None:
        """A subscription that is saved anew begins to count anew."""
        self._tries[app.partner_id].clear()
        app.push_status = "Normal"

    def _lose(self, app: App, body: bytes, message: Message | None) -> None:
        if message is not None:
            self._world.acked(message.message_id)  # from now on it waits among the lost ones
        self._world.lose(
            app.partner_id,
            {"id": self._world.fresh_number(), "at_ms": self._world.clock.now_ms(), "data": body.decode()},
        )

    def _forget(self) -> None:
        self._tries.clear()
        self._chains.clear()


def lost_json(row: dict[str, Any], shop_of: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A lost push as the API gives it: the whole original push as a JSON text [D]."""
    push = json.loads(row["data"])
    return {"shop_id": shop_of(push), "code": push["code"], "timestamp": push["timestamp"], "data": row["data"]}


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
