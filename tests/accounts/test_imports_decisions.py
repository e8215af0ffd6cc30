"""What a roster file may not do by itself: overwrite decisions made by hand, end those whom it does not name."""

from datetime import date, timedelta

import pytest

from accounts.imports.decisions import RosterChoices
from accounts.models import (
    Appointment,
    AppointmentDispute,
    AppointmentNotice,
    AppointmentVersion,
    Institution,
    Person,
)
from accounts.models.notices import notice_token
from accounts.selectors import system_user
from accounts.selectors.rosters import deciders
from accounts.services import (
    answer_by_link,
    answer_notice,
    correct_appointment,
    import_roster,
    make_primary,
    preview_roster,
    record_change,
    record_joining,
    record_leaving,
    transfer_person,
)
from core import clock
from core.errors import DomainError
from core.models import AuditEntry
from tests.accounts.rosters import actions, confirm, preview, rows_written
from tests.accounts.sheets import codes, person_row, roster
from tests.builders import (
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
    resident_number,
)

pytestmark = pytest.mark.django_db
NUMBER = "000000199001010018"
FILE = roster(person_row("高轩", NUMBER, 岗位="主任", 手机="13800000018"))


@pytest.fixture
def institution() -> Institution:
    return make_institution("岚江大学技术转移中心")


@pytest.fixture
def by_hand(institution) -> Appointment:
    """A row of a file that an officer corrected afterwards."""
    confirm(institution, roster(person_row("高轩", NUMBER, 岗位="主任")))
    who = officer(institution)
    held = Appointment.objects.get()
    return correct_appointment(actor=who, appointment=held, values={"post": "副主任"}, reason="聘书为准")


def run(institution, content, service=import_roster, actor=None, **choices):
    actor, choices = actor or system_user(), RosterChoices(**choices)
    return service(actor=actor, institution=institution, content=content, choices=choices)


# --- by hand --------------------------------------------------------------------------------------------------------
def test_row_decided_by_hand_stays_and_says_by_whom(institution, by_hand):
    before = rows_written()
    plan = confirm(institution, FILE)

    [row] = plan.rows
    assert (str(row.action), row.changes, row.id) == ("unchanged", {}, by_hand.pk)
    [warning] = [one for one in row.warnings if one.code == "decided_by_hand"]
    assert institution.name in warning.message
    assert "post: 副主任 → 主任" in warning.message
    assert Appointment.objects.get().post == "副主任"
    assert rows_written() == before


def test_preview_names_the_office_that_decided_and_no_login(institution, by_hand):
    """Not whoever wrote about the row last: the person who confirmed it, or the link's system user."""
    notice, person = by_hand.notice, by_hand.person
    answer_by_link(actor=system_user(), token=notice_token(notice), tail=NUMBER[-4:], denies=False)
    user = make_user("private@home.test")
    Person.objects.filter(pk=person.pk).update(user=user)
    answer_notice(actor=user, notice=notice, denies=True)
    answer_notice(actor=user, notice=notice, denies=False)
    make_primary(actor=user, appointment=by_hand)

    [warning] = [one for one in preview(institution, FILE).rows[0].warnings if one.code == "decided_by_hand"]

    assert institution.name in warning.message
    assert "private@home.test" not in warning.message
    assert str(system_user()) not in warning.message


