"""Returns of the ratio: periods, returns with their checks, versions, receipts and decisions, reminders."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0026_association_members"),
        ("staffing", "0006_proofs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FilingPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
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
                ("region_path", models.CharField(blank=True, max_length=30)),
                ("rule_code", models.CharField(max_length=40)),
                ("published", models.BooleanField()),
                ("reminder_days", models.JSONField(blank=True, default=list)),
                ("texts", models.JSONField()),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("code", "as_of"), name="filing_period_once"),
                    models.CheckConstraint(
                        condition=models.Q(("opens_on__lte", models.F("as_of"))), name="filing_period_opens_in_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("correct_working_days__gte", models.F("due_working_days")), ("due_working_days__gte", 1)
                        ),
                        name="filing_period_correct_after_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RatioReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("declared", "in declaration"),
                            ("checked", "checked, not yet attested"),
                            ("filed", "filed, waits for the authority"),
                            ("returned", "returned with questions"),
                            ("correcting", "taken back to be corrected"),
                            ("accepted", "accepted"),
                            ("corrected", "corrected by the authority"),
                        ],
                        default="declared",
                        max_length=12,
                    ),
                ),
                ("declared_at", models.DateTimeField()),
                ("filed_turn", models.PositiveSmallIntegerField(default=0)),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="returns", to="accounts.institution"
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="returns", to="staffing.filingperiod"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReturnCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField()),
                ("known_at", models.DateTimeField()),
                ("binding", models.BooleanField()),
                ("staff", models.PositiveIntegerField()),
                ("trained", models.PositiveIntegerField()),
                ("sealed_staff", models.PositiveIntegerField()),
                ("sealed_trained", models.PositiveIntegerField()),
                ("value", models.PositiveSmallIntegerField()),
                ("comparator", models.CharField(choices=[("gte", "not below"), ("gt", "above")], max_length=3)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("met", "met"), ("not_met", "not met"), ("not_applicable", "not applicable")],
                        max_length=16,
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ratio_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="staffing.ratioreturn"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staffing.ratiorule"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReturnAnomaly",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("jump", "the ratio jumped"),
                            ("joining", "many joined around the day"),
                            ("leaving", "many left around the day"),
                            ("rosters", "somebody stands in several rosters"),
                            ("other_dates", "the same rows came again with other dates"),
                            ("flag", "untrained people are no longer professional staff"),
                        ],
                        max_length=12,
                    ),
                ),
                ("facts", models.JSONField()),
                ("people", models.JSONField(default=list)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "judgement",
                    models.CharField(
                        blank=True,
                        choices=[("explained", "explained"), ("question", "a question remains"), ("noted", "noted")],
                        max_length=12,
                    ),
                ),
                ("judged_because", models.TextField(blank=True)),
                ("judged_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "check_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="anomalies", to="staffing.returncheck"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReturnReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="return_reminders",
                        to="accounts.institution",
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="staffing.filingperiod",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReturnVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField()),
                ("known_at", models.DateTimeField()),
                ("binding", models.BooleanField()),
                ("staff", models.PositiveIntegerField()),
                ("trained", models.PositiveIntegerField()),
                ("sealed_staff", models.PositiveIntegerField()),
                ("sealed_trained", models.PositiveIntegerField()),
                ("value", models.PositiveSmallIntegerField()),
                ("comparator", models.CharField(choices=[("gte", "not below"), ("gt", "above")], max_length=3)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("met", "met"), ("not_met", "not met"), ("not_applicable", "not applicable")],
                        max_length=16,
                    ),
                ),
                ("turn", models.PositiveSmallIntegerField()),
                ("filed_at", models.DateTimeField()),
                ("attested_name", models.CharField(max_length=60)),
                ("attested_post", models.CharField(max_length=60)),
                ("office", models.CharField(blank=True, max_length=150)),
                ("by_authority", models.BooleanField(default=False)),
                ("reason", models.TextField(blank=True)),
                (
                    "attested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "check_of",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="version", to="staffing.returncheck"
                    ),
                ),
                (
                    "ratio_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="staffing.ratioreturn"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staffing.ratiorule"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReturnReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
                ("drawn_at", models.DateTimeField()),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipt", to="staffing.returnversion"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReturnDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=12)),
                ("reason", models.TextField(blank=True)),
                ("office", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="staffing.returnversion",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="ratioreturn",
            index=models.Index(fields=["period", "state"], name="ratio_returns_of_period"),
        ),
        migrations.AddConstraint(
            model_name="ratioreturn",
            constraint=models.UniqueConstraint(fields=("institution", "period"), name="ratio_return_once_a_period"),
        ),
        migrations.AddConstraint(
            model_name="ratioreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("filed", "returned", "accepted", "corrected")), _negated=True),
                    ("filed_turn__gte", 1),
                    _connector="OR",
                ),
                name="ratio_return_filed_has_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratioreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("state", "declared"), _negated=True), ("filed_turn", 0), _connector="OR"),
                name="ratio_return_declared_has_none",
            ),
        ),
        migrations.AddConstraint(
            model_name="returncheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sealed_staff__lte", models.F("staff")),
                    ("sealed_trained__lte", models.F("sealed_staff")),
                    ("trained__lte", models.F("staff")),
                ),
                name="return_check_trained_among_staff",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnanomaly",
            constraint=models.UniqueConstraint(fields=("check_of", "kind"), name="return_anomaly_once_a_check"),
        ),
        migrations.AddConstraint(
            model_name="returnanomaly",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_by__isnull", True)),
                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_by__isnull", False)),
                    _connector="OR",
                ),
                name="return_anomaly_answered_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnanomaly",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("judged_by__isnull", True), ("judgement", "")),
                    models.Q(
                        models.Q(("judgement", ""), _negated=True),
                        models.Q(("judged_because", ""), _negated=True),
                        models.Q(("answer", ""), _negated=True),
                        ("judged_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="return_anomaly_judged_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnreminder",
            constraint=models.UniqueConstraint(fields=("institution", "period", "days"), name="return_reminder_once"),
        ),
        migrations.AddConstraint(
            model_name="returnversion",
            constraint=models.UniqueConstraint(fields=("ratio_return", "turn"), name="return_version_once"),
        ),
        migrations.AddConstraint(
            model_name="returnversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attested_name", ""), _negated=True), models.Q(("attested_post", ""), _negated=True)
                ),
                name="return_version_has_attester",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by_authority", False), ("turn", 1)),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="return_version_later_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnversion",
            constraint=models.CheckConstraint(condition=models.Q(("turn__gte", 1)), name="return_version_from_one"),
        ),
        migrations.AddConstraint(
            model_name="returnversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sealed_staff__lte", models.F("staff")),
                    ("sealed_trained__lte", models.F("sealed_staff")),
                    ("trained__lte", models.F("staff")),
                ),
                name="return_version_trained_among_staff",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256", ""), _negated=True), name="return_receipt_has_hash"
            ),
        ),
        migrations.AddConstraint(
            model_name="returndecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("step", "accept"),
                    models.Q(("step__in", ["return", "correct"]), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="return_decision_says_why",
            ),
        ),
    ]
