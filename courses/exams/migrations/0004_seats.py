"""Where somebody sits in an examination."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("exams", "0003_room_entries")]

    operations = [
        migrations.AddField(
            model_name="sittingcandidate",
            name="seat",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="sittingcandidate",
            constraint=models.UniqueConstraint(fields=("sitting", "seat"), name="seat_given_once"),
        ),
        migrations.AddConstraint(
            model_name="sittingcandidate",
            constraint=models.CheckConstraint(
                name="seats_begin_with_one", condition=Q(("seat__isnull", True), ("seat__gte", 1), _connector="OR")
            ),
        ),
    ]