def test_every_decision_by_hand_has_its_office(institution):
    """What sets `by_hand_at`, by each door: the office is found again, of both rows where there are two."""
    who, authority, elsewhere = officer(institution), regulator(), make_institution("岚江市科技发展中心")
    confirm(institution, roster(person_row("高轩", NUMBER), person_row("何敏")))
    joined = {
        "name": "王喆", "id_type": "resident_id", "id_number": resident_number(), "post": "主任",
        "professional": "true", "employment_type": "contract", "start_date": "2026-03-01",
    }  # fmt: skip
    made = record_joining(actor=who, institution=institution, values=joined)
    record_leaving(actor=who, appointment=made, values={"end_date": "2027-01-01"})
    first = Appointment.objects.get(person__name="高轩")
    second = record_change(actor=who, appointment=first, values={"from_day": "2026-05-01", "post": "副主任"})
    moved = transfer_person(
        actor=authority, appointment=second, institution=elsewhere, values={"from_day": "2026-08-01"}
    )
    ended = Appointment.objects.get(person__name="何敏")
    run(institution, roster(person_row("高轩", NUMBER)), end_all_missing=True, end_on=date(2026, 12, 1), actor=who)

    by_hand = Appointment.objects.filter(by_hand_at__isnull=False)
    own, body = institution.name, str(authority.memberships.get().admin_body)
    assert deciders(by_hand.values_list("pk", flat=True)) == {
        made.pk: own, first.pk: own, second.pk: body, moved.pk: body, ended.pk: own,
    }  # fmt: skip


@pytest.mark.parametrize("ticked", [{"overwrite": frozenset({2})}, {"overwrite_all": True}])
def test_ticked_row_is_taken_from_the_file(institution, by_hand, ticked):
    plan = run(institution, FILE, **ticked)

    assert actions(plan) == ["update"]
    held = Appointment.objects.get()
    assert (held.post, held.phone, held.by_hand_at) == ("主任", "+8613800000018", None)
    facts = AuditEntry.objects.filter(verb="accounts.roster_imported").latest("pk").facts
    assert facts["overwritten"] == [by_hand.pk]


def test_tick_of_another_row_does_not_count(institution, by_hand):
    assert actions(run(institution, FILE, overwrite=frozenset({3}))) == ["unchanged"]


def test_row_that_agrees_with_the_decision_is_plainly_unchanged(institution, by_hand):
    [row] = preview(institution, roster(person_row("高轩", NUMBER, 岗位="副主任"))).rows

    assert (str(row.action), [code for _column, code in codes(row.warnings)]) == ("unchanged", ["unknown_area"])


def test_row_that_needs_the_held_one_to_end_is_refused(institution, by_hand):
    content = roster(
        person_row("高轩", NUMBER, 岗位="副主任", 离职日期="2026-01-01"),
        person_row("高轩", NUMBER, 岗位="副主任", 入职日期="2026-01-01"),
    )

    assert actions(run(institution, content)) == ["unchanged", "error"]
    assert actions(run(institution, content, overwrite=frozenset({2}))) == ["update", "create"]


# --- voided by an officer -------------------------------------------------------------------------------------------
@pytest.fixture
def voided(institution) -> Appointment:
    """The person denied it, and an officer took the row out."""
    confirm(institution, roster(person_row("高轩", NUMBER)))
    Appointment.objects.update(voided_at=clock.now())
    return Appointment.objects.get()


@pytest.mark.parametrize(
    ("start", "end", "post", "expected"),
    [
        ("2024-01-01", "", "技术经理", "unchanged"),
        ("2024-01-01", "", "主任", "unchanged"),
        ("2024-03-01", "", "技术经理", "unchanged"),
        ("2020-01-01", "2024-01-02", "技术经理", "unchanged"),
        ("2020-01-01", "2023-12-31", "技术经理", "create"),
        ("2020-01-01", "2024-01-01", "技术经理", "create"),
    ],
)
def test_file_cannot_undo_what_an_officer_voided(institution, voided, start, end, post, expected):
    row = person_row("高轩", NUMBER, 入职日期=start, 离职日期=end, 岗位=post)

    plan = run(institution, roster(row), overwrite_all=True, overwrite=frozenset({2}))

    assert actions(plan) == [expected]
    assert Appointment.objects.holding().exists() is (expected == "create")
    assert ("voided" in [one.code for one in plan.rows[0].warnings]) is (expected == "unchanged")


