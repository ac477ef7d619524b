"""What other capabilities may use of scripts."""

from seawall.scripts.commands.submit_script import ScriptBlocked, SubmitScript, Wording, submit_script
from seawall.scripts.gate import Blocked, check_script
from seawall.scripts.library import library
from seawall.scripts.models import ScriptText, ScriptVersion
from seawall.scripts.placeholders import NAME as PLACEHOLDER
from seawall.scripts.placeholders import PlaceholderValues, longest_length
from seawall.scripts.rendering import render
from seawall.scripts.wording_file import read_wording

__all__ = [
    "PLACEHOLDER", "Blocked", "PlaceholderValues", "ScriptBlocked", "ScriptText", "ScriptVersion", "SubmitScript",
    "Wording", "check_script", "library", "longest_length", "read_wording", "render", "submit_script",
]  # fmt: skip
