"""The table of the running deadlines of each order in a storm."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from seawall.rulebook.api import ClockKind, ClockState

_WATCHED = Q(ended_at__isnull=True, void_at__isnull=True)


class CaseClock(models.Model):
    """One deadline of one case, as the rulebook gave it at the last look. What it says now follows from its times.

    A mark (`warned_at`, `breached_at`) is set once, by whichever worker was first to tell it; a deadline that moved
    has its marks taken off again.
    """

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="clocks")
    case = models.ForeignKey("incidents.Case", on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=20)
    authority = models.CharField(max_length=20)
    certainty = models.CharField(max_length=12)
    must_check = models.BooleanField()
    rule_id = models.CharField(max_length=40, default="")
    """Empty for the platform's own column."""
    started_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """A deadline is kept up to and with this instant."""
    ended_at = models.DateTimeField(null=True)
    """When what it waits for happened."""
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    void_at = models.DateTimeField(null=True)
    """It no longer concerns anybody: the order was withdrawn, the storm closed, or no rule gives it any more."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case", "kind"], name="clock_once_per_case_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in ClockKind]), name="clock_kind_known"),
            models.CheckConstraint(condition=Q(warn_at__lte=F("due_at")), name="clock_warns_before_it_is_due"),
        )
        indexes = (
            models.Index(fields=["warn_at"], condition=_WATCHED & Q(warned_at__isnull=True), name="clock_to_warn"),
            models.Index(fields=["due_at"], condition=_WATCHED & Q(breached_at__isnull=True), name="clock_to_breach"),
            models.Index(fields=["incident", "kind", "due_at"], condition=_WATCHED, name="clock_by_incident"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"

    def state_at(self, now: datetime) -> ClockState | None:
        """Where it stands; None when it is void. The same words as `seawall rules explain`."""
        if self.void_at is not None:
            return None
        if self.ended_at is not None:
            return ClockState.MET if self.ended_at <= self.due_at else ClockState.MISSED
        if now > self.due_at:
            return ClockState.BREACHED
        return ClockState.WARNING if now >= self.warn_at else ClockState.RUNNING
