"""The credit room's records: credit files, cases and evaluations."""

from credit.models.records import COMMITMENTS, CreditRecord, CreditRecordQuerySet, in_reader_language

__all__ = ["COMMITMENTS", "CreditRecord", "CreditRecordQuerySet", "in_reader_language"]
