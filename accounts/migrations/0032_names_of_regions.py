"""Names of the real divisions in English and Japanese, from one file; those of a demo come with its world."""

import csv
from pathlib import Path

from django.db import migrations, models

FILE = Path(__file__).resolve().parents[2] / "demo" / "reference" / "region_names.csv"


def load_names(apps, schema_editor):
    model = apps.get_model("accounts", "Region")
    with FILE.open(encoding="utf-8", newline="") as file:
        names = {row["code"]: row for row in csv.DictReader(file)}
    regions = list(model.objects.filter(code__in=names, demo=False).only("code"))
    for region in regions:
        region.name_en, region.name_ja = names[region.code]["name_en"], names[region.code]["name_ja"]
    model.objects.bulk_update(regions, ["name_en", "name_ja"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0031_restrictions")]
    operations = [
        migrations.AddField("region", "name_en", models.CharField(blank=True, max_length=80)),
        migrations.AddField("region", "name_ja", models.CharField(blank=True, max_length=60)),
        migrations.RunPython(load_names, migrations.RunPython.noop),
    ]
