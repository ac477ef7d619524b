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
from seawall.incidents.commands.compensate import Allowance, GiveCompensation, allowance_of, give_compensation
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
from seawall.incidents.commands.prepare import library_wording, plan, submit_incident_script, wordings_for
from seawall.incidents.commands.redact_pack import redact_pack, redacted_of, redacted_path
from seawall.incidents.commands.retention import (
    erasures_of,
    is_true_erasure,
    place_hold,
    release_hold,
    run_retention,
    set_retention,
    unset_retention,
)
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
from seawall.incidents.extracting import extract_of_case, token_file
from seawall.incidents.facts import Facts
from seawall.incidents.facts_file import read_facts
from seawall.incidents.filling import values_of
from seawall.incidents.golden import Golden, golden_of
from seawall.incidents.keeping.plan import KindPlan, Plan, holds_of, retention_plan
from seawall.incidents.longest import LongestFilled, PlaceValues, fill_longest, lacking, longest_values
from seawall.incidents.models import (
    ApprovalLink,
    Case,
    CaseClock,
    Compensation,
    FactsSheet,
    Incident,
    LinkPurpose,
    Paper,
)
from seawall.incidents.order_facts import facts_of_orders
from seawall.incidents.picture_chore import PictureChore
from seawall.incidents.picturing import draw_pictures, pictures_folder
from seawall.incidents.plan_view import doors_by, plan_view, reach_view
from seawall.incidents.reach_export import KINDS as EXPORT_KINDS
from seawall.incidents.reach_export import door_words, export
from seawall.incidents.reporting import write_report
from seawall.incidents.risk.questions import foreseen
from seawall.incidents.stamping import stamp_due, stamp_pack, token_path
from seawall.incidents.states import INCIDENT, SOP_STEPS, IncidentState
from seawall.incidents.summary import incident_named, summary

__all__ = [
    "EXPORT_KINDS",
    "INCIDENT",
    "LONGEST_LIFETIME",
    "SOP_STEPS",
    "Allowance",
    "ApprovalLink",
    "Case",
    "CaseClock",
    "Compensation",
    "DecideByLink",
    "Facts",
    "FactsSheet",
    "GiveCompensation",
    "Golden",
    "Incident",
    "IncidentState",
    "KindPlan",
    "LinkPurpose",
    "LinkStatus",
    "LongestFilled",
    "MadeLink",
    "MakeLink",
    "OpenIncident",
    "OpenedLink",
    "Paper",
    "PictureChore",
    "PlaceValues",
    "Plan",
    "WorkedOut",
    "add_cases",
    "add_paper",
    "allowance_of",
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
    "erasures_of",
    "export",
    "extract_of_case",
    "facts_of",
    "facts_of_orders",
    "fill_longest",
    "foreseen",
    "give_compensation",
    "golden_of",
    "holds_of",
    "incident_named",
    "is_true_erasure",
    "keep_risk",
    "lacking",
    "leave_uncancelled",
    "library_wording",
    "live_cancel",
    "live_roll_out",
    "longest_values",
    "make_link",
    "newest_sheet",
    "open_incident",
    "open_link",
    "pack_path",
    "paper_path",
    "pause",
    "pause_cancel",
    "pictures_folder",
    "place_hold",
    "plan",
    "plan_cancel",
    "plan_view",
    "reach_view",
    "read_facts",
    "redact_pack",
    "redacted_of",
    "redacted_path",
    "refresh_due",
    "refuse_facts",
    "release_hold",
    "renew_link",
    "replan",
    "resume",
    "resume_cancel",
    "retention_plan",
    "revoke_link",
    "risk_of",
    "run_retention",
    "safe_name",
    "seal_pack",
    "send_back",
    "send_sample",
    "set_course",
    "set_retention",
    "stamp_due",
    "stamp_pack",
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
    "token_file",
    "token_path",
    "tune",
    "unset_retention",
    "values_of",
    "waive_message_first",
    "watch_cases",
    "withdraw_case",
    "withdraw_consent_paper",
    "wordings_for",
    "write_facts",
    "write_report",
]  # fmt: skip
