"""Indexes by which the access ledger is searched: a period, one login. Adding them rebuilds no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_claim_proofs"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="accessentry",
            index=models.Index(fields=["at", "id"], name="access_by_time"),
        ),
        migrations.AddIndex(
            model_name="accessentry",
            index=models.Index(fields=["actor", "at", "id"], name="access_by_actor"),
        ),
    ]