def test_work_begun_after_the_decision_is_another_matter(institution, voided):
    day = clock.today() + timedelta(days=1)

    assert actions(confirm(institution, roster(person_row("高轩", NUMBER, 入职日期=day)))) == ["create"]


def test_voided_row_is_entered_again_by_its_own_tick_alone(institution, voided):
    content = roster(person_row("高轩", NUMBER), person_row("王喆"))
    assert actions(run(institution, content, preview_roster, enter_again=frozenset({3}))) == ["unchanged", "create"]

    plan = run(institution, content, enter_again=frozenset({2}))

    assert actions(plan) == ["create", "create"]
    again = Appointment.objects.holding().get(person__name="高轩")
    voided.refresh_from_db()
    assert (again.pk != voided.pk, voided.voided_at is not None) == (True, True)
    facts = AuditEntry.objects.filter(verb="accounts.roster_imported").latest("pk").facts
    assert facts["entered_again"] == [again.pk]


def test_who_is_entered_again_is_told_and_comes_onto_the_officers_list(institution, voided):
    plan = run(institution, roster(person_row("高轩", NUMBER)), enter_again=frozenset({2}))

    [row] = plan.rows
    assert AppointmentNotice.objects.filter(appointment=row.id).exists()
    assert [one.appointment_id for one in AppointmentDispute.objects.open_ones()] == [row.id]


def test_longer_end_may_not_reach_into_what_an_officer_voided(institution, voided):
    held = make_appointment(voided.person, institution, start=date(2020, 1, 1), end_date=date(2021, 1, 1))
    row = person_row("高轩", NUMBER, 入职日期=held.start_date, 离职日期="2030-01-01")

    assert actions(run(institution, roster(row))) == ["unchanged"]
    assert actions(run(institution, roster(row), enter_again=frozenset({2}))) == ["update"]
    assert AppointmentDispute.objects.get().appointment == held


def test_merged_double_of_who_was_voided_is_held_too(institution, voided):
    survivor = make_person("高轩", number="000000198506300024")
    Person.objects.filter(pk=voided.person_id).update(merged_into=survivor)

    assert actions(run(institution, roster(person_row("高轩", "000000198506300024")))) == ["unchanged"]


def test_what_another_institution_was_told_holds_nothing_here(voided):
    assert actions(confirm(make_institution(), roster(person_row("高轩", NUMBER)))) == ["create"]


# --- missing --------------------------------------------------------------------------------------------------------
@pytest.fixture
def three(institution) -> bytes:
    """Three people work here; the file that comes back names the first of them only."""
    number = resident_number()
    left = person_row("李龑", 离职日期="2024-06-01")
    confirm(institution, roster(person_row("高轩", number), person_row("王喆"), person_row("何敏"), left))
    return roster(person_row("高轩", number))


def ends() -> dict[str, date | None]:
    return dict(Appointment.objects.order_by("person__name").values_list("person__name", "end_date"))


def test_missing_people_are_listed_and_stay(institution, three):
    plan = confirm(institution, three)

    assert [one.name for one in plan.missing] == ["何敏", "王喆"]
    assert (plan.ended, plan.changes_something) == ([], False)
    assert ends() == {"何敏": None, "李龑": date(2024, 6, 1), "王喆": None, "高轩": None}


def test_ticked_person_is_ended_on_the_day_and_kept_as_a_version(institution, three):
    wang = Appointment.objects.get(person__name="王喆")

    plan = run(institution, three, end_missing=frozenset({wang.pk}), end_on=date(2026, 9, 1))

    assert [one.name for one in plan.ended] == ["王喆"]
    assert ends() == {"何敏": None, "李龑": date(2024, 6, 1), "王喆": date(2026, 9, 1), "高轩": None}
    assert AppointmentVersion.objects.get().appointment == wang
    wang.refresh_from_db()
    assert wang.by_hand_at is not None
    facts = AuditEntry.objects.filter(verb="accounts.roster_imported").latest("pk").facts
    assert (facts["ended"], facts["end_on"]) == ([wang.pk], "2026-09-01")


