"""Logins by mobile number, and the count that ends sessions."""

import uuid

from django.db import migrations, models
from django.db.models import Q

import accounts.models.people
import core.fields


def give_uuids(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    for user in User.objects.filter(uuid=None):
        User.objects.filter(pk=user.pk).update(uuid=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_roles")]

    operations = [
        migrations.AddField("user", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, null=True)),
        migrations.RunPython(give_uuids, migrations.RunPython.noop),
        migrations.AlterField("user", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        migrations.AddField("user", "phone", core.fields.SealedField(blank=True, default=""), preserve_default=False),
        migrations.AddField(
            "user",
            "phone_index",
            models.CharField(blank=True, db_index=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField("user", "phone_verified", models.BooleanField(default=False)),
        migrations.AddField("user", "session_epoch", models.PositiveIntegerField(default=0)),
        migrations.AlterField(
            "user",
            "email",
            accounts.models.people.OptionalEmailField(blank=True, max_length=254, null=True, unique=True),
        ),
        migrations.AddConstraint(
            "user",
            models.UniqueConstraint(
                condition=Q(phone_verified=True), fields=("phone_index",), name="verified_phone_of_one_login"
            ),
        ),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=Q(email__isnull=False) | ~Q(phone_index=""), name="login_has_mail_or_phone"
            ),
        ),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=Q(phone_verified=False) | ~Q(phone_index=""), name="verified_phone_is_there"
            ),
        ),
    ]
