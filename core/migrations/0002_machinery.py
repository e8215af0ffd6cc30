"""The cache table (embedded size) and the working days of the years that are officially known."""

from pathlib import Path

import yaml
from django.core.management import call_command
from django.db import migrations

FILE = Path(__file__).resolve().parents[2] / "demo" / "reference" / "working_days.yaml"


def make_cache_table(apps, schema_editor):
    call_command(
        "createcachetable",
        "core_cache",
        database=schema_editor.connection.alias,
        verbosity=0,
    )


def load_working_days(apps, schema_editor):
    known = yaml.safe_load(FILE.read_text())
    source = known["source"]
    source = source.get("zh-hans", "") if isinstance(source, dict) else source
    for year, days in known["years"].items():
        apps.get_model("core", "CalendarYear").objects.create(year=year, source=source[:200])
        special = [(day, False) for day in days["holidays"]] + [(day, True) for day in days["make_up_days"]]
        model = apps.get_model("core", "SpecialDay")
        model.objects.bulk_create([model(day=day, is_working=working) for day, working in special])


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
        migrations.RunPython(load_working_days, migrations.RunPython.noop),
    ]