def test_all_missing_people_are_ended_by_one_tick(institution, three):
    run(institution, three, end_all_missing=True, end_on=date(2026, 9, 1))

    assert sum(end == date(2026, 9, 1) for end in ends().values()) == 2


def test_somebody_who_is_in_the_file_is_not_ended_by_a_tick(institution, three):
    gao = Appointment.objects.get(person__name="高轩")

    assert run(institution, three, end_missing=frozenset({gao.pk}), end_on=date(2026, 9, 1)).ended == []
    assert ends()["高轩"] is None


@pytest.mark.parametrize("leaves_on", [date(2027, 1, 1), date(2030, 1, 1)])
def test_nobody_stays_longer_by_being_ended(institution, three, leaves_on):
    """Who leaves before the day, or on it, has ended by then."""
    Appointment.objects.filter(person__name="王喆").update(end_date=leaves_on)

    plan = run(institution, three, end_all_missing=True, end_on=date(2030, 1, 1))

    assert [one.name for one in plan.ended] == ["何敏"]
    assert (ends()["王喆"], ends()["何敏"]) == (leaves_on, date(2030, 1, 1))
    assert [(one.name, one.end) for one in plan.missing] == [("何敏", None), ("王喆", leaves_on)]


def test_planned_leaving_is_brought_forward_by_a_tick(institution, three):
    Appointment.objects.filter(person__name="王喆").update(end_date=date(2031, 1, 1))

    run(institution, three, end_all_missing=True, end_on=date(2030, 1, 1))

    assert ends()["王喆"] == date(2030, 1, 1)


@pytest.mark.parametrize("end_on", [date(2026, 9, 1), date(2030, 1, 1)])
def test_same_file_with_the_same_ticks_writes_nothing_more(institution, three, end_on):
    """Also what a job does that was killed between its writing and its mark, and is run once more."""
    seen = preview(institution, three).fingerprint
    run(institution, three, end_all_missing=True, end_on=end_on)
    before = rows_written()
    choices = RosterChoices(end_all_missing=True, end_on=end_on)

    again = import_roster(actor=system_user(), institution=institution, content=three, choices=choices, seen=seen)

    assert (again.has_errors, again.ended, rows_written()) == (False, [], before)


@pytest.mark.parametrize("end_on", [None, date(2024, 1, 1)])
def test_end_that_is_missing_or_before_the_start_writes_nothing(institution, three, end_on):
    plan = run(institution, three, end_all_missing=True, end_on=end_on)

    assert (plan.has_errors, len(plan.problems)) == (True, 2)
    assert date(2024, 1, 1) not in ends().values()


def test_missing_people_are_not_told_of_while_rows_are_wrong(institution, three):
    assert preview(institution, roster(person_row(入职日期="去年"))).missing == []


# --- what was seen --------------------------------------------------------------------------------------------------
def test_confirming_something_else_than_was_seen_is_refused(institution, three):
    actor = system_user()
    content = roster(person_row("何敏", NUMBER), person_row("赵芮"))
    seen = preview_roster(actor=actor, institution=institution, content=content).fingerprint
    confirm(institution, roster(person_row("何敏", NUMBER)))

    with pytest.raises(DomainError) as caught:
        import_roster(actor=actor, institution=institution, content=content, seen=seen)

    assert caught.value.code == "changed_meanwhile"
    assert not Appointment.objects.filter(person__name="赵芮").exists()


def test_ticks_do_not_change_what_was_seen(institution, by_hand):
    confirm(institution, roster(person_row("王喆")))
    seen = preview(institution, FILE).fingerprint

    again = run(institution, FILE, preview_roster, overwrite_all=True, end_all_missing=True, end_on=date(2030, 1, 1))
    assert again.fingerprint == seen
