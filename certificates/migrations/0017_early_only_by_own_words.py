"""Words that somebody else put down as the holder's answer shorten no time: the earlier promise let them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certificates", "0016_checks")]

    operations = [
        migrations.RemoveConstraint(model_name="revocationcase", name="revocation_after_hearing"),
        migrations.AddConstraint(
            model_name="revocationcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "revoked"), _negated=True),
                    models.Q(("answer_came", ""), ("answered_at__isnull", False)),
                    models.Q(("decided_on__gt", models.F("answer_until")), ("is_provisional", False)),
                    _connector="OR",
                ),
                name="revocation_after_hearing",
            ),
        ),
    ]
