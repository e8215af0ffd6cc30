"""Constraints of restrictions: what breaks each, and its neighbour that fits. For test_models."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

from accounts.models import Restriction
from core import clock
from tests.builders import make_base, make_institution, make_person

START = date(2026, 1, 1)
_numbers = count(1)


def restriction(**fields: Any) -> Restriction:
    given = {"kind": "no_teaching", "valid_from": START, "document": "No. 1", "recorded_at": clock.now()}
    given |= {"source": f"test:{next(_numbers)}", **fields}
    subjects = {"person", "institution", "base"}
    return Restriction.objects.create(**({} if subjects & given.keys() else {"person": make_person()}) | given)


BROKEN: dict[str, list[Callable[[], Any]]] = {
    "restriction_of_one_subject": [
        lambda: restriction(person=None),
        lambda: restriction(person=make_person(), base=make_base()),
        lambda: restriction(institution=make_institution(), base=make_base()),
        lambda: restriction(person=make_person(), institution=make_institution()),
    ],
    "restriction_within_one_place": [
        lambda: restriction(within_institution=make_institution(), within_base=make_base()),
    ],
    "restriction_ends_after_start": [lambda: restriction(valid_to=START)],
    "restriction_has_a_document": [lambda: restriction(document=""), lambda: restriction(source="")],
    "restriction_lifted_for_a_reason": [
        lambda: restriction(lifted_on=START),
        lambda: restriction(lifted_why="decided anew"),
    ],
    "restriction_once_per_source": [lambda: [restriction(source="test:same") for _ in range(2)]],
}
FITTING: dict[str, list[Callable[[], Any]]] = {
    "restriction_of_one_subject": [
        restriction,
        lambda: restriction(base=make_base()),
        lambda: restriction(institution=make_institution()),
    ],
    "restriction_within_one_place": [
        lambda: restriction(within_institution=make_institution()),
        lambda: restriction(within_base=make_base()),
    ],
    "restriction_ends_after_start": [lambda: restriction(valid_to=START + timedelta(days=1))],
    "restriction_has_a_document": [restriction],
    "restriction_lifted_for_a_reason": [lambda: restriction(lifted_on=START, lifted_why="decided anew")],
    "restriction_once_per_source": [
        lambda: [restriction(source="test:two", kind=kind) for kind in ("no_teaching", "no_marking")],
    ],
}
