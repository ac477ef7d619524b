"""An order may come to its end while its message is under way: if that proves not to have left, it never goes."""

from django.db import migrations, models

_WHOLE = """
CREATE OR REPLACE FUNCTION outreach_group_is_whole(carrier bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT 1 FROM outreach_recipient r JOIN incidents_case k ON k.id = r.case_id
         WHERE (r.id = carrier OR r.rides_with_id = carrier) AND {gone})
$$;
"""


class Migration(migrations.Migration):
    """A column with a constant default, which rewrites no row, and the function that knows it."""

    dependencies = [("outreach", "0009_sent_by_hand")]

    operations = [
        migrations.AddField(
            model_name="recipient",
            name="resolved_as",
            field=models.CharField(default="", max_length=20),
        ),
        migrations.RunSQL(
            _WHOLE.format(gone="(k.state <> 'open' OR r.resolved_as <> '')"), _WHOLE.format(gone="k.state <> 'open'")
        ),
    ]
