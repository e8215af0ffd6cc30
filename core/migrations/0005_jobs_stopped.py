"""A job whose effect was given up says so, and why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_jobs_by_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="error",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AlterField(
            model_name="job",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("running", "running"),
                    ("done", "done"),
                    ("failed", "stopped by a failure"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
    ]
