"""Lists of institutions in their order: the first page reads as far as it reaches."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0029_looks_at_evidence"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="institution",
            index=models.Index(fields=["name", "id"], name="institution_by_name"),
        ),
    ]
