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
    CatalogueProposal,
    Measure,
)
from credit.models.exchange import (
    Direction,
    ExchangeGiven,
    ExchangeLine,
    ExchangePartner,
    ExchangeReceipt,
    FileForm,
    LineOutcome,
    PartnerKind,
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
from credit.models.overdue import (
    OverdueStep,
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
from credit.models.reopenings import (
    CaseReopening,
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
from credit.models.tokens import (
    MOST_DAYS,
    ApiToken,
    Scope,
    TokenUse,
)

__all__ = [
    "COMMITMENTS",
    "MOST_DAYS",
    "STATEMENT_LENGTH",
    "AdministrativeCase",
    "ApiToken",
    "CaseLetter",
    "CaseMeasure",
    "CaseReopening",
    "CaseReport",
    "CatalogueItem",
    "CatalogueProposal",
    "ConflictDeclaration",
    "CreditObjection",
    "CreditRecord",
    "CreditRecordQuerySet",
    "CreditRepair",
    "CreditReport",
    "CreditReportFile",
    "Direction",
    "EndNotice",
    "EntityLook",
    "EvaluationConsequence",
    "EvaluationObjection",
    "EvaluationResult",
    "EvaluationRound",
    "EvaluationScheme",
    "EvaluationSubject",
    "Evaluator",
    "ExchangeGiven",
    "ExchangeLine",
    "ExchangePartner",
    "ExchangeReceipt",
    "FileForm",
    "FileQuerySet",
    "Ground",
    "IndicatorValue",
    "LetterKind",
    "LineOutcome",
    "Measure",
    "ObjectionDecision",
    "OverdueStep",
    "PartnerKind",
    "PublicationLink",
    "Recusal",
    "Scope",
    "SelfRegulatoryCase",
    "SelfReview",
    "StatementHidden",
    "SubjectStatement",
    "SupervisionItem",
    "TokenUse",
    "in_reader_language",
]
