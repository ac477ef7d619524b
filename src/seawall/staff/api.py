"""What the command line and the screens may use of staff."""

from seawall.staff.commands.members import (
    MadeSignInLink,
    add,
    add_seller,
    change_role,
    set_active,
    set_languages,
    sign_in_link,
)
from seawall.staff.commands.shifts import add_shifts, drop_shift
from seawall.staff.models import Shift
from seawall.staff.queries import Person, people, seats_by_shifts
from seawall.staff.times import DESK_ZONE_NAME, WEEKDAYS, ZONES

__all__ = [
    "DESK_ZONE_NAME", "WEEKDAYS", "ZONES", "MadeSignInLink", "Person", "Shift", "add", "add_seller", "add_shifts",
    "change_role", "drop_shift", "people", "seats_by_shifts", "set_active", "set_languages", "sign_in_link",
]  # fmt: skip
