"""Ratio rules as dated data, and sealed counts of secret posts."""

from staffing.models.versions import RatioRule
from staffing.models.sealed import SealedCount

__all__ = ["RatioRule", "SealedCount"]
