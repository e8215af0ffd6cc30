"""Ratio rules as dated data, sealed counts of secret posts, returns of the ratio."""

from staffing.models.returns import (
    FilingPeriod,
    RatioReturn,
    ReturnAnomaly,
    ReturnCheck,
    ReturnDecision,
    ReturnReceipt,
    ReturnReminder,
    ReturnVersion,
)
from staffing.models.sealed import SealedCount
from staffing.models.versions import RatioRule

__all__ = [
    "FilingPeriod",
    "RatioReturn",
    "RatioRule",
    "ReturnAnomaly",
    "ReturnCheck",
    "ReturnDecision",
    "ReturnReceipt",
    "ReturnReminder",
    "ReturnVersion",
    "SealedCount",
]
