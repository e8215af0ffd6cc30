"""Example schemes from demo/reference/evaluation_schemes.yaml; they count as adopted."""

from pathlib import Path

import yaml
from django.db import migrations

FILE = Path(__file__).resolve().parents[2] / "demo" / "reference" / "evaluation_schemes.yaml"


def load_schemes(apps, schema_editor):
    model = apps.get_model("credit", "EvaluationScheme")
    for row in yaml.safe_load(FILE.read_text(encoding="utf-8"))["schemes"]:
        model.objects.create(state="adopted", **row)


class Migration(migrations.Migration):
    dependencies = [("credit", "0003_evaluations")]
    operations = [migrations.RunPython(load_schemes, migrations.RunPython.noop)]
