"""Pushes: who subscribed, bodies by type, signature [OAS, DOC, PY]."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from simulators.tiktokshop.answers import encoded
from simulators.tiktokshop.call import Call, Endpoint
from simulators.tiktokshop.chat import sender_json
from simulators.tiktokshop.entities import SHOP_INFO, App, Case, Conversation, Grant, Message, Order, Store
from simulators.tiktokshop.signing import push_signature
from simulators.tiktokshop.world import World

TYPES = {
    1: "ORDER_STATUS_CHANGE", 3: "RECIPIENT_ADDRESS_UPDATE", 4: "PACKAGE_UPDATE", 5: "PRODUCT_STATUS_CHANGE",
    6: "SELLER_DEAUTHORIZATION", 7: "UPCOMING_AUTHORIZATION_EXPIRATION", 11: "CANCELLATION_STATUS_CHANGE",
    12: "RETURN_STATUS_CHANGE", 13: "NEW_CONVERSATION", 14: "NEW_MESSAGE", 33: "NEW_MESSAGE_LISTENER",
}  # fmt: skip
RETRY_S = (120.0, 1_800.0, 10_800.0, 43_200.0)
"""Spans before the four repeats [3P, one source]."""
ADDRESS_MAX = 255
DAY_MS = 86_400_000
WARNING_MS = 30 * DAY_MS


def list_webhooks(call: Call) -> dict[str, Any]:
    """The shop's own subscriptions."""
    known = call.store.webhooks.get(call.app.app_key, {})
    return {"webhooks": list(known.values()), "total_count": len(known)}


def put_webhook(call: Call) -> dict[str, Any]:
    """Subscribe, or move a subscription."""
    event_type, address = call.need("event_type"), call.need("address")
    _check_event(call, event_type)
    if len(address) > ADDRESS_MAX or not _is_allowed(address, strict=call.world.switches.push_strict_address):
        raise call.bad("address must be an HTTPS address on a domain, without a port of its own")
    now = call.world.clock.now_ms() // 1000
    known = call.store.webhooks.setdefault(call.app.app_key, {})
    before = known.get(event_type, {"create_time": now})
    known[event_type] = {**before, "event_type": event_type, "address": address, "update_time": now}
    call.world.add_store(call.store)
    return {}


def delete_webhook(call: Call) -> dict[str, Any]:
    """Unsubscribe; succeeds even if there was none [OAS]."""
    event_type = call.need("event_type")
    _check_event(call, event_type)
    call.store.webhooks.get(call.app.app_key, {}).pop(event_type, None)
    call.world.add_store(call.store)
    return {}


def _check_event(call: Call, event_type: str) -> None:
    if event_type not in TYPES.values():
        raise call.bad(f"event_type {event_type!r} is not valid")


def _is_allowed(address: str, *, strict: bool) -> bool:
    parts = urlsplit(address)
    if not strict:
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    try:
        ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return parts.scheme == "https" and "." in (parts.hostname or "") and parts.netloc == parts.hostname
    return False


