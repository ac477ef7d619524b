"""Cancellations and returns as they run: who may cancel when, deadlines, and silence that counts as yes."""

from simulators.core.clock import iso
from simulators.tiktokshop.entities import Case, Order, Store
from simulators.tiktokshop.lifecycle import Lifecycle
from simulators.tiktokshop.world import World

PENDING, SUCCESS, COMPLETE = (
    "CANCELLATION_REQUEST_PENDING", "CANCELLATION_REQUEST_SUCCESS", "CANCELLATION_REQUEST_COMPLETE",
)  # fmt: skip
REJECTED = "CANCELLATION_REQUEST_CANCEL"
RETURN_PENDING, RETURN_REJECTED = "RETURN_OR_REFUND_REQUEST_PENDING", "REFUND_OR_RETURN_REQUEST_REJECT"
RETURN_SUCCESS, RETURN_COMPLETE = "RETURN_OR_REFUND_REQUEST_SUCCESS", "RETURN_OR_REFUND_REQUEST_COMPLETE"
AWAITING_BUYER_SHIP, BUYER_SHIPPED = "AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM"
AWAITING_BUYER = "AWAITING_BUYER_RESPONSE"
RECEIVE_REJECTED = "REJECT_RECEIVE_PACKAGE"
REFUNDABLE = frozenset({"AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED"})
HOUR_MS = 3_600_000


class CaseError(ValueError):
    """What a buyer cannot do now, in words (side door)."""


