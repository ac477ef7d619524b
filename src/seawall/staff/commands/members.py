"""Members come, change their role or languages, are switched off and on again, and get a way in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from seawall.kernel.clock import Clock
from seawall.kernel.errors import InvalidInput, Refused
from seawall.kernel.languages import BUYER_LANGUAGES
from seawall.tenancy.api import (
    Actor,
    AddMember,
    Membership,
    Role,
    Seller,
    SignInLink,
    Team,
    User,
    add_member,
    get_scoped,
    make_sign_in_link,
)
from seawall.tenancy.api import add_seller as tenancy_add_seller
from seawall.timeline.api import record

LONGEST_USER_NAME = 150
LONGEST_NAME = 120
LONGEST_SELLER_CODE, LONGEST_SELLER_NAME = 40, 160

_USER_NAME = re.compile(r"[\w.@+-]+", re.ASCII)
_SELLER_CODE = re.compile(r"[\w.-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class MadeSignInLink:
    """A one-time way in, shown once."""

    member: Membership
    token: str
    expires_at: datetime


def add(cmd: AddMember, *, by: Actor, clock: Clock, on_server: bool = False) -> Membership:
    """The membership, new or as it was; a new one stands on the timeline.

    `on_server`: said by somebody at the server, who may bring in a person of another team. From the screens a user
    name that another team uses is refused, so that nobody learns of, or takes in, people of others.

    Raises what `tenancy.add_member` raises, InvalidInput(user_name_unusable, user_name_taken).
    """
    by.require("team.manage")
    name = cmd.username.strip()
    if not _USER_NAME.fullmatch(name) or len(name) > LONGEST_USER_NAME:
        raise InvalidInput("user_name_unusable", name=name[:60], most=LONGEST_USER_NAME)
    cmd = replace(cmd, username=name, display_name=_one_line(cmd.display_name)[:LONGEST_NAME])
    with transaction.atomic():
        _lock_team(by)
        known = Membership.objects.filter(team_id=by.team_id, user__username=name).first()
        if known is None and not on_server and User.objects.filter(username=name).exists():
            raise InvalidInput("user_name_taken", name=name)
        before = list(known.languages) if known else []
        member = add_member(cmd, by=by, clock=clock)
        if known is None:
            after = {"member": name, "role": member.role, "languages": list(member.languages)}
            _record(by, clock, member, verb="team.member_add", after=after)
        elif before != member.languages:
            _record_languages(by, clock, member, before)
    return member


def add_seller(code: str, name: str, *, by: Actor, clock: Clock) -> Seller:
    """The seller, new or as it was. Raises InvalidInput(seller_code_unusable, seller_name_missing)."""
    by.require("team.manage")
    code, name = code.strip(), _one_line(name)
    if not _SELLER_CODE.fullmatch(code) or len(code) > LONGEST_SELLER_CODE:
        raise InvalidInput("seller_code_unusable", code=code[:60], most=LONGEST_SELLER_CODE)
    if not name:
        raise InvalidInput("seller_name_missing")
    with transaction.atomic():
        _lock_team(by)
        is_new = not Seller.objects.filter(team_id=by.team_id, code=code).exists()
        seller = tenancy_add_seller(code, name[:LONGEST_SELLER_NAME], by=by)
        if is_new:
            record(
                team_id=by.team_id, incident_id=None, verb="team.seller_add", clock=clock, by=by,
                subject=f"seller:{seller.pk}", after={"seller": code},
            )  # fmt: skip
    return seller


def change_role(username: str, role: str, *, why: str = "", by: Actor, clock: Clock) -> Membership:
    """Give a member another role; the same again changes nothing.

    The desk and the seller stay two sides: whoever wrote words must not become the one who approves them, nor the
    other way round. Raises NotFound, InvalidInput(unknown_role), Refused(role_across_sides, last_admin).
    """
    by.require("team.manage")
    if role not in {each.value for each in Role}:
        raise InvalidInput("unknown_role", role=role[:40], roles=", ".join(each.value for each in Role))
    with transaction.atomic():
        _lock_team(by)
        member = _member(username, by)
        if member.role == role:
            return member
        if Role.SELLER_APPROVER.value in (member.role, role):
            raise Refused("role_across_sides", name=username)
        _keep_an_admin(member)
        before = member.role
        Membership.objects.filter(pk=member.pk).update(role=role)
        member.role = role
        _record(
            by, clock, member, verb="team.role", why=why,
            before={"was": before}, after={"member": username, "role": role},
        )  # fmt: skip
    return member


def set_active(username: str, active: bool, *, why: str = "", by: Actor, clock: Clock) -> Membership:
    """Switch a member off, or on again; the same again changes nothing. What the member did stays on the record.

    A member who is off can do nothing from the next click on, and unused sign-in links of that person die.
    Raises NotFound, Refused(last_admin).
    """
    by.require("team.manage")
    with transaction.atomic():
        _lock_team(by)
        member = _member(username, by)
        if member.is_active == active:
            return member
        if not active:
            _keep_an_admin(member)
            _spend_links(member, clock)
        Membership.objects.filter(pk=member.pk).update(is_active=active)
        member.is_active = active
        after = {"member": username}
        if active:
            _record(by, clock, member, verb="team.member_on", after=after, why=why)
        else:
            _record(by, clock, member, verb="team.member_off", after=after, why=why)
    return member


def set_languages(username: str, languages: Sequence[str], *, by: Actor, clock: Clock) -> Membership:
    """Note which buyer languages a member speaks, in place of those noted before.

    Raises NotFound, InvalidInput(unknown_language).
    """
    by.require("team.manage")
    known = [each.value for each in BUYER_LANGUAGES]
    for each in languages:
        if each not in known:
            raise InvalidInput("unknown_language", language=each[:40], known=", ".join(known))
    wanted = [each for each in known if each in set(languages)]
    with transaction.atomic():
        _lock_team(by)
        member = _member(username, by)
        before = list(member.languages)
        if before != wanted:
            Membership.objects.filter(pk=member.pk).update(languages=wanted)
            member.languages = wanted
            _record_languages(by, clock, member, before)
    return member


def sign_in_link(
    username: str, *, lifetime: timedelta, by: Actor, clock: Clock, on_server: bool = False
) -> MadeSignInLink:
    """A new one-time link of a member; unused ones made before die, so there is never more than one way in.

    `on_server`: said by somebody at the server. From the screens it is refused for a person who also belongs to another
    team: it would open that team's door too. Raises NotFound, NotAllowed(membership_inactive),
    Refused(sign_in_link_elsewhere).
    """
    by.require("team.manage")
    with transaction.atomic():
        _lock_team(by)
        member = _member(username, by)
        if not member.is_active:
            raise Refused("member_switched_off", name=username)
        elsewhere = Membership.objects.filter(user_id=member.user_id).exclude(team_id=by.team_id)
        if not on_server and elsewhere.exists():
            raise Refused("sign_in_link_elsewhere", name=username)
        _spend_links(member, clock)
        token = make_sign_in_link(member.user, clock=clock, lifetime=lifetime)
        hours = round(lifetime.total_seconds() / 3600)
        _record(by, clock, member, verb="team.sign_in_link", after={"member": username, "hours": hours})
        return MadeSignInLink(member=member, token=token, expires_at=clock.now() + lifetime)


def _member(username: str, by: Actor) -> Membership:
    return get_scoped(Membership, by, lock=True, user__username=username)


def _lock_team(by: Actor) -> None:
    """Changes of a team's people happen one after another: two administrators cannot switch off each other."""
    Team.objects.select_for_update().get(pk=by.team_id)


