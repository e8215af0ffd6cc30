import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0011_words_out_of_reach"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="revocationcase",
            name="answer_came",
            field=models.CharField(
                blank=True,
                choices=[
                    ("in_person", "brought in person"),
                    ("post", "by post"),
                    ("spoken", "spoken, put down and signed"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="revocationcase",
            name="answer_came_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="revocationcase",
            name="answer_recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer_came", ""), ("answer_came_on__isnull", True), ("answer_recorded_by__isnull", True)
                    ),
                    models.Q(
                        models.Q(("answer_came", ""), _negated=True),
                        ("answer_came_on__gte", models.F("served_on")),
                        ("answer_came_on__isnull", False),
                        ("answer_recorded_by__isnull", False),
                        ("answered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="revocation_paper_answer_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_recorded_by__isnull", True),
                    models.Q(("answer_recorded_by", models.F("noticed_by")), _negated=True),
                    _connector="OR",
                ),
                name="revocation_answer_recorded_by_another",
            ),
        ),
    ]
