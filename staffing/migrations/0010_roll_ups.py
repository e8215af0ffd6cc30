"""Kept figures of the ratio, and the marks of what was touched since; before they go, the triggers that mark."""

import django.db.models.deletion
from django.apps import apps as installed
from django.db import migrations, models

from core.marks import remove_marks


def make_round(apps, schema_editor):
    apps.get_model("staffing", "FigureRound").objects.create(pk=1)


def take_triggers_away(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        remove_marks(cursor, installed.get_app_config("staffing").marks)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_institutions_by_name"),
        ("staffing", "0009_publications"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("key", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["kind", "key"], name="figure_mark")],
            },
        ),
        migrations.CreateModel(
            name="InstitutionFigure",
            fields=[
                (
                    "institution",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="figure",
                        serialize=False,
                        to="accounts.institution",
                    ),
                ),
                ("region_path", models.CharField(max_length=30)),
                ("answers", models.BooleanField()),
                ("binding", models.BooleanField()),
                ("staff", models.PositiveIntegerField()),
                ("trained", models.PositiveIntegerField()),
                ("sealed_staff", models.PositiveIntegerField()),
                ("sealed_trained", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("met", "met"), ("not_met", "not met"), ("not_applicable", "not applicable")],
                        max_length=16,
                    ),
                ),
                ("shortfall", models.PositiveIntegerField()),
                ("day", models.DateField()),
                ("until", models.DateField(db_index=True, null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("trained__lte", models.F("staff"))),
                        name="institution_figure_trained_among_staff",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gt", models.F("day")), _connector="OR"),
                        name="institution_figure_holds_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountedStay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateField()),
                ("end", models.DateField(null=True)),
                ("trained_from", models.DateField(null=True)),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.institution",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.person"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "person", "start"), name="counted_stay_once"),
                    models.CheckConstraint(
                        condition=models.Q(("end__isnull", True), ("end__gt", models.F("start")), _connector="OR"),
                        name="counted_stay_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FigureRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("turn", models.PositiveBigIntegerField(default=0)),
                ("day", models.DateField(null=True)),
                ("computed_at", models.DateTimeField(null=True)),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staffing.ratiorule",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="figure_round_is_one")],
            },
        ),
        migrations.CreateModel(
            name="RegionFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("own", models.BooleanField()),
                ("staff", models.PositiveIntegerField()),
                ("trained", models.PositiveIntegerField()),
                ("institutions", models.PositiveIntegerField()),
                ("binding", models.PositiveIntegerField()),
                ("binding_met", models.PositiveIntegerField()),
                ("not_applicable", models.PositiveIntegerField()),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="figures", to="accounts.region"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("region", "own"), name="region_figure_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("binding__lte", models.F("institutions")),
                            ("binding_met__lte", models.F("binding")),
                            ("not_applicable__lte", models.F("institutions")),
                            ("trained__lte", models.F("staff")),
                        ),
                        name="region_figure_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SharedMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("trained", models.BooleanField()),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.institution"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.person"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("person", "institution"), name="shared_member_once")],
            },
        ),
        migrations.RunPython(make_round, take_triggers_away),
    ]
