"""States of the credit room: the tables that engine, buttons, docs and tests read."""

from credit.workflow.cases import *  # noqa: F403
from credit.workflow.self_regulation import SELF_REGULATORY_CASE_STEPS, SELF_REPORT_STEPS, SELF_REVIEW_STEPS

__all__ = ["SELF_REGULATORY_CASE_STEPS", "SELF_REPORT_STEPS", "SELF_REVIEW_STEPS"]
