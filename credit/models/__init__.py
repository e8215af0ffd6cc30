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
from credit.models.letters import (
    CaseLetter,
    LetterKind,
)
from credit.models.outcomes import (
    EvaluationConsequence,
    EvaluationObjection,
    SupervisionItem,
)
from credit.models.papers import (
    CreditReport,
    CreditReportFile,
)
from credit.models.publication import (
    EntityLook,
    PublicationLink,
)
from credit.models.records import (
    COMMITMENTS,
    CreditRecord,
    CreditRecordQuerySet,
    FileQuerySet,
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
from credit.models.statements import (
    STATEMENT_LENGTH,
    CreditObjection,
    ObjectionDecision,
    StatementHidden,
    SubjectStatement,
)

__all__ = [
    "COMMITMENTS",
    "STATEMENT_LENGTH",
    "AdministrativeCase",
    "CaseLetter",
    "CaseMeasure",
    "CaseReport",
    "CatalogueItem",
    "ConflictDeclaration",
    "CreditObjection",
    "CreditRecord",
    "CreditRecordQuerySet",
    "CreditRepair",
    "CreditReport",
    "CreditReportFile",
    "EndNotice",
    "EntityLook",
    "EvaluationConsequence",
    "EvaluationObjection",
    "EvaluationResult",
    "EvaluationRound",
    "EvaluationScheme",
    "EvaluationSubject",
    "Evaluator",
    "FileQuerySet",
    "Ground",
    "IndicatorValue",
    "LetterKind",
    "Measure",
    "ObjectionDecision",
    "PublicationLink",
    "Recusal",
    "SelfRegulatoryCase",
    "SelfReview",
    "StatementHidden",
    "SubjectStatement",
    "SupervisionItem",
    "in_reader_language",
]
