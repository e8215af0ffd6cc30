"""Levels, groups, modules, hours and planned sessions from dated files."""

from decimal import Decimal
from pathlib import Path

import yaml
from django.db import migrations

FOLDER = Path(__file__).resolve().parents[2] / "demo" / "reference"
LANGUAGES = {"zh": "zh-hans", "en": "en", "ja": "ja"}


def load_levels(apps, schema_editor):
    for rank, row in enumerate(_read("curriculum.yaml")["levels"], start=1):
        apps.get_model("courses", "Level").objects.create(
            code=row["code"],
            rank=rank,
            syllabus_version=row["syllabus_version"],
            total_hours=Decimal(row["total_hours"]),
            attendance_percent=row["attendance_percent"],
            pass_score=row["pass_score"],
            requires_filing=row["requires_filing"],
            **_texts("title", row["title"]["short"]),
            **_texts("full_title", row["title"]["full"]),
            **_texts("certificate_title", row["certificate_title"]),
            **_texts("admission", row["admission"]),
            **_texts("assessment", row["assessment"]),
        )


def load_modules(apps, schema_editor):
    model = apps.get_model
    levels = {level.code: level for level in model("courses", "Level").objects.all()}
    groups = {}
    for position, row in enumerate(_read("curriculum.yaml")["groups"], start=1):
        groups[row["code"]] = model("courses", "ModuleGroup").objects.create(
            code=row["code"], position=position, **_texts("title", row["title"])
        )
    for position, row in enumerate(_read("curriculum.yaml")["modules"], start=1):
        module = model("courses", "Module").objects.create(
            code=row["code"], group=groups[row["group"]], position=position, **_texts("title", row["title"])
        )
        for code, hours in row["hours"].items():
            model("courses", "ModuleHours").objects.create(level=levels[code], module=module, hours=Decimal(hours))


def load_planned_sessions(apps, schema_editor):
    plan = _read("junior_sessions.yaml")
    level = apps.get_model("courses", "Level").objects.get(code=plan["level"])
    for row in plan["sessions"]:
        apps.get_model("courses", "PlannedSession").objects.create(
            level=level, number=row["number"], shares=row["modules"], **_texts("title", row["title"])
        )


def _read(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def _texts(field, by_language):
    return {f"{field}_{ending}": by_language[code] for ending, code in LANGUAGES.items()}


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial")]
    operations = [
        migrations.RunPython(load_levels, migrations.RunPython.noop),
        migrations.RunPython(load_modules, migrations.RunPython.noop),
        migrations.RunPython(load_planned_sessions, migrations.RunPython.noop),
    ]
