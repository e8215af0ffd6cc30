"""Regions from one dated file, the national body, and the user that commands act as."""

import csv
from datetime import date
from pathlib import Path

import yaml
from django.contrib.auth.hashers import make_password
from django.db import migrations

FOLDER = Path(__file__).resolve().parents[2] / "demo" / "reference"
SYSTEM_EMAIL = "system@platform.invalid"


def load_regions(apps, schema_editor):
    model = apps.get_model("accounts", "Region")
    made = {}
    with (FOLDER / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: LEVELS.index(row["level"].lower()))
    for level in LEVELS:
        batch = [_region(model, row, made) for row in rows if row["level"].lower() == level]
        for region in model.objects.bulk_create(batch, batch_size=500):
            made[region.code] = region


def load_national_body(apps, schema_editor):
    for row in yaml.safe_load((FOLDER / "admin_bodies.yaml").read_text())["bodies"]:
        apps.get_model("accounts", "AdminBody").objects.create(
            code=row["code"],
            name=row["name"]["zh-hans"],
            name_en=row["name"]["en"],
            name_ja=row["name"]["ja"],
            rank=row["rank"].lower(),
            jurisdiction="",
        )


def make_system_user(apps, schema_editor):
    user = apps.get_model("accounts", "User").objects.create(email=SYSTEM_EMAIL, password=make_password(None))
    body = apps.get_model("accounts", "AdminBody").objects.get(code="NATIONAL")
    apps.get_model("accounts", "Membership").objects.create(
        user=user, role="system", admin_body=body, valid_from=date(2020, 1, 1)
    )


LEVELS = ["national", "provincial", "municipal", "county"]


def _region(model, row, made):
    parent = made.get(row["parent"])
    above = parent.path if parent else ""
    return model(
        code=row["code"],
        name=row["name"],
        level=row["level"].lower(),
        parent=parent,
        path="" if row["code"] == "000000" else f"{above}{row['code']}/",
        statistical=row["statistical"] == "true",
        valid_from=row["valid_from"] or None,
        valid_to=row["valid_to"] or None,
        replaced_by=row["replaced_by"],
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunPython(load_regions, migrations.RunPython.noop),
        migrations.RunPython(load_national_body, migrations.RunPython.noop),
        migrations.RunPython(make_system_user, migrations.RunPython.noop),
    ]
