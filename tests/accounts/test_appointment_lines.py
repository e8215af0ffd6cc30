"""The roster line by line: what each line writes, keeps and refuses, by whom, and that a file says the same."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Appointment, AppointmentDispute, AppointmentVersion, Person
from accounts.selectors.staff import primary_appointment
from accounts.services import (
    LineRefused,
    correct_appointment,
    make_primary,
    preview_joining,
    preview_leaving,
    record_change,
    record_joining,
    record_leaving,
    transfer_person,
)
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from tests.accounts.believed import staff_of
from tests.accounts.rosters import rows_written
from tests.builders import (
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)

pytestmark = pytest.mark.django_db
START = date(2024, 1, 1)
DAY = date(2026, 6, 30)


def joining(**values):
    return {
        "name": "高轩", "id_type": "resident_id", "id_number": "000000199001010018", "post": "技术经理",
        "professional": "true", "employment_type": "contract", "start_date": "2026-03-01",
    } | values  # fmt: skip


def refused(act):
    before = rows_written()
    with pytest.raises(LineRefused) as refusal:
        act()
    assert rows_written() == before
    return [(problem.column, problem.code) for problem in refusal.value.problems]


@pytest.fixture
def institution():
    return make_institution()


@pytest.fixture
def actor(institution):
    return officer(institution)


@pytest.fixture
def held(institution):
    return make_appointment(make_person("高轩", number="000000199001010018"), institution, start=START)


def test_a_line_is_read_whatever_marks_its_texts_hold(institution, actor):
    """A comma-separated file guesses its delimiter; a line by hand must not."""
    made = record_joining(actor=actor, institution=institution, values=joining(department="科;" * 40))

    assert made.department == "科;" * 40


# --- joined ---------------------------------------------------------------------------------------------------------
def test_joining_writes_person_document_appointment_and_one_entry(institution, actor):
    line = preview_joining(actor=actor, institution=institution, values=joining())
    assert (line.errors, line.wordings[0].start_date, line.wordings[0].person) == ([], date(2026, 3, 1), 0)
    assert not Person.objects.exists()

    made = record_joining(actor=actor, institution=institution, values=joining())

    assert (made.institution, made.start_date, made.post, made.professional) == (
        institution, date(2026, 3, 1), "技术经理", True,
    )  # fmt: skip
    assert made.by_hand_at == made.recorded_at
    entry = AuditEntry.objects.get(verb="accounts.joining_recorded")
    assert (entry.actor_id, entry.subject_id) == (actor.pk, str(made.pk))
    assert "000000199001010018" not in str(entry.facts)


def test_joining_of_somebody_known_elsewhere_takes_the_same_person_and_shows_nothing(institution, actor):
    known = make_person("高轩", number="000000199001010018")
    make_appointment(known, make_institution("不该看见"), post="不该看见")

    line = preview_joining(actor=actor, institution=institution, values=joining())
    made = record_joining(actor=actor, institution=institution, values=joining())

    assert made.person == known
    assert "不该看见" not in str(line)


def test_joining_says_what_is_wrong_as_a_file_does(institution, actor, held):
    def act(**values):
        return lambda: record_joining(actor=actor, institution=institution, values=joining(**values))

    assert refused(act()) == [("start_date", "overlaps")]
    assert refused(act(start_date="2024-01-01")) == [("start_date", "already_here")]
    assert refused(act(name="王喆", post="主任")) == [("name", "name_differs")]
    assert refused(act(id_number="000000199001010019")) == [("id_number", "check_character")]
    assert refused(act(name="", professional="")) == [("name", "missing"), ("professional", "missing")]
    assert refused(act(post="=1+1")) == [("post", "formula")]
    assert refused(act(start_date="2026-03-01", end_date="2026-03-01")) == [("end_date", "end_not_after_start")]


def test_second_post_may_begin_beside_the_first(institution, actor, held):
    made = record_joining(actor=actor, institution=institution, values=joining(post="主任", start_date="2025-01-01"))

    assert (made.person, len(staff_of(institution, DAY)), len({row.person for row in staff_of(institution, DAY)})) == (
        held.person, 2, 1,
    )  # fmt: skip


# --- left -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("values", [{"end_date": "2026-12-31"}, {"last_day": "2026-12-30"}])
def test_leaving_names_the_first_day_out_or_the_last_day_in(actor, held, values):
    record_leaving(actor=actor, appointment=held, values=values)

    held.refresh_from_db()
    version = AppointmentVersion.objects.get()
    assert (held.end_date, version.end_date, version.start_date) == (date(2026, 12, 31), None, START)
    assert held.by_hand_at == held.recorded_at == version.superseded_at


def test_leaving_may_be_put_off_and_brought_forward(actor, held):
    for day in ("2026-12-31", "2027-06-30", "2026-09-01"):
        record_leaving(actor=actor, appointment=held, values={"end_date": day})

    held.refresh_from_db()
    assert (held.end_date, AppointmentVersion.objects.count()) == (date(2026, 9, 1), 3)


def test_leaving_that_cannot_be_is_refused(actor, held):
    def act(**values):
        return lambda: record_leaving(actor=actor, appointment=held, values=values)

    assert refused(act()) == [("end_date", "missing")]
    assert refused(act(end_date="2024-01-01")) == [("end_date", "end_not_after_start")]
    assert refused(act(last_day="2023-12-31")) == [("last_day", "end_not_after_start")]
    assert refused(act(end_date="2026-12-31", last_day="2026-12-31")) == [("last_day", "inconsistent_end")]
    assert refused(act(end_date="gestern")) == [("end_date", "not_a_date")]


def test_leaving_put_off_into_the_same_post_again_is_refused(actor, held):
    record_leaving(actor=actor, appointment=held, values={"end_date": "2026-01-01"})
    make_appointment(held.person, held.institution, start=date(2026, 2, 1))

    assert refused(lambda: record_leaving(actor=actor, appointment=held, values={"end_date": "2026-02-02"})) == [
        ("start_date", "overlaps")
    ]


# --- changed and corrected ------------------------------------------------------------------------------------------
def test_change_holds_from_its_day_and_leaves_the_days_before(actor, held):
    held.staff_no, held.phone, held.is_primary = "K1", "+8613800000018", True
    held.save()
    made = record_change(
        actor=actor, appointment=held, values={"from_day": "2026-07-01", "professional": "false", "post": held.post}
    )

    held.refresh_from_db()
    assert (held.end_date, held.professional) == (date(2026, 7, 1), True)
    assert (made.start_date, made.end_date, made.professional, made.post) == (
        date(2026, 7, 1), None, False, held.post,
    )  # fmt: skip
    assert (made.staff_no, made.phone, made.is_primary) == ("K1", "+8613800000018", True)
    assert [row.professional for row in staff_of(held.institution, DAY)] == [True]
    assert [row.professional for row in staff_of(held.institution, DAY + timedelta(days=1))] == [False]


def test_change_that_cannot_be_is_refused(actor, held):
    def act(**values):
        return lambda: record_change(actor=actor, appointment=held, values=values)

    assert refused(act(post="主任")) == [("from_day", "missing")]
    assert refused(act(from_day="2024-01-01", post="主任")) == [("from_day", "not_running")]
    assert refused(act(from_day="2026-01-01", post=held.post)) == [("", "nothing_new")]
    assert refused(act(from_day="2026-01-01", post="")) == [("post", "missing")]
    make_appointment(held.person, held.institution, start=date(2025, 1, 1), post="主任")
    assert refused(act(from_day="2026-01-01", post="主 任")) == [("from_day", "overlaps")]


def test_correction_holds_from_the_start_and_keeps_what_was_believed(actor, held):
    before = clock.now()
    with clock.travel(timedelta(days=3)):
        values = {"start_date": "2024-03-01", "professional": "false", "department": "", "end_date": ""}
        correct_appointment(actor=actor, appointment=held, values=values, reason="入职日期录错")
        believed = staff_of(held.institution, date(2024, 2, 1), before)

        assert [(row.start_date, row.professional) for row in believed] == [(START, True)]
        assert staff_of(held.institution, date(2024, 2, 1)) == []
        assert [row.professional for row in staff_of(held.institution, date(2024, 3, 1))] == [False]
    assert AuditEntry.objects.get(verb="accounts.appointment_corrected").reason == "入职日期录错"


def test_voided_appointment_is_not_written_any_more(actor, held):
    Appointment.objects.filter(pk=held.pk).update(voided_at=clock.now())

    with pytest.raises(DomainError) as refusal:
        record_leaving(actor=actor, appointment=held, values={"end_date": "2026-12-31"})

    assert refusal.value.code == "voided"


@pytest.mark.parametrize("service", [record_leaving, record_change, correct_appointment])
def test_lines_of_others_are_refused(service, held):
    extra = {"reason": "x"} if service is correct_appointment else {}
    for foreign in (officer(), regulator(), make_user()):
        with pytest.raises(NotAllowed):
            service(actor=foreign, appointment=held, values={"end_date": "2026-12-31"}, **extra)
        with pytest.raises(NotAllowed):
            record_joining(actor=foreign, institution=held.institution, values=joining())
        with pytest.raises(NotAllowed):
            preview_leaving(actor=foreign, appointment=held, values={})
    assert not AppointmentVersion.objects.exists()


# --- moved ----------------------------------------------------------------------------------------------------------
def test_transfer_ends_here_and_begins_there_on_one_day(held):
    other = make_institution()

    made = transfer_person(
        actor=regulator(), appointment=held, institution=other, values={"from_day": "2026-07-01", "post": "主任"}
    )

    held.refresh_from_db()
    assert (held.end_date, made.start_date, made.institution, made.post) == (
        date(2026, 7, 1), date(2026, 7, 1), other, "主任",
    )  # fmt: skip
    assert made.person == held.person
    for day, here, there in ((DAY, 1, 0), (DAY + timedelta(days=1), 0, 1)):
        assert (len(staff_of(held.institution, day)), len(staff_of(other, day))) == (here, there)


def test_transfer_of_a_merged_person_begins_with_the_surviving_one(held):
    kept = make_person("高轩")
    Person.objects.filter(pk=held.person_id).update(merged_into=kept)
    held.refresh_from_db()

    made = transfer_person(
        actor=regulator(), appointment=held, institution=make_institution(), values={"from_day": "2026-07-01"}
    )

    assert made.person == kept


def test_transfer_needs_both_institutions(held):
    here, elsewhere = regulator("990000"), make_institution(code="980000")

    for actor in (officer(held.institution), regulator("980000"), here):
        with pytest.raises(NotAllowed):
            transfer_person(actor=actor, appointment=held, institution=elsewhere, values={"from_day": "2026-07-01"})


def test_transfer_that_cannot_be_is_refused(held):
    def act(institution, **values):
        return lambda: transfer_person(actor=regulator(), appointment=held, institution=institution, values=values)

    assert refused(act(held.institution, from_day="2026-07-01")) == [("institution", "same_institution")]
    assert refused(act(make_institution(), from_day="2023-07-01")) == [("from_day", "not_running")]
    other = make_institution()
    make_appointment(held.person, other, start=date(2026, 1, 1))
    assert refused(act(other, from_day="2026-07-01")) == [("from_day", "overlaps")]


def test_transfer_to_where_an_officer_decided_otherwise_takes_a_tick_and_shows_it_to_the_officers(held):
    other, decided = make_institution(), clock.now()
    make_appointment(held.person, other, start=date(2025, 1, 1), end_date=date(2025, 6, 1), voided_at=decided)
    make_appointment(held.person, other, post="主任", start=date(2026, 1, 1), voided_at=decided)

    def act(day, **values):
        return transfer_person(
            actor=regulator(), appointment=held, institution=other, values={"from_day": f"{day}", **values}
        )

    day = date(2026, 7, 1)
    assert refused(lambda: act(day)) == [("enter_again", "voided")]
    held.refresh_from_db()
    assert (held.end_date, other.appointments.filter(voided_at=None).count()) == (None, 0)

    made = act(day, enter_again="True")

    entry = AuditEntry.objects.get(verb="accounts.person_transferred")
    assert (made.start_date, entry.facts["entered_again"]) == (day, True)
    assert AppointmentDispute.objects.open_ones().get().appointment == made


def test_transfer_after_the_day_of_a_decision_is_another_matter(held):
    other, decided = make_institution(), clock.now() - timedelta(days=300)
    make_appointment(held.person, other, start=date(2025, 1, 1), voided_at=decided)
    later = timezone.localtime(decided).date() + timedelta(days=1)

    made = transfer_person(actor=regulator(), appointment=held, institution=other, values={"from_day": f"{later}"})

    assert (made.start_date, AppointmentDispute.objects.count()) == (later, 0)


# --- the main one ---------------------------------------------------------------------------------------------------
def test_primary_is_chosen_by_the_person_or_the_authority(held):
    held.person.user = make_user()
    held.person.save()
    second = make_appointment(held.person, make_institution(), start=date(2025, 1, 1))
    for actor, choice in ((held.person.user, second), (regulator(), held)):
        make_primary(actor=actor, appointment=choice)
        chosen = Appointment.objects.filter(person=held.person, is_primary=True)
        assert ([one.pk for one in chosen], primary_appointment(held.person, DAY)) == ([choice.pk], choice)

    for foreign in (officer(second.institution), make_user(), regulator("980000")):
        with pytest.raises(NotAllowed):
            make_primary(actor=foreign, appointment=second)


def test_primary_of_another_time_stays(held):
    record = record_leaving(actor=officer(held.institution), appointment=held, values={"end_date": "2025-01-01"})
    make_primary(actor=regulator(), appointment=record)
    later = make_appointment(held.person, make_institution(), start=date(2025, 1, 1))

    make_primary(actor=regulator(), appointment=later)

    assert Appointment.objects.filter(is_primary=True).count() == 2
