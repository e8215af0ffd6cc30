import django.db.models.deletion
from django.db import migrations, models

import core.clock


def ask_for_entries(apps, schema_editor):
    """Changes from before go into the log once the processes run: entries are put down by the service."""
    if apps.get_model("certificates", "CertificateEvent").objects.exclude(step="issue").exists():
        apps.get_model("core", "OutboxEvent").objects.create(
            kind="certificates.put_down_missing", key="changes", created_at=core.clock.now()
        )


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0014_shipped_designs"),
        ("core", "0006_paused_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyRotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(editable=False, unique=True)),
                ("statement", models.TextField()),
                ("former_signature", models.CharField(max_length=88)),
                ("key_signature", models.CharField(max_length=88)),
                ("salt", models.CharField(max_length=64)),
                ("commitment", models.CharField(max_length=64)),
                ("stored_at", models.DateTimeField(default=core.clock.now)),
                (
                    "former",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ended_by",
                        to="certificates.issuerkey",
                    ),
                ),
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="begun_by",
                        to="certificates.issuerkey",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("former", models.F("key")), _negated=True), name="key_rotation_of_two_keys"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("turn", models.PositiveSmallIntegerField()),
                ("statement", models.TextField()),
                ("salt", models.CharField(max_length=64)),
                ("commitment", models.CharField(max_length=64)),
                ("stored_at", models.DateTimeField(default=core.clock.now)),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="certificates.certificate",
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement",
                        to="certificates.certificateevent",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("certificate", "turn"), name="status_statement_in_turn"),
                    models.CheckConstraint(
                        condition=models.Q(("turn__gte", 1)), name="status_statement_counts_from_one"
                    ),
                ],
            },
        ),
        migrations.RunPython(ask_for_entries, migrations.RunPython.noop),
    ]