def _keep_an_admin(member: Membership) -> None:
    if member.role != Role.ADMIN.value or not member.is_active:
        return
    others = Membership.objects.filter(
        team_id=member.team_id, role=Role.ADMIN.value, is_active=True, user__is_active=True
    ).exclude(pk=member.pk)
    if not others.exists():
        raise Refused("last_admin", name=member.user.username)


def _spend_links(member: Membership, clock: Clock) -> None:
    SignInLink.objects.filter(user_id=member.user_id, used_at__isnull=True, expires_at__gt=clock.now()).update(
        expires_at=clock.now()
    )


def _record_languages(by: Actor, clock: Clock, member: Membership, before: list[str]) -> None:
    _record(
        by, clock, member, verb="team.languages", before={"were": ", ".join(before) or "–"},
        after={"member": member.user.username, "languages": ", ".join(member.languages) or "–"},
    )  # fmt: skip


def _record(
    by: Actor,
    clock: Clock,
    member: Membership,
    *,
    verb: str,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
    why: str = "",
) -> None:
    record(
        team_id=by.team_id, incident_id=None, verb=verb, clock=clock, by=by, subject=f"membership:{member.pk}",
        before=before, after=after, why=_one_line(why),
    )  # fmt: skip


def _one_line(said: str) -> str:
    """Words a person typed, on one line, without control characters (PostgreSQL keeps no NUL)."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())
