"""The ratio for machines: the same object as the command prints."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.security import django_auth

from core.errors import NotAllowed
from staffing.forms import RatioDateForm
from staffing.selectors import find_institution, institution_ratio

router = Router(auth=django_auth, tags=["staffing"])


class RatioDates(Schema):
    as_of: str = ""
    known_at: str = ""


class Refusal(Schema):
    detail: str


class InstitutionPart(Schema):
    id: int
    uscc: str | None
    name: str


class RulePart(Schema):
    code: str
    version: str
    value: int
    comparator: str
    source: str


class StaffingRatio(Schema):
    institution: InstitutionPart
    rule: RulePart
    binding: bool
    as_of: str
    known_at: str
    staff: int
    trained: int
    percent_floor: str | None
    outcome: str
    shortfall: int


@router.get("/institutions/{identifier}/staffing-ratio", response={200: StaffingRatio, 404: Refusal, 422: Refusal})
def staffing_ratio(request: HttpRequest, identifier: str, dates: Query[RatioDates]) -> Status[dict[str, Any]]:
    form = RatioDateForm(dates.dict())
    if not form.is_valid():
        return Status(422, {"detail": "; ".join(f"{name}: {errors[0]}" for name, errors in form.errors.items())})
    try:
        institution = find_institution(request.user, identifier)  # type: ignore[arg-type]
    except NotAllowed:
        return Status(404, {"detail": "not found"})
    return Status(200, institution_ratio(institution, **form.moments()).as_json())
