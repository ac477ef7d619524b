"""What the web, the command line and the demo may use of incidents; what they read stands in `queries`."""

from seawall.incidents.commands.add_paper import add_paper, paper_path, safe_name
from seawall.incidents.commands.cancel import (
    answer_buyer,
    approve_cancel,
    cancel_options,
    leave_uncancelled,
    live_cancel,
    pause_cancel,
    plan_cancel,
    resume_cancel,
    set_course,
    start_cancel,
    stop_cancel,
    waive_message_first,
    watch_cases,
)
from seawall.incidents.commands.cases import add_cases, withdraw_case
from seawall.incidents.commands.open_incident import OpenIncident, open_incident
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.roll_out import (
    approve,
    close,
    live_roll_out,
    pause,
    resume,
    send_back,
    send_sample,
    start,
    stop,
    tend,
)
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.incidents.commands.write_facts import attest_facts, newest_sheet, write_facts
from seawall.incidents.facts_file import read_facts
from seawall.incidents.models import Case, FactsSheet, Incident, Paper
from seawall.incidents.plan_view import plan_view
from seawall.incidents.states import SOP_STEPS, IncidentState
from seawall.incidents.summary import incident_named, summary

__all__ = [
    "SOP_STEPS",
    "Case",
    "FactsSheet",
    "Incident",
    "IncidentState",
    "OpenIncident",
    "Paper",
    "add_cases",
    "add_paper",
    "answer_buyer",
    "approve",
    "approve_cancel",
    "attest_facts",
    "cancel_options",
    "close",
    "incident_named",
    "leave_uncancelled",
    "library_wording",
    "live_cancel",
    "live_roll_out",
    "newest_sheet",
    "open_incident",
    "pack_path",
    "paper_path",
    "pause",
    "pause_cancel",
    "plan",
    "plan_cancel",
    "plan_view",
    "read_facts",
    "resume",
    "resume_cancel",
    "safe_name",
    "seal_pack",
    "send_back",
    "send_sample",
    "set_course",
    "start",
    "start_cancel",
    "stop",
    "stop_cancel",
    "submit_incident_script",
    "summary",
    "tend",
    "waive_message_first", "watch_cases",
    "withdraw_case",
    "write_facts",
]  # fmt: skip
