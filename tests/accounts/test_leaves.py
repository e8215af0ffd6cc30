"""Leaves of absence: what is recorded, what is refused, what was believed when, and the days that are left."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import LeaveOfAbsence
from accounts.selectors.leaves import Away, leaves_at, recorded_leaves, stretches
from accounts.services import LineRefused, correct_leave, record_change, record_leave, withdraw_leave
from accounts.services.erasure import erase_person
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from tests.builders import make_appointment, make_institution, make_person, officer, regulator
from tests.staffing.returns_builders import on

pytestmark = pytest.mark.django_db
VALUES = {"kind": "study", "start_date": "2026-03-01", "end_date": "2026-06-01"}
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


@pytest.fixture
def post():
    return make_appointment(make_person("高轩"), make_institution(), end_date=date(2026, 12, 1))


@pytest.fixture
def actor(post):
    return officer(post.institution)


def recorded(actor, post, **values):
    return record_leave(actor=actor, appointment=post, values={**VALUES, **values})


def refused(actor, post, **values):
    with pytest.raises(LineRefused) as refusal:
        recorded(actor, post, **values)
    return {(one.column, one.code) for one in refusal.value.problems}


def believed(post, known_at=None):
    return leaves_at([post.institution], ["study", "unpaid"], known_at).get(post.pk, [])


# --- what is written ------------------------------------------------------------------------------------------------
def test_leave_is_written_with_its_days_and_told(actor, post):
    leave = recorded(actor, post)

    entry = AuditEntry.objects.get(verb="accounts.leave_recorded")
    assert (leave.kind, leave.start_date, leave.end_date, leave.recorded_by) == ("study", MARCH, JUNE, actor)
    assert (entry.actor, entry.facts["institution"]) == (actor, post.institution_id)
    assert believed(post) == [Away("study", MARCH, JUNE)]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"kind": "holiday"}, ("kind", "kind")),
        ({"start_date": ""}, ("start_date", "missing")),
        ({"end_date": "2026-03-01"}, ("end_date", "end_not_after_start")),
        ({"start_date": "2023-12-31"}, ("start_date", "outside")),
        ({"start_date": "2026-12-01", "end_date": ""}, ("start_date", "outside")),
        ({"end_date": "2026-12-02"}, ("start_date", "outside")),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(actor, post, values, problem):
    assert problem in refused(actor, post, **values)
    assert not LeaveOfAbsence.objects.exists()


@pytest.mark.parametrize("days", [("2026-05-31", ""), ("2026-02-01", "2026-03-02"), ("2026-04-01", "2026-05-01")])
def test_two_leaves_of_one_appointment_never_meet(actor, post, days):
    recorded(actor, post)

    assert refused(actor, post, kind="unpaid", start_date=days[0], end_date=days[1]) == {("start_date", "meets")}


def test_next_leave_may_begin_on_the_day_of_coming_back(actor, post):
    recorded(actor, post)
    recorded(actor, post, kind="unpaid", start_date="2026-06-01", end_date="")

    assert believed(post) == [Away("study", MARCH, JUNE), Away("unpaid", JUNE, None)]


def test_only_an_officer_of_the_institution_writes(post):
    for stranger in (officer(), regulator()):
        with pytest.raises(NotAllowed):
            recorded(stranger, post)


# --- corrections ----------------------------------------------------------------------------------------------------
def test_correction_changes_what_is_known_now_and_never_what_was_known(actor, post):
    leave = recorded(actor, post, end_date="")
    then = clock.now()
    correct_leave(actor=actor, leave=leave, values=VALUES)

    assert believed(post) == [Away("study", MARCH, JUNE)]
    assert believed(post, then) == [Away("study", MARCH, None)]
    assert believed(post, then - timedelta(days=1)) == []


def test_withdrawn_leave_was_known_until_then(actor, post):
    leave = recorded(actor, post)
    then = clock.now()
    withdraw_leave(actor=actor, leave=leave, reason="记错了人")

    assert (believed(post), believed(post, then)) == ([], [Away("study", MARCH, JUNE)])


def test_of_two_corrections_the_second_finds_the_row_replaced(actor, post):
    leave = recorded(actor, post)
    withdraw_leave(actor=actor, leave=leave, reason="记错了人")

    with pytest.raises(DomainError, match="replaced"):
        correct_leave(actor=actor, leave=leave, values={**VALUES, "end_date": ""})
    with pytest.raises(DomainError, match="replaced"):
        withdraw_leave(actor=actor, leave=leave, reason="再撤一次")


def test_correction_says_something_new_and_a_withdrawal_why(actor, post):
    leave = recorded(actor, post)

    with pytest.raises(LineRefused) as refusal:
        correct_leave(actor=actor, leave=leave, values=VALUES)
    assert [one.code for one in refusal.value.problems] == ["nothing_new"]
    with pytest.raises(DomainError, match="reason_missing"):
        withdraw_leave(actor=actor, leave=leave, reason=" ")


@pytest.mark.parametrize("values", [{"kind": "unpaid"}, {"start_date": "2026-03-02"}, {"end_date": "2026-05-30"}])
def test_correction_of_what_was_said_says_why(actor, post, values):
    leave = recorded(actor, post)

    with pytest.raises(LineRefused) as refusal:
        correct_leave(actor=actor, leave=leave, values={**VALUES, **values}, reason=" ")
    assert [(one.column, one.code) for one in refusal.value.problems] == [("reason", "missing")]
    assert correct_leave(actor=actor, leave=leave, values={**VALUES, **values}, reason="录入有误").replaces == leave


def changed(actor, post, day):
    terms = {"post": "主任", "professional": "true", "employment_type": post.employment_type, "from_day": day}
    return record_change(actor=actor, appointment=post, values=terms)


def test_leave_goes_on_in_the_appointment_that_begins_with_other_terms(actor, post):
    recorded(actor, post)
    recorded(actor, post, kind="unpaid", start_date="2026-07-01", end_date="")
    then = clock.now()
    made = changed(actor, post, "2026-05-01")
    leaves = list(LeaveOfAbsence.objects.believed().filter(appointment=made).order_by("start_date"))

    assert believed(post) == [Away("study", MARCH, date(2026, 5, 1))]
    assert believed(made) == [Away("study", date(2026, 5, 1), JUNE), Away("unpaid", date(2026, 7, 1), None)]
    assert believed(post, then) == [Away("study", MARCH, JUNE), Away("unpaid", date(2026, 7, 1), None)]
    assert correct_leave(
        actor=actor, leave=leaves[1], values={"kind": "unpaid", "start_date": "2026-07-01", "end_date": "2026-08-01"}
    ).end_date == date(2026, 8, 1)


def test_leave_that_is_over_stays_with_the_appointment_of_its_days(actor, post):
    recorded(actor, post)
    made = changed(actor, post, "2026-06-01")

    assert (believed(post), believed(made)) == ([Away("study", MARCH, JUNE)], [])


def test_rows_are_never_changed_nor_taken_away(actor, post):
    leave = recorded(actor, post)

    with pytest.raises(DatabaseError), transaction.atomic():
        LeaveOfAbsence.objects.filter(pk=leave.pk).update(kind="unpaid")
    with pytest.raises(DatabaseError), transaction.atomic():
        LeaveOfAbsence.objects.filter(pk=leave.pk).delete()


@pytest.mark.parametrize("wrong", [{"end_date": MARCH}, {"withdrawn": True}])
def test_database_refuses_what_cannot_be(actor, post, wrong):
    facts = {"kind": "study", "start_date": MARCH, "recorded_at": clock.now(), "recorded_by": actor, **wrong}

    with pytest.raises(IntegrityError), transaction.atomic():
        LeaveOfAbsence.objects.create(appointment=post, **facts)


def test_voided_appointment_has_no_leave(actor, post):
    recorded(actor, post)
    then = clock.now()
    post.voided_at = clock.now()
    post.save()

    assert (believed(post), believed(post, then)) == ([], [Away("study", MARCH, JUNE)])
    with pytest.raises(DomainError, match="voided"):
        recorded(actor, post, start_date="2026-07-01", end_date="")


def test_list_reaches_the_institution_and_its_authority_alone(actor, post):
    leave = recorded(actor, post)

    assert [list(recorded_leaves(one, post.institution)) for one in (actor, regulator())] == [[leave]] * 2
    assert [list(recorded_leaves(one, post.institution)) for one in (officer(), regulator("980000"))] == [[]] * 2


def test_erasure_takes_the_words_and_keeps_the_days(actor, post):
    leave = recorded(actor, post)
    withdraw_leave(actor=actor, leave=leave, reason="与张三混淆")
    with on(date(2027, 1, 4)):
        erase_person(actor=regulator("000000"), person=post.person)

    assert set(LeaveOfAbsence.objects.values_list("reason", "start_date")) == {("", MARCH)}


# --- the days that are left ------------------------------------------------------------------------------------------
A, B, C, D, E = (date(2026, month, 1) for month in range(1, 6))


@pytest.mark.parametrize(
    ("start", "end", "leaves", "left"),
    [
        (A, E, [], [(A, E)]),
        (A, E, [Away("study", B, C)], [(A, B), (C, E)]),
        (A, E, [Away("study", A, C)], [(C, E)]),
        (A, E, [Away("study", B, None)], [(A, B)]),
        (A, E, [Away("study", A, E)], []),
        (A, C, [Away("study", B, E)], [(A, B)]),
        (B, C, [Away("study", D, E)], [(B, C)]),
        (C, None, [Away("study", A, B), Away("study", D, E)], [(C, D), (E, None)]),
        (A, None, [Away("study", B, C), Away("unpaid", C, D)], [(A, B), (D, None)]),
    ],
)
def test_days_without_those_of_leaves(start, end, leaves, left):
    assert stretches(start, end, leaves) == left
