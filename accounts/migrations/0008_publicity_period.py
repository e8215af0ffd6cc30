"""Seven working days of publicity for designations, until another entry says otherwise."""

from datetime import date

from django.db import migrations

from core import clock

SOURCE = "各地认定与考核结果公示惯例（7天），本平台按7个工作日计"


def load(apps, schema_editor):
    apps.get_model("accounts", "PublicityPeriod").objects.create(
        working_days=7, valid_from=date(2020, 1, 1), document=SOURCE, recorded_at=clock.now()
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_places")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
