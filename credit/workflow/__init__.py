"""States of the credit room, a file for each of its parts; the tables that the engine, pages and documents read."""

from credit.workflow.cases import ADMINISTRATIVE_CASE_STEPS, RECUSAL_STEPS, REPAIR_STEPS, REPORT_STEPS
from credit.workflow.catalogue import CATALOGUE_PROPOSAL_STEPS, ProposalState
from credit.workflow.evaluations import (
    EVALUATION_OBJECTION_STEPS,
    EVALUATION_ROUND_STEPS,
    EVALUATION_SCHEME_STEPS,
    SHOWN,
    SUPERVISION_ITEM_STEPS,
    ItemState,
    ObjectionState,
    RoundState,
    SchemeState,
)
from credit.workflow.files import CREDIT_OBJECTION_STEPS, UNDECIDED
from credit.workflow.self_regulation import SELF_REGULATORY_CASE_STEPS, SELF_REPORT_STEPS, SELF_REVIEW_STEPS

__all__ = [
    "ADMINISTRATIVE_CASE_STEPS",
    "CATALOGUE_PROPOSAL_STEPS",
    "CREDIT_OBJECTION_STEPS",
    "EVALUATION_OBJECTION_STEPS",
    "EVALUATION_ROUND_STEPS",
    "EVALUATION_SCHEME_STEPS",
    "RECUSAL_STEPS",
    "REPAIR_STEPS",
    "REPORT_STEPS",
    "SELF_REGULATORY_CASE_STEPS",
    "SELF_REPORT_STEPS",
    "SELF_REVIEW_STEPS",
    "SHOWN",
    "SUPERVISION_ITEM_STEPS",
    "UNDECIDED",
    "ItemState",
    "ObjectionState",
    "ProposalState",
    "RoundState",
    "SchemeState",
]
