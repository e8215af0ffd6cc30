"""Rows that an officer voids keep their line, count nowhere and block no later appointment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_reference"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="appointment",
            name="appointment_once",
        ),
        migrations.RemoveConstraint(
            model_name="appointment",
            name="one_open_appointment_per_institution",
        ),
        migrations.AddField(
            model_name="appointment",
            name="voided_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)),
                fields=("person", "institution", "start_date"),
                name="appointment_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("end_date__isnull", True), ("voided_at__isnull", True)),
                fields=("person", "institution"),
                name="one_open_appointment_per_institution",
            ),
        ),
    ]
