"""The credit room's records: credit files, cases and evaluations."""

from credit.models.case_parts import (
    CaseMeasure,
    CreditRepair,
    EndNotice,
    Recusal,
)
from credit.models.cases import (
    AdministrativeCase,
)
from credit.models.catalogue import (
    CatalogueItem,
    Measure,
)
from credit.models.outcomes import (
    EvaluationConsequence,
    EvaluationObjection,
    SupervisionItem,
)
from credit.models.records import (
    COMMITMENTS,
    CreditRecord,
    CreditRecordQuerySet,
    in_reader_language,
)
from credit.models.reports import (
    CaseReport,
    Ground,
)
from credit.models.rounds import (
    ConflictDeclaration,
    EvaluationResult,
    EvaluationRound,
    EvaluationSubject,
    Evaluator,
    IndicatorValue,
)
from credit.models.schemes import (
    EvaluationScheme,
)
from credit.models.self_cases import (
    SelfRegulatoryCase,
)
from credit.models.self_reviews import (
    SelfReview,
)

__all__ = [
    "COMMITMENTS",
    "AdministrativeCase",
    "CaseMeasure",
    "CaseReport",
    "CatalogueItem",
    "ConflictDeclaration",
    "CreditRecord",
    "CreditRecordQuerySet",
    "CreditRepair",
    "EndNotice",
    "EvaluationConsequence",
    "EvaluationObjection",
    "EvaluationResult",
    "EvaluationRound",
    "EvaluationScheme",
    "EvaluationSubject",
    "Evaluator",
    "Ground",
    "IndicatorValue",
    "Measure",
    "Recusal",
    "SelfRegulatoryCase",
    "SelfReview",
    "SupervisionItem",
    "in_reader_language",
]
