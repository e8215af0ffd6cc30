"""A designation can be suspended: it stays one that was granted, with its dates."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_administrators_are_seconded"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="designation",
            name="designation_counts_once_granted",
        ),
        migrations.AlterField(
            model_name="designation",
            name="state",
            field=models.CharField(
                choices=[
                    ("applied", "applied for"),
                    ("reviewing", "under review"),
                    ("publicity", "in publicity"),
                    ("designated", "designated"),
                    ("rectification", "in rectification"),
                    ("suspended", "designation suspended"),
                    ("revoked", "designation revoked"),
                    ("exited", "left the list"),
                    ("refused", "not granted"),
                    ("withdrawn", "application withdrawn"),
                ],
                default="designated",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="designationevent",
            name="state",
            field=models.CharField(
                choices=[
                    ("applied", "applied for"),
                    ("reviewing", "under review"),
                    ("publicity", "in publicity"),
                    ("designated", "designated"),
                    ("rectification", "in rectification"),
                    ("suspended", "designation suspended"),
                    ("revoked", "designation revoked"),
                    ("exited", "left the list"),
                    ("refused", "not granted"),
                    ("withdrawn", "application withdrawn"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="designation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["designated", "rectification", "suspended"]), ("valid_from__isnull", False)
                    ),
                    models.Q(
                        ("state__in", ["exited", "revoked"]), ("valid_from__isnull", False), ("valid_to__isnull", False)
                    ),
                    models.Q(
                        models.Q(
                            ("state__in", ["designated", "exited", "rectification", "revoked", "suspended"]),
                            _negated=True,
                        ),
                        ("valid_from__isnull", True),
                        ("valid_to__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="designation_counts_once_granted",
            ),
        ),
    ]
