"""Versions of a rule are written by one and adopted by another; the ones the platform was made with count as adopted."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from core.triggers import protect

TABLE = "staffing_ratiorule"
# The narrower wording of 2020: a trained person counts only as technology manager or broker, that is with a level.
WITH_A_LEVEL = {"2020-1": ["JUNIOR", "INTERMEDIATE", "SENIOR"]}
STATES = [
    ("draft", "draft"),
    ("proposed", "proposed, waits for a second person"),
    ("adopted", "adopted"),
    ("refused", "refused"),
    ("withdrawn", "withdrawn"),
]


def count_as_adopted(apps, schema_editor):
    unguard(schema_editor)
    for rule in apps.get_model("staffing", "RatioRule").objects.order_by("pk"):
        rule.uuid, rule.state = uuid.uuid4(), "adopted"
        rule.binds = "designated" if rule.binding_designation else "nobody"
        rule.levels = WITH_A_LEVEL.get(rule.version, [])
        rule.save(update_fields=["uuid", "state", "binds", "levels"])
    with schema_editor.connection.cursor() as cursor:
        protect(cursor, TABLE)


def unguard(schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    name, on = f"{TABLE}_update" if sqlite else f"{TABLE}_rows", "" if sqlite else f' ON "{TABLE}"'
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')


def person(name):
    user = models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )
    return migrations.AddField("ratiorule", name, user)


class Migration(migrations.Migration):
    dependencies = [
        ("staffing", "0004_sealed_counts_go_on"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("ratiorule", "ratio_rule_version_once"),
        migrations.AddField("ratiorule", "uuid", models.UUIDField(null=True, editable=False)),
        migrations.AddField(
            "ratiorule",
            "binds",
            models.CharField(
                choices=[
                    ("nobody", "nobody: a reference for all"),
                    ("designated", "those that hold a designation"),
                    ("scope", "all institutions of its scope"),
                ],
                default="nobody",
                max_length=12,
            ),
        ),
        migrations.AddField("ratiorule", "categories", models.JSONField(blank=True, default=list)),
        migrations.AddField("ratiorule", "region_path", models.CharField(blank=True, default="", max_length=30)),
        migrations.AddField("ratiorule", "levels", models.JSONField(blank=True, default=list)),
        migrations.AddField("ratiorule", "providers", models.JSONField(blank=True, default=list)),
        migrations.AddField("ratiorule", "state", models.CharField(choices=STATES, default="draft", max_length=12)),
        migrations.AddField("ratiorule", "adopted_at", models.DateTimeField(null=True)),
        migrations.AddField("ratiorule", "salt", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField(
            "ratiorule",
            "drafted_from",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drafts",
                to="staffing.ratiorule",
            ),
        ),
        person("written_by"),
        person("adopted_by"),
        migrations.AlterField(
            "ratiorule",
            "comparator",
            models.CharField(choices=[("gte", "not below"), ("gt", "above")], max_length=3),
        ),
        migrations.AlterField(
            "ratiorule",
            "staff_counted",
            models.CharField(
                choices=[
                    ("professional", "professional staff"),
                    ("all", "all staff"),
                    ("full_time", "full-time professional staff"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField("ratiorule", "valid_to", models.DateField(blank=True, null=True)),
        migrations.AlterField("ratiorule", "source_period_end", models.DateField(blank=True, null=True)),
        migrations.RunPython(count_as_adopted, migrations.RunPython.noop),
        migrations.AlterField("ratiorule", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        migrations.AlterField("ratiorule", "region_path", models.CharField(blank=True, max_length=30)),
        migrations.AlterField("ratiorule", "salt", models.CharField(blank=True, max_length=64)),
        migrations.AddConstraint(
            "ratiorule",
            models.UniqueConstraint(
                fields=["code", "version"],
                name="ratio_rule_version_once",
                condition=Q(state__in=["proposed", "adopted"]),
            ),
        ),
        migrations.AddConstraint(
            "ratiorule",
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="ratio_rule_begins_once",
                condition=Q(state="adopted", reference_only=False),
            ),
        ),
        migrations.AddConstraint(
            "ratiorule",
            models.CheckConstraint(name="ratio_rule_can_be_met", condition=~Q(comparator="gt", value=100)),
        ),
        migrations.AddConstraint(
            "ratiorule",
            models.CheckConstraint(
                name="ratio_rule_binds_by_a_designation",
                condition=Q(binds="designated", reference_only=False) & ~Q(binding_designation="")
                | ~Q(binds="designated") & Q(binding_designation=""),
            ),
        ),
        migrations.AddConstraint(
            "ratiorule",
            models.CheckConstraint(
                name="ratio_rule_adopted_by_somebody_else",
                condition=Q(adopted_by__isnull=True) | Q(state="adopted") & ~Q(adopted_by=F("written_by")),
            ),
        ),
    ]
