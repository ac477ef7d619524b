"""What other capabilities may use of scripts."""

from seawall.scripts.commands.submit_script import ScriptBlocked, SubmitScript, Wording, submit_script
from seawall.scripts.gate import Blocked, check_script
from seawall.scripts.library import library
from seawall.scripts.lint import LENGTH_LIMITS
from seawall.scripts.models import ScriptText, ScriptVersion
from seawall.scripts.placeholders import FORM, PlaceholderValues, Several, longest_length
from seawall.scripts.placeholders import NAME as PLACEHOLDER
from seawall.scripts.placeholders import names_in as placeholders_in
from seawall.scripts.rendering import render
from seawall.scripts.several import may_name_several
from seawall.scripts.wording_file import read_wording

__all__ = [
    "FORM", "LENGTH_LIMITS", "PLACEHOLDER", "Blocked", "PlaceholderValues", "ScriptBlocked", "ScriptText",
    "ScriptVersion", "Several", "SubmitScript", "Wording", "check_script", "library", "longest_length",
    "may_name_several", "placeholders_in", "read_wording", "render", "submit_script",
]  # fmt: skip
