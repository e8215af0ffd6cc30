"""Who worked here on a day, as known at a moment: the selector against a replay of every write, side by side."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Appointment, AppointmentDispute, IdentityDocument, PersonMerge
from accounts.selectors import document_index, system_user
from accounts.services import (
    correct_appointment,
    decide_dispute,
    import_roster,
    merge_persons,
    record_change,
    record_joining,
    record_leaving,
    transfer_person,
    unmerge_persons,
)
from core import clock
from core.errors import DomainError
from core.plans import Action
from tests.accounts.believed import staff_of
from tests.accounts.sheets import ROSTER, csv_file, person_row
from tests.builders import make_institution, regulator, resident_number

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)
PEOPLE, DAYS = 3, 40
POSTS = ("技术经理", "主任")


@dataclass(frozen=True)
class Fact:
    """One wording of one appointment as the replay keeps it: a list that only grows, and nothing of the database."""

    appointment: int
    person: int
    post: str
    professional: bool
    start: date
    end: date | None
    said_at: datetime
    voided: bool = False


@dataclass(frozen=True)
class Joined:
    """From then on the one record stands for the other, or (`into` None) no longer does."""

    merged: int
    into: int | None
    at: datetime


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def brute_force(told: "Told", on: date, known_at: datetime) -> list[tuple[int, str, bool]]:
    """Go through everything ever said up to the moment; the last word on each appointment and person holds."""
    last: dict[int, Fact] = {}
    for fact in told.facts:
        if fact.said_at <= known_at:
            last[fact.appointment] = fact
    stands = {one.merged: one.into for one in told.joined if one.at <= known_at}
    days = [
        fact for fact in last.values() if not fact.voided and fact.start <= on and not (fact.end and fact.end <= on)
    ]
    return sorted((stands.get(fact.person) or fact.person, fact.post, fact.professional) for fact in days)


numbers = st.integers(0, DAYS)
writes = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, PEOPLE - 1), st.sampled_from(POSTS), st.booleans(), numbers),
        st.tuples(st.just("leave"), st.integers(0, 9), numbers),
        st.tuples(st.just("change"), st.integers(0, 9), st.sampled_from(POSTS), st.booleans(), numbers),
        st.tuples(st.just("correct"), st.integers(0, 9), st.sampled_from(POSTS), st.booleans(), numbers),
        st.tuples(st.just("void"), st.integers(0, 9)),
        st.tuples(st.just("transfer"), st.integers(0, 9), numbers),
        st.tuples(st.just("file"), st.integers(0, PEOPLE - 1), st.sampled_from(POSTS), st.booleans(), numbers, numbers),
        st.tuples(st.just("merge"), st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("part")),
    ),
    max_size=12,
)


class Told:
    """Writes through the services and into the replay's own list, an hour apart."""

    def __init__(self) -> None:
        self.actor, self.institution, self.elsewhere = system_user(), make_institution(), make_institution()
        self.authority = regulator()
        self.documents = [resident_number() for _ in range(PEOPLE)]
        self.made, self.facts, self.joined, self.moments = [], [], [], []

    def write(self, kind: str, *what) -> None:
        try:
            with transaction.atomic():
                getattr(self, kind)(*what)
        except DomainError:
            pass
        self.moments.append(clock.now())

    def last(self, appointment: int) -> Fact:
        return next(fact for fact in reversed(self.facts) if fact.appointment == appointment)

    def say(self, made, **fields) -> None:
        self.facts.append(replace(self.last(made.pk), said_at=made.recorded_at, **fields))

    def join(self, person, post, professional, start) -> None:
        values = {
            "name": "高轩", "id_type": "resident_id", "id_number": self.documents[person], "post": post,
            "professional": str(professional).lower(), "employment_type": "contract", "start_date": f"{day(start)}",
        }  # fmt: skip
        made = record_joining(actor=self.actor, institution=self.institution, values=values)
        self.made.append(made)
        self.facts.append(Fact(made.pk, made.person_id, post, professional, day(start), None, made.recorded_at))

    def leave(self, which, end) -> None:
        if appointment := self._one(which):
            values = {"end_date": f"{day(end)}"}
            made = record_leaving(actor=self.actor, appointment=appointment, values=values)
            self.say(made, end=day(end))

    def change(self, which, post, professional, start) -> None:
        if appointment := self._one(which):
            values = {"from_day": f"{day(start)}", "post": post, "professional": str(professional).lower()}
            made = record_change(actor=self.actor, appointment=appointment, values=values)
            before = self.last(appointment.pk)
            self.facts.append(replace(before, end=day(start), said_at=made.recorded_at))
            terms = {"post": post, "professional": professional, "start": day(start), "end": before.end}
            self.facts.append(replace(before, appointment=made.pk, said_at=made.recorded_at, **terms))
            self.made.append(made)

    def correct(self, which, post, professional, start) -> None:
        if appointment := self._one(which):
            values = {"start_date": f"{day(start)}", "post": post, "professional": str(professional).lower()}
            made = correct_appointment(actor=self.actor, appointment=appointment, values=values, reason="更正")
            self.say(made, post=post, professional=professional, start=day(start))

    def void(self, which) -> None:
        appointment = self._one(which)
        if appointment and not self.last(appointment.pk).voided:
            dispute = AppointmentDispute.objects.create(appointment=appointment)
            made = decide_dispute(actor=self.authority, dispute=dispute, upheld=True, reason="x", document="y")
            self.facts.append(replace(self.last(appointment.pk), said_at=made.decided_at, voided=True))

    def transfer(self, which, start) -> None:
        if appointment := self._one(which):
            values = {"from_day": f"{day(start)}"}
            transfer_person(actor=self.authority, appointment=appointment, institution=self.elsewhere, values=values)
            self.say(Appointment.objects.get(pk=appointment.pk), end=day(start))

    def file(self, person, post, professional, start, end) -> None:
        values = {"岗位": post, "专业人员": "是" if professional else "否", "入职日期": day(start)}
        leaves = {"离职日期": day(end)} if end > start else {}
        content = csv_file(ROSTER, person_row("高轩", self.documents[person], **values, **leaves))
        [row] = import_roster(actor=self.actor, institution=self.institution, content=content).rows
        if row.action not in (Action.CREATE, Action.UPDATE):
            return
        made, said = Appointment.objects.get(pk=row.id), row.values
        if row.action == Action.CREATE:
            self.made.append(made)
            terms = (post, professional, day(start), said.get("end_date"), made.recorded_at)
            self.facts.append(Fact(made.pk, made.person_id, *terms))
        else:
            ends = {"end": said["end_date"]} if "end_date" in said else {}
            self.say(made, post=said["post"], professional=said["professional"], **ends)

    def merge(self, merged, into) -> None:
        first, second = self._person(merged), self._person(into)
        if first and second:
            made = merge_persons(actor=self.authority, merged=first, into=second, reason="x")
            self.joined.append(Joined(first.pk, second.pk, made.at))

    def part(self) -> None:
        held = PersonMerge.objects.filter(undoes=None, undone_by=None).order_by("pk").first()
        if held:
            made = unmerge_persons(actor=self.authority, merge=held, reason="x")
            self.joined.append(Joined(held.merged_id, None, made.at))

    def _person(self, number):
        index = document_index("resident_id", self.documents[number])
        found = IdentityDocument.objects.filter(number_index=index).select_related("person").first()
        return found and found.person

    def _one(self, which):
        return self.made[which % len(self.made)] if self.made else None


@settings(max_examples=40)
@given(writes=writes)
def test_staff_of_every_day_as_known_at_every_moment_is_the_replay(writes):
    with transaction.atomic():
        told = Told()
        for number, write in enumerate(writes):
            with clock.travel(timedelta(hours=number)):
                told.write(*write)
        moments = [told.moments[0] - timedelta(minutes=1), *told.moments] if told.moments else [clock.now()]
        for moment in moments:
            for number in range(-1, DAYS + 2, 3):
                rows = staff_of(told.institution, day(number), moment)
                found = sorted((row.person, row.post, row.professional) for row in rows)
                assert found == brute_force(told, day(number), moment)
        now = [sorted((r.person, r.post, r.professional) for r in staff_of(told.institution, day(n))) for n in range(9)]
        assert now == [brute_force(told, day(n), moments[-1]) for n in range(9)]
        transaction.set_rollback(True)
