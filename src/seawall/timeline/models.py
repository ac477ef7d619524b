"""The timeline: one row for every change. Append-only by a trigger in the database."""

from django.db import models


class Entry(models.Model):
    """Who did what, for whom, before and after."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, null=True, related_name="timeline")
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    """A dotted name, such as `outreach.start`; its sentence is in the screens' catalogue."""
    user = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=160)
    actor_role = models.CharField(max_length=20)
    on_behalf_of = models.CharField(max_length=160, default="")
    is_simulated = models.BooleanField(default=False)
    subject = models.CharField(max_length=80, default="")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.TextField(default="")

    class Meta:
        indexes = (
            models.Index(fields=["incident", "at"], name="timeline_by_incident"),
            models.Index(fields=["team", "-at", "-id"], name="timeline_newest_of_team"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"


class Mention(models.Model):
    """A member named in a comment: it stands among what needs that member until it is seen or answered."""

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="mentions")
    membership = models.ForeignKey("tenancy.Membership", on_delete=models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["membership", "entry"], name="mentioned_once_per_comment"),)
        indexes = (
            models.Index(fields=["membership"], condition=models.Q(seen_at__isnull=True), name="mention_unseen"),
        )

    def __str__(self) -> str:
        return f"mention {self.pk}"
