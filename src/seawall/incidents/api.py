"""What the web, the command line and the demo may use of incidents; what they read stands in `queries`."""

from seawall.incidents.clocks import refresh_due, strike, tend_clocks
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
from seawall.incidents.commands.consent import choose_mode, consented_shops, withdraw_consent_paper
from seawall.incidents.commands.decide_by_link import (
    DecideByLink,
    LinkStatus,
    OpenedLink,
    decide_by_link,
    open_link,
    status_of,
)
from seawall.incidents.commands.links import (
    LONGEST_LIFETIME,
    MadeLink,
    MakeLink,
    make_link,
    renew_link,
    revoke_link,
)
from seawall.incidents.commands.open_incident import OpenIncident, open_incident
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script
from seawall.incidents.commands.risk import WorkedOut, keep_risk, risk_of
from seawall.incidents.commands.roll_out import (
    approve,
    close,
    live_roll_out,
    pause,
    replan,
    resume,
    send_back,
    send_sample,
    start,
    stop,
    tend,
    tune,
)
from seawall.incidents.commands.seal_pack import pack_path, seal_pack
from seawall.incidents.commands.write_facts import attest_facts, facts_of, newest_sheet, refuse_facts, write_facts
from seawall.incidents.facts_file import read_facts
from seawall.incidents.filling import values_of
from seawall.incidents.golden import Golden, golden_of
from seawall.incidents.models import ApprovalLink, Case, CaseClock, FactsSheet, Incident, LinkPurpose, Paper
from seawall.incidents.order_facts import facts_of_orders
from seawall.incidents.picture_chore import PictureChore
from seawall.incidents.picturing import draw_pictures, pictures_folder
from seawall.incidents.plan_view import doors_by, plan_view, reach_view
from seawall.incidents.reach_export import KINDS as EXPORT_KINDS
from seawall.incidents.reach_export import door_words, export
from seawall.incidents.reporting import write_report
from seawall.incidents.risk.questions import foreseen
from seawall.incidents.states import SOP_STEPS, IncidentState
from seawall.incidents.summary import incident_named, summary

__all__ = [
    "EXPORT_KINDS",
    "LONGEST_LIFETIME",
    "SOP_STEPS",
    "ApprovalLink",
    "Case",
    "CaseClock",
    "DecideByLink",
    "FactsSheet",
    "Golden",
    "Incident",
    "IncidentState",
    "LinkPurpose",
    "LinkStatus",
    "MadeLink",
    "MakeLink",
    "OpenIncident",
    "OpenedLink",
    "Paper",
    "PictureChore",
    "WorkedOut",
    "add_cases",
    "add_paper",
    "answer_buyer",
    "approve",
    "approve_cancel",
    "attest_facts",
    "cancel_options",
    "choose_mode",
    "close",
    "consented_shops",
    "decide_by_link",
    "door_words",
    "doors_by",
    "draw_pictures",
    "export",
    "facts_of",
    "facts_of_orders",
    "foreseen",
    "golden_of",
    "incident_named",
    "keep_risk",
    "leave_uncancelled",
    "library_wording",
    "live_cancel",
    "live_roll_out",
    "make_link",
    "newest_sheet",
    "open_incident",
    "open_link",
    "pack_path",
    "paper_path",
    "pause",
    "pause_cancel",
    "pictures_folder",
    "plan",
    "plan_cancel",
    "plan_view",
    "reach_view",
    "read_facts",
    "refresh_due",
    "refuse_facts",
    "renew_link",
    "replan",
    "resume",
    "resume_cancel",
    "revoke_link",
    "risk_of",
    "safe_name",
    "seal_pack",
    "send_back",
    "send_sample",
    "set_course",
    "start",
    "start_cancel",
    "status_of",
    "stop",
    "stop_cancel",
    "strike",
    "submit_incident_script",
    "summary",
    "tend",
    "tend_clocks",
    "tune",
    "values_of",
    "waive_message_first",
    "watch_cases",
    "withdraw_case",
    "withdraw_consent_paper",
    "write_facts",
    "write_report",
]  # fmt: skip
