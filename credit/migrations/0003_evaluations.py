"""Evaluations: schemes, rounds with their values and results, what follows them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_institutions_by_name"),
        ("credit", "0002_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EvaluationScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=20)),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("person", "technology managers"),
                            ("institution", "institutions"),
                            ("base", "training bases"),
                        ],
                        max_length=12,
                    ),
                ),
                ("region_path", models.CharField(blank=True, max_length=30)),
                (
                    "scored_by",
                    models.CharField(
                        choices=[
                            ("authority", "officers of the authority"),
                            ("third_party", "third-party evaluators"),
                            ("both", "officers and third-party evaluators"),
                        ],
                        max_length=12,
                    ),
                ),
                ("publicity_days", models.PositiveSmallIntegerField(default=7)),
                ("least_measured", models.PositiveSmallIntegerField(default=50)),
                ("tree", models.JSONField()),
                ("grades", models.JSONField()),
                ("ladder", models.JSONField()),
                ("valid_from", models.DateField()),
                ("document_number", models.CharField(max_length=60)),
                ("texts", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("proposed", "proposed, waits for a second person"),
                            ("adopted", "adopted"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("adopted_at", models.DateTimeField(null=True)),
                (
                    "adopted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drafted_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="credit.evaluationscheme",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="EvaluationRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("monitoring", "monitoring"),
                            ("annual", "annual evaluation"),
                            ("mid_term", "mid-term evaluation"),
                            ("final", "final evaluation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("period_from", models.DateField()),
                ("period_to", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "in preparation"),
                            ("self", "in self-evaluation"),
                            ("scoring", "in scoring"),
                            ("proposed", "result proposed"),
                            ("publicity", "open to objections"),
                            ("final", "final"),
                            ("dropped", "dropped before it began"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("publicity_from", models.DateField(null=True)),
                ("publicity_days", models.PositiveSmallIntegerField(null=True)),
                ("finalised_at", models.DateTimeField(null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "finalised_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="credit.evaluationscheme"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="EvaluationSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("self_submitted_at", models.DateTimeField(null=True)),
                ("opted_out_at", models.DateTimeField(null=True)),
                (
                    "base",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.trainingbase",
                    ),
                ),
                (
                    "evaluation_round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subjects",
                        to="credit.evaluationround",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.institution",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "self_submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="EvaluationResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("turn", models.PositiveSmallIntegerField()),
                (
                    "grade",
                    models.CharField(
                        choices=[("A", "A"), ("B", "B"), ("C", "C"), ("D", "D"), ("NR", "NR")], max_length=2
                    ),
                ),
                ("points", models.PositiveIntegerField(null=True)),
                ("lines", models.JSONField()),
                ("of_person", models.BooleanField()),
                ("has_serious_determination", models.BooleanField(default=False)),
                ("opted_out", models.BooleanField(default=False)),
                ("worked_out_at", models.DateTimeField()),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="credit.evaluationsubject",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="EvaluationObjection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waits for an answer"),
                            ("upheld", "upheld: the result is worked out again"),
                            ("rejected", "rejected with reasons"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("filed_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="credit.evaluationsubject",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="EvaluationConsequence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("commend", "commended"),
                            ("pass", "passed"),
                            ("talk", "talk with those in charge"),
                            ("circular", "circular to the region"),
                            ("rectify", "rectification with a deadline"),
                            ("remove", "taken off the list"),
                        ],
                        max_length=12,
                    ),
                ),
                ("of_person", models.BooleanField()),
                ("document", models.CharField(max_length=200)),
                ("reason", models.TextField()),
                ("due_on", models.DateField(null=True)),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "designation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.designation",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consequences",
                        to="credit.evaluationsubject",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Evaluator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("office", models.CharField(max_length=150)),
                ("assigned_at", models.DateTimeField()),
                (
                    "assigned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "evaluation_round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluators",
                        to="credit.evaluationround",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ConflictDeclaration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("has_conflict", models.BooleanField()),
                ("conflict", models.TextField(blank=True)),
                ("declared_at", models.DateTimeField()),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declarations",
                        to="credit.evaluationsubject",
                    ),
                ),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="declarations", to="credit.evaluator"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="IndicatorValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("indicator", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("computed", "computed by the platform"),
                            ("self", "self-evaluation"),
                            ("scored", "scored"),
                        ],
                        max_length=12,
                    ),
                ),
                ("numerator", models.BigIntegerField(null=True)),
                ("denominator", models.PositiveBigIntegerField(default=1)),
                ("small", models.BooleanField(default=False)),
                ("evidence", models.TextField(blank=True)),
                ("drill", models.JSONField(default=dict)),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values",
                        to="credit.evaluationsubject",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SupervisionItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issue", models.TextField()),
                ("owner", models.CharField(max_length=150)),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(choices=[("open", "open"), ("closed", "closed")], default="open", max_length=8),
                ),
                ("opened_at", models.DateTimeField()),
                ("closing_evidence", models.TextField(blank=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "base",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.trainingbase",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.institution",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="credit.evaluationsubject",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="evaluationscheme",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "adopted"])),
                fields=("code", "version"),
                name="evaluation_scheme_version_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationscheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("publicity_days__range", (1, 60))), name="evaluation_scheme_has_publicity"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationscheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("least_measured__range", (1, 100))), name="evaluation_scheme_measures_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationscheme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("adopted_by__isnull", True),
                    models.Q(("state", "adopted"), models.Q(("adopted_by", models.F("written_by")), _negated=True)),
                    _connector="OR",
                ),
                name="evaluation_scheme_adopted_by_somebody_else",
            ),
        ),
        migrations.AddIndex(
            model_name="evaluationround",
            index=models.Index(fields=["-period_to", "-id"], name="evaluation_rounds_by_time"),
        ),
        migrations.AddConstraint(
            model_name="evaluationround",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_to__gte", models.F("period_from"))),
                name="evaluation_round_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationround",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "final"), _negated=True),
                    models.Q(
                        ("finalised_at__isnull", False),
                        ("finalised_by__isnull", False),
                        ("publicity_from__isnull", False),
                        models.Q(("finalised_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="evaluation_round_final_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationround",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("publicity_days__isnull", True), ("publicity_from__isnull", True)),
                    models.Q(("publicity_days__gte", 1), ("publicity_from__isnull", False)),
                    _connector="OR",
                ),
                name="evaluation_round_publicity_has_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationsubject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("base__isnull", True), ("institution__isnull", False), ("person__isnull", True)),
                    models.Q(("base__isnull", False), ("institution__isnull", True), ("person__isnull", True)),
                    models.Q(("base__isnull", True), ("institution__isnull", True), ("person__isnull", False)),
                    _connector="OR",
                ),
                name="evaluation_of_one_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationsubject",
            constraint=models.CheckConstraint(
                condition=models.Q(("opted_out_at__isnull", True), ("person__isnull", False), _connector="OR"),
                name="evaluation_opted_out_by_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationsubject",
            constraint=models.UniqueConstraint(
                fields=("evaluation_round", "institution"), name="institution_once_a_round"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationsubject",
            constraint=models.UniqueConstraint(fields=("evaluation_round", "base"), name="base_once_a_round"),
        ),
        migrations.AddConstraint(
            model_name="evaluationsubject",
            constraint=models.UniqueConstraint(fields=("evaluation_round", "person"), name="person_once_a_round"),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.UniqueConstraint(fields=("subject", "turn"), name="evaluation_result_turn_once"),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("grade", "D"), _negated=True),
                    models.Q(("has_serious_determination", True), ("of_person", False)),
                    _connector="OR",
                ),
                name="evaluation_d_needs_a_determination",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opted_out", False), models.Q(("grade", "NR"), ("of_person", True)), _connector="OR"
                ),
                name="evaluation_opted_out_is_not_rated",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__isnull", True), ("points__lte", 10000), _connector="OR"),
                name="evaluation_points_of_a_hundred",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationobjection",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="evaluation_objection_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationobjection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_by__isnull", True), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        models.Q(("answer", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        models.Q(("answered_by", models.F("filed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="evaluation_objection_answered_with_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationconsequence",
            constraint=models.CheckConstraint(
                condition=models.Q(("of_person", False), ("kind", "commend"), _connector="OR"),
                name="person_is_only_rewarded",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationconsequence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "rectify"), _negated=True), ("due_on__isnull", False), _connector="OR"
                ),
                name="rectification_has_a_deadline",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationconsequence",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("document", ""), _negated=True), models.Q(("reason", ""), _negated=True)),
                name="consequence_has_a_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluator",
            constraint=models.UniqueConstraint(fields=("evaluation_round", "user"), name="evaluator_once_a_round"),
        ),
        migrations.AddConstraint(
            model_name="conflictdeclaration",
            constraint=models.CheckConstraint(
                condition=models.Q(("has_conflict", False), models.Q(("conflict", ""), _negated=True), _connector="OR"),
                name="conflict_is_said_in_words",
            ),
        ),
        migrations.AddIndex(
            model_name="indicatorvalue",
            index=models.Index(fields=["subject", "indicator", "kind", "-id"], name="values_of_subject"),
        ),
        migrations.AddConstraint(
            model_name="indicatorvalue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entered_by__isnull", True), ("kind", "computed")),
                    models.Q(models.Q(("kind", "computed"), _negated=True), ("entered_by__isnull", False)),
                    _connector="OR",
                ),
                name="indicator_value_entered_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicatorvalue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "scored"), _negated=True),
                    models.Q(("evidence", ""), _negated=True),
                    _connector="OR",
                ),
                name="indicator_value_scored_with_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicatorvalue",
            constraint=models.CheckConstraint(
                condition=models.Q(("numerator__isnull", True), ("numerator__gte", 0), _connector="OR"),
                name="indicator_value_is_no_debt",
            ),
        ),
        migrations.AddIndex(
            model_name="supervisionitem",
            index=models.Index(fields=["state", "due_on", "id"], name="supervision_items_by_day"),
        ),
        migrations.AddConstraint(
            model_name="supervisionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("issue", ""), _negated=True), models.Q(("owner", ""), _negated=True)),
                name="supervision_item_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_by__isnull", True), ("state", "open")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("state", "closed"),
                        models.Q(("closing_evidence", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="supervision_item_closed_with_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("institution__isnull", True), ("base__isnull", True), _connector="OR"),
                name="supervision_item_of_one_place",
            ),
        ),
    ]
