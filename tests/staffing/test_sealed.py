"""People in secret posts: two numbers that count when they are confirmed, in every figure, once, and never as rows."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from staffing.models import SealedCount
from staffing.selectors import history, institution_ratio, people_behind, region_ratios
from staffing.selectors.sealed import Sealed, sealed_counts
from staffing.services import (
    annul_sealed_count,
    confirm_sealed_count,
    end_sealed_count,
    enter_sealed_count,
    refuse_sealed_count,
)
from tests.builders import make_appointment, make_institution, officer, regulator

pytestmark = pytest.mark.django_db
FIRST, DAY = date(2026, 1, 1), date(2026, 6, 30)


def entered(institution, staff=5, trained=3, valid_from=FIRST, **fields):
    return enter_sealed_count(
        actor=officer(institution),
        institution=institution,
        staff=staff,
        trained=trained,
        valid_from=valid_from,
        **fields,
    )


def confirmed(institution, *numbers, **fields):
    count = entered(institution, *numbers, **fields)
    return confirm_sealed_count(actor=regulator(), count=count, document_number="岚科密〔2026〕1号")


def fraction(institution, day=DAY, known_at=None):
    ratio = institution_ratio(institution, as_of=day, known_at=known_at).ratio
    return ratio.trained, ratio.staff


# --- counting -------------------------------------------------------------------------------------------------------
def test_number_counts_when_it_is_confirmed_and_not_before(institution):
    count = entered(institution)
    assert (fraction(institution), institution_ratio(institution).waiting) == ((1, 1), count)

    confirm_sealed_count(actor=regulator(), count=count, document_number="岚科密〔2026〕1号")

    answer = institution_ratio(institution, as_of=DAY)
    assert (fraction(institution), answer.sealed, institution_ratio(institution).waiting) == (
        (4, 6),
        Sealed(3, 5),
        None,
    )
    assert (answer.as_json()["staff"], answer.as_json()["trained"]) == (6, 4)
    assert len(people_behind(officer(institution), answer)) == 1


def test_number_counts_in_its_days_only(institution):
    confirmed(institution, valid_to=date(2026, 4, 1))

    days = (date(2025, 12, 31), FIRST, date(2026, 3, 31), date(2026, 4, 1))
    assert [fraction(institution, day) for day in days] == [(1, 1), (4, 6), (4, 6), (1, 1)]
    assert [(one.trained, one.staff) for _day, one in history(institution_ratio(institution, as_of=DAY))][-7:] == [
        (1, 1), (4, 6), (4, 6), (4, 6), (1, 1), (1, 1), (1, 1),
    ]  # fmt: skip


def test_number_is_seen_as_known_then(institution):
    before = clock.now()
    with clock.travel(timedelta(days=1)):
        count, at = confirmed(institution), clock.now()
    with clock.travel(timedelta(days=2)):
        end_sealed_count(actor=regulator(), count=count, ended_on=date(2026, 3, 1))
        ended = clock.now()
    with clock.travel(timedelta(days=3)):
        annul_sealed_count(actor=regulator(), count=count, reason="人数核对有误")

        assert [fraction(institution, DAY, moment) for moment in (before, at, ended)] == [(1, 1), (4, 6), (1, 1)]
        assert [fraction(institution, FIRST, moment) for moment in (at, ended, None)] == [(4, 6), (4, 6), (1, 1)]


def test_region_counts_the_number_once(institution):
    other = make_institution()
    make_appointment(institution.appointments.get().person, other)
    confirmed(institution)

    figure, answers = region_ratios(regulator(), "990000/", as_of=DAY)

    assert (figure.ratio.trained, figure.ratio.staff) == (4, 6)
    assert [(answers[one.pk].ratio.trained, answers[one.pk].ratio.staff) for one in (institution, other)] == [
        (4, 6), (1, 1),
    ]  # fmt: skip
    assert answers[institution.pk].sealed == Sealed(3, 5)


def test_new_number_takes_the_place_of_the_one_before(institution):
    first = confirmed(institution)
    confirmed(institution, 7, 7, valid_from=date(2026, 5, 1))

    first.refresh_from_db()
    assert (first.state, first.ended_on) == ("ended", date(2026, 5, 1))
    assert [fraction(institution, day) for day in (date(2026, 4, 30), date(2026, 5, 1))] == [(4, 6), (8, 8)]


def test_number_of_the_same_days_needs_the_old_one_annulled_first(institution):
    first, second = confirmed(institution), entered(institution, 7, 7)

    with pytest.raises(DomainError) as refusal:
        confirm_sealed_count(actor=regulator(), count=second, document_number="1号")
    assert refusal.value.code == "sealed_overlaps"
    annul_sealed_count(actor=regulator(), count=first, reason="重新核对")
    confirm_sealed_count(actor=regulator(), count=second, document_number="2号")
    assert fraction(institution) == (8, 8)


def test_number_that_runs_into_a_later_one_is_refused_before_anything_ends(institution):
    """One makes room, the next one does not: nothing happens, and the refusal names the one in the way."""
    first = confirmed(institution, valid_to=date(2026, 3, 1))
    confirmed(institution, 7, 7, valid_from=date(2026, 6, 1))
    new = entered(institution, 2, 1, valid_from=date(2026, 2, 1))

    with pytest.raises(DomainError) as refusal:
        confirm_sealed_count(actor=regulator(), count=new, document_number="1号")

    assert (refusal.value.code, refusal.value.facts["valid_from"]) == ("sealed_overlaps", date(2026, 6, 1))
    first.refresh_from_db()
    new.refresh_from_db()
    assert (first.state, new.state) == ("confirmed", "entered")


ENDS = st.sampled_from(["", "confirm", "refuse", "annul"])


@settings(max_examples=30)
@given(counts=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 60), ENDS), max_size=5))
def test_sum_of_every_day_is_the_replay(counts):
    """Against a list of days: each confirmed number fills its days until the next one begins, an annulled one never."""
    with transaction.atomic():
        place, authority, days = make_institution(), regulator(), {}
        for staff, trained, start, end in counts:
            count = entered(place, staff, min(trained, staff), FIRST + timedelta(start))
            if end in ("confirm", "annul"):
                try:
                    with transaction.atomic():
                        confirm_sealed_count(actor=authority, count=count, document_number="1号")
                except DomainError:
                    refuse_sealed_count(actor=authority, count=count, reason="重叠")
                    continue
                if end == "confirm":
                    days |= {day: (min(trained, staff), staff) for day in range(start, 70)}
                else:
                    annul_sealed_count(actor=authority, count=count, reason="误")
            else:
                refuse_sealed_count(actor=authority, count=count, reason="不符")
        found = [fraction(place, FIRST + timedelta(day)) for day in range(0, 70, 3)]
        assert found == [days.get(day, (0, 0)) for day in range(0, 70, 3)]
        transaction.set_rollback(True)


# --- who and how ----------------------------------------------------------------------------------------------------
def test_number_is_entered_by_the_institution_and_decided_by_its_authority(institution):
    count = entered(institution)
    for foreign in (officer(), regulator()):
        with pytest.raises(NotAllowed):
            enter_sealed_count(actor=foreign, institution=institution, staff=1, trained=0, valid_from=FIRST)
    for foreign in (officer(institution), regulator("980000")):
        with pytest.raises(NotAllowed):
            confirm_sealed_count(actor=foreign, count=count, document_number="1号")
        with pytest.raises(NotAllowed):
            refuse_sealed_count(actor=foreign, count=count, reason="x")
    assert [sealed_counts(actor) for actor in (officer(institution), regulator(), officer(), regulator("980000"))] == [
        [count], [count], [], [],
    ]  # fmt: skip


def test_who_entered_it_does_not_decide_it(institution):
    count = entered(institution)
    both, authority = count.entered_by, regulator()
    body = authority.memberships.get().admin_body
    Membership.objects.create(user=both, role="regulator", admin_body=body, valid_from=date(2020, 1, 1))

    with pytest.raises(NotAllowed) as refusal:
        confirm_sealed_count(actor=both, count=count, document_number="1号")

    assert refusal.value.code == "same_person_twice"


@pytest.mark.parametrize(
    ("numbers", "code"),
    [((0, 0), "sealed_wrong"), ((3, 4), "sealed_wrong"), ((3, -1), "sealed_wrong")],
)
def test_numbers_that_cannot_be_are_refused(institution, numbers, code):
    with pytest.raises(DomainError) as refusal:
        entered(institution, *numbers)
    assert refusal.value.code == code


def test_steps_need_their_paper_and_their_state(institution):
    count = entered(institution)
    for act, code in (
        (lambda: entered(institution), "sealed_waiting"),
        (lambda: confirm_sealed_count(actor=regulator(), count=count, document_number=" "), "document_missing"),
        (lambda: refuse_sealed_count(actor=regulator(), count=count, reason=" "), "reason_missing"),
        (lambda: end_sealed_count(actor=regulator(), count=count, ended_on=FIRST), "sealed_wrong"),
    ):
        with pytest.raises(DomainError) as refusal:
            act()
        assert refusal.value.code == code
    with pytest.raises(WrongState):
        end_sealed_count(actor=regulator(), count=count, ended_on=DAY)
    count.refresh_from_db()
    assert (count.state, count.ended_on) == ("entered", None)


# --- pages ----------------------------------------------------------------------------------------------------------
def test_institution_enters_and_authority_confirms_and_the_fraction_says_so(client, institution):
    client.force_login(officer(institution))
    numbers = {"staff": "5", "trained": "3", "valid_from": "2026-01-01"}
    assert client.post("/sealed-counts/enter/", numbers | {"trained": "6"}).status_code == 200
    assert not SealedCount.objects.exists()
    assert client.post("/sealed-counts/enter/", numbers).url == "/sealed-counts/"
    ratio_page = f"/institutions/{institution.pk}/ratio/?as_of=2026-06-30"
    assert "涉密岗位5人待主管部门确认" in client.get(ratio_page).content.decode()
    count = SealedCount.objects.get()
    assert client.get(f"/sealed-counts/{count.pk}/").status_code == 404

    client.force_login(regulator())
    assert institution.name in client.get("/sealed-counts/").content.decode()
    assert client.post(f"/sealed-counts/{count.pk}/", {"step": "confirm"}).status_code == 200
    client.post(f"/sealed-counts/{count.pk}/", {"step": "confirm", "document_number": "岚科密〔2026〕1号"})

    for url in (ratio_page, f"/oversight/institutions/{institution.pk}/?as_of=2026-06-30"):
        page = client.get(url).content.decode()
        assert "4<small> / 6</small>" in page
        assert "其中涉密岗位5人（接受过培训3人）" in page


def test_numbers_of_others_are_not_found(client, institution):
    count = entered(institution)
    for foreign, status in ((officer(), 200), (regulator("980000"), 200)):
        client.force_login(foreign)
        answer = client.get("/sealed-counts/")
        assert (answer.status_code, institution.name in answer.content.decode()) == (status, False)
        assert client.post(f"/sealed-counts/{count.pk}/", {"step": "refuse", "reason": "x"}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_queries_do_not_grow(client, rows, django_assert_num_queries):
    for _row in range(rows):
        entered(make_institution())
    client.force_login(regulator())
    client.get("/sealed-counts/")

    with django_assert_num_queries(4):
        client.get("/sealed-counts/")


# --- what the database promises -------------------------------------------------------------------------------------
def row(institution, **fields):
    count = {"staff": 5, "trained": 3, "valid_from": FIRST, "entered_at": clock.now(), "entered_by": officer()}
    return SealedCount.objects.create(institution=institution, **(count | fields))


PAPER = {"state": "confirmed", "document_number": "1号"}
BROKEN = {
    "sealed_count_of_somebody": {"staff": 0, "trained": 0},
    "sealed_count_trained_among_staff": {"trained": 6},
    "sealed_count_ends_after_start": {"valid_to": FIRST},
    "sealed_count_counts_by_its_paper": {"state": "confirmed", "document_number": "1号"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_constraint_refuses(institution, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row(institution, **BROKEN[name])
    row(institution)


def test_every_constraint_is_tried():
    assert {one.name for one in SealedCount._meta.constraints} == set(BROKEN)


def test_two_confirmed_numbers_of_one_day_are_refused_by_the_database(institution):
    row(institution, **PAPER, confirmed_at=clock.now(), valid_to=date(2026, 2, 1))
    row(institution, **PAPER, confirmed_at=clock.now(), valid_from=date(2026, 2, 1))
    row(institution)

    with pytest.raises(IntegrityError, match="sealed_count_once_at_a_time"), transaction.atomic():
        row(institution, **PAPER, confirmed_at=clock.now(), valid_from=date(2026, 1, 31), valid_to=date(2026, 2, 1))


@pytest.mark.parametrize("change", ["staff = 9", "trained = 0", "valid_from = '2025-01-01'", "valid_to = '2027-01-01'"])
def test_entered_numbers_never_change(institution, change):
    count = row(institution)

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE staffing_sealedcount SET {change} WHERE id = %s", [count.pk])  # noqa: S608
