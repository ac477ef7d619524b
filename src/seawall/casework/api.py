"""What other capabilities may use of casework."""

from seawall.casework.commands.answer_request import answer_request
from seawall.casework.commands.course import course_of, set_accepts_requests, set_platform_cancels
from seawall.casework.commands.decide_cancelling import (
    approve_cancelling,
    pause_cancelling,
    resume_cancelling,
    start_cancelling,
    stop_cancelling,
)
from seawall.casework.commands.look_options import look_options
from seawall.casework.commands.plan_cancelling import OrderToCancel, PlanCancelling, plan_cancelling
from seawall.casework.commands.settle_orders import leave_order, waive_message
from seawall.casework.errors import CancelNotApproved, ReasonNeeded, StaleCancelPlan
from seawall.casework.ledger import counts_of, live_cancelling, request_counts
from seawall.casework.models import BuyerRequest, Cancellation, Cancelling, Course, Watched
from seawall.casework.policy import truthful_reason
from seawall.casework.pushes import hint
from seawall.casework.queries import CaseEnd, cancel_summary, cancellations_of, ends_of, open_requests, requests_of
from seawall.casework.requests import accept_waiting
from seawall.casework.states import NEEDS_SOMEBODY, REQUEST_OPEN, CancellationState, CancellingState, RequestState
from seawall.casework.watching import CaseToWatch, spare_resolved, stop_watching, watch
from seawall.casework.worker.runner import CaseWorker, CaseWorkerOptions

__all__ = [
    "NEEDS_SOMEBODY", "REQUEST_OPEN", "BuyerRequest", "CancelNotApproved", "Cancellation", "CancellationState",
    "Cancelling", "CancellingState", "CaseEnd", "CaseToWatch", "CaseWorker", "CaseWorkerOptions", "Course",
    "OrderToCancel", "PlanCancelling", "ReasonNeeded", "RequestState", "StaleCancelPlan", "Watched", "accept_waiting",
    "answer_request", "approve_cancelling", "cancel_summary", "cancellations_of", "counts_of", "course_of", "ends_of",
    "hint", "leave_order", "live_cancelling", "look_options", "open_requests", "pause_cancelling", "plan_cancelling",
    "request_counts", "requests_of", "resume_cancelling", "set_accepts_requests", "set_platform_cancels",
    "spare_resolved", "start_cancelling", "stop_cancelling", "stop_watching", "truthful_reason", "waive_message",
    "watch",
]  # fmt: skip
