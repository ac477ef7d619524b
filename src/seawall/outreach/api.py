"""What other capabilities may use of outreach."""

from seawall.outreach.answers import (
    AnswerSummary,
    Talk,
    answer_counts,
    stops_of,
    summary_of,
    talk_views,
    talks_of,
)
from seawall.outreach.commands.answers import correct_answer, lift_stop
from seawall.outreach.commands.decide import Decide, approve, send_back
from seawall.outreach.commands.leave_out import leave_out_orders, look_now, settle_by_person, told_as_sent
from seawall.outreach.commands.plan_roll_out import PlanRollOut, plan_roll_out
from seawall.outreach.commands.seats import TakeBatch, give_back, press, take_batch
from seawall.outreach.commands.send_sample import send_sample
from seawall.outreach.commands.steer import pause, resume, start, stop
from seawall.outreach.commands.void_roll_out import void_live_roll_outs
from seawall.outreach.concern import leave_out_unconcerned
from seawall.outreach.errors import StalePlan
from seawall.outreach.ledger import counts_of
from seawall.outreach.models import Approval, Attempt, Lane, Recipient, RollOut, Wave
from seawall.outreach.policy import Ceiling, PlannedMessage, minutes_needed
from seawall.outreach.pushes import handle_received
from seawall.outreach.replies.api import find_answers
from seawall.outreach.replies.model import Asker
from seawall.outreach.sender.worker import Worker, WorkerOptions
from seawall.outreach.settling import NOT_DELIVERED, TO_SETTLE, Wanted, last_tries, not_delivered, reasons_of
from seawall.outreach.states import DELIVERED, FAILED, OPEN, SENDING, SENT, RecipientState, RollOutState

STEP_FIRST_CONTACT = "first_contact"
"""The step of the first message to every buyer of a storm."""

__all__ = [
    "DELIVERED",
    "FAILED",
    "NOT_DELIVERED",
    "OPEN",
    "SENDING",
    "SENT",
    "STEP_FIRST_CONTACT",
    "TO_SETTLE",
    "AnswerSummary",
    "Approval",
    "Asker",
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
    "Talk",
    "Wanted",
    "Wave",
    "Worker",
    "WorkerOptions",
    "answer_counts",
    "approve",
    "correct_answer",
    "counts_of",
    "find_answers",
    "give_back",
    "handle_received",
    "last_tries",
    "leave_out_orders",
    "leave_out_unconcerned",
    "lift_stop",
    "look_now",
    "minutes_needed",
    "not_delivered",
    "pause",
    "plan_roll_out",
    "press",
    "reasons_of",
    "resume",
    "send_back",
    "send_sample",
    "settle_by_person",
    "start",
    "stop",
    "stops_of",
    "summary_of",
    "take_batch",
    "talk_views",
    "talks_of",
    "told_as_sent",
    "void_live_roll_outs",
]
