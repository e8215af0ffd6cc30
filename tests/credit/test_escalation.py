"""A step that is late: the body is told on the first day, the body above some working days later, each of them once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import AdminBody
from accounts.permissions import Role
from accounts.selectors import system_user
from core import calendar, clock
from core.errors import NotAllowed
from core.models import OutboxEvent
from credit import services
from credit.models import OverdueStep
from credit.rules.cases import rule_on
from credit.services.escalation import OVERDUE, escalate, tell_of_overdue
from tests.builders import hat
from tests.credit.cases import Authority, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Authority()


@pytest.fixture
def above(desk):
    """Somebody reads cases one level up; a body between them has nobody."""
    nation = AdminBody.objects.get(code="NATIONAL")
    empty = AdminBody.objects.create(code="EMPTY", name="空", rank="provincial", jurisdiction="990000/", parent=nation)
    desk.body.parent = empty
    desk.body.save()
    return hat(Role.REGULATOR, nation)


def patience():
    return rule_on(clock.today()).clocks["escalation_working_days"]


def days_to(day):
    return (day - clock.today()).days


def told():
    return [(one.what, one.body.code) for one in OverdueStep.objects.select_related("body").order_by("pk")]


def test_nothing_is_late_on_the_last_day(desk, above):
    case = desk.filed()
    with later(days_to(case.due_on)):
        assert escalate(actor=system_user()) == 0
    assert told() == []


def test_own_body_at_once_and_the_one_above_after_working_days(desk, above):
    case = desk.filed()
    with later(days_to(case.due_on) + 1):
        assert escalate(actor=system_user()) == 1
        assert escalate(actor=system_user()) == 0
    assert told() == [("case", desk.body.code)]

    far = calendar.working_day_deadline(case.due_on, patience()).day
    with later(days_to(far) - 1):
        assert escalate(actor=system_user()) == 0
    with later(days_to(far)):
        assert escalate(actor=system_user()) == 1
    assert told() == [("case", desk.body.code), ("case", "NATIONAL")]
    letters = OutboxEvent.objects.filter(kind=OVERDUE).values_list("key", flat=True)
    assert {int(key.split(":")[1]) for key in letters} >= {desk.decider.pk, desk.free.pk, above.pk}


def test_step_taken_meanwhile_is_late_no_more_and_the_next_has_its_own_day(desk):
    case = desk.noticed()
    first = case.due_on
    with later(days_to(first) + 1):
        escalate(actor=system_user())
        services.waive_answer(actor=desk.login, case=case)
        case.refresh_from_db()
        assert case.due_on is None or case.due_on > first
    assert OverdueStep.objects.filter(due_on=first).count() == 1


def test_report_and_repair_are_escalated_too(desk):
    report = desk.report()
    case = desk.in_force("minor")
    services.ask_repair(actor=desk.login, case=case, corrected="已改正", commitment="承诺", committed=True)
    with later(60):
        escalate(actor=system_user())
    assert sorted(told()) == [("repair", desk.body.code), ("report", desk.body.code)]
    assert OverdueStep.objects.get(what="report").report == report


def test_provisional_day_makes_nothing_late(desk):
    case = desk.filed()
    type(case).objects.filter(pk=case.pk).update(is_provisional=True)
    with later(200):
        assert escalate(actor=system_user()) == 0


def test_letter_says_what_is_late_and_reaches_no_former_officer(desk, mailoutbox):
    case = desk.filed()
    with later(days_to(case.due_on) + 1):
        escalate(actor=system_user())
        step = OverdueStep.objects.get()
        way = OutboxEvent.objects.filter(kind=OVERDUE, key__startswith=f"{step.pk}:{desk.free.pk}:").get().key
        way = way.split(":", 2)[2]
        desk.two.memberships.update(valid_to=clock.today() - timedelta(days=1))
        tell_of_overdue(overdue_id=step.pk, user_id=desk.two.pk, way=way)
        assert mailoutbox == []
        tell_of_overdue(overdue_id=step.pk, user_id=desk.free.pk, way=way)
    assert len(mailoutbox) == 1
    assert "/credit/cases/" in mailoutbox[0].body
    assert desk.subject.name not in mailoutbox[0].subject + mailoutbox[0].body


def test_only_the_daily_round_escalates(desk):
    with pytest.raises(NotAllowed):
        escalate(actor=desk.decider)


def test_who_was_told_stands_for_ever_and_on_the_page(desk):
    case = desk.filed()
    client = Client()
    client.force_login(desk.free)
    with later(days_to(case.due_on) + 1):
        escalate(actor=system_user())
        client.force_login(desk.free)
        page = client.get(f"/en/credit/cases/{case.pk}/").content.decode()
        late = client.get("/en/credit/cases/?late=1").content.decode()
    assert f"{desk.body.name} was told on" in " ".join(page.split())
    assert case.number in late
    client.force_login(desk.free)
    assert case.number not in client.get("/en/credit/cases/?late=1").content.decode()
    with pytest.raises(DatabaseError), transaction.atomic():
        OverdueStep.objects.update(told_at=clock.now())
