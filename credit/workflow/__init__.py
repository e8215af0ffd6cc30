"""States of the credit room."""

from credit.workflow.files import CREDIT_OBJECTION_STEPS, UNDECIDED, ObjectionState

__all__ = ["CREDIT_OBJECTION_STEPS", "UNDECIDED", "ObjectionState"]
