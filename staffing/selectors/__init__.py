"""Reads of the staffing room: ratios of institutions and regions, and the evidence behind them."""

from staffing.selectors.evidence import StaffLine, disputed_staff, evidence_of, history, people_behind, uncounted_staff
from staffing.selectors.ratios import (
    Member,
    RatioAnswer,
    RegionFigure,
    find_institution,
    institution_ratio,
    ratio_among,
    region_ratios,
)
from staffing.selectors.versions import bound_by, counting_records, rule_on

__all__ = [
    "Member",
    "RatioAnswer",
    "RegionFigure",
    "StaffLine",
    "bound_by",
    "counting_records",
    "disputed_staff",
    "evidence_of",
    "find_institution",
    "history",
    "institution_ratio",
    "people_behind",
    "ratio_among",
    "region_ratios",
    "rule_on",
    "uncounted_staff",
]
