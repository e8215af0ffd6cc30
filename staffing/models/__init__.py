"""Ratio rules as dated data, sealed counts of secret posts, proofs and returns of the ratio, and its kept figures."""

from staffing.models.calls import FilingCall
from staffing.models.figures import CountedStay, FigureMark, FigureRound, InstitutionFigure, RegionFigure, SharedMember
from staffing.models.proofs import RatioProof, RatioProofEntry, RatioProofFile, RatioProofSample
from staffing.models.publications import RatioPublication
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
    "CountedStay",
    "FigureMark",
    "FigureRound",
    "FilingCall",
    "FilingPeriod",
    "InstitutionFigure",
    "RatioProof",
    "RatioProofEntry",
    "RatioProofFile",
    "RatioProofSample",
    "RatioPublication",
    "RatioReturn",
    "RatioRule",
    "RegionFigure",
    "ReturnAnomaly",
    "ReturnCheck",
    "ReturnDecision",
    "ReturnReceipt",
    "ReturnReminder",
    "ReturnVersion",
    "SealedCount",
    "SharedMember",
]
