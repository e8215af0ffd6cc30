"""What the staffing room puts on pages of the rooms below: the ratio on an institution's first page."""

from typing import Any

from accounts.models import User
from accounts.permissions import Permission, Role
from accounts.selectors import offices, reached_institution
from staffing.selectors import institution_ratio


def own_ratio(actor: User) -> dict[str, Any]:
    """Today's answer, the one that the ratio page gives."""
    return {"ratio": institution_ratio(reached_institution(actor, Permission.RATIO_VIEW))}


offices.also(Role.INSTITUTION_OFFICER, own_ratio)
