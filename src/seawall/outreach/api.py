"""What other capabilities may use of outreach."""

from seawall.outreach.commands.decide import Decide, approve, send_back
from seawall.outreach.commands.leave_out import leave_out_orders, order_resolved, settle_by_person
from seawall.outreach.commands.plan_roll_out import PlanRollOut, plan_roll_out
from seawall.outreach.commands.seats import TakeBatch, give_back, press, take_batch
from seawall.outreach.commands.send_sample import send_sample
from seawall.outreach.commands.steer import pause, resume, start, stop
from seawall.outreach.commands.void_roll_out import void_live_roll_outs
from seawall.outreach.errors import StalePlan
from seawall.outreach.ledger import counts_of
from seawall.outreach.models import Approval, Attempt, Lane, Recipient, RollOut, Wave
from seawall.outreach.policy import Ceiling, PlannedMessage, minutes_needed
from seawall.outreach.pushes import handle_received
from seawall.outreach.sender.liveness import hold, let_go, new_worker_key
from seawall.outreach.sender.worker import Worker, WorkerOptions
from seawall.outreach.states import DELIVERED, FAILED, OPEN, SENDING, SENT, RecipientState, RollOutState

STEP_FIRST_CONTACT = "first_contact"
"""The step of the first message to every buyer of a storm."""

STEP_SECOND_CONTACT = "second_contact"
"""The step of the one reminder, and of another try where the first message did not reach its buyer."""

STEPS = (STEP_FIRST_CONTACT, STEP_SECOND_CONTACT)

__all__ = [
    "DELIVERED",
    "FAILED",
    "OPEN",
    "SENDING",
    "SENT",
    "STEPS",
    "STEP_FIRST_CONTACT",
    "STEP_SECOND_CONTACT",
    "Approval",
    "Attempt",
    "Ceiling",
    "Decide",
    "Lane",
    "PlanRollOut",
    "PlannedMessage",
    "Recipient",
    "RecipientState",
    "RollOut",
    "RollOutState",
    "StalePlan",
    "TakeBatch",
    "Wave",
    "Worker",
    "WorkerOptions",
    "approve",
    "counts_of",
    "give_back",
    "handle_received",
    "hold",
    "leave_out_orders",
    "let_go",
    "minutes_needed",
    "new_worker_key",
    "order_resolved",
    "pause",
    "plan_roll_out",
    "press",
    "resume",
    "send_back",
    "send_sample",
    "settle_by_person",
    "start",
    "stop",
    "take_batch",
    "void_live_roll_outs",
]
