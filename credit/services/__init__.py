"""Writes of the credit room."""

from credit.services.entries import correct_record, enter_record, withdraw_record
from credit.services.looks import open_entity_file, open_file
from credit.services.papers import draw_report, forget_reports, make_paper
from credit.services.publication import end_link, link_publication
from credit.services.records import (
    record_admission,
    record_certificate,
    record_consent,
    record_fact,
    record_training,
)
from credit.services.statements import (
    ask_others,
    decide_objection,
    forget_words,
    hide_statement,
    object_to,
    take_back,
    write_statement,
)

__all__ = [
    "ask_others",
    "correct_record",
    "decide_objection",
    "draw_report",
    "end_link",
    "enter_record",
    "forget_reports",
    "forget_words",
    "hide_statement",
    "link_publication",
    "make_paper",
    "object_to",
    "open_entity_file",
    "open_file",
    "record_admission",
    "record_certificate",
    "record_consent",
    "record_fact",
    "record_training",
    "take_back",
    "withdraw_record",
    "write_statement",
]
