"""What each role may do. Unknown verbs and roles fail closed."""

from enum import StrEnum


class Role(StrEnum):
    """A member's role in one support team."""

    ADMIN = "admin"
    LEAD = "lead"
    AGENT = "agent"
    SELLER_APPROVER = "seller_approver"
    AUDITOR = "auditor"


_DESK = frozenset({Role.ADMIN, Role.LEAD})
_STAFF = frozenset({Role.ADMIN, Role.LEAD, Role.AGENT, Role.AUDITOR})
_ALL = frozenset(Role)

PERMISSIONS: dict[str, frozenset[Role]] = {
    "team.manage": frozenset({Role.ADMIN}),
    "team.read": frozenset({Role.ADMIN, Role.LEAD, Role.AUDITOR}),
    "settings.read": _ALL,
    "installation.read": frozenset({Role.ADMIN}),
    "audit.read": frozenset({Role.ADMIN, Role.AUDITOR}),
    "shops.read": _STAFF,
    "shops.connect": frozenset({Role.ADMIN}),
    "orders.read": _STAFF,
    "orders.import": _DESK,
    "incident.read": _ALL,
    "incident.open": _DESK,
    "incident.close": _DESK,
    "facts.write": _DESK,
    "facts.attest": frozenset({Role.SELLER_APPROVER}),
    "papers.write": _DESK | {Role.SELLER_APPROVER},
    "script.read": _ALL,
    "script.write": _DESK,
    "outreach.read": _ALL,
    "outreach.plan": _DESK,
    "outreach.sample": _DESK,
    "risk.read": _STAFF,
    "risk.keep": _DESK,
    "approval.links": _STAFF,
    "approval.link": _DESK,
    "seller.person": _DESK,
    "outreach.approve": frozenset({Role.SELLER_APPROVER}),
    "outreach.start": _DESK,
    "outreach.pause": _DESK | {Role.SELLER_APPROVER},
    "outreach.resume": _DESK,
    "outreach.stop": _DESK,
    "outreach.tune": _DESK,
    "seat.work": _DESK | {Role.AGENT},
    "outreach.settle": _DESK | {Role.AGENT},
    "cancel.read": _ALL,
    "cancel.plan": _DESK,
    "cancel.approve": frozenset({Role.SELLER_APPROVER}),
    "cancel.start": _DESK,
    "cancel.pause": _DESK | {Role.SELLER_APPROVER},
    "cancel.stop": _DESK,
    "cancel.settle": _DESK,
    "requests.answer": _DESK | {Role.AGENT},
    "inbox.read": _STAFF,
    "inbox.correct": _DESK | {Role.AGENT},
    "inbox.answer": _DESK | {Role.AGENT},
    "inbox.assign": _DESK,
    "compensation.give": _DESK | {Role.AGENT},
    "contact.lift": _DESK,
    "evidence.read": _ALL,
    "evidence.pack": _DESK,
    "evidence.rotate_key": frozenset({Role.ADMIN}),
    "retention.read": _DESK | {Role.AUDITOR},
    "retention.manage": frozenset({Role.ADMIN}),
    "timeline.read": _ALL,
    "rules.read": _STAFF,
    "rules.override": _DESK,
}
"""Verb -> roles that may. Anyone may pause who would be hurt by a roll-out that goes on; resuming is the desk's."""


def may(role: Role, verb: str) -> bool:
    """Whether a role may do a verb; a verb nobody declared is refused to everyone."""
    return role in PERMISSIONS.get(verb, frozenset())
