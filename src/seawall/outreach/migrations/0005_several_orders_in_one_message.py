"""Several orders of one buyer in one message: each order keeps its row; riders follow their carrier in the database.

Why triggers: a message that went out while one of its orders still stands as waiting would be sent again, and a claim
that takes only the carrier would forget the others. There are a dozen places that move a row; a trigger cannot be
forgotten by the thirteenth. It is part of the ledger (seawall.outreach.ledger) and the only thing beside it that writes
a state.

- `riders_follow`: what happens to a carrier happens to its riders, in the same statement.
- `rider_is_true`: at the end of a transaction no rider differs from its carrier in state, words, message or lane.
- `rider_stays`: a group whose message may have left the house never parts.
- `outreach_group_is_whole`: every order that a message names still concerns the storm; else it is not claimed.
"""

import django.db.models.deletion
from django.db import migrations, models

_FOLLOW = """
CREATE FUNCTION outreach_riders_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A rider may have been tried under an earlier plan: its number of attempts never falls.
    UPDATE outreach_recipient r
       SET state = NEW.state, state_at = NEW.state_at, reason_code = NEW.reason_code,
           reason_params = NEW.reason_params, claimed_by = NEW.claimed_by, claimed_at = NEW.claimed_at,
           attempts = greatest(r.attempts, NEW.attempts), unknown_since = NEW.unknown_since,
           session_id = NEW.session_id, platform_message_id = NEW.platform_message_id, sent_at = NEW.sent_at,
           pressed_by_id = NEW.pressed_by_id, pressed_at = NEW.pressed_at
     WHERE r.rides_with_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER riders_follow AFTER UPDATE ON outreach_recipient FOR EACH ROW
    WHEN (NEW.has_riders AND
          (OLD.state, OLD.state_at, OLD.reason_code, OLD.reason_params, OLD.claimed_by, OLD.claimed_at, OLD.attempts,
           OLD.unknown_since, OLD.session_id, OLD.platform_message_id, OLD.sent_at, OLD.pressed_by_id, OLD.pressed_at)
          IS DISTINCT FROM
          (NEW.state, NEW.state_at, NEW.reason_code, NEW.reason_params, NEW.claimed_by, NEW.claimed_at, NEW.attempts,
           NEW.unknown_since, NEW.session_id, NEW.platform_message_id, NEW.sent_at, NEW.pressed_by_id, NEW.pressed_at))
    EXECUTE FUNCTION outreach_riders_follow();
"""

_TRUE = """
CREATE FUNCTION outreach_rider_is_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM outreach_recipient r
         WHERE r.id = NEW.id AND r.rides_with_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM outreach_recipient c
                WHERE c.id = r.rides_with_id AND c.has_riders AND c.rides_with_id IS NULL
                  AND c.incident_id = r.incident_id AND c.step = r.step AND c.state = r.state
                  AND c.text_sha256 = r.text_sha256 AND c.platform_message_id = r.platform_message_id
                  AND c.wave = r.wave AND c.lane_id IS NOT DISTINCT FROM r.lane_id))
    THEN
        RAISE EXCEPTION 'recipient % differs from the message it rides with', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER rider_is_true AFTER INSERT OR UPDATE ON outreach_recipient DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.rides_with_id IS NOT NULL) EXECUTE FUNCTION outreach_rider_is_true();
"""

_STAYS = """
CREATE FUNCTION outreach_rider_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the message that names recipient % may have left: its group does not part', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER rider_stays BEFORE UPDATE OF rides_with_id ON outreach_recipient FOR EACH ROW
    WHEN (OLD.rides_with_id IS NOT NULL AND NEW.rides_with_id IS DISTINCT FROM OLD.rides_with_id
          AND OLD.state NOT IN ('waiting', 'no_connection', 'unreachable', 'left_out'))
    EXECUTE FUNCTION outreach_rider_stays();
"""

_WHOLE = """
CREATE FUNCTION outreach_group_is_whole(carrier bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT 1 FROM outreach_recipient r JOIN incidents_case k ON k.id = r.case_id
         WHERE (r.id = carrier OR r.rides_with_id = carrier) AND k.state <> 'open')
$$;
"""

_BACK = """
DROP FUNCTION outreach_group_is_whole(bigint);
DROP TRIGGER rider_stays ON outreach_recipient;
DROP FUNCTION outreach_rider_stays();
DROP TRIGGER rider_is_true ON outreach_recipient;
DROP FUNCTION outreach_rider_is_true();
DROP TRIGGER riders_follow ON outreach_recipient;
DROP FUNCTION outreach_riders_follow();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0001_initial"),
        ("orders", "0001_initial"),
        ("outreach", "0004_reachability"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="recipient",
            name="has_riders",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="recipient",
            name="merged_sha256",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="recipient",
            name="rides_with",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="riders",
                to="outreach.recipient",
            ),
        ),
        migrations.AddField(
            model_name="recipient",
            name="solo_text",
            field=models.TextField(default=""),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("rides_with__isnull", False)), fields=["rides_with"], name="recipient_riders"
            ),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("attempts__gt", 0), ("has_riders", True), ("state", "waiting")),
                fields=["lane"],
                name="recipient_group_tried",
            ),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("merged_sha256", ""), _negated=True),
                fields=["merged_sha256"],
                name="recipient_by_merged_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.CheckConstraint(
                condition=models.Q(("rides_with__isnull", True), ("has_riders", False), _connector="OR"),
                name="rider_carries_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rides_with__isnull", True),
                    models.Q(
                        models.Q(("merged_sha256", ""), _negated=True), models.Q(("solo_text", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="rider_has_words_of_its_own",
            ),
        ),
        migrations.RunSQL(sql=_FOLLOW + _TRUE + _STAYS + _WHOLE, reverse_sql=_BACK),
    ]
