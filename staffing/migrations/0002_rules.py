"""The requirement's versions from demo/reference/ratio_rules.yaml."""

from pathlib import Path

import yaml
from django.db import migrations

FILE = Path(__file__).resolve().parents[2] / "demo" / "reference" / "ratio_rules.yaml"
LANGUAGES = ("zh-hans", "en", "ja")


def load_rules(apps, schema_editor):
    model = apps.get_model("staffing", "RatioRule")
    for row in yaml.safe_load(FILE.read_text(encoding="utf-8"))["rules"]:
        model.objects.create(**_fields(row))


def _fields(row):
    counting, source = row["counting"], row["source"]
    return {
        "code": row["code"],
        "version": row["version"],
        "value": row["value"],
        "comparator": row["comparator"],
        "binding_designation": (row["scope"]["binding_designation"] or "").lower(),
        "staff_counted": counting["staff"].lower(),
        "tracks": counting["trained_tracks"],
        "employment_types": counting["employment_kinds"],
        "reference_only": row["reference_only"],
        "valid_from": row["valid_from"],
        "valid_to": row["valid_to"],
        "document_number": source["document_number"],
        "source_period_end": row["source_period_end"],
        "continued_by": row["continued_by"] or "",
        "texts": {language: _texts(row, language) for language in LANGUAGES},
    }


def _texts(row, language):
    note = row["period_note"] or {}
    return {
        "title": row["title"][language],
        "source": row["source"]["text"][language],
        "quote": row["source"]["quote"],
        "explanation": row["explanation"][language],
        "scope_note": row["scope_note"][language],
        "period_note": note.get(language, ""),
    }


class Migration(migrations.Migration):
    dependencies = [("staffing", "0001_initial")]
    operations = [migrations.RunPython(load_rules, migrations.RunPython.noop)]
