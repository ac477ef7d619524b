"""Refusals of casework, named so that callers and tests can tell them apart."""

from seawall.kernel.errors import Refused


class ReasonNeeded(Refused):
    """No reason of the platform says what happened: a person must choose one, or leave that platform out."""


class CancelNotApproved(Refused):
    """There is no standing approval of exactly these orders and reasons."""


class StaleCancelPlan(Refused):
    """The caller looked at an older list than the one that stands now."""
