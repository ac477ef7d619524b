"""The words of the inbox for its own codes."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy as _p

from seawall.web.look import Words

INBOX_SHOWS: Mapping[str, Words] = {
    "waiting": _p("inbox", "Waiting"),
    "mine": _p("inbox", "Mine"),
    "unassigned": _p("inbox", "Nobody’s"),
    "overdue": _p("inbox", "Overdue"),
    "person": _p("inbox", "Needs a person"),
    "all": _p("inbox", "All"),
}
"""What the inbox can be narrowed to."""
