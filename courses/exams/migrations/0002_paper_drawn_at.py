"""When a question of a paper was drawn: the row's own age, which its guard against early deletion reads."""

from django.db import migrations, models

from core import clock

FILL = """
    UPDATE exams_paperquestion SET drawn_at = (
        SELECT started_at FROM exams_attempt WHERE exams_attempt.id = exams_paperquestion.attempt_id
    )
"""


def take_from_attempts(apps, schema_editor) -> None:
    """The table refuses changes: its guard is taken away here and stands again at the end of migrate."""
    name, on = (
        ("rows", " ON exams_paperquestion") if schema_editor.connection.vendor == "postgresql" else ("update", "")
    )
    schema_editor.execute(f"DROP TRIGGER IF EXISTS exams_paperquestion_{name}{on}")
    schema_editor.execute(FILL)


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial")]

    operations = [
        migrations.AddField("paperquestion", "drawn_at", models.DateTimeField(default=clock.now)),
        migrations.RunPython(take_from_attempts, migrations.RunPython.noop),
    ]
