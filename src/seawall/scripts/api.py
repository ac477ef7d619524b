"""What other capabilities may use of scripts."""

from seawall.scripts.commands.submit_script import (
    ScriptBlocked,
    SubmitScript,
    Wording,
    newest_version,
    says_the_same,
    submit_script,
)
from seawall.scripts.diff import Stretch, is_changed, word_diff
from seawall.scripts.gate import Blocked, check_script
from seawall.scripts.library import library
from seawall.scripts.lint import LENGTH_LIMITS
from seawall.scripts.models import ScriptText, ScriptVersion
from seawall.scripts.placeholders import (
    FORM,
    PLACEHOLDERS,
    PlaceholderValues,
    Several,
    longest_length,
    names_in,
)
from seawall.scripts.placeholders import NAME as PLACEHOLDER
from seawall.scripts.rendering import render
from seawall.scripts.review import Noted, review
from seawall.scripts.several import may_name_several
from seawall.scripts.wording_file import read_wording

__all__ = [
    "FORM",
    "LENGTH_LIMITS",
    "PLACEHOLDER",
    "PLACEHOLDERS",
    "Blocked",
    "Noted",
    "PlaceholderValues",
    "ScriptBlocked",
    "ScriptText",
    "ScriptVersion",
    "Several",
    "Stretch",
    "SubmitScript",
    "Wording",
    "check_script",
    "is_changed",
    "library",
    "longest_length",
    "may_name_several",
    "names_in",
    "newest_version",
    "read_wording",
    "render",
    "review",
    "says_the_same",
    "submit_script",
    "word_diff",
]  # fmt: skip
