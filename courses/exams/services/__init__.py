"""Writes of the exams room: the bank and its blueprints, sittings and who may sit, attempts and answers."""

from courses.exams.services.attempts import (
    SavedAnswer,
    collect_overdue_attempts,
    dismiss_candidates,
    save_answer,
    start_attempt,
    submit_attempt,
)
from courses.exams.services.bank import BankChange, create_blueprint, load_questions
from courses.exams.services.rooms import record_arrival, record_incident
from courses.exams.services.sittings import admit_candidates, create_sitting, give_seats, move_sitting

__all__ = [
    "BankChange",
    "SavedAnswer",
    "admit_candidates",
    "collect_overdue_attempts",
    "create_blueprint",
    "create_sitting",
    "dismiss_candidates",
    "give_seats",
    "load_questions",
    "move_sitting",
    "record_arrival",
    "record_incident",
    "save_answer",
    "start_attempt",
    "submit_attempt",
]
