"""Several posts at one institution: a post has a key, earlier wordings keep their start, decisions by hand are marked."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import accounts.models.positions

VERSIONS = "accounts_appointmentversion"


def fill_starts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now a start could not be corrected, so every earlier wording had that of its row."""
    # The table refuses changes; migrate puts the trigger back at its end.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{VERSIONS}_rows" ON "{VERSIONS}"')
    else:
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{VERSIONS}_update"')
    version, appointment = (apps.get_model("accounts", name) for name in ("AppointmentVersion", "Appointment"))
    start = appointment.objects.filter(pk=models.OuterRef("appointment")).values("start_date")
    version.objects.update(start_date=models.Subquery(start))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_voided_appointments")]

    operations = [
        migrations.RemoveConstraint("appointment", "appointment_once"),
        migrations.RemoveConstraint("appointment", "one_open_appointment_per_institution"),
        migrations.AddField("appointment", "by_hand_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "appointment",
            "post_key",
            models.GeneratedField(
                db_persist=True,
                expression=accounts.models.positions.PostKey("post"),
                output_field=models.CharField(max_length=100),
            ),
        ),
        migrations.AddField("appointmentversion", "start_date", models.DateField(null=True)),
        migrations.RunPython(fill_starts, migrations.RunPython.noop),
        migrations.AlterField("appointmentversion", "start_date", models.DateField()),
    ]
