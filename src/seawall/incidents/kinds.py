"""Kinds of storm, and the file of the library each takes its wording from. Pure."""

from collections.abc import Mapping

from seawall.kernel.errors import InvalidInput

LIBRARY_FILES: Mapping[str, tuple[str, ...]] = {
    "customs_return": ("customs_return",),
    "false_delivered": ("false_delivered",),
    "delay": ("delay",),
    "stock_out": ("stock_out",),
    # What is wrong with a parcel differs from sheet to sheet: one storm holds the parcels of one trouble.
    "problem_parcels": ("unreachable", "bad_address", "refused"),
}
"""Kind -> files, the one that is taken when nobody chooses first."""


def library_file(kind: str, occasion: str = "") -> str:
    """The file for a kind; with `occasion`, that one. Raises InvalidInput(occasion_not_of_kind)."""
    files = LIBRARY_FILES[kind]
    if occasion and occasion not in files:
        raise InvalidInput("occasion_not_of_kind", occasion=occasion, kind=kind, known=", ".join(files))
    return occasion or files[0]
