"""The first page of an office: a desk counts what its list shows, in one statement; what is due comes first."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AppointmentDispute, AppointmentNotice, Designation
from accounts.permissions import Role
from accounts.selectors.waiting import desks_of, waiting_lines
from accounts.services import ask_to_join, invite
from accounts.services.doubles import index_twins
from accounts.services.notices import open_notices
from core import clock
from credit.models import CatalogueProposal
from oversight.services import ask_for_erasure
from staffing.models import SealedCount
from tests.builders import (
    base_manager,
    hat,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    place_for,
    regulator,
    resident_number,
)
from tests.courses.builders import make_cohort, make_enrolment, make_session, make_sitting
from tests.credit import cases
from tests.oversight.desks import designation, line, shown

pytestmark = pytest.mark.django_db
# Pairs are looked for group by group; ends of periods need the special days and the known years, whose turn it is the
# table of who is competent; a ratio to come needs the rules, the rows, the records and the secret posts.
STATEMENTS = {"credit_objections": 2, "disagreements": 2, "doubles": 3, "designations": 4, "rectifying": 3, "ahead": 5}


def denied(institution, name: str = "高轩"):
    person = make_person(name, user=make_user())
    return AppointmentDispute.objects.create(appointment=make_appointment(person, institution))


def told_late(institution, day) -> None:
    open_notices([make_appointment(make_person(), institution)])
    institution.appointments.latest("pk").notice.__class__.objects.update(due_on=day)


def sealed(institution, state: str = "entered") -> SealedCount:
    return SealedCount.objects.create(
        institution=institution, staff=5, trained=2, valid_from=clock.today(), entered_at=clock.now(),
        entered_by=officer(institution), state=state,
    )  # fmt: skip


# --- the count is of the list behind the link ------------------------------------------------------------------------
def test_disputes_are_the_open_ones_of_the_region(client):
    here, actor = make_institution(code="990100"), regulator("990100")
    for institution in (here, here, make_institution(code="990200")):
        denied(institution)
    AppointmentDispute.objects.create(appointment=denied(here).appointment, state="rejected")

    found = line(actor, Role.REGULATOR, "disputes")

    assert found.waiting.count == len(shown(client, actor, found)["page_obj"].object_list) == 3


def test_requests_about_data_are_those_to_answer_with_the_next_deadline(client):
    actor = regulator()
    for _n in range(2):
        person = make_person(user=make_user())
        make_appointment(person, make_institution(), end_date=clock.today() - timedelta(days=9))
        asked = ask_for_erasure(actor=person.user)

    found = line(actor, Role.REGULATOR, "requests")

    assert found.waiting.count == len(shown(client, actor, found)["page_obj"].object_list) == 2
    assert found.waiting.due == clock.day_of(asked.due_at)


def test_sealed_counts_are_those_nobody_has_decided_on(client):
    actor, institution = regulator(), make_institution()
    sealed(institution)
    sealed(make_institution(), state="refused")
    sealed(make_institution(code="990000"))

    found = line(actor, Role.REGULATOR, "sealed_counts")

    entered = [one for one in shown(client, actor, found)["counts"] if one.state == "entered"]
    assert found.waiting.count == len(entered) == 2


def test_proposals_for_the_catalogues_are_those_of_others():
    item = cases.item()
    actor, other = regulator(), regulator()
    for one, region_path in ((actor, "990000/"), (other, "990000/"), (other, "980000/")):
        given = {"what": "item", "region_path": region_path, "words": {}, "proposed_at": clock.now()}
        CatalogueProposal.objects.create(proposed_by=one, **given)
    CatalogueProposal.objects.create(
        proposed_by=one, state="adopted", item=item, decided_by=actor, decided_at=clock.now(), **given
    )

    found = line(actor, Role.REGULATOR, "catalogue_proposals")

    assert found.waiting.count == 1
    assert found.waiting.since


def test_requests_to_join_of_the_authority_are_those_it_may_answer(client):
    actor, empty, led = regulator(), make_institution(), make_institution()
    officer(led)
    for place in (empty, led):
        ask_to_join(actor=make_user(), role=Role.INSTITUTION_OFFICER, place=place)

    found = line(actor, Role.REGULATOR, "joining")

    assert found.waiting.count == len(shown(client, actor, found)["page_obj"].object_list) == 1


def test_requests_to_join_a_place_stand_on_the_page_of_its_members(client):
    base = make_base()
    actor = base_manager(base)
    for place in (base, make_base()):
        ask_to_join(actor=make_user(), role=Role.INSTRUCTOR, place=place)

    found = line(actor, Role.BASE_MANAGER, "members")

    assert found.waiting.count == len(shown(client, actor, found)["requests"]) == 1


def test_rectification_waits_for_the_institution_while_it_runs(client):
    institution, today = make_institution(), clock.today()
    actor = officer(institution)
    given = {"period_from": today, "period_days": 10, "valid_from": today - timedelta(days=300)}
    designation(institution, "rectification", **given)
    designation(make_institution(), "rectification", **given)
    designation(institution, "applied")

    found = line(actor, Role.INSTITUTION_OFFICER, "rectifying")

    assert found.waiting.count == len(shown(client, actor, found)["rows"]) == 1
    assert found.waiting.due > today


def test_doubles_are_the_pairs_of_the_list(client):
    actor = regulator()
    for number in (60_001, 60_002):
        make_appointment(make_person("高轩", number=resident_number(number)), make_institution())
    index_twins()

    found = line(actor, Role.REGULATOR, "doubles")

    assert found.waiting.count == len(shown(client, actor, found)["page_obj"].object_list) == 1


def test_people_not_told_and_people_who_deny_are_two_desks_of_the_institution(client):
    institution, today = make_institution(), clock.today()
    actor = officer(institution)
    for place in (institution, institution, make_institution()):
        told_late(place, today - timedelta(days=1))
    AppointmentDispute.objects.create(appointment=institution.appointments.latest("pk"))

    untold, said_no = (line(actor, Role.INSTITUTION_OFFICER, code) for code in ("telling", "denied"))

    assert untold.waiting.count == len(shown(client, actor, untold)["page_obj"].object_list) == 2
    assert said_no.waiting.count == len(shown(client, actor, said_no)["page_obj"].object_list) == 1
    assert (untold.late, said_no.late) == (True, False)


def test_nobody_is_told_late_by_a_day_that_is_provisional():
    institution, today = make_institution(), clock.today()
    actor = officer(institution)
    told_late(institution, today - timedelta(days=1))
    AppointmentNotice.objects.update(due_provisional=True)

    alone = line(actor, Role.INSTITUTION_OFFICER, "telling")
    open_notices([make_appointment(make_person(), institution)])
    firm = AppointmentNotice.objects.latest("pk")
    AppointmentNotice.objects.filter(pk=firm.pk).update(due_on=today + timedelta(days=3), due_provisional=False)
    both = line(actor, Role.INSTITUTION_OFFICER, "telling")

    assert (alone.waiting.count, alone.waiting.due, alone.late) == (1, None, False)
    assert (both.waiting.count, both.waiting.due, both.late) == (2, today + timedelta(days=3), False)


def test_applications_are_those_of_the_cohorts_that_still_admit(client):
    base = make_base()
    actor, cohort = base_manager(base), make_cohort(base)
    running = make_cohort(base, state="running")
    make_enrolment(running, state="applied")
    make_enrolment(make_cohort(base, state="assessing"), state="applied")
    make_enrolment(make_cohort(base), state="waitlisted")
    for state in ("applied", "applied", "admitted", "waitlisted"):
        make_enrolment(cohort, state=state)
    make_enrolment(make_cohort(), state="applied")

    found = line(actor, Role.BASE_MANAGER, "applications")

    cards = shown(client, actor, found)["cards"]
    assert found.waiting.count == sum(card["cohort"].to_decide for card in cards) == 3
    assert {card["cohort"].pk for card in cards} == {cohort.pk, running.pk}
    assert all(str(card["cohort"].to_decide) in card["due"] for card in cards)


def test_completion_review_waits_for_every_cohort_in_assessment(client):
    base = make_base()
    actor = base_manager(base)
    make_cohort(base, state="assessing")
    make_cohort(base, state="running")
    make_cohort(state="assessing")

    found = line(actor, Role.BASE_MANAGER, "completion")

    assert found.waiting.count == len(shown(client, actor, found)["cards"]) == 1


@pytest.mark.parametrize("role", [Role.BASE_MANAGER, Role.INSTRUCTOR])
def test_sessions_of_today_are_those_in_front_of_the_cohorts(client, role):
    base, now = make_base(), clock.now()
    actor, cohort = hat(role, base), make_cohort(base, state="running")
    make_session(cohort, starts_at=now)
    make_session(cohort, starts_at=now + timedelta(days=2))

    found = line(actor, role, "sessions")

    assert found.waiting.count == len(shown(client, actor, found)["today"]) == 1
    assert (found.waiting.due, found.late) == (clock.today(), False)


@pytest.mark.parametrize("role", [Role.BASE_MANAGER, Role.INVIGILATOR])
def test_examinations_in_sight_are_those_of_the_room_list(client, role):
    base = make_base()
    actor = hat(role, base)
    for place in (base, make_base()):
        make_sitting(make_cohort(place, state="running"))

    found = line(actor, role, "sittings")

    assert found.waiting.count == len(shown(client, actor, found)["page_obj"].object_list) == 1
    assert not found.late


def test_invitations_to_offices_wait_for_another_administrator(client):
    place = place_for(Role.SECURITY_ADMIN)
    inviter, other = hat(Role.SECURITY_ADMIN, place), hat(Role.SECURITY_ADMIN, place)
    invite(actor=inviter, role=Role.AUDIT_ADMIN, place=place, email="one@example.test")
    invite(actor=inviter, role=Role.REGULATOR, place=place, email="two@example.test")

    found = line(other, Role.SECURITY_ADMIN, "seconding")

    waiting = [one for one in shown(client, other, found)["invitations"] if one.waits_for_a_second]
    assert found.waiting.count == len(waiting) == 1
    assert line(inviter, Role.SECURITY_ADMIN, "seconding").waiting.count == 0


# --- order, cost, words ----------------------------------------------------------------------------------------------
def test_what_is_due_comes_first_then_the_oldest_and_empty_desks_last():
    institution, today = make_institution(), clock.today()
    actor = officer(institution)
    ask_to_join(actor=make_user(), role=Role.INSTITUTION_OFFICER, place=institution)
    told_late(institution, today + timedelta(days=3))
    institution.appointments.update(professional=False)
    given = {"period_from": today - timedelta(days=30), "period_days": 3, "valid_from": today - timedelta(days=300)}
    designation(institution, "rectification", **given)

    found = [(one.desk.code, one.waiting.count) for one in waiting_lines(actor, Role.INSTITUTION_OFFICER)]

    empty = ["self_evaluation", "delivered_to_us", "own_cases", "ahead", "denied", "associations"]
    assert found == [("rectifying", 1), ("telling", 1), ("members", 1), *((code, 0) for code in empty)]


def under_periods(**place: Any) -> None:
    """A publicity and a rectification that are over; of another kind each time, as a place holds each once."""
    kinds = ("provincial_base", "national_base") if "base" in place else ("provincial_institution", "demonstration")
    day = clock.today() - timedelta(days=60)
    given = {"institution": None, "period_from": day, "period_days": 7, **place}
    given["kind"] = kinds[Designation.objects.filter(state="rectification", **place).count()]
    designation(state="publicity", **given)
    designation(state="rectification", valid_from=day, **given)


def fill(places: list[Any]) -> None:
    """A row on every desk of the two offices."""
    for institution, base in places:
        denied(institution)
        sealed(institution)
        told_late(institution, clock.today())
        designation(institution, "applied")
        under_periods(institution=institution)
        under_periods(base=base)
        ask_to_join(actor=make_user(), role=Role.INSTITUTION_OFFICER, place=institution)
        person = make_person(user=make_user())
        make_appointment(person, institution, end_date=clock.today() - timedelta(days=9))
        ask_for_erasure(actor=person.user)
        make_enrolment(make_cohort(base), state="applied")
        make_cohort(base, state="assessing")


@pytest.mark.parametrize("role", [Role.REGULATOR, Role.INSTITUTION_OFFICER, Role.BASE_MANAGER, Role.SECURITY_ADMIN])
def test_each_desk_asks_once_whatever_lies_on_it(role):
    place = place_for(role)
    institution = place if role == Role.INSTITUTION_OFFICER else make_institution()
    base = place if role == Role.BASE_MANAGER else make_base()
    actor = hat(role, place)
    actor.worn = actor.valid_memberships()
    asked = []
    for _round in range(2):
        fill([(institution if role == Role.INSTITUTION_OFFICER else make_institution(), base)])
        costs = {}
        for desk in desks_of(role):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                desk.count(actor)
            costs[desk.code] = len(queries)
        asked.append(costs)

    assert asked[0] == asked[1]
    assert {code: cost for code, cost in asked[0].items() if cost > STATEMENTS.get(code, 1)} == {}


def test_first_page_says_calmly_that_nothing_waits(client):
    client.force_login(officer(make_institution()))

    page = client.get("/en/home/").content.decode()

    assert page.count("Nothing waits") == len(desks_of(Role.INSTITUTION_OFFICER))
    assert "0 to do" not in page


def test_first_page_names_the_number_and_the_day_and_leads_to_those_that_wait(client):
    institution = make_institution()
    told_late(institution, clock.today() - timedelta(days=1))
    client.force_login(officer(institution))

    page = client.get("/en/home/").content.decode()

    assert 'href="/en/institution/notices/?standing=waiting"' in page
    assert ("1 to do" in page, "late since" in page) == (True, True)
