"""The team 团队: who is a member, in which role, with a second factor or not, speaking what, on duty when."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from seawall.kernel.errors import Misuse, NotFound
from seawall.kernel.languages import BUYER_LANGUAGES
from seawall.settings.env import get_settings
from seawall.staff import api as staff
from seawall.staff.api import DESK_ZONE_NAME, WEEKDAYS, ZONES, Person
from seawall.tenancy.api import AddMember, Membership, Role, Seller, get_scoped, scoped
from seawall.web.desk import Desk, desk_page
from seawall.web.times import DESK_ZONE

LINK_HOURS = 24
"""How long a sign-in link made here is good for (ours)."""

DESK_ROLES = tuple(role.value for role in Role if role is not Role.SELLER_APPROVER)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("team.read")
def team(desk: Desk) -> HttpResponseBase:
    """Everybody, with the form of a new member (GET); add one (POST)."""
    if desk.request.method == "POST":
        given = desk.request.POST
        made = staff.add(
            AddMember(
                username=given.get("username", ""), role=given.get("role", ""), display_name=given.get("name", ""),
                seller_code=given.get("seller", "") if given.get("role") == Role.SELLER_APPROVER.value else "",
                languages=given.getlist("lang"),
            ),
            by=desk.actor, clock=desk.clock,
        )  # fmt: skip
        messages.success(desk.request, _("%(name)s is a member now.") % {"name": made.user})
        return redirect("member", pk=made.pk)
    found = staff.people(desk.actor, now=desk.clock.now())
    active = [each for each in found if each.member.is_active]
    context = {
        "people": found,
        "figures": {
            "active": len(active),
            "on_duty": sum(each.is_on_duty for each in active),
            "unguarded": sum(not each.has_second_factor for each in active if each.member.role in _GUARDED),
        },
        "spoken": _spoken(active),
        "sellers": list(scoped(Seller, desk.actor).order_by("code")),
        "languages": [each.value for each in BUYER_LANGUAGES],
        "roles": [role.value for role in Role],
    }
    return desk.render("web/team.html", context)


_GUARDED = (Role.ADMIN.value, Role.LEAD.value)
"""Roles whose account opens most: without a second factor they are counted in the head of the page."""


def _spoken(active: list[Person]) -> list[tuple[str, int]]:
    """Each buyer language with how many active members speak it."""
    counts = Counter(language for each in active for language in each.member.languages)
    return [(language.value, counts[language.value]) for language in BUYER_LANGUAGES]


@require_POST
@desk_page("team.manage")
def seller(desk: Desk) -> HttpResponseBase:
    """Add a seller the team serves."""
    given = desk.request.POST
    made = staff.add_seller(given.get("code", ""), given.get("name", ""), by=desk.actor, clock=desk.clock)
    messages.success(desk.request, _("Seller %(code)s is known now.") % {"code": made.code})
    return redirect("team")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("team.read")
def member(desk: Desk, pk: int) -> HttpResponseBase:
    """One member (GET); one change of that member (POST)."""
    found = _person(desk, pk)
    if desk.request.method != "POST":
        return desk.render("web/member.html", _context(found))
    desk.actor.require("team.manage")
    act = _ACTS.get(desk.request.POST.get("act", ""))
    if act is None:
        raise Misuse("web_choice_unknown", field="act")
    act(desk, found.member)
    messages.success(desk.request, _("Kept. It stands in the audit log."))
    return redirect("member", pk=pk)


@require_POST
@desk_page("team.manage")
def link(desk: Desk, pk: int) -> HttpResponseBase:
    """A one-time sign-in link, shown once, here."""
    found = _person(desk, pk)
    made = staff.sign_in_link(
        found.member.user.username, lifetime=timedelta(hours=LINK_HOURS), by=desk.actor, clock=desk.clock
    )
    url = f"{get_settings().public_url}/in/{made.token}/"
    return desk.render("web/member.html", {**_context(found), "url": url, "until": made.expires_at})


def _person(desk: Desk, pk: int) -> Person:
    get_scoped(Membership, desk.actor, pk=pk)
    for each in staff.people(desk.actor, now=desk.clock.now()):
        if each.member.pk == pk:
            return each
    raise NotFound("not_found", what=str(pk))


def _context(found: Person) -> Mapping[str, Any]:
    return {
        "person": found,
        "member": found.member,
        "shifts": [(each, WEEKDAYS[each.weekday]) for each in found.shifts],
        "is_seller": found.member.role == Role.SELLER_APPROVER.value,
        "roles": DESK_ROLES,
        "languages": [each.value for each in BUYER_LANGUAGES],
        "weekdays": WEEKDAYS,
        "zones": ZONES,
        "desk_zone": DESK_ZONE_NAME,
        "zone": DESK_ZONE,
        "link_hours": LINK_HOURS,
    }


def _role(desk: Desk, member: Membership) -> None:
    given = desk.request.POST
    staff.change_role(
        member.user.username, given.get("role", ""), why=given.get("why", ""), by=desk.actor, clock=desk.clock
    )


def _off(desk: Desk, member: Membership) -> None:
    why = desk.request.POST.get("why", "")
    staff.set_active(member.user.username, False, why=why, by=desk.actor, clock=desk.clock)


def _on(desk: Desk, member: Membership) -> None:
    staff.set_active(member.user.username, True, by=desk.actor, clock=desk.clock)


def _languages(desk: Desk, member: Membership) -> None:
    staff.set_languages(
        member.user.username, desk.request.POST.getlist("lang"), by=desk.actor, clock=desk.clock
    )  # fmt: skip


def _shift(desk: Desk, member: Membership) -> None:
    given = desk.request.POST
    staff.add_shifts(
        member.user.username, given.getlist("day"), given.get("from", ""), given.get("until", ""),
        given.get("zone", ""), by=desk.actor, clock=desk.clock,
    )  # fmt: skip


def _drop_shift(desk: Desk, member: Membership) -> None:
    number = desk.request.POST.get("shift", "")
    if not (number.isascii() and number.isdecimal()):
        raise Misuse("web_choice_unknown", field="shift")
    staff.drop_shift(int(number), of=member.user.username, by=desk.actor, clock=desk.clock)


_ACTS: Mapping[str, Callable[[Desk, Membership], None]] = {
    "role": _role, "off": _off, "on": _on, "languages": _languages, "shift": _shift, "drop_shift": _drop_shift,
}  # fmt: skip
