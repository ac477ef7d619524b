"""Scripts as versions: frozen once submitted, found by digest."""

from django.db import models
from django.db.models import Q


class ScriptVersion(models.Model):
    """One version of one step's wording in all its languages. Frozen = it can no longer change."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="script_versions")
    step = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    is_frozen = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, default="")
    author = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "step", "number"], name="script_version_once"),
            models.CheckConstraint(condition=Q(is_frozen=False) | ~Q(digest=""), name="frozen_script_has_digest"),
        )

    def __str__(self) -> str:
        return f"{self.step} v{self.number}"


class ScriptText(models.Model):
    """The wording in one language, with its Chinese gloss for the seller."""

    version = models.ForeignKey(ScriptVersion, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=16)
    text = models.TextField()
    gloss_zh = models.TextField(default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "language"], name="script_text_once"),)

    def __str__(self) -> str:
        return self.language