class Notifier:
    """Turns what happens in the world into pushes for each app with a valid grant of the shop."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.on_message = self.message
        world.on_staff = self.staff
        world.on_order = self.order
        world.on_case = self.case
        world.on_grant = self.plan_warning

    def message(self, conversation: Conversation, message: Message) -> None:
        """Type 14: every message, the seller's own too [3P]. Neither account id nor name of the buyer."""
        store = self._world.stores[conversation.seller_id]
        sender = sender_json(store, conversation, message.role)
        data = {
            "message_id": message.message_id,
            "conversation_id": conversation.conversation_id,
            "index": str(message.index),
            "type": message.type,
            "content": message.content,
            "create_time": message.send_ms // 1000,
            "is_visible": message.is_visible,
            "sender": {"im_user_id": sender["im_user_id"], "role": sender["role"]},
        }
        self._push(store, 14, data, lambda: self._world.acked(message.message_id))

    def staff(self, conversation: Conversation) -> None:
        """Type 13: a service agent joined or left, whatever its name says [OAS]."""
        data = {"conversation_id": conversation.conversation_id, "create_time": conversation.created_ms // 1000}
        self._push(self._world.stores[conversation.seller_id], 13, data)

    def order(self, order: Order) -> None:
        """Type 1. A cancelled order is spelled CANCEL here [PY]."""
        status = self._world.switches.push_cancel_word if order.status == "CANCELLED" else order.status
        data = {
            "order_id": order.order_id,
            "order_status": status,
            "is_on_hold_order": order.is_on_hold,
            "update_time": order.updated_ms // 1000,
        }
        self._push(self._world.stores[order.seller_id], 1, data)

    def case(self, case: Case) -> None:
        """Type 11 for a cancellation, 12 for a return."""
        store = self._world.stores[case.seller_id]
        created, updated = case.created_ms // 1000, case.updated_ms // 1000
        if case.is_return:
            data: dict[str, Any] = {
                "order_id": case.order_id, "return_id": case.case_id, "return_type": case.type,
                "return_status": case.status, "return_role": case.role, "create_time": created, "update_time": updated,
            }  # fmt: skip
            self._push(store, 12, data)
            return
        is_withdrawn = case.status == "CANCELLATION_REQUEST_CANCEL"
        data = {
            "order_id": case.order_id, "cancel_id": case.case_id,
            "cancel_status": "CANCELLATION_REQUEST_CANCELLED" if is_withdrawn else case.status,
            "cancellations_role": case.role, "create_time": created,
        }  # fmt: skip
        self._push(store, 11, data)

    def deauthorised(self, store: Store, app: App) -> None:
        """Type 6: the seller took the consent back. Sent although the grant is void."""
        if app.callback_url:
            words = {"message": "The seller has revoked the authorization"}
            self._send(app, store, address=app.callback_url, kind=6, data=words)

    def plan_warning(self, grant: Grant) -> None:
        """Type 7: from 30 days before the consent ends, every day at midnight UTC [OAS; the zone ours]."""
        first = grant.refresh_expires_ms - WARNING_MS
        now = self._world.clock.now_ms()
        due = first if first > now else (now // DAY_MS + 1) * DAY_MS
        if due < grant.refresh_expires_ms:
            self._world.timers.at(due, lambda: self._warn(grant))

    def _warn(self, grant: Grant) -> None:
        if grant.is_revoked or grant.is_refresh_dead or self._world.by_refresh.get(grant.refresh_token) is not grant:
            return
        for seller_id in grant.seller_ids:
            words = {
                "message": "The authorization is about to expire",
                "expiration_time": str(grant.refresh_expires_ms // 1000),
            }
            self._push(self._world.stores[seller_id], 7, words)
        self.plan_warning(grant)

    def again(self) -> int:
        """After a restart: message pushes that were never taken. Gives how many."""
        for grant in self._world.grants:
            self.plan_warning(grant)
        waiting = sorted(self._world.unacked)
        for message_id in waiting:
            self.message(*self._world.messages[message_id])
        return len(waiting)

    def _push(self, store: Store, kind: int, data: dict[str, Any], acked: Callable[[], None] | None = None) -> None:
        """To the shop's own subscription, else to the app-wide address (that order is ours)."""
        for app in self._world.apps.values():
            own = store.webhooks.get(app.app_key, {}).get(TYPES[kind])
            address = str(own["address"]) if own else app.callback_url
            if address and self._has_grant(app, store):
                self._send(app, store, address=address, kind=kind, data=data, acked=acked)

    def _send(
        self,
        app: App,
        store: Store,
        *,
        address: str,
        kind: int,
        data: dict[str, Any],
        acked: Callable[[], None] | None = None,
    ) -> None:
        world = self._world
        envelope: dict[str, Any] = {"type": kind}
        if world.switches.push_notification_id and kind != 3:
            envelope["tts_notification_id"] = world.fresh_id()
        envelope |= {"shop_id": store.seller_id, "timestamp": world.clock.now_ms() // 1000, "data": data}
        body = encoded(envelope)
        world.pushes.send_signed(
            url=address,
            body=body,
            authorization=push_signature(app.app_key, app.app_secret, body),
            label=f"type {kind} seller {store.seller_id}",
            on_acked=acked,
            faults=world.faults.on_push("tiktok-shop", str(kind), store.seller_id),
        )

    def _has_grant(self, app: App, store: Store) -> bool:
        return any(
            grant.app_key == app.app_key and store.seller_id in grant.seller_ids and not grant.is_revoked
            for grant in self._world.grants
        )


def apply_push_switches(world: World) -> None:
    """Take the delivery spans over from the switches."""
    settings, switches = world.pushes.settings, world.switches
    settings.ack_s, settings.max_tries = switches.push_ack_s, switches.push_max_tries
    settings.retry_spans_s = tuple(span * switches.push_retry_scale for span in RETRY_S)
    settings.needs_empty_body = switches.push_needs_empty_body


_PATH = "/event/{version}/webhooks"
ENDPOINTS = (
    Endpoint(method="GET", path=_PATH, versions=("202309",), handle=list_webhooks, scope=SHOP_INFO),
    Endpoint(method="PUT", path=_PATH, versions=("202309",), handle=put_webhook, scope=SHOP_INFO, is_write=True),
    Endpoint(method="DELETE", path=_PATH, versions=("202309",), handle=delete_webhook, scope=SHOP_INFO, is_write=True),
)
