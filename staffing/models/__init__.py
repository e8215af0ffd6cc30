"""Ratio rules as dated data, and sealed counts of secret posts."""

from staffing.models.sealed import SealedCount
from staffing.models.versions import RatioRule

__all__ = ["RatioRule", "SealedCount"]
