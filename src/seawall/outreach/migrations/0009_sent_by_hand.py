"""Messages that a person sends in Seller Center. What happens to the message of a group happens to its riders: that a
person has its words in hand, and which picture shows it, belong to that from now on."""

from django.db import migrations, models

_FIELDS = (
    "state", "state_at", "reason_code", "reason_params", "claimed_by", "claimed_at", "attempts", "unknown_since",
    "session_id", "platform_message_id", "sent_at", "pressed_by_id", "pressed_at",
)  # fmt: skip
_MORE = ("copied_at", "screenshot_sha256")


def _follow(fields: tuple[str, ...]) -> str:
    given = ", ".join(f"{name} = NEW.{name}" for name in fields if name != "attempts")
    old, new = (", ".join(f"{side}.{name}" for name in fields) for side in ("OLD", "NEW"))
    return f"""
DROP TRIGGER riders_follow ON outreach_recipient;
CREATE OR REPLACE FUNCTION outreach_riders_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A rider may have been tried under an earlier plan: its number of attempts never falls.
    UPDATE outreach_recipient r
       SET {given}, attempts = greatest(r.attempts, NEW.attempts)
     WHERE r.rides_with_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER riders_follow AFTER UPDATE ON outreach_recipient FOR EACH ROW
    WHEN (NEW.has_riders AND ({old}) IS DISTINCT FROM ({new}))
    EXECUTE FUNCTION outreach_riders_follow();
"""  # noqa: S608  # put together from constants of ours


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0001_initial"),
        ("orders", "0001_initial"),
        ("outreach", "0008_a_person_names_the_sent_message"),
        ("shops", "0004_shops_worked_by_hand"),
        ("tenancy", "0002_languages_of_a_member"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="lane",
            name="lane_mode_known",
        ),
        migrations.RemoveConstraint(
            model_name="recipient",
            name="recipient_state_known",
        ),
        migrations.AddField(
            model_name="recipient",
            name="copied_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="recipient",
            name="screenshot_sha256",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="rollout",
            name="seat_wave",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        # Roll-outs under way: seats go on where they are.
        migrations.RunSQL(
            "UPDATE outreach_rollout SET seat_wave = open_wave WHERE open_wave > 0", migrations.RunSQL.noop
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("copied_at__isnull", False), ("state", "waiting")),
                fields=["seat_until"],
                name="recipient_copied",
            ),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("pressed_by__isnull", False)),
                fields=["pressed_by", "pressed_at"],
                name="recipient_pressed_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["api", "click", "manual"])), name="lane_mode_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "waiting",
                            "claimed",
                            "sent_by_hand",
                            "unknown",
                            "acknowledged",
                            "confirmed",
                            "read",
                            "answered",
                            "blocked",
                            "rejected",
                            "needs_person",
                            "no_connection",
                            "unreachable",
                            "too_late",
                            "left_out",
                        ],
                    )
                ),
                name="recipient_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent_by_hand"), _negated=True),
                    models.Q(
                        ("pressed_at__isnull", False),
                        ("pressed_by__isnull", False),
                        models.Q(("screenshot_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="sent_by_hand_has_screenshot",
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("copied_at__isnull", True),
                    models.Q(("state__in", ["claimed", "unknown"]), _negated=True),
                    _connector="OR",
                ),
                name="in_a_persons_hand_is_not_claimed",
            ),
        ),
        migrations.RunSQL(_follow(_FIELDS + _MORE), _follow(_FIELDS)),
    ]
