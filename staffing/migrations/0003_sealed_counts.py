"""Counts of people in secret posts: two numbers, their days, and the paper on which they were confirmed."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_phone_looks"),
        ("staffing", "0002_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SealedCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("staff", models.PositiveSmallIntegerField()),
                ("trained", models.PositiveSmallIntegerField()),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("entered", "waiting for confirmation"),
                            ("confirmed", "confirmed, counted"),
                            ("refused", "refused"),
                            ("ended", "ended"),
                            ("annulled", "annulled: never counted"),
                        ],
                        default="entered",
                        max_length=12,
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                ("document_number", models.CharField(blank=True, max_length=60)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("annulled_at", models.DateTimeField(null=True)),
                (
                    "counted_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce("ended_on", "valid_to"),
                        output_field=models.DateField(null=True),
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sealed_counts",
                        to="accounts.institution",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["institution", "valid_from"], name="sealed_count_of_place")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("staff__gte", 1)), name="sealed_count_of_somebody"),
                    models.CheckConstraint(
                        condition=models.Q(("trained__lte", models.F("staff"))), name="sealed_count_trained_among_staff"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                            ),
                            models.Q(
                                ("ended_on__isnull", True), ("ended_on__gt", models.F("valid_from")), _connector="OR"
                            ),
                        ),
                        name="sealed_count_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["entered", "refused"]),
                            models.Q(("confirmed_at__isnull", False), models.Q(("document_number", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="sealed_count_counts_by_its_paper",
                    ),
                ],
            },
        ),
    ]
