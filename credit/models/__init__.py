"""The credit room's records: credit files, cases and evaluations."""

from credit.models.outcomes import EvaluationConsequence, EvaluationObjection, SupervisionItem
from credit.models.records import COMMITMENTS, CreditRecord, CreditRecordQuerySet, in_reader_language
from credit.models.rounds import (
    ConflictDeclaration,
    EvaluationResult,
    EvaluationRound,
    EvaluationSubject,
    Evaluator,
    IndicatorValue,
)
from credit.models.schemes import EvaluationScheme

__all__ = [
    "COMMITMENTS",
    "ConflictDeclaration",
    "CreditRecord",
    "CreditRecordQuerySet",
    "EvaluationConsequence",
    "EvaluationObjection",
    "EvaluationResult",
    "EvaluationRound",
    "EvaluationScheme",
    "EvaluationSubject",
    "Evaluator",
    "IndicatorValue",
    "SupervisionItem",
    "in_reader_language",
]
