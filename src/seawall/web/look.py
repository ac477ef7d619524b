"""What a code looks like on a screen."""

from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class Look:
    """A word with its meaning colour (a class of seawall.css, empty for grey) and its mark."""

    words: Words
    tone: str = ""
    icon: str = "minus"
