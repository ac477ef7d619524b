"""A team says how long it keeps what, holds what must not go, and erases what is past its time."""

from django.db import transaction
from django.db.models import Count

from seawall.evidence.api import DataKind, Erasure, LegalHold, RetentionRule, leaf_hash, root_of
from seawall.incidents.keeping.due import Storms, due, months_before
from seawall.incidents.keeping.erasing import CHUNK, digest_of_item, erase, remove_files
from seawall.incidents.keeping.plan import plan_of, rules_of
from seawall.incidents.models import Incident
from seawall.kernel.clock import Clock
from seawall.kernel.digest import digest_of
from seawall.kernel.errors import InvalidInput, NotFound, Refused
from seawall.tenancy.api import Actor, Team, get_scoped, scoped
from seawall.timeline.api import record

MOST_MONTHS = 240
MOST_LETTERS = 300


def set_retention(kind: str, months: int, *, why: str, by: Actor, clock: Clock) -> RetentionRule:
    """Keep one kind of data for so many months after its storm was closed (or it was last seen); the same again changes
    nothing. Raises InvalidInput(retention_kind_unknown, retention_months, retention_why_missing)."""
    by.require("retention.manage")
    known, reason = _kind(kind), _reason(why)
    if not 1 <= months <= MOST_MONTHS:
        raise InvalidInput("retention_months", most=MOST_MONTHS)
    with transaction.atomic():
        _lock(by)
        old = rules_of(by.team_id).get(known)
        if old is not None and (old.months, old.reason) == (months, reason):
            return old
        _withdraw(old, clock)
        made = RetentionRule.objects.create(
            team_id=by.team_id, kind=known.value, months=months, reason=reason, set_by_id=by.user_id,
            set_by_name=by.name, set_at=clock.now(),
        )  # fmt: skip
        record(
            team_id=by.team_id, incident_id=None, verb="retention.set", clock=clock, by=by, subject=f"kept:{kind}",
            before={"months": old.months} if old else {}, after={"kind": kind, "months": months}, why=reason,
        )  # fmt: skip
    return made


def unset_retention(kind: str, *, why: str, by: Actor, clock: Clock) -> None:
    """Keep this kind of data without end again. Raises NotFound(retention_not_set), InvalidInput as above."""
    by.require("retention.manage")
    known, reason = _kind(kind), _reason(why)
    with transaction.atomic():
        _lock(by)
        old = rules_of(by.team_id).get(known)
        if old is None:
            raise NotFound("retention_not_set", kind=kind)
        _withdraw(old, clock)
        record(
            team_id=by.team_id, incident_id=None, verb="retention.unset", clock=clock, by=by, subject=f"kept:{kind}",
            before={"kind": kind, "months": old.months}, why=reason,
        )  # fmt: skip


def place_hold(incident: Incident | None, *, why: str, by: Actor, clock: Clock) -> LegalHold:
    """Nothing of the storm (of the whole team when None) is erased from now on; placed twice, it stands once.

    Raises InvalidInput(retention_why_missing), NotFound.
    """
    by.require("retention.manage")
    reason = _reason(why)
    with transaction.atomic():
        _lock(by)
        storm = get_scoped(Incident, by, pk=incident.pk) if incident else None
        known = _held(storm, by)
        if known is not None:
            return known
        made = LegalHold.objects.create(
            team_id=by.team_id, incident=storm, reason=reason, placed_by_id=by.user_id, placed_by_name=by.name,
            placed_at=clock.now(),
        )  # fmt: skip
        record(
            team_id=by.team_id, incident_id=storm.pk if storm else None, verb="hold.place", clock=clock, by=by,
            subject=f"hold:{made.pk}", why=reason,
        )  # fmt: skip
    return made


def release_hold(incident: Incident | None, *, why: str, by: Actor, clock: Clock) -> LegalHold:
    """End the hold on the storm, or on the team. Raises NotFound(hold_not_placed), InvalidInput as above."""
    by.require("retention.manage")
    reason = _reason(why)
    with transaction.atomic():
        _lock(by)
        storm = get_scoped(Incident, by, pk=incident.pk) if incident else None
        hold = _held(storm, by)
        if hold is None:
            raise NotFound("hold_not_placed")
        hold.released_at, hold.released_by_id, hold.released_why = clock.now(), by.user_id, reason
        hold.save(update_fields=["released_at", "released_by", "released_why"])
        record(
            team_id=by.team_id, incident_id=storm.pk if storm else None, verb="hold.release", clock=clock, by=by,
            subject=f"hold:{hold.pk}", why=reason,
        )  # fmt: skip
    return hold


