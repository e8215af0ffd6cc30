"""A late step under own rules: the place is told at once, who oversees it some working days later, each only once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AdminBody, Competence
from accounts.permissions import Permission, Role
from accounts.selectors import system_user
from core import calendar, clock
from core.models import OutboxEvent
from credit import services
from credit.models import OverdueStep
from credit.rules.cases import rule_on
from credit.rules.self_regulation import Result
from credit.selectors.self_cases import late_elsewhere, self_cases
from credit.services import self_common
from credit.services.escalation import OVERDUE, escalate, tell_of_overdue
from tests.builders import hat, make_base, make_institution, make_person, make_user, region, regulator
from tests.credit.cases import LONG_AGO, know_years, later
from tests.credit.own_rules import association_and_member, outsider, rules_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    know_years()
    return association_and_member()


@pytest.fixture
def overseer(track):
    """Competent for the institutions of the region."""
    return oversees("institutions", regulator(track.body.region.code))


def oversees(matter, user):
    body = user.memberships.get().admin_body
    words = {"valid_from": LONG_AGO, "document": "文", "recorded_at": clock.now()}
    Competence.objects.create(matter=matter, region=region(body.jurisdiction.split("/")[-2]), body=body, **words)
    return user


def days_after(day, more=1):
    return (day - clock.today()).days + more


def far(day):
    return calendar.working_day_deadline(day, rule_on(clock.today()).clocks["escalation_working_days"]).day


def told():
    return [(one.what, one.body.code if one.body else "") for one in OverdueStep.objects.order_by("pk")]


def run():
    return escalate(actor=system_user())


def body_of(user):
    return user.memberships.get().admin_body.code


def test_place_is_told_at_once_and_whoever_oversees_it_after_the_clock(track, overseer):
    case = track.opened()
    with later(days_after(case.due_on, 0)):
        assert run() == 0
    with later(days_after(case.due_on)):
        assert run() == 1
        assert run() == 0
    assert told() == [("case", "")]

    with later(days_after(far(case.due_on), -1)):
        assert run() == 0
    with later(days_after(far(case.due_on), 0)):
        assert run() == 1
        assert run() == 0
    assert told() == [("case", ""), ("case", body_of(overseer))]
    keys = OutboxEvent.objects.filter(kind=OVERDUE).values_list("key", flat=True)
    reached = {int(key.split(":")[1]) for key in keys}
    assert {track.first.pk, track.second.pk, track.third.pk, overseer.pk} <= reached
    assert track.answering.pk not in reached


def test_report_and_review_are_told_too(track, overseer):
    review = track.asked()
    report = track.report()
    with later(60):
        run()
    assert sorted(told()) == sorted(
        [("report", ""), ("report", body_of(overseer)), ("review", ""), ("review", body_of(overseer))]
    )
    assert OverdueStep.objects.filter(what="report").first().report == report
    assert OverdueStep.objects.filter(what="review").first().report == review.case.report


def test_base_is_overseen_by_whoever_is_competent_for_bases():
    know_years()
    base, teacher = make_base(host=make_institution()), make_user()
    track = rules_of(base, make_person("何讲师", user=teacher), teacher)
    code = base.region.code
    for_bases, area = oversees("bases", regulator(code)), base.region
    beside = AdminBody.objects.create(code="BESIDE", name="另一部门", rank=area.level, jurisdiction=area.path)
    for_others = oversees("decide", hat(Role.REGULATOR, beside))
    case = track.opened()
    with later(days_after(far(case.due_on))):
        run()
    assert told() == [("case", ""), ("case", body_of(for_bases))]
    assert not OverdueStep.objects.filter(body__code=body_of(for_others)).exists()


def test_where_nobody_oversees_such_places_the_body_that_decides_is_told(track):
    decides = oversees("decide", regulator(track.body.region.code))
    case = track.opened()
    with later(days_after(far(case.due_on))):
        assert run() == 2
    assert told()[-1] == ("case", body_of(decides))


def test_nobody_competent_holds_nothing_up(track):
    case = track.opened()
    with later(days_after(far(case.due_on))):
        assert run() == 1


def test_provisional_day_and_step_taken_are_not_late(track, overseer):
    case, other = track.noticed(), track.opened()
    type(other).objects.filter(pk=other.pk).update(is_provisional=True)
    services.dismiss_self_case(actor=track.second, case=case, reasons="查无依据。")
    with later(200):
        assert run() == 0


def letters(mailoutbox, user, late):
    key = OutboxEvent.objects.filter(kind=OVERDUE, key__startswith=f"{late.pk}:{user.pk}:").get().key
    tell_of_overdue(overdue_id=late.pk, user_id=user.pk, way=key.split(":", 2)[2])
    return mailoutbox[-1]


def test_letters_say_nothing_of_the_matter(track, overseer, mailoutbox):
    case = track.opened()
    with later(days_after(far(case.due_on))):
        run()
        own, above = OverdueStep.objects.order_by("pk")
        first, second = letters(mailoutbox, track.second, own), letters(mailoutbox, overseer, above)
        track.third.memberships.update(valid_to=clock.today() - timedelta(days=1))
        tell_of_overdue(overdue_id=own.pk, user_id=track.third.pk, way="login")
    assert len(mailoutbox) == 2
    assert "/own-rules/" in first.body
    assert "/own-rules/late/" in second.body
    assert track.body.name in second.body
    for letter in (first, second):
        assert case.number not in letter.subject + letter.body
        assert track.subject.name not in letter.subject + letter.body


# --- the lists ------------------------------------------------------------------------------------------------------
def test_authority_reads_where_and_since_when_and_nothing_else(track, overseer):
    case = track.opened()
    client = Client()
    client.force_login(overseer)
    with later(days_after(far(case.due_on))):
        run()
        client.force_login(overseer)
        page = client.get("/en/own-rules/late/").content.decode()
        assert track.body.name in page
        for secret in (case.number, track.subject.name, case.rule_text, case.report.said, case.report.said_of):
            assert secret not in page
        assert client.get(f"/en/own-rules/cases/{case.uuid}/").status_code == 404
        facts = "宣传册第3页"
        services.dismiss_self_case(actor=track.second, case=case, reasons=facts)
        assert list(late_elsewhere(overseer)) == []


def test_only_whoever_was_told_or_stands_above_reads_it(track, overseer):
    case = track.opened()
    with later(days_after(far(case.due_on))):
        run()
        above, beside = regulator("000000"), regulator("990200")
        assert len(late_elsewhere(overseer)) == len(late_elsewhere(above)) == 1
        for other in (beside, outsider(), track.first, track.answering):
            assert list(late_elsewhere(other)) == []
        own = OverdueStep.objects.allowed(track.first, Permission.SELF_CASE_VIEW)
        assert own.count() == 2
        assert (
            OverdueStep.objects.allowed(
                hat(Role.INSTITUTION_OFFICER, make_institution()), Permission.SELF_CASE_VIEW
            ).count()
            == 0
        )


def test_desk_of_the_place_lists_what_is_late_alone(track):
    case = track.opened()
    client = Client()
    with later(days_after(case.due_on)):
        fresh = track.opened()
        assert list(self_cases(track.first, late=True)) == [case]
        client.force_login(track.first)
        every, late = (client.get(f"/en/own-rules/{query}").content.decode() for query in ("", "?late=1"))
    assert (fresh.number in every, fresh.number in late, case.number in late) == (True, False, True)
    assert "Only what is late" in every


def test_list_asks_as_often_for_three_as_for_one(track, overseer):
    case = track.opened()
    client = Client()
    with later(days_after(far(case.due_on), 30)):
        client.force_login(overseer)
        run()
        client.get("/en/own-rules/late/")
        with CaptureQueriesContext(
            connection,
        ) as one:
            client.get("/en/own-rules/late/")
    for _ in range(2):
        track.opened()
    with later(days_after(far(case.due_on), 30)):
        run()
        with CaptureQueriesContext(connection) as three:
            page = client.get("/en/own-rules/late/").content.decode()
    assert page.count(f">{track.body.name}<") == 3
    assert len(one) == len(three)


def test_place_is_told_once_by_the_database_itself(track):
    case = track.opened()
    words = {"report": case.report, "what": "case", "due_on": case.due_on}
    OverdueStep.objects.create(**words)
    with pytest.raises(IntegrityError), transaction.atomic():
        OverdueStep.objects.create(**words)


def test_last_day_to_answer_makes_no_place_late(track, overseer):
    """It is the other side's day; the place is late once it has not decided in its own time."""
    case = track.noticed()
    with later(days_after(far(case.answer_until), 3)):
        assert run() == 0
    decision = self_common.working_days(case, case.answer_until, "decision").day
    with later(days_after(decision)):
        assert run() == 1
    assert told() == [("case", "")]
    with later(days_after(far(decision))):
        run()
        assert [one.report for one in late_elsewhere(overseer)] == [case.report]


def test_what_somebody_else_has_to_put_right_makes_no_place_late(track, overseer):
    case = track.told(Result("correction", correct_by=clock.today() + timedelta(days=30)))
    assert case.due_on == case.correct_by
    with later(60):
        assert run() == 0
