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
from seawall.outreach.commands.ask_lead import ask_lead
from seawall.outreach.commands.by_hand import MarkSent, cannot_reach, copy_words, mark_sent, not_sent
from seawall.outreach.commands.decide import Decide, approve, send_back
from seawall.outreach.commands.leave_out import leave_out_orders, look_now, settle_by_person, told_as_sent
from seawall.outreach.commands.plan_roll_out import PlanRollOut, contacted_orders, plan_roll_out
from seawall.outreach.commands.replan import close_windows, replan, replan_moved
from seawall.outreach.commands.seats import (
    MOST_IN_HAND,
    Press,
    Pressed,
    TakeBatch,
    give_back,
    press,
    press_many,
    take_batch,
)
from seawall.outreach.commands.send_sample import send_sample
from seawall.outreach.commands.steer import pause, resume, start, stop
from seawall.outreach.commands.tune import Tune, tune
from seawall.outreach.commands.void_roll_out import void_live_roll_outs
from seawall.outreach.concern import leave_out_unconcerned, order_resolved
from seawall.outreach.contact import stopped_orders
from seawall.outreach.errors import StalePlan
from seawall.outreach.gate_rules import MEASURES, Measured, gate_defaults
from seawall.outreach.gates import measured_now, shares_of
from seawall.outreach.groups import named_together
from seawall.outreach.ledger import DoorCount, counts_of, doors_now, standing_roll_out
from seawall.outreach.models import Approval, Attempt, Lane, ReachSnapshot, Recipient, RollOut, Wave
from seawall.outreach.policy import MOST_TOGETHER, Ceiling, PlannedMessage, minutes_needed
from seawall.outreach.pushes import handle_received
from seawall.outreach.reach import DOORS
from seawall.outreach.reach_lines import ReachLine, reach_lines
from seawall.outreach.reach_snapshots import Difference, differences, newest
from seawall.outreach.reach_words import assumption_lines, sentence_of, span_of
from seawall.outreach.replies.api import find_answers
from seawall.outreach.replies.model import Asker
from seawall.outreach.sender.liveness import hold, let_go, new_worker_key
from seawall.outreach.sender.worker import Worker, WorkerOptions
from seawall.outreach.settling import NOT_DELIVERED, TO_SETTLE, Wanted, last_tries, not_delivered, reasons_of
from seawall.outreach.standing import LaneStanding, standing_of
from seawall.outreach.states import DELIVERED, FAILED, OPEN, ROLL_OUT, SENDING, SENT, RecipientState, RollOutState

STEP_FIRST_CONTACT = "first_contact"
"""The step of the first message to every buyer of a storm."""

STEP_SECOND_CONTACT = "second_contact"
"""The step of the one reminder, and of another try where the first message did not reach its buyer."""

STEPS = (STEP_FIRST_CONTACT, STEP_SECOND_CONTACT)

__all__ = [
    "DELIVERED",
    "DOORS",
    "FAILED",
    "MEASURES",
    "MOST_IN_HAND",
    "MOST_TOGETHER",
    "NOT_DELIVERED",
    "OPEN",
    "ROLL_OUT",
    "SENDING",
    "SENT",
    "STEPS",
    "STEP_FIRST_CONTACT",
    "STEP_SECOND_CONTACT",
    "TO_SETTLE",
    "AnswerSummary",
    "Approval",
    "Asker",
    "Attempt",
    "Ceiling",
    "Decide",
    "Difference",
    "DoorCount",
    "Lane",
    "LaneStanding",
    "MarkSent",
    "Measured",
    "PlanRollOut",
    "PlannedMessage",
    "Press",
    "Pressed",
    "ReachLine",
    "ReachSnapshot",
    "Recipient",
    "RecipientState",
    "RollOut",
    "RollOutState",
    "StalePlan",
    "TakeBatch",
    "Talk",
    "Tune",
    "Wanted",
    "Wave",
    "Worker",
    "WorkerOptions",
    "answer_counts",
    "approve",
    "ask_lead",
    "assumption_lines",
    "cannot_reach",
    "close_windows",
    "contacted_orders",
    "copy_words",
    "correct_answer",
    "counts_of",
    "differences",
    "doors_now",
    "find_answers",
    "gate_defaults",
    "give_back",
    "handle_received",
    "hold",
    "last_tries",
    "leave_out_orders",
    "leave_out_unconcerned",
    "let_go",
    "lift_stop",
    "look_now",
    "mark_sent",
    "measured_now",
    "minutes_needed",
    "named_together",
    "new_worker_key",
    "newest",
    "not_delivered",
    "not_sent",
    "order_resolved",
    "pause",
    "plan_roll_out",
    "press",
    "press_many",
    "reach_lines",
    "reasons_of",
    "replan",
    "replan_moved",
    "resume",
    "send_back",
    "send_sample",
    "sentence_of",
    "settle_by_person",
    "shares_of",
    "span_of",
    "standing_of",
    "standing_roll_out",
    "start",
    "stop",
    "stopped_orders",
    "stops_of",
    "summary_of",
    "take_batch",
    "talk_views",
    "talks_of",
    "told_as_sent",
    "tune",
    "void_live_roll_outs",
]
