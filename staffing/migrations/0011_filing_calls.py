"""Calls of regions for returns."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_institutions_by_name"),
        ("staffing", "0010_roll_ups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FilingCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=100)),
                ("document", models.CharField(max_length=200)),
                ("as_of", models.DateField()),
                ("opens_on", models.DateField()),
                ("due_working_days", models.PositiveSmallIntegerField()),
                ("correct_working_days", models.PositiveSmallIntegerField()),
                (
                    "obliges",
                    models.CharField(
                        choices=[("bound", "those that the rule binds"), ("scope", "all institutions of its scope")],
                        max_length=8,
                    ),
                ),
                ("categories", models.JSONField(blank=True, default=list)),
                ("rule_code", models.CharField(max_length=40)),
                ("published", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[("entered", "entered"), ("withdrawn", "withdrawn before it opened")],
                        default="entered",
                        max_length=12,
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                ("office", models.CharField(blank=True, max_length=150)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", models.TextField(blank=True)),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="filing_calls", to="accounts.region"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["state", "opens_on"], name="filing_calls_to_open")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "entered")),
                        fields=("region", "as_of"),
                        name="filing_call_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opens_on__lte", models.F("as_of"))), name="filing_call_opens_in_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("correct_working_days__gte", models.F("due_working_days")), ("due_working_days__gte", 1)
                        ),
                        name="filing_call_correct_after_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document", ""), _negated=True), models.Q(("title", ""), _negated=True)
                        ),
                        name="filing_call_has_a_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "entered"), ("withdrawn_at__isnull", True)),
                            models.Q(
                                ("state", "withdrawn"),
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawn_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="filing_call_withdrawn_says_why",
                    ),
                ],
            },
        ),
    ]
