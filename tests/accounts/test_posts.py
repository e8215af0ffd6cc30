"""Posts side by side: the same post never twice at a time, by any writer; different posts, and who counts, once."""

from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Appointment, Person
from accounts.models.positions import BLANKS, post_key
from accounts.selectors.staff import primary_appointment
from accounts.services import record_joining
from core import clock
from tests.accounts.rosters import actions, confirm, only_error, preview
from tests.accounts.sheets import codes, person_row, roster
from tests.builders import make_appointment, make_institution, make_person, officer, resident_number

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)
LATER = START + timedelta(days=100)


@pytest.fixture
def held():
    return make_appointment(make_person(), make_institution(), start=START, post="技术 经理A")


# --- the same post --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("post", ["技术 经理A", "技术经理a", "技术\u3000经理 A "])
@pytest.mark.parametrize("start", [START, LATER, START - timedelta(days=1)])
def test_same_post_twice_at_a_time_is_refused(held, post, start):
    with pytest.raises(IntegrityError, match="appointment_post_once_at_a_time"), transaction.atomic():
        make_appointment(held.person, held.institution, start=start, post=post)


@pytest.mark.parametrize("change", [{"post": "技术经理a"}, {"end_date": None}, {"start_date": START}])
def test_change_into_the_same_post_is_refused_whoever_writes(held, change):
    terms = {"post": "主任"} if "post" in change else {"post": "技术经理A"}
    ends = START if "end_date" in change else None
    start = LATER if "start_date" in change else START - timedelta(days=50)
    if "start_date" in change:
        Appointment.objects.filter(pk=held.pk).update(end_date=LATER)
    other = make_appointment(held.person, held.institution, start=start, end_date=ends, **terms)

    with pytest.raises(IntegrityError, match="appointment_post_once_at_a_time"), transaction.atomic():
        Appointment.objects.filter(pk=other.pk).update(**change)
    for name, value in change.items():
        setattr(other, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.bulk_update([other], list(change))


def test_what_does_not_overlap_is_taken(held):
    Appointment.objects.filter(pk=held.pk).update(end_date=LATER)

    make_appointment(held.person, held.institution, start=LATER, post=held.post)
    make_appointment(held.person, held.institution, start=START, post="主任")
    make_appointment(held.person, make_institution(), start=START, post=held.post)
    make_appointment(make_person(), held.institution, start=START, post=held.post)


def test_voided_appointment_blocks_nothing(held):
    Appointment.objects.filter(pk=held.pk).update(voided_at=clock.now())

    again = make_appointment(held.person, held.institution, start=START, post=held.post)

    with pytest.raises(IntegrityError, match="appointment_post_once_at_a_time"), transaction.atomic():
        Appointment.objects.filter(pk=held.pk).update(voided_at=None)
    assert again.post_key == held.post_key


def test_promise_is_made_again_by_every_migrate(held):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for way in ("insert", "update"):
                cursor.execute(f'DROP TRIGGER "appointment_post_once_at_a_time_{way}"')
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute('ALTER TABLE accounts_appointment DROP CONSTRAINT "appointment_post_once_at_a_time"')
    again = make_appointment(held.person, held.institution, start=LATER, post=held.post)
    Appointment.objects.filter(pk=again.pk).delete()

    call_command("migrate", "accounts", verbosity=0)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_appointment(held.person, held.institution, start=LATER, post=held.post)


@given(st.text(alphabet=st.sampled_from([*BLANKS, *"技术经理AaZzÉéＡİ1'%"]), min_size=1, max_size=12))
def test_key_of_the_database_is_the_key_of_the_plans(post):
    with transaction.atomic():
        made = make_appointment(make_person(), make_institution(), post=post)
        kept = Appointment.objects.values_list("post_key", flat=True).get(pk=made.pk)
        transaction.set_rollback(True)

    assert kept == post_key(post)


# --- two at once ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_connections_never_hold_the_same_post_together():
    """Both write before either commits; whoever waits for the other is not there.

    Rows written at the very same moment wait for each other: PostgreSQL then ends one of them as a deadlock.
    """
    person, institution, both, refused = make_person(), make_institution(), Barrier(2), []

    def write(start):
        try:
            with transaction.atomic():
                make_appointment(person, institution, start=start)
                with suppress(BrokenBarrierError):
                    both.wait(timeout=2)
        except (IntegrityError, OperationalError) as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [Thread(target=write, args=[day]) for day in (START, LATER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (Appointment.objects.count(), len(refused)) == (1, 1)


# --- the main one ---------------------------------------------------------------------------------------------------
def test_two_main_places_of_work_at_a_time_are_refused(held):
    Appointment.objects.filter(pk=held.pk).update(is_primary=True)

    with pytest.raises(IntegrityError, match="appointment_primary_once_at_a_time"), transaction.atomic():
        make_appointment(held.person, make_institution(), start=LATER, is_primary=True)
    Appointment.objects.filter(pk=held.pk).update(end_date=LATER)
    make_appointment(held.person, make_institution(), start=LATER, is_primary=True)


def test_first_is_the_main_one_until_another_is_decided(held):
    second = make_appointment(held.person, make_institution(), start=LATER)

    assert primary_appointment(held.person, LATER) == held
    Appointment.objects.filter(pk=second.pk).update(is_primary=True)
    assert primary_appointment(held.person, LATER) == second
    assert primary_appointment(held.person, START) == held
    assert primary_appointment(held.person, START - timedelta(days=1)) is None


# --- files ----------------------------------------------------------------------------------------------------------
def test_file_adds_another_post_and_not_the_same_one():
    institution, number = make_institution(), resident_number()
    confirm(institution, roster(person_row("高轩", number)))

    second = person_row("高轩", number, 入职日期="2025-01-01", 岗位="主任")
    assert actions(confirm(institution, roster(second))) == ["create"]
    assert actions(preview(institution, roster(person_row("高轩", number), second))) == ["unchanged", "unchanged"]
    again = person_row("高轩", number, 入职日期="2025-06-01", 岗位="主 任")
    assert only_error(institution, again) == ("入职日期", "overlaps")


def test_file_may_not_rename_one_post_into_another_that_is_held():
    institution, number = make_institution(), resident_number()
    confirm(
        institution, roster(person_row("高轩", number), person_row("高轩", number, 入职日期="2025-01-01", 岗位="主任"))
    )

    renamed = person_row("高轩", number, 入职日期="2025-01-01", 岗位="技术经理")
    assert only_error(institution, renamed) == ("入职日期", "overlaps")


def test_posts_begun_together_are_told_apart_by_their_name():
    institution, person = make_institution(), make_person("高轩", number="000000199001010018")
    for post in ("主任", "技术经理"):
        make_appointment(person, institution, post=post)

    assert actions(preview(institution, named("技术经理", "主任"))) == ["unchanged", "unchanged"]
    assert actions(preview(institution, named("秘书"))) == ["create"]


def named(*posts: str) -> bytes:
    """A file with one person who begins all these posts on one day."""
    return roster(*[person_row("高轩", "000000199001010018", 岗位=post) for post in posts])


def test_file_that_lists_both_posts_of_one_start_adds_the_second():
    institution = make_institution()
    confirm(institution, named("技术经理"))

    plan = confirm(institution, named("技术经理", "主任"))

    assert actions(plan) == ["unchanged", "create"]
    assert plan.rows[1].notes["beside"] == "技术经理 (2024-01-01 – )"
    assert sorted(Appointment.objects.values_list("post", flat=True)) == ["主任", "技术经理"]
    assert actions(preview(institution, named("主任", "技术经理"))) == ["unchanged", "unchanged"]


def test_two_posts_of_somebody_new_are_one_person_with_two():
    plan = confirm(make_institution(), named("技术经理", "主任"))

    assert (actions(plan), Person.objects.count(), Appointment.objects.count()) == (["create", "create"], 1, 2)
    assert [row.notes["beside"][:2] for row in plan.rows] == ["主任", "技术"]


def test_one_post_under_another_name_is_renamed_and_the_preview_says_so():
    institution = make_institution()
    confirm(institution, named("技术经理"))

    [row] = preview(institution, named("主任")).rows

    assert (str(row.action), row.changes) == ("update", {"post": ["技术经理", "主任"]})
    assert "renamed" in row.notes
    assert "renamed" not in preview(institution, named("技术经理")).rows[0].notes


def test_several_new_names_beside_one_unnamed_post_are_not_guessed():
    institution = make_institution()
    confirm(institution, named("技术经理"))

    plan = preview(institution, named("主任", "秘书"))

    assert [codes(row.errors) for row in plan.rows] == [[("岗位", "post_unclear")]] * 2
    assert actions(preview(institution, named("技术经理", "主任", "秘书"))) == ["unchanged", "create", "create"]


def test_same_post_and_start_twice_in_a_file_is_an_error():
    assert only_error(make_institution(), *[person_row("高轩", "000000199001010018")] * 2) == ("证件号码", "duplicate")


def test_joining_line_adds_a_second_post_of_the_same_day():
    institution = make_institution()
    confirm(institution, named("技术经理"))
    values = {
        "name": "高轩", "id_type": "resident_id", "id_number": "000000199001010018", "post": "主任",
        "professional": "true", "employment_type": "contract", "start_date": "2024-01-01",
    }  # fmt: skip

    made = record_joining(actor=officer(institution), institution=institution, values=values)

    assert (made.post, Appointment.objects.count()) == ("主任", 2)
