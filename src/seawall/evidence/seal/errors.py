"""Refusals of the seal."""

from seawall.kernel.errors import Refused


class PackRefused(Refused):
    """The contents do not add up or cannot be sealed. Nothing was written."""
