from itertools import pairwise

from django.db import migrations, models
from django.db.models import Exists, OuterRef

import core.clock


def list_what_was_before(apps, schema_editor):
    """A closed list: what has no entry in the log and does not stand here was made by no service."""
    events, keys = unlogged_events(apps), keys_without_rotation(apps)
    apps.get_model("certificates", "BeforeTheLog").objects.create(
        pk=1, events=events, keys=keys, listed_at=core.clock.now()
    )
    if events or keys:
        # Entries are put down by the service, once the processes run.
        apps.get_model("core", "OutboxEvent").objects.create(
            kind="certificates.put_down_missing", key="before", created_at=core.clock.now()
        )


def unlogged_events(apps):
    """Of certificates of which the log holds no change: an event beside logged ones was made by hand."""
    told = apps.get_model("tlog", "PendingEntry").objects.filter(ref=OuterRef("certificate__uuid"), turn__gt=0)
    rows = apps.get_model("certificates", "CertificateEvent").objects.exclude(step="issue")
    return list(rows.filter(~Exists(told), statement__isnull=True).order_by("pk").values_list("pk", flat=True))


def keys_without_rotation(apps):
    """Later keys that nobody has seen the former one agree to, and the keys before them."""
    rotated = set(apps.get_model("certificates", "KeyRotation").objects.values_list("key", flat=True))
    rows = list(apps.get_model("certificates", "IssuerKey").objects.order_by("controller", "active_from", "pk"))
    missing = [(a, b) for a, b in pairwise(rows) if a.controller == b.controller and b.pk not in rotated]
    return sorted({one.pk for pair in missing for one in pair})


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0016_checks"),
        ("core", "0006_paused_jobs"),
        ("tlog", "0002_turns"),
    ]

    operations = [
        migrations.CreateModel(
            name="BeforeTheLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("events", models.JSONField(default=list)),
                ("keys", models.JSONField(default=list)),
                ("listed_at", models.DateTimeField(default=core.clock.now)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="before_the_log_once")],
            },
        ),
        migrations.RunPython(list_what_was_before, migrations.RunPython.noop),
    ]
