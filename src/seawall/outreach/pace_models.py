"""How fast shops may send: tables of the token bucket and of the day's quota. The sums are in `allowance`."""

from datetime import datetime

from django.db import models
from django.db.models import Q


class Quota(models.Model):
    """What may be sent in a day, and what was: of one shop, or of all shops a team runs under one app.

    Counted here by whoever claims, with this row locked: all roll-outs and workers together never go beyond it.
    """

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=160)
    """`shop:<connection>` or `app:<platform>:<app key>:<real or simulator>`."""
    day_limit = models.PositiveIntegerField(null=True)
    """Messages a day; none: no figure is known, and the platform's own refusal is the limit."""
    limit_source = models.CharField(max_length=20, default="none")
    """`none`, `platform` (the connector's data) or `operator` (a figure of the team's own)."""
    reset_zone = models.CharField(max_length=60, default="")
    """Zone in which the platform's day begins; empty: unknown, and no 24 hours in a row may hold more."""
    spent = models.JSONField(default=dict)
    """Messages let go by hour, `2026-11-25T05` in UTC. What was let go and never left is given back."""
    spread_next_at = models.DateTimeField(null=True)
    """When the next message of a roll-out that spreads the day may go."""
    blocked_until = models.DateTimeField(null=True)
    """The platform said that the day is used up: nothing before this."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["team", "key"], name="quota_once"),)

    def __str__(self) -> str:
        return self.key


class Pace(models.Model):
    """How fast one connection may send: one token bucket for all roll-outs and workers, with what it has learned."""

    SELLER_PATH = "connection__shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    connection = models.OneToOneField("shops.Connection", on_delete=models.PROTECT, related_name="pace")
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="paces")
    sends_per_second = models.DecimalField(max_digits=8, decimal_places=3)
    """The pace now: the connection's to begin with, slower after the platform said "too fast", and slowly back."""
    burst = models.PositiveIntegerField()
    """The most at once, whatever has been saved up."""
    tokens = models.FloatField(default=0)
    refilled_at = models.DateTimeField()
    limited_at = models.DateTimeField(null=True)
    """When the platform last said "too fast"."""
    limit_hits = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    """The platform said to wait until then."""
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    """Quiet hours by the wall clock of the shop's market; both or neither."""
    asleep_until = models.DateTimeField(null=True)
    """End of the quiet hours a worker met; the screens work it out anew."""
    limits_at = models.DateTimeField(null=True)
    """When limits and quiet hours were last looked up. Never: nothing is sent."""
    ready_at = models.DateTimeField(null=True)
    """When a worker should look at it next; none: nothing to send was found, until something wakes it."""
    turn = models.PositiveSmallIntegerField(default=9)
    """Who is served first: the most urgent of what waits here, as in `policy.Turn`."""

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(sends_per_second__gt=0), name="pace_positive"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_both_or_neither",
            ),
        )
        indexes = (models.Index(fields=["turn", "ready_at"], condition=Q(ready_at__isnull=False), name="pace_ready"),)

    def __str__(self) -> str:
        return f"pace of connection {self.connection_id}"

    @property
    def waits_until(self) -> datetime | None:
        """The later of the platform's own two words: "wait" and "the day is used up"."""
        return max(filter(None, (self.blocked_until, self.quota.blocked_until)), default=None)
