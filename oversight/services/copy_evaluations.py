"""Of the copy of one's data: the words of evaluations and restrictions."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

EVALUATION_FACTS: dict[str, Promise] = {
    "assigned_at": pgettext_lazy("my data", "Assigned"),
    "conflict": pgettext_lazy("my data", "Which conflict"),
    "declared_at": pgettext_lazy("my data", "Declared"),
    "denominator": pgettext_lazy("my data", "Of so many"),
    "entered_at": pgettext_lazy("my data", "Entered"),
    "evaluation_round": pgettext_lazy("my data", "Evaluation"),
    "grade": pgettext_lazy("my data", "Grade"),
    "has_conflict": pgettext_lazy("my data", "Conflict of interest"),
    "indicator": pgettext_lazy("my data", "Indicator"),
    "lifted_on": pgettext_lazy("my data", "Lifted"),
    "numerator": pgettext_lazy("my data", "Value"),
    "opted_out_at": pgettext_lazy("my data", "Opted out"),
    "points": pgettext_lazy("my data", "Points"),
    "worked_out_at": pgettext_lazy("my data", "Worked out"),
}

EVALUATION_SECTIONS: dict[str, tuple[Promise, str]] = {
    "accounts.Restriction": (
        pgettext_lazy("my data", "Restrictions"),
        "kind valid_from valid_to document lifted_on",
    ),
    "credit.EvaluationSubject": (
        pgettext_lazy("my data", "Evaluations"),
        "evaluation_round opted_out_at",
    ),
    "credit.IndicatorValue": (
        pgettext_lazy("my data", "Values in evaluations"),
        "indicator numerator denominator entered_at",
    ),
    "credit.EvaluationResult": (
        pgettext_lazy("my data", "Results of evaluations"),
        "grade points worked_out_at",
    ),
    "credit.EvaluationConsequence": (
        pgettext_lazy("my data", "What followed from evaluations"),
        "kind reason due_on decided_at",
    ),
    "credit.EvaluationObjection": (
        pgettext_lazy("my data", "Objections to evaluations"),
        "words state filed_at answer",
    ),
    "credit.Evaluator": (
        pgettext_lazy("my data", "Rounds to score in"),
        "evaluation_round assigned_at",
    ),
    "credit.ConflictDeclaration": (
        pgettext_lazy("my data", "Declarations of conflicts of interest"),
        "has_conflict conflict declared_at",
    ),
}
