"""Batch checks of employers: the file that was asked, and what was answered to each row."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0025_another_post_here"),
        ("certificates", "0015_statements"),
        ("core", "0006_paused_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BatchCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("asked_at", models.DateTimeField(default=core.clock.now)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batch_checks",
                        to="accounts.institution",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.job",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="BatchCheckLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("number", models.CharField(max_length=40)),
                (
                    "way",
                    models.CharField(
                        choices=[("code", "by number and code"), ("name", "by number, name and document")], max_length=4
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("valid", "registered as normal"),
                            ("expired", "past its validity"),
                            ("suspended", "suspended"),
                            ("revoked", "revoked"),
                            ("superseded", "replaced"),
                            ("deregistered", "deregistered"),
                            ("never_issued", "not found"),
                            ("could_not_check", "could not be checked"),
                        ],
                        max_length=16,
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True)),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("identity_under_check", "the holder's identity is being checked"),
                            ("authenticity_under_check", "the authenticity of the certificate is being checked"),
                            ("court_order", "by order of a court"),
                            ("check_passed", "the check found nothing wrong"),
                            ("false_fact", "issued on a fact that turned out to be false"),
                            ("information_corrected", "information was corrected"),
                            ("own_request", "at the holder's own request"),
                            ("holder_deceased", "the holder has died"),
                        ],
                        max_length=30,
                    ),
                ),
                ("superseded_by", models.CharField(blank=True, max_length=40)),
                ("checked_at", models.DateTimeField(default=core.clock.now)),
                (
                    "certificate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certificates.certificate",
                    ),
                ),
                (
                    "check_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="certificates.batchcheck"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="batchcheck",
            index=models.Index(fields=["institution", "-asked_at", "-id"], name="batch_checks_of_place"),
        ),
        migrations.AddConstraint(
            model_name="batchcheck",
            constraint=models.CheckConstraint(condition=models.Q(("size__gte", 1)), name="batch_check_asks_something"),
        ),
        migrations.AddConstraint(
            model_name="batchcheckline",
            constraint=models.UniqueConstraint(fields=("check_of", "line"), name="batch_check_line_once"),
        ),
        migrations.AddConstraint(
            model_name="batchcheckline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("certificate__isnull", False),
                    models.Q(
                        ("ended_on__isnull", True), ("ground", ""), ("outcome__in", ["never_issued", "could_not_check"])
                    ),
                    _connector="OR",
                ),
                name="batch_check_tells_of_a_certificate",
            ),
        ),
    ]
