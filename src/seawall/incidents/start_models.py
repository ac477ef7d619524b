"""How a storm came to be opened from files, and a member's own views of a cases table."""

from django.db import models


class GuidedStart(models.Model):
    """The storm that one upload of order files opened: the same upload sent again gives the same storm."""

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    """Names the upload; it says nothing about what the files hold."""
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["team", "key"], name="one_storm_per_upload"),)

    def __str__(self) -> str:
        return f"start of {self.incident_id}"


class SavedView(models.Model):
    """A filter of a cases table that a member gave a name. Only that member sees it."""

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey("tenancy.Membership", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.JSONField(default=dict)
    """The filter's fields with what they are narrowed to."""
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["membership", "name"], name="view_named_once"),)

    def __str__(self) -> str:
        return self.name
