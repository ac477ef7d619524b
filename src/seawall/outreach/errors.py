"""Refusals of outreach, named so that callers and tests can tell them apart."""

from seawall.kernel.errors import Refused


class NothingToSend(Refused):
    """The audience is empty, or no shop in it has a connection that may send."""


class NotApproved(Refused):
    """There is no standing approval of exactly this script, audience, facts and ceiling."""


class StalePlan(Refused):
    """The caller looked at an older plan than the one that stands now."""
