"""Tables from elsewhere: what a receiving body sends back, and whose certificates an employer asks about."""

from certificates.imports.answers import AnswerPlan, AnswerRow, plan_answer, read_answer
from certificates.imports.checks import CheckPlan, CheckRow, plan_check, read_check

__all__ = [
    "AnswerPlan",
    "AnswerRow",
    "CheckPlan",
    "CheckRow",
    "plan_answer",
    "plan_check",
    "read_answer",
    "read_check",
]
