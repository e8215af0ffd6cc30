"""Receipts of returns get a sealed file and an entry in the log; those from before keep the bytes in their row."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("certificates", "0021_joint_designs"), ("staffing", "0011_filing_calls")]
    operations = [
        migrations.RenameField("returnreceipt", "drawn_at", "stored_at"),
        migrations.AlterField("returnreceipt", "body", models.BinaryField(null=True)),
        migrations.AddField("returnreceipt", "uuid", models.UUIDField(editable=False, null=True, unique=True)),
        migrations.AddField(
            "returnreceipt", "reference", models.CharField(blank=True, max_length=40, null=True, unique=True)
        ),
        migrations.AddField("returnreceipt", "document", models.TextField(blank=True)),
        migrations.AddField("returnreceipt", "salt", models.CharField(blank=True, max_length=64)),
        migrations.AddField(
            "returnreceipt", "storage_name", models.CharField(blank=True, max_length=200, null=True, unique=True)
        ),
        migrations.AddField("returnreceipt", "size", models.PositiveIntegerField(null=True)),
        migrations.AddField("returnreceipt", "fonts_sha256", models.CharField(blank=True, max_length=64)),
        migrations.AddField(
            "returnreceipt",
            "seal",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="certificates.seal"
            ),
        ),
        migrations.AddField("returnreceipt", "stamped_until", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "returnreceipt",
            models.CheckConstraint(
                name="return_receipt_sealed_or_from_before",
                condition=Q(body__isnull=False, uuid__isnull=True, storage_name__isnull=True)
                | Q(
                    ~Q(document="") & ~Q(salt=""),
                    body__isnull=True,
                    uuid__isnull=False,
                    reference__isnull=False,
                    storage_name__isnull=False,
                    size__gt=0,
                    seal__isnull=False,
                ),
            ),
        ),
    ]
