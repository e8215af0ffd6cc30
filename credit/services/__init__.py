"""Writes of the credit room."""

from credit.services.records import (
    open_file,
    record_admission,
    record_certificate,
    record_consent,
    record_fact,
    record_training,
)

__all__ = [
    "open_file",
    "record_admission",
    "record_certificate",
    "record_consent",
    "record_fact",
    "record_training",
]
