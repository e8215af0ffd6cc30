"""Ratio rules as dated data, sealed counts of secret posts, and proofs of a ratio."""

from staffing.models.proofs import RatioProof, RatioProofEntry, RatioProofFile, RatioProofSample
from staffing.models.sealed import SealedCount
from staffing.models.versions import RatioRule

__all__ = ["RatioProof", "RatioProofEntry", "RatioProofFile", "RatioProofSample", "RatioRule", "SealedCount"]
