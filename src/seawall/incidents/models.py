"""Tables of a storm."""

from django.db import models
from django.db.models import Q

from seawall.incidents.clock_models import CaseClock
from seawall.incidents.link_models import ApprovalLink, LinkPurpose
from seawall.incidents.risk_models import RiskSnapshot
from seawall.incidents.states import CaseState, IncidentState

__all__ = [
    "ApprovalLink",
    "Case",
    "CaseClock",
    "FactsSheet",
    "Incident",
    "IncidentKind",
    "LinkPurpose",
    "Paper",
    "RiskSnapshot",
]


class IncidentKind(models.TextChoices):
    """What struck."""

    CUSTOMS_RETURN = "customs_return"
    FALSE_DELIVERED = "false_delivered"
    DELAY = "delay"
    STOCK_OUT = "stock_out"
    PROBLEM_PARCELS = "problem_parcels"


class Incident(models.Model):
    """One storm of one seller."""

    SELLER_PATH = "seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="incidents")
    seller = models.ForeignKey("tenancy.Seller", on_delete=models.PROTECT, related_name="incidents")
    code = models.CharField(max_length=20)
    """Such as S-0001, counted per team."""
    kind = models.CharField(max_length=30, choices=IncidentKind.choices)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=20, default=IncidentState.OPENED.value)
    is_training = models.BooleanField()
    golden_until = models.DateTimeField(null=True)
    """End of the golden window; after it platforms or buyers act by themselves."""
    opened_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "code"], name="incident_code_once_per_team"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in IncidentState]), name="incident_state_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class FactsSheet(models.Model):
    """A version of the facts. A claim that is not on it does not leave the house."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="facts_sheets")
    version = models.PositiveIntegerField()
    cause = models.TextField()
    cause_by_language = models.JSONField(default=dict)
    """The cause in the words of each buyer language, as it may stand in a message."""
    happened_on = models.DateField()
    remedy = models.TextField()
    ceiling_amount = models.DecimalField(max_digits=18, decimal_places=2)
    ceiling_currency = models.CharField(max_length=3)
    deadline_at = models.DateTimeField()
    statements = models.JSONField(default=list)
    """Further sentences that messages may rest on."""
    new_date = models.DateField(null=True)
    """The day that messages may name: when stock is back, when a parcel is expected, when delivery is tried again."""
    compensation = models.JSONField(default=dict)
    """What may be offered per order, by currency, as text: `{"MYR": "20.00"}`."""
    digest = models.CharField(max_length=64)
    written_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    attested_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, null=True, related_name="+")
    attested_at = models.DateTimeField(null=True)
    is_attestation_simulated = models.BooleanField(default=False)
    attestation_origin = models.JSONField(default=dict)
    """From where it was attested (kernel.origin)."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "version"], name="facts_version_once"),
            models.CheckConstraint(condition=Q(ceiling_amount__gte=0), name="ceiling_not_negative"),
        )

    def __str__(self) -> str:
        return f"facts v{self.version}"


class PaperPurpose(models.TextChoices):
    """What an official paper is there for."""

    FACTS = ""
    PLATFORM_CONSENT = "platform_consent"
    """The platform's written consent that Seawall may send unasked messages for one shop by its API."""


class Paper(models.Model):
    """An official paper: stored by its hash, never by its given name."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=80)
    stored_as = models.CharField(max_length=120)
    purpose = models.CharField(max_length=30, choices=PaperPurpose.choices, default="", blank=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, null=True, related_name="+")
    """The shop a consent is for."""
    withdrawn_at = models.DateTimeField(null=True)
    """When a person said that the paper holds no longer. It stays on the sheet, as what was shown then."""
    withdrawn_why = models.CharField(max_length=300, default="")
    uploaded_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "sha256"], name="paper_once_per_incident"),
            models.CheckConstraint(
                condition=Q(purpose="", shop__isnull=True) | Q(purpose="platform_consent", shop__isnull=False),
                name="consent_names_its_shop",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """One order in one storm."""

    SELLER_PATH = "incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="cases")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=20, default=CaseState.OPEN.value)
    withdrawn_reason = models.TextField(default="")
    created_at = models.DateTimeField()
    clocks_at = models.DateTimeField(null=True)
    """As of when its clocks were worked out; none: not yet."""
    clocks_seen_at = models.DateTimeField(null=True)
    """When the order was last seen as it was then: another instant means that something may have changed."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "order"], name="case_once_per_order"),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in CaseState]), name="case_state_known"),
        )

    def __str__(self) -> str:
        return f"case {self.pk}"


class Compensation(models.Model):
    """What a person gave a buyer for one order, on the platform; Seawall itself gives nothing. Never changed."""

    SELLER_PATH = "case__incident__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="compensations")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=120)
    """What it is on the platform: the code of the voucher, the number of the refund."""
    key = models.CharField(max_length=64)
    """Of the form it was said with: the same form sent twice gives once."""
    by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case", "key"], name="compensation_once_per_form"),
            models.UniqueConstraint(fields=["case", "reference"], name="compensation_once_per_reference"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="compensation_above_zero"),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
