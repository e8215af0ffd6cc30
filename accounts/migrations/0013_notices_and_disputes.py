"""Whoever is newly named is told; a denial is a dispute that an officer decides."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_roster_heads"),
    ]

    operations = [
        migrations.CreateModel(
            name="AppointmentDispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waiting for an officer"),
                            ("upheld", "upheld: never worked there"),
                            ("rejected", "rejected: the row stays"),
                            ("withdrawn", "withdrawn by the person"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField(default=core.clock.now)),
                ("words", models.CharField(blank=True, max_length=500)),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="accounts.appointment"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AppointmentNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("due_provisional", models.BooleanField(default=False)),
                ("edition", models.PositiveSmallIntegerField(default=1)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "appointment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notice", to="accounts.appointment"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DisputeDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("upheld", models.BooleanField()),
                ("reason", models.CharField(max_length=500)),
                ("document", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField()),
                ("body_name", models.CharField(max_length=150)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "dispute",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="accounts.appointmentdispute",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NoticeFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("told_by_sms", "told by text message"),
                            ("told_by_mail", "told by e-mail"),
                            ("handed_out", "handed out on paper"),
                            ("confirmed", "confirmed by the person"),
                            ("denied", "denied by the person"),
                            ("link_renewed", "new link made"),
                        ],
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facts",
                        to="accounts.appointmentnotice",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="appointmentdispute",
            index=models.Index(fields=["state", "opened_at"], name="disputes_by_age"),
        ),
        migrations.AddConstraint(
            model_name="appointmentdispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("appointment",), name="one_open_dispute_per_appointment"
            ),
        ),
        migrations.AddConstraint(
            model_name="disputedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="decision_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="disputedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("upheld", False), models.Q(("document", ""), _negated=True), _connector="OR"),
                name="upheld_needs_a_document",
            ),
        ),
        migrations.AddIndex(
            model_name="noticefact",
            index=models.Index(fields=["notice", "at"], name="notice_facts_in_order"),
        ),
    ]
