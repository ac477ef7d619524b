"""Rows of evidence_capture are never changed or removed: the database refuses, whoever asks."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """A trigger that refuses UPDATE, DELETE and TRUNCATE."""

    dependencies: ClassVar = [("evidence", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION evidence_capture_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'evidence_capture is append-only' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evidence_capture
                FOR EACH ROW EXECUTE FUNCTION evidence_capture_append_only();
            CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON evidence_capture
                FOR EACH STATEMENT EXECUTE FUNCTION evidence_capture_append_only();
            """,
            reverse_sql="""
            DROP TRIGGER append_only ON evidence_capture;
            DROP TRIGGER append_only_truncate ON evidence_capture;
            DROP FUNCTION evidence_capture_append_only();
            """,
        )
    ]
