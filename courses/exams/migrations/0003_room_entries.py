"""What is written down in the room of an examination: arrivals and incidents, append-only by trigger."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0018_ledger_search"),
        ("exams", "0002_paper_drawn_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RoomEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[("arrived", "arrived, document seen"), ("incident", "incident")], max_length=10
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="room_entries", to="exams.sitting"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("what", "arrived")), fields=("sitting", "person"), name="arrives_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("what", "arrived"), _negated=True),
                            models.Q(("person__isnull", False), ("words", "")),
                            _connector="OR",
                        ),
                        name="somebody_arrives",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("what", "incident"), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="incident_is_told",
                    ),
                ],
            },
        ),
    ]
