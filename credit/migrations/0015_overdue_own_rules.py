import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_restrictions"),
        ("credit", "0014_results_left_unrated"),
    ]

    operations = [
        migrations.AlterField(
            model_name="overduestep",
            name="body",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.adminbody"
            ),
        ),
        migrations.AlterField(
            model_name="overduestep",
            name="what",
            field=models.CharField(
                choices=[
                    ("report", "answer to the report"),
                    ("case", "next step of the case"),
                    ("repair", "decision on the repair"),
                    ("review", "decision on the review"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="overduestep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("body__isnull", True)),
                fields=("report", "what", "due_on"),
                name="overdue_step_told_itself_once",
            ),
        ),
    ]
