"""Refusals of incidents."""

from seawall.kernel.errors import Refused


class WrongStep(Refused):
    """The SOP is not there yet: what must be done first is named."""
