"""States of the credit room, a file for each of its parts; the tables that the engine, pages and documents read."""

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

__all__ = [
    "EVALUATION_OBJECTION_STEPS",
    "EVALUATION_ROUND_STEPS",
    "EVALUATION_SCHEME_STEPS",
    "SHOWN",
    "SUPERVISION_ITEM_STEPS",
    "ItemState",
    "ObjectionState",
    "RoundState",
    "SchemeState",
]
