"""The words of the script studio for codes of scripts: placeholders, variants and occasions of the library."""

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy as _p

from seawall.web.look import Words

PLACEHOLDERS: Mapping[str, Words] = {
    "shop": _p("placeholder", "shop name"),
    "order_id": _p("placeholder", "order number"),
    "item": _p("placeholder", "item"),
    "order_date": _p("placeholder", "day of the order"),
    "cause": _p("placeholder", "cause"),
    "compensation": _p("placeholder", "compensation"),
    "new_date": _p("placeholder", "new date"),
    "tracking_number": _p("placeholder", "tracking number"),
}
"""What a script's places are filled with."""

VARIANTS: Mapping[str, Words] = {
    "standard": _p("variant", "standard"),
    "short": _p("variant", "short"),
    "with_compensation": _p("variant", "with an offer"),
    "with_date": _p("variant", "with the new date"),
    "check": _p("variant", "nobody knows yet where the parcel is"),
}
"""The tones and lengths in which the library says the same."""

OCCASIONS: Mapping[str, Words] = {
    "unreachable": _p("occasion", "nobody could be reached"),
    "bad_address": _p("occasion", "address incomplete"),
    "refused": _p("occasion", "recorded as not accepted"),
}
"""What is wrong with a parcel, where one kind of storm has several files in the library."""
