"""Tables of staff."""

from django.db import models
from django.db.models import F, Q


class Shift(models.Model):
    """A span in which a member is on duty, every week: from `starts` until `ends` of the zone's own time.

    A shift that ends at or before its start goes on past midnight into the next day; it belongs to the day it starts.
    """

    team = models.ForeignKey("tenancy.Team", on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey("tenancy.Membership", on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField()
    """0 is Monday, as in Python's `date.weekday()`."""
    starts = models.TimeField()
    ends = models.TimeField()
    zone = models.CharField(max_length=40)
    """IANA name."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["membership", "weekday", "starts", "ends", "zone"], name="shift_once_per_member"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="shift_on_a_weekday"),
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="shift_has_a_length"),
        )

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}-{self.ends:%H:%M} {self.zone}"
