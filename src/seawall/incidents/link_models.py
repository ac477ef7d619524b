"""The table of links by which a seller's person decides without an account."""

from django.db import models
from django.db.models import F, Q


class LinkPurpose(models.TextChoices):
    """What a link lets its person decide."""

    APPROVE = "approve"
    ATTEST = "attest"


class LinkDecision(models.TextChoices):
    """What was decided by a link."""

    APPROVED = "approved"
    SENT_BACK = "sent_back"
    ATTESTED = "attested"
    REFUSED = "refused"


class ApprovalLink(models.Model):
    """A link for one named person of the seller, about one digest. Only the hash of its token is kept.

    Opening it decides nothing: chat programs open links by themselves to draw a preview. It decides once.
    """

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.PROTECT, related_name="links")
    purpose = models.CharField(max_length=10, choices=LinkPurpose.choices)
    subject_digest = models.CharField(max_length=64)
    """The binding, or the digest of the facts sheet, that it was made for. An edit makes another: the link is void."""
    token_sha256 = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey("tenancy.Membership", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    """The person's user, kept beside it so that the database itself keeps maker and person apart."""
    may_download = models.BooleanField(default=False)
    """Whether sealed packs can be fetched by it once it has decided."""
    made_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_from = models.CharField(max_length=64, default="")
    expires_at = models.DateTimeField()
    """Until when it decides. What it decided can be read for a while longer."""
    revoked_at = models.DateTimeField(null=True)
    opens = models.PositiveIntegerField(default=0)
    """How often its page was fetched, previews of chat programs included."""
    opened_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, default="", choices=LinkDecision.choices)
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(default="")
    origin = models.JSONField(default=dict)
    """From where it was decided (kernel.origin)."""

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(purpose__in=LinkPurpose.values), name="link_purpose_known"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | Q(decision__in=LinkDecision.values, decided_at__isnull=False),
                name="link_decision_has_time",
            ),
            models.CheckConstraint(condition=~Q(made_by=F("user")), name="link_is_not_for_its_maker"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="link_ends_after_it_began"),
        )
        indexes = (models.Index(fields=["incident", "made_at"], name="link_by_incident"),)

    def __str__(self) -> str:
        return f"link {self.pk} of {self.purpose}"
