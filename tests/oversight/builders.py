"""Builders of what an office looks down on: institutions with so many trained of so many staff."""

from datetime import date
from itertools import count
from typing import Any

from accounts.models import Designation, Institution, Person
from tests.builders import make_appointment, make_institution, make_person
from tests.credit.builders import make_training

DAY = date(2026, 6, 30)
_numbers = count(1)


def staffed(name: str, trained: int, staff: int, *, code: str = "990100", pilot: bool = False) -> Institution:
    """An institution with `trained` of `staff` people trained before DAY."""
    institution = make_institution(name, code=code)
    for n in range(staff):
        add_staff(institution, trained=n < trained)
    if pilot:
        make_pilot(institution)
    return institution


def add_staff(
    institution: Institution, person: Person | None = None, *, trained: bool = False, **fields: Any
) -> Person:
    person = person or make_person(f"员工{next(_numbers)}")
    make_appointment(person, institution, **fields)
    if trained:
        make_training(person)
    return person


def make_pilot(institution: Institution) -> Designation:
    return Designation.objects.create(
        institution=institution, kind="pilot_university", document="试点名单", valid_from=date(2024, 1, 1)
    )
