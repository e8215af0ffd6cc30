"""Writes of the credit room."""

from credit.services.outcomes import answer_objection, close_item, decide_consequence, file_objection, open_item
from credit.services.records import (
    open_file,
    record_admission,
    record_certificate,
    record_consent,
    record_fact,
    record_training,
)
from credit.services.rounds import (
    add_subjects,
    assign_evaluator,
    begin_round,
    begin_scoring,
    drop_round,
    finalise_result,
    open_round,
    propose_result,
    publicise_result,
    rework_result,
)
from credit.services.schemes import adopt_scheme, propose_scheme, refuse_scheme, withdraw_scheme, write_scheme
from credit.services.scoring import declare_conflict, evaluate_oneself, opt_out, score

__all__ = [
    "add_subjects",
    "adopt_scheme",
    "answer_objection",
    "assign_evaluator",
    "begin_round",
    "begin_scoring",
    "close_item",
    "decide_consequence",
    "declare_conflict",
    "drop_round",
    "evaluate_oneself",
    "file_objection",
    "finalise_result",
    "open_file",
    "open_item",
    "open_round",
    "opt_out",
    "propose_result",
    "propose_scheme",
    "publicise_result",
    "record_admission",
    "record_certificate",
    "record_consent",
    "record_fact",
    "record_training",
    "refuse_scheme",
    "rework_result",
    "score",
    "withdraw_scheme",
    "write_scheme",
]
