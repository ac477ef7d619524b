"""A person may name the message at the platform that is a row's sending."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The name alone proves nothing; an index finds it when the record shows that message."""

    dependencies = [
        ("incidents", "0001_initial"),
        ("orders", "0001_initial"),
        ("outreach", "0007_one_pace_for_each_shop"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="recipient",
            name="told_message_id",
            field=models.CharField(default="", max_length=120),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("told_message_id", ""), _negated=True),
                fields=["told_message_id"],
                name="recipient_told_by_person",
            ),
        ),
    ]
