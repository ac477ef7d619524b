"""A shop's pace is one for all its roll-outs: the bucket of each lane becomes the bucket of its connection.

What lanes had learned is kept: of several lanes of a connection the slowest pace and the longest wait hold. Limits are
looked up by the first worker that runs, and until then nothing is sent.
"""

import django.db.models.deletion
from django.db import migrations, models

MOVE = """
INSERT INTO outreach_quota (team_id, key, day_limit, limit_source, reset_zone, spent, spread_next_at, blocked_until)
SELECT DISTINCT c.team_id, 'shop:' || c.id, NULL::integer, 'none', '', '{}'::jsonb, NULL::timestamptz, NULL::timestamptz
  FROM shops_connection c JOIN outreach_lane l ON l.connection_id = c.id;

INSERT INTO outreach_pace (team_id, connection_id, quota_id, sends_per_second, burst, tokens, refilled_at, limited_at,
                           limit_hits, blocked_until, turn)
SELECT c.team_id, c.id, q.id, least(c.sends_per_second, min(l.sends_per_second)), c.burst, 0, max(l.refilled_at),
       max(l.limited_at), sum(l.limit_hits), max(l.blocked_until), 9
  FROM shops_connection c
  JOIN outreach_lane l ON l.connection_id = c.id
  JOIN outreach_quota q ON q.team_id = c.team_id AND q.key = 'shop:' || c.id
 GROUP BY c.id, q.id;

UPDATE outreach_rollout SET forgiven = jsonb_build_object('failures', forgiven_failures) WHERE forgiven_failures > 0;
UPDATE outreach_rollout SET keeps_quiet_hours = false WHERE is_training;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0006_approval_says_where_from"),
        ("shops", "0003_consent_and_renewal"),
        ("tenancy", "0001_initial"),
        ("incidents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sends_per_second", models.DecimalField(decimal_places=3, max_digits=8)),
                ("burst", models.PositiveIntegerField()),
                ("tokens", models.FloatField(default=0)),
                ("refilled_at", models.DateTimeField()),
                ("limited_at", models.DateTimeField(null=True)),
                ("limit_hits", models.PositiveIntegerField(default=0)),
                ("blocked_until", models.DateTimeField(null=True)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("asleep_until", models.DateTimeField(null=True)),
                ("limits_at", models.DateTimeField(null=True)),
                ("ready_at", models.DateTimeField(null=True)),
                ("turn", models.PositiveSmallIntegerField(default=9)),
            ],
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=160)),
                ("day_limit", models.PositiveIntegerField(null=True)),
                ("limit_source", models.CharField(default="none", max_length=20)),
                ("reset_zone", models.CharField(default="", max_length=60)),
                ("spent", models.JSONField(default=dict)),
                ("spread_next_at", models.DateTimeField(null=True)),
                ("blocked_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="rollout",
            name="forgiven",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="rollout",
            name="golden_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="rollout",
            name="keeps_quiet_hours",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="rollout",
            name="max_block_share",
            field=models.DecimalField(decimal_places=4, default="0.0200", max_digits=5),
        ),
        migrations.AddField(
            model_name="rollout",
            name="max_complaint_share",
            field=models.DecimalField(decimal_places=4, default="0.0300", max_digits=5),
        ),
        migrations.AddField(
            model_name="rollout",
            name="max_opt_out_share",
            field=models.DecimalField(decimal_places=4, default="0.0200", max_digits=5),
        ),
        migrations.AddField(
            model_name="rollout",
            name="max_reject_share",
            field=models.DecimalField(decimal_places=4, default="0.0500", max_digits=5),
        ),
        migrations.AddField(
            model_name="rollout",
            name="spreads_quota",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="rollout",
            name="tuned_why",
            field=models.CharField(default="", max_length=300),
        ),
        migrations.AddField(
            model_name="pace",
            name="connection",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="pace", to="shops.connection"
            ),
        ),
        migrations.AddField(
            model_name="pace",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"),
        ),
        migrations.AddField(
            model_name="quota",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"),
        ),
        migrations.AddField(
            model_name="pace",
            name="quota",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="paces", to="outreach.quota"
            ),
        ),
        migrations.AddConstraint(
            model_name="quota",
            constraint=models.UniqueConstraint(fields=("team", "key"), name="quota_once"),
        ),
        migrations.AddIndex(
            model_name="pace",
            index=models.Index(
                condition=models.Q(("ready_at__isnull", False)), fields=["turn", "ready_at"], name="pace_ready"
            ),
        ),
        migrations.AddConstraint(
            model_name="pace",
            constraint=models.CheckConstraint(condition=models.Q(("sends_per_second__gt", 0)), name="pace_positive"),
        ),
        migrations.AddConstraint(
            model_name="pace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                    models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                    _connector="OR",
                ),
                name="quiet_hours_both_or_neither",
            ),
        ),
        migrations.RunSQL(sql=MOVE, reverse_sql=migrations.RunSQL.noop),
        # Two rows that every claim rewrites: room on the page, and a sweep before they pile up.
        migrations.RunSQL(
            sql="""
            ALTER TABLE outreach_pace SET (fillfactor = 50, autovacuum_vacuum_threshold = 200);
            ALTER TABLE outreach_quota SET (fillfactor = 50, autovacuum_vacuum_threshold = 200);
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(
            model_name="lane",
            name="lane_pace_positive",
        ),
        migrations.RemoveField(
            model_name="lane",
            name="blocked_until",
        ),
        migrations.RemoveField(
            model_name="lane",
            name="burst",
        ),
        migrations.RemoveField(
            model_name="lane",
            name="limit_hits",
        ),
        migrations.RemoveField(
            model_name="lane",
            name="limited_at",
        ),
        migrations.RemoveField(
            model_name="lane",
            name="refilled_at",
        ),
        migrations.RemoveField(
            model_name="lane",
            name="sends_per_second",
        ),
        migrations.RemoveField(
            model_name="lane",
            name="served_at",
        ),
        migrations.RemoveField(
            model_name="lane",
            name="tokens",
        ),
        migrations.RemoveField(
            model_name="rollout",
            name="forgiven_failures",
        ),
        # Each move of a ledger row writes every index anew.
        migrations.RunSQL(
            sql="ALTER TABLE outreach_attempt SET (fillfactor = 80)",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="attempt",
            name="recipient",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tries",
                to="outreach.recipient",
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="team",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"
            ),
        ),
        migrations.AlterField(
            model_name="recipient",
            name="incident",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.incident"
            ),
        ),
        migrations.AlterField(
            model_name="recipient",
            name="pressed_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.membership",
            ),
        ),
        migrations.AlterField(
            model_name="recipient",
            name="roll_out",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recipients",
                to="outreach.rollout",
            ),
        ),
        migrations.AlterField(
            model_name="recipient",
            name="seat",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.membership",
            ),
        ),
        migrations.AlterField(
            model_name="recipient",
            name="team",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.team"
            ),
        ),
    ]
