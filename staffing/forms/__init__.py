"""Forms of the staffing room."""

from staffing.forms.dates import RatioDateForm, read_moment
from staffing.forms.sealed import SealedCountForm, SealedDecisionForm

__all__ = ["RatioDateForm", "SealedCountForm", "SealedDecisionForm", "read_moment"]