class Cases:
    """Runs the cases of one world."""

    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world, self._lifecycle = world, lifecycle

    # ---- what may be done

    def seller_refusal(self, order: Order) -> int:
        """The code that keeps the seller from cancelling now; 0 when the order may be cancelled.

        The two official pages disagree on UNPAID and AWAITING_COLLECTION: switches, strict by default [DOC].
        """
        switches = self._world.switches
        if order.status == "CANCELLED" or self.waiting(order) is not None:
            return 25001011
        if order.status == "COMPLETED":
            return 25001051
        allowed = {"ON_HOLD", "AWAITING_SHIPMENT"}
        if switches.seller_cancels_unpaid:
            allowed.add("UNPAID")
        if switches.seller_cancels_awaiting_collection:
            allowed |= {"AWAITING_COLLECTION", "PARTIALLY_SHIPPING"}
        if order.status in allowed:
            return 0
        return 25001021 if order.status == "UNPAID" else 25001045

    def waiting(self, order: Order) -> Case | None:
        """The cancellation a buyer asked for that waits for the seller."""
        known = self._world.order_cases.get((order.seller_id, order.order_id), ())
        return next((case for case in known if not case.is_return and case.status == PENDING), None)

    # ---- cancellations

    def cancel(self, order: Order, *, reason: str, by: str, type: str = "CANCEL") -> Case:
        """Cancel at once; the refund follows."""
        case = self._new(order, is_return=False, type=type, status=SUCCESS, role=by, reason=reason)
        self._lifecycle.move(order, "CANCELLED", reason=reason, by=by)
        self.refund_later(case)
        return case

    def buyer_cancels(self, order: Order, reason: str) -> Case:
        """A buyer wants out: free, approved at once, or up to the seller, by status. Raises CaseError.

        Until collection buyers in the region may cancel too; the seller learns of it by push [DOC release note].
        """
        if self.waiting(order) is not None:
            raise CaseError("the buyer has asked already")
        if order.status in {"UNPAID", "ON_HOLD"}:
            return self.cancel(order, reason=reason, by="BUYER", type="BUYER_CANCEL")
        if order.status == "AWAITING_COLLECTION" and self._world.switches.buyer_cancels_until_collection:
            return self.cancel(order, reason=reason, by="BUYER", type="BUYER_CANCEL")
        if order.status != "AWAITING_SHIPMENT":
            raise CaseError(f"a buyer cannot cancel in {order.status}")
        case = self._new(order, is_return=False, type="BUYER_CANCEL", status=PENDING, role="BUYER", reason=reason)
        order.wants_cancel = True
        order.times["request_cancel_time"] = self._world.clock.now_ms() // 1000
        self._world.order_changed(order, is_told=False)
        return case

    def approve_cancel(self, case: Case, *, by: str = "SELLER") -> None:
        """Yes to the buyer: by the seller, or by silence."""
        order = self._order(case)
        case.status, case.deadline_ms = SUCCESS, 0
        self._world.add_case(case)
        self._lifecycle.move(order, "CANCELLED", reason=case.reason, by="BUYER" if by == "SELLER" else by)
        self.refund_later(case)

    def reject_cancel(self, case: Case) -> None:
        """No to the buyer; the order goes on."""
        self._close_cancel(case)

    def withdraw_cancel(self, case: Case) -> None:
        """The buyer takes the wish back."""
        self._close_cancel(case)

    def _close_cancel(self, case: Case) -> None:
        order = self._order(case)
        case.status, case.deadline_ms = REJECTED, 0
        order.wants_cancel = False
        self._world.order_changed(order, is_told=False)
        self._world.add_case(case)

    # ---- returns

    def buyer_returns(self, order: Order, *, type: str, reason: str, note: str) -> Case:
        """A buyer asks for money or to send back. Raises CaseError."""
        if type not in {"REFUND", "RETURN_AND_REFUND", "REPLACEMENT"}:
            raise CaseError(f"unknown return_type {type!r}")
        if order.status not in (REFUNDABLE if type == "REFUND" else {"DELIVERED"}):
            raise CaseError(f"a buyer cannot ask for {type} in {order.status}")
        status = "REPLACEMENT_REQUEST_PENDING" if type == "REPLACEMENT" else RETURN_PENDING
        case = self._new(order, is_return=True, type=type, status=status, role="BUYER", reason=reason)
        self.record(case, "BUYER", "Customer asked for a refund", note)
        return case

    def nothing_arrived(self, order: Order) -> None:
        """A buyer whose parcel was scanned delivered and never came asks for the money."""
        if order.status == "DELIVERED" and not self._world.order_cases[order.seller_id, order.order_id]:
            reason = "ecom_order_delivered_refund_reason_not_received"
            self.buyer_returns(order, type="REFUND", reason=reason, note="Shown as delivered, nothing arrived")

    def record(self, case: Case, role: str, description: str, note: str) -> None:
        """One more line in the history of a return."""
        case.records.append({
            "event": "ORDER_RETURN", "role": role, "description": description, "reason": case.reason, "note": note,
            "at": self._world.clock.now_ms() // 1000,
        })  # fmt: skip
        self._world.add_case(case, is_told=False)

    def set_status(self, case: Case, status: str, *, waits: bool = False) -> None:
        """Move a case; `waits` gives the seller the next 48 hours."""
        now = self._world.clock.now_ms()
        case.status = status
        case.deadline_ms = now + self._world.switches.decision_h * HOUR_MS if waits else 0
        self._world.add_case(case)
        if waits:
            self.plan(case)
        if status == RETURN_SUCCESS:
            self.refund_later(case)

    # ---- clocks

    def plan(self, case: Case) -> None:
        """Silence counts as yes at the deadline [DOC]."""
        if case.deadline_ms:
            deadline = case.deadline_ms
            self._world.timers.at(deadline, lambda: self._deadline(case, deadline))

    def refund_later(self, case: Case) -> None:
        """The money goes back; then the case is complete."""
        span = self._world.switches.refund_after_s
        if span > 0:
            self._world.timers.at(self._world.clock.now_ms() + span * 1000, lambda: self._refunded(case))

    def again(self) -> None:
        """After a restart: set the clocks anew."""
        for case in self._world.cases.values():
            self.plan(case)
            if case.status in {SUCCESS, RETURN_SUCCESS}:
                self.refund_later(case)

    def _deadline(self, case: Case, deadline_ms: int) -> None:
        if self._world.cases.get(case.case_id) is not case or case.deadline_ms != deadline_ms:
            return
        if not case.is_return:
            self.approve_cancel(case, by="SYSTEM")
        elif case.type == "RETURN_AND_REFUND" and case.status == RETURN_PENDING:
            self.set_status(case, AWAITING_BUYER_SHIP)
        else:
            self.set_status(case, RETURN_SUCCESS)

    def _refunded(self, case: Case) -> None:
        if self._world.cases.get(case.case_id) is not case or case.status not in {SUCCESS, RETURN_SUCCESS}:
            return
        case.status = RETURN_COMPLETE if case.is_return else COMPLETE
        self._world.add_case(case)
        order = self._order(case)
        if case.is_return and not case.partial and order.status in REFUNDABLE:
            self._lifecycle.move(order, "COMPLETED")  # fully refunded [DOC]

    def _new(self, order: Order, *, is_return: bool, type: str, status: str, role: str, reason: str) -> Case:
        world, now = self._world, self._world.clock.now_ms()
        waits = status.endswith("_PENDING")
        case = Case(
            case_id=world.fresh_id(),
            seller_id=order.seller_id,
            order_id=order.order_id,
            is_return=is_return,
            type=type,
            status=status,
            role=role,
            reason=reason,
            created_ms=now,
            updated_ms=now,
            deadline_ms=now + world.switches.decision_h * HOUR_MS if waits else 0,
            line_ids=[str(line["id"]) for line in order.lines],
        )
        world.add_case(case)
        self.plan(case)
        return case

    def _order(self, case: Case) -> Order:
        return self._world.orders[case.seller_id, case.order_id]


def case_row(case: Case, store: Store) -> dict[str, object]:
    """A case as the side door shows it."""
    return {
        "case_id": case.case_id, "seller_id": store.seller_id, "order_id": case.order_id, "type": case.type,
        "status": case.status, "reason": case.reason, "answer_by": iso(case.deadline_ms) if case.deadline_ms else "",
    }  # fmt: skip
