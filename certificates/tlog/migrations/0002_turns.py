from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tlog", "0001_the_log"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="pendingentry",
            name="logged_once",
        ),
        migrations.AddField(
            model_name="pendingentry",
            name="turn",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="pendingentry",
            index=models.Index(fields=["ref", "turn"], name="log_by_ref"),
        ),
        migrations.AddConstraint(
            model_name="pendingentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("turn", 0)), fields=("kind", "ref"), name="logged_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="pendingentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("turn__gt", 0)), fields=("ref", "turn"), name="logged_in_turn"
            ),
        ),
    ]
