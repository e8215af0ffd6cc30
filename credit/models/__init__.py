"""The credit room's records: credit files, cases and evaluations."""

from credit.models.papers import CreditReport, CreditReportFile
from credit.models.publication import EntityLook, PublicationLink
from credit.models.records import COMMITMENTS, CreditRecord, CreditRecordQuerySet, FileQuerySet, in_reader_language
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
    "CreditObjection",
    "CreditRecord",
    "CreditRecordQuerySet",
    "CreditReport",
    "CreditReportFile",
    "EntityLook",
    "FileQuerySet",
    "ObjectionDecision",
    "PublicationLink",
    "StatementHidden",
    "SubjectStatement",
    "in_reader_language",
]
