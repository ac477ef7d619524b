"""The table of risk sheets that somebody looked at and kept."""

from django.db import models


class RiskSnapshot(models.Model):
    """A risk sheet as a person saw it: the figures assumed, what came out, who, when, why. Never changed."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="risk_sheets")
    version = models.PositiveIntegerField()
    changes = models.JSONField(default=dict)
    """Assumptions that were changed, as typed."""
    result = models.JSONField()
    digest = models.CharField(max_length=64)
    why = models.TextField(default="")
    seen_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "version"], name="risk_version_once"),)

    def __str__(self) -> str:
        return f"risk sheet v{self.version}"