def run_retention(*, seen: str, by: Actor, clock: Clock) -> list[Erasure]:
    """Erase exactly what the plan with the digest `seen` says. It cannot be undone.

    The rows go in one transaction, each told of before; the files after it. A run that a fault stopped between the two
    is finished by the next. Raises Refused(retention_held, retention_nothing_due, retention_plan_changed).
    """
    by.require("retention.manage")
    _finish(by, clock)
    with transaction.atomic():
        # Rules, holds and runs of a team go one after the other: a hold that is answered holds.
        _lock(by)
        now = clock.now()
        plan = plan_of(by.team_id, now)
        if plan.is_team_held:
            raise Refused("retention_held")
        if not plan.total:
            raise Refused("retention_nothing_due")
        if seen != plan.digest:
            raise Refused("retention_plan_changed")
        rules = rules_of(by.team_id)
        # Packs last: their files hold what the others are told of.
        made = [_erase(rules[each.kind], by=by, clock=clock) for each in plan.kinds if each.total]
    _finish(by, clock)
    return made


def erasures_of(*, by: Actor) -> list[Erasure]:
    """What was erased, the newest first."""
    by.require("retention.read")
    return list(scoped(Erasure, by).order_by("-pk")[:200])


def erasure_digest(erasure: Erasure) -> str:
    """The digest of an erasure from what it says: anyone who reads the table can work it out again."""
    return digest_of(
        {
            "by": erasure.erased_by_name, "counts": erasure.counts, "cut_off": erasure.cut_off.isoformat(),
            "erased_at": erasure.erased_at.isoformat(), "kind": erasure.kind, "months": erasure.months,
            "previous": erasure.previous, "reason": erasure.reason, "root": erasure.root, "team": erasure.team_id,
        }
    )  # fmt: skip


def items_root(erasure: Erasure) -> str:
    """The Merkle root over an erasure's items, worked out from them; a leaf's data are the 32 bytes of its digest."""
    items = erasure.items.order_by("pk").iterator(chunk_size=CHUNK)
    return root_of([leaf_hash(bytes.fromhex(digest_of_item(item))) for item in items]).hex()


def is_true_erasure(erasure: Erasure) -> bool:
    """Whether root and digest are those of what the tables say now."""
    return erasure.root == items_root(erasure) and erasure.digest == erasure_digest(erasure)


def _erase(rule: RetentionRule, *, by: Actor, clock: Clock) -> Erasure:
    kind, now = DataKind(rule.kind), clock.now()
    storms = Storms.at(by.team_id, months_before(now, rule.months))
    last = Erasure.objects.filter(team_id=by.team_id).order_by("-pk").first()
    erasure = Erasure.objects.create(
        team_id=by.team_id, kind=kind.value, months=rule.months, reason=rule.reason, cut_off=storms.cut_off,
        erased_by_id=by.user_id, erased_by_name=by.name, erased_at=now, previous=last.digest if last else "",
    )  # fmt: skip
    erasure.counts = erase(due(kind, storms), erasure)
    erasure.root = items_root(erasure)
    erasure.digest = erasure_digest(erasure)
    erasure.save(update_fields=["counts", "root", "digest"])
    _tell(erasure, by=by, clock=clock)
    return erasure


def _tell(erasure: Erasure, *, by: Actor, clock: Clock) -> None:
    """On the team's timeline, and on that of every storm that lost something."""
    said = {"kind": erasure.kind, "months": erasure.months, "root": erasure.root, "digest": erasure.digest}
    rows = erasure.items.filter(incident__isnull=False).values_list("incident_id", "what").annotate(n=Count("pk"))
    counts: dict[int | None, dict[str, int]] = {None: dict(erasure.counts)}
    for storm, what, number in rows.order_by("incident_id", "what"):
        counts.setdefault(storm, {})[what] = number
    for storm, of_storm in counts.items():
        record(
            team_id=by.team_id, incident_id=storm, verb="evidence.erase", clock=clock, by=by,
            subject=f"erasure:{erasure.pk}", after={**said, "counts": of_storm}, why=erasure.reason,
        )  # fmt: skip


def _finish(by: Actor, clock: Clock) -> None:
    for erasure in Erasure.objects.filter(team_id=by.team_id, files_gone_at__isnull=True).exclude(digest=""):
        remove_files(erasure)
        Erasure.objects.filter(pk=erasure.pk, files_gone_at__isnull=True).update(files_gone_at=clock.now())


def _lock(by: Actor) -> None:
    Team.objects.select_for_update().get(pk=by.team_id)


def _held(storm: Incident | None, by: Actor) -> LegalHold | None:
    rows = LegalHold.objects.filter(team_id=by.team_id, released_at__isnull=True)
    return rows.filter(incident=storm).first() if storm else rows.filter(incident__isnull=True).first()


def _withdraw(old: RetentionRule | None, clock: Clock) -> None:
    if old is not None:
        RetentionRule.objects.filter(pk=old.pk).update(withdrawn_at=clock.now())


def _kind(kind: str) -> DataKind:
    if kind not in DataKind.values:
        raise InvalidInput("retention_kind_unknown", kind=kind[:40], known=", ".join(DataKind.values))
    return DataKind(kind)


def _reason(why: str) -> str:
    reason = " ".join(why.split())[:MOST_LETTERS]
    if not reason:
        raise InvalidInput("retention_why_missing")
    return reason
