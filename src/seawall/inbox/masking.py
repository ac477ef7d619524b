"""What leaves the house of a buyer's words: without numbers, addresses of the net, and the end of a long one. Pure."""

import re

MOST_TOLD = 600
"""Characters told of one message (ours): what a buyer wants stands in the first lines."""

_NET = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d[\d\s().\-/]{2,}\d")


def masked(text: str) -> str:
    """The text without phone, order, account and house numbers of four digits or more, mail addresses and links.

    Names that a buyer writes stay: nobody can tell them from words. `docs/decisions` says who decides on that.
    """
    bare = _NET.sub("@", text)
    plain = _NUMBER.sub(lambda found: "#" if sum(c.isdigit() for c in found.group()) >= 4 else found.group(), bare)
    return plain[:MOST_TOLD]
