"""The credit room's records: credit files, cases and evaluations."""

from credit.models.case_parts import CaseMeasure, CreditRepair, EndNotice, Recusal
from credit.models.cases import AdministrativeCase
from credit.models.catalogue import CatalogueItem, Measure
from credit.models.records import COMMITMENTS, CreditRecord, CreditRecordQuerySet, in_reader_language
from credit.models.reports import CaseReport, Ground

__all__ = [
    "COMMITMENTS",
    "AdministrativeCase",
    "CaseMeasure",
    "CaseReport",
    "CatalogueItem",
    "CreditRecord",
    "CreditRecordQuerySet",
    "CreditRepair",
    "EndNotice",
    "Ground",
    "Measure",
    "Recusal",
    "in_reader_language",
]
