"""The table of a team's own figures."""

from django.db import models
from django.db.models import Q


class RuleOverride(models.Model):
    """A team's own figure for a rule, in all its shops or in one. Never changed: withdrawn, and set anew."""

    SELLER_PATH = "shop__seller_id"

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, null=True, related_name="rule_overrides")
    rule_id = models.CharField(max_length=40)
    value = models.CharField(max_length=120)
    reason = models.TextField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    set_by = models.ForeignKey("tenancy.User", on_delete=models.PROTECT, related_name="+")
    set_by_name = models.CharField(max_length=160)
    set_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "shop", "rule_id"], condition=Q(withdrawn_at__isnull=True), nulls_distinct=False,
                name="one_live_override_per_rule",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(value=""), name="override_says_what_and_why"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=models.F("effective_from")),
                name="override_ends_after_it_begins",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.rule_id} = {self.value}"
