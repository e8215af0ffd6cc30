"""What ended a sealed count, and what it goes on in when that is annulled."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staffing", "0003_sealed_counts"),
    ]

    operations = [
        migrations.AddField(
            model_name="sealedcount",
            name="gave_way_to",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="displaced",
                to="staffing.sealedcount",
            ),
        ),
        migrations.AddField(
            model_name="sealedcount",
            name="resumes",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resumed_in",
                to="staffing.sealedcount",
            ),
        ),
    ]
