"""Rows of timeline_entry are never changed or removed: the database refuses, whoever asks."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """A trigger that refuses UPDATE, DELETE and TRUNCATE."""

    dependencies: ClassVar = [("timeline", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION timeline_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'timeline_entry is append-only' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON timeline_entry
                FOR EACH ROW EXECUTE FUNCTION timeline_entry_append_only();
            CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON timeline_entry
                FOR EACH STATEMENT EXECUTE FUNCTION timeline_entry_append_only();
            """,
            reverse_sql="""
            DROP TRIGGER append_only ON timeline_entry;
            DROP TRIGGER append_only_truncate ON timeline_entry;
            DROP FUNCTION timeline_entry_append_only();
            """,
        )
    ]
