"""Constraints of denials, decisions, merges, dismissed pairs and leaves: what breaks each, and what fits."""

from collections.abc import Callable
from datetime import date
from typing import Any

from accounts.models import LeaveOfAbsence, Person, User
from accounts.models.doubles import NotADouble, PersonMerge
from accounts.models.notices import AppointmentDispute, DisputeDecision
from core import clock
from tests.builders import make_appointment, make_institution, make_person


def _officer() -> User:
    return User.objects.get(email="system@platform.invalid")


def dispute(*states: str) -> AppointmentDispute:
    appointment = make_appointment(make_person(), make_institution())
    first, *_others = [AppointmentDispute.objects.create(appointment=appointment, state=state) for state in states]
    return first


def decision(**fields: Any) -> DisputeDecision:
    given = {"upheld": True, "reason": "never worked there", "document": "2026-1", "body_name": "x"} | fields
    return DisputeDecision.objects.create(
        dispute=dispute("upheld"), decided_at=clock.now(), decided_by=_officer(), **given
    )


def merge(reason: str = "same card", itself: bool = False) -> PersonMerge:
    merged = make_person()
    into = merged if itself else make_person()
    return PersonMerge.objects.create(
        merged=merged, into=into, reason=reason, at=clock.now(), by=_officer(), body_name="x"
    )


def merged_into(itself: bool) -> int:
    person, other = make_person(), make_person()
    return Person.objects.filter(pk=person.pk).update(merged_into=person if itself else other)


def dismissed(*pairs: str) -> list[NotADouble]:
    """Pairs of two people: "in order", or "turned round"."""
    people = [make_person(), make_person()]
    orders = {"in order": people, "turned round": people[::-1]}
    return [
        NotADouble.objects.create(first=first, second=second, reason="x", at=clock.now(), by=_officer())
        for first, second in (orders[pair] for pair in pairs)
    ]


def leave(**fields: Any) -> LeaveOfAbsence:
    given = {"kind": "study", "start_date": date(2026, 3, 1), "recorded_at": clock.now(), "recorded_by": _officer()}
    appointment = make_appointment(make_person(), make_institution())
    return LeaveOfAbsence.objects.create(appointment=appointment, **given | fields)


BROKEN: dict[str, list[Callable[[], Any]]] = {
    "person_not_merged_into_itself": [lambda: merged_into(itself=True)],
    "merge_joins_two": [lambda: merge(itself=True)],
    "merge_has_a_reason": [lambda: merge(reason="")],
    "pair_dismissed_once": [lambda: dismissed("in order", "in order")],
    "pair_in_order": [lambda: dismissed("turned round")],
    "one_open_dispute_per_appointment": [lambda: dispute("open", "open")],
    "decision_has_a_reason": [lambda: decision(reason="")],
    "upheld_needs_a_document": [lambda: decision(document="")],
    "leave_ends_after_start": [lambda: leave(end_date=date(2026, 3, 1))],
    "leave_withdrawn_is_one_recorded": [lambda: leave(withdrawn=True)],
}
FITTING: dict[str, list[Callable[[], Any]]] = {
    "person_not_merged_into_itself": [lambda: merged_into(itself=False)],
    "merge_joins_two": [lambda: merge()],
    "merge_has_a_reason": [lambda: merge(reason="x")],
    "pair_dismissed_once": [lambda: [dismissed("in order"), dismissed("in order")]],
    "pair_in_order": [lambda: dismissed("in order")],
    "one_open_dispute_per_appointment": [lambda: dispute("open", "rejected"), lambda: dispute("rejected", "rejected")],
    "decision_has_a_reason": [lambda: decision(reason="x")],
    "leave_ends_after_start": [lambda: leave(end_date=date(2026, 3, 2)), lambda: leave(end_date=None)],
    "leave_withdrawn_is_one_recorded": [lambda: leave(withdrawn=True, replaces=leave())],
    "upheld_needs_a_document": [lambda: decision(upheld=False, document="")],
}
