"""Constraints of memberships in associations: what breaks each, and its neighbour that fits. For test_models."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from accounts.models import AssociationMember, Institution
from tests.builders import make_institution

START = date(2026, 1, 1)
HOLDING = {"state": "member", "valid_from": START}


def member(association: Institution | None = None, institution: Institution | None = None, **fields: Any) -> Any:
    given = {"proposed": True, "state": "proposed", **fields}
    return AssociationMember.objects.create(
        association=association or make_institution(), institution=institution or make_institution(), **given
    )


def itself() -> Any:
    one = make_institution()
    return member(one, one)


def questions(*states: str) -> list[Any]:
    association, institution = make_institution(), make_institution()
    return [member(association, institution, state=one, proposed=one != "applied") for one in states]


def ended(days: int) -> Any:
    return member(state="ended", valid_from=START, valid_to=START + timedelta(days=days))


BROKEN: dict[str, list[Callable[[], Any]]] = {
    "association_member_is_another": [itself],
    "association_member_waits_for_the_other_side": [
        lambda: member(proposed=False),
        lambda: member(state="applied"),
    ],
    "association_member_has_its_days": [
        *(lambda state=state: member(state=state, valid_from=START) for state in ("proposed", "declined", "withdrawn")),
        lambda: member(state="member"),
        lambda: member(**HOLDING, valid_to=START),
        lambda: member(state="ended", valid_from=START),
        lambda: member(state="ended", valid_to=START),
    ],
    "association_member_ends_not_before_start": [lambda: ended(-1)],
    "one_open_question_of_association": [
        lambda: questions("proposed", "proposed"),
        lambda: questions("proposed", "applied"),
    ],
}
FITTING: dict[str, list[Callable[[], Any]]] = {
    "association_member_is_another": [member],
    "association_member_waits_for_the_other_side": [
        lambda: member(state="applied", proposed=False),
        lambda: member(**HOLDING, proposed=False),
    ],
    "association_member_has_its_days": [lambda: member(**HOLDING), lambda: member(state="declined")],
    "association_member_ends_not_before_start": [lambda: ended(0), lambda: ended(1)],
    "one_open_question_of_association": [
        lambda: questions("declined", "withdrawn", "applied"),
        lambda: [member(), member()],
    ],
}
