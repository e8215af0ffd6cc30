import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_reference"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("marked", "marked")], default="running", max_length=12
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("started_at", models.DateTimeField()),
                ("deadline", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("passed", models.BooleanField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="accounts.person"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Blueprint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("level", models.CharField(max_length=14)),
                ("rows", models.JSONField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("pass_score", models.PositiveSmallIntegerField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("minutes__gt", 0)), name="blueprint_takes_time"),
                    models.CheckConstraint(
                        condition=models.Q(("pass_score__lte", 100)), name="blueprint_can_be_passed"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("level", models.CharField(max_length=14)),
                ("module", models.CharField(max_length=4)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("single", "single choice"),
                            ("multiple", "multiple choice"),
                            ("true_false", "true or false"),
                            ("numeric", "number"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "difficulty",
                    models.CharField(choices=[("easy", "easy"), ("medium", "medium"), ("hard", "hard")], max_length=8),
                ),
                ("texts", models.JSONField()),
                ("option_count", models.PositiveSmallIntegerField(default=0)),
                ("answer", models.JSONField()),
                ("source", models.CharField(max_length=200)),
                ("retired", models.BooleanField(default=False)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["level", "module"], name="question_by_module")],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="question_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("retired", False)), fields=("code",), name="one_current_question"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("option_order", models.JSONField(default=list)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="exams.attempt"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="exams.question"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=150)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("max_attempts", models.PositiveSmallIntegerField(default=2)),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sittings", to="accounts.trainingbase"
                    ),
                ),
                (
                    "blueprint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sittings", to="exams.blueprint"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="attempt",
            name="sitting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="exams.sitting"
            ),
        ),
        migrations.CreateModel(
            name="SittingCandidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("admitted_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="candidatures", to="accounts.person"
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="candidates", to="exams.sitting"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AnswerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveIntegerField()),
                ("value", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                (
                    "paper_question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="exams.paperquestion"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("paper_question", "sequence"), name="answer_sequence_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="paperquestion",
            constraint=models.UniqueConstraint(fields=("attempt", "position"), name="paper_position_once"),
        ),
        migrations.AddConstraint(
            model_name="paperquestion",
            constraint=models.UniqueConstraint(fields=("attempt", "question"), name="paper_question_once"),
        ),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="sitting_closes_after_opening"
            ),
        ),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_attempts__gt", 0)), name="sitting_allows_an_attempt"
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("state", "running")), fields=["deadline"], name="attempts_by_deadline"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("sitting", "person", "number"), name="attempt_number_once"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("sitting", "person"), name="one_running_attempt"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("deadline__gt", models.F("started_at"))), name="attempt_has_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "marked"), _negated=True),
                    models.Q(
                        ("passed__isnull", False),
                        ("score__isnull", False),
                        ("score__lte", 100),
                        ("submitted_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="marked_attempt_has_a_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="sittingcandidate",
            constraint=models.UniqueConstraint(fields=("sitting", "person"), name="candidate_once"),
        ),
    ]
