"""A conversation's unread count knows when the platform counted it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Unknown for the counts so far: any dated count replaces them."""

    dependencies = [("inbox", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="unread_at",
            field=models.DateTimeField(null=True),
        ),
    ]
