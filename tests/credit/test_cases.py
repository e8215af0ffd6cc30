"""Administrative cases: every step, who may take it, and what it may not skip."""

from datetime import timedelta

import pytest

from accounts.permissions import Permission, Role
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, CalendarYear
from credit import services
from credit.models import AdministrativeCase, CaseReport, CreditRecord
from credit.services import Officer, case_common
from tests.builders import hat, make_base, make_institution, make_user, region, regulator
from tests.credit.cases import Authority, hearing, item, later, notice, notify, refused, ruling, served

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Authority()


def test_from_report_to_entry(desk):
    case = desk.in_force("general")

    assert case.state == "in_force"
    assert case.begun_on == clock.today()
    entry = CreditRecord.objects.get(case=case)
    assert (entry.category, entry.person, entry.facts["outcome"]) == ("adverse", desk.subject, "general")
    assert (case.repair_from, case.ends_on) == (months(clock.today(), 3), months(clock.today(), 12))


def months(day, number):
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    last = 28 if month + 1 == 2 else 30
    return day.replace(year=year, month=month + 1, day=min(day.day, last) if day.day > 28 else day.day)


# --- reports --------------------------------------------------------------------------------------------------------
def test_report_goes_to_the_competent_body_and_to_nobody_else(desk):
    report = desk.report(reach_me="13900000000")

    assert report.body == desk.body
    assert report.state == "received"
    above = regulator("000000")
    assert CaseReport.objects.allowed(above, Permission.CASE_HANDLE).exists()
    with pytest.raises(NotAllowed):
        services.refuse_report(actor=above, report=report, reason="越级")
    for other in (regulator("990100"), regulator("980000"), desk.login, make_user()):
        assert not CaseReport.objects.allowed(other, Permission.CASE_HANDLE).exists()
    assert CaseReport.objects.allowed(desk.one, Permission.CASE_HANDLE).get() == report


def test_reporter_is_shown_for_a_purpose_and_written_down(desk):

    report = desk.report(reach_me="13900000000")

    assert services.reveal_reporter(actor=desk.one, report=report, purpose="核实") == "13900000000"
    assert AuditEntry.objects.filter(verb="credit.reporter_revealed", actor=desk.one.pk).count() == 1
    refused("purpose_missing", services.reveal_reporter, actor=desk.one, report=report, purpose=" ")


def test_report_without_anybody_competent_is_said_so(desk):
    with pytest.raises(DomainError, match="nobody_competent"):
        desk.report(region=region("970000"))


def test_refusal_gives_its_reasons(desk):
    report = desk.report()
    refused("reason_missing", services.refuse_report, actor=desk.one, report=report, reason="")

    done = services.refuse_report(actor=desk.one, report=report, reason="不属于本机关职责")

    assert (done.state, done.reason, done.track) == ("refused", "不属于本机关职责", "")
    with pytest.raises(WrongState):
        services.file_case(actor=desk.one, report=done, filing=desk.filing())


# --- filing ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"number": " "}, "number_missing"),
        ({"discovered_on": "future"}, "discovered_in_future"),
        ({"discovered_on": "before"}, "discovered_before_conduct"),
        ({"conduct_ended_on": "three years"}, "past_the_limit"),
    ],
)
def test_filing_that_cannot_be(desk, words, code):
    days = {"future": 1, "before": -40, "three years": -3 * 366}
    words = {
        name: clock.today() + timedelta(days=days[value]) if value in days else value for name, value in words.items()
    }

    old = {"item": item(valid_from=clock.today() - timedelta(days=4000))}
    refused(code, services.file_case, actor=desk.one, report=desk.report(), filing=desk.filing(**old | words))
    assert not AdministrativeCase.objects.exists()


def test_two_years_to_the_day_are_within_the_limit(desk):
    today = clock.today()
    ended = today.replace(year=today.year - 2)
    listed = item(valid_from=ended)

    assert desk.filed(conduct_ended_on=ended, discovered_on=today, item=listed).limit_on == today
    day_before = ended - timedelta(days=1)
    refused(
        "past_the_limit",
        services.file_case,
        actor=desk.one,
        report=desk.report(),
        filing=desk.filing(conduct_ended_on=day_before, discovered_on=today, item=item(valid_from=day_before)),
    )


def test_department_and_base_stand_in_the_file_of_their_entity(desk):
    host = make_institution()
    department, base = make_institution(parent=host), make_base(host=host)
    for unit in (department, base):
        assert desk.filed(subject=host, unit=unit).unit == unit
    refused(
        "no_credit_code",
        services.file_case, actor=desk.one, report=desk.report(), filing=desk.filing(subject=department),
    )  # fmt: skip
    stranger = make_base(host=make_institution())
    refused(
        "unit_without_entity",
        services.file_case, actor=desk.one, report=desk.report(), filing=desk.filing(subject=host, unit=stranger),
    )  # fmt: skip


def test_item_of_another_region_or_time_is_no_ground(desk):
    elsewhere = item(scope="local", region_path="980000/")
    later_item = item(valid_from=clock.today())
    for wrong, code in ((elsewhere, "item_elsewhere"), (later_item, "item_not_in_force")):
        refused(code, services.file_case, actor=desk.one, report=desk.report(), filing=desk.filing(item=wrong))


def test_nobody_files_or_handles_what_is_about_himself(desk):
    hat(Role.REGULATOR, desk.body, desk.login)
    refused("own_case", services.file_case, actor=desk.login, report=desk.report(), filing=desk.filing())
    refused("own_case", services.drop_case, actor=desk.login, case=desk.filed(), reason="无")


# --- inquiry --------------------------------------------------------------------------------------------------------
def test_two_different_officers_of_the_body_investigate(desk):
    case = desk.filed()
    stranger = regulator("980000")
    for one, two, code in (
        (Officer(desk.one, "ZF-1"), Officer(desk.one, "ZF-2"), "same_officer"),
        (Officer(desk.one, "ZF-1"), Officer(desk.two, "ZF-1"), "same_officer"),
        (Officer(desk.one, ""), Officer(desk.two, "ZF-2"), "certificate_missing"),
        (Officer(desk.one, "ZF-1"), Officer(stranger, "ZF-2"), "not_of_this_body"),
    ):
        refused(code, services.assign_officers, actor=desk.free, case=case, one=one, two=two)


def test_findings_come_from_the_investigators_alone(desk):
    case = desk.filed()
    pair = {"one": Officer(desk.one, "ZF-1"), "two": Officer(desk.two, "ZF-2")}
    case = services.assign_officers(actor=desk.free, case=case, **pair)

    refused("not_an_investigator", services.write_findings, actor=desk.lawyer, case=case, findings="甲", evidence="乙")


def test_whoever_investigated_does_not_review_the_law(desk):
    case = desk.investigated()
    for officer in (desk.one, desk.two):
        refused("same_person_twice", services.review_law, actor=officer, case=case, opinion="合法")


def test_general_needs_a_review_of_the_law_and_minor_does_not(desk):
    case = desk.investigated()
    refused("law_not_reviewed", services.write_notice, actor=desk.one, case=case, notice=notice())

    assert notify(desk.one, case, notice("minor"), served()).state == "noticed"


def test_recusal_is_decided_before_the_case_and_stops_the_officer(desk):
    case = desk.heard()
    recusal = services.ask_recusal(actor=desk.login, case=case, officer=desk.decider, reason="亲属关系")
    refused("recusal_open", services.decide_case, actor=desk.decider, case=case, ruling=ruling())
    refused("own_recusal", services.decide_recusal, actor=desk.decider, recusal=recusal, uphold=False, answer="否")

    services.decide_recusal(actor=desk.free, recusal=recusal, uphold=True, answer="属实")

    refused("stepped_aside", services.decide_case, actor=desk.decider, case=case, ruling=ruling())
    assert services.decide_case(actor=desk.free, case=case, ruling=ruling()).state == "decided"


def test_officer_goes_on_where_nobody_asks_who_stepped_aside(desk, monkeypatch):
    """The twin: with that guard off the one before would not hold."""
    case = desk.heard()
    recusal = services.ask_recusal(actor=desk.login, case=case, officer=desk.decider, reason="亲属关系")
    services.decide_recusal(actor=desk.free, recusal=recusal, uphold=True, answer="属实")
    monkeypatch.setattr(case_common, "stepped_aside", lambda actor, case: False)

    assert services.decide_case(actor=desk.decider, case=case, ruling=ruling()).state == "decided"


def test_dropped_before_notice_is_seen_by_nobody_else(desk):
    case = services.drop_case(actor=desk.one, case=desk.reviewed(), reason="没有违法事实")

    assert case.state == "dropped"
    assert not AdministrativeCase.objects.allowed(desk.login, Permission.CASE_ANSWER).exists()


def test_subject_learns_of_it_with_the_notice(desk):
    case = desk.reviewed()
    assert not AdministrativeCase.objects.allowed(desk.login, Permission.CASE_ANSWER).exists()
    notify(desk.one, case, notice(), served())
    assert AdministrativeCase.objects.allowed(desk.login, Permission.CASE_ANSWER).get() == case
    assert not AdministrativeCase.objects.allowed(desk.login, Permission.CASE_HANDLE).exists()


# --- hearing --------------------------------------------------------------------------------------------------------
def test_nothing_is_considered_before_the_subject_spoke_or_had_the_time(desk):
    case = desk.noticed()
    refused("still_time_to_answer", services.consider, actor=desk.two, case=case, considered="无")
    with later((case.answer_until - clock.today()).days):
        refused("still_time_to_answer", services.consider, actor=desk.two, case=case, considered="无")
    with later((case.answer_until - clock.today()).days + 1):
        assert services.consider(actor=desk.two, case=case, considered="未答复").state == "considered"


def test_answer_from_paper_does_not_shorten_the_time(desk):
    case = services.record_answer(actor=desk.one, case=desk.noticed(), answer="纸质答复")
    refused("still_time_to_answer", services.consider, actor=desk.two, case=case, considered="有")


def test_waiver_ends_the_time_at_once(desk):
    case = services.waive_answer(actor=desk.login, case=desk.noticed())
    assert services.consider(actor=desk.two, case=case, considered="声明放弃").state == "considered"


def test_provisional_day_expires_against_nobody(desk):
    CalendarYear.objects.filter(year__gt=clock.today().year).delete()
    case = desk.noticed()
    CalendarYear.objects.all().delete()
    with later(400):
        case.answer_is_provisional = True
        case.save(update_fields=["answer_is_provisional"])
        refused("still_time_to_answer", services.consider, actor=desk.two, case=case, considered="无")


def test_answer_that_came_meanwhile_is_read_first(desk):
    case = desk.noticed()
    services.answer_notice(actor=desk.login, case=case, answer="并非如此")
    refused("answered_meanwhile", services.consider, actor=desk.two, case=case, considered="无", heard="")


def test_hearing_is_held_where_it_was_asked_for(desk):
    case = services.ask_hearing(actor=desk.login, case=desk.noticed())
    case = services.answer_notice(actor=desk.login, case=case, answer="请求听证", complete=True)
    refused("hearing_not_held", services.consider, actor=desk.two, case=case, considered="有")
    soon = hearing(clock.today() + timedelta(days=3), desk.free)
    refused("announced_too_late", services.announce_hearing, actor=desk.one, case=case, hearing=soon)
    led = hearing(clock.today() + timedelta(days=30), desk.one)
    refused("chair_investigated", services.announce_hearing, actor=desk.one, case=case, hearing=led)

    day = clock.today() + timedelta(days=30)
    case = services.announce_hearing(actor=desk.one, case=case, hearing=hearing(day, desk.free))
    case = services.serve_hearing(actor=desk.one, case=case, served=served())
    refused("hearing_not_held", services.record_hearing, actor=desk.free, case=case, record="笔录")
    with later(30):
        refused("not_the_chair", services.record_hearing, actor=desk.two, case=case, record="笔录")
        case = services.record_hearing(actor=desk.free, case=case, record="笔录")
        assert services.consider(actor=desk.two, case=case, considered="逐条回应").state == "considered"


def test_hearing_is_given_by_law_and_in_time(desk):
    refused("no_hearing_for_this", services.ask_hearing, actor=desk.login, case=desk.noticed("minor"))
    case = desk.noticed()
    with later(20):
        refused("hearing_too_late", services.ask_hearing, actor=desk.login, case=case)


def test_notice_by_publication_serves_after_thirty_days(desk):
    case = notify(desk.one, desk.reviewed(), notice(), served("notice"))
    assert case.notice_served_on == clock.today() + timedelta(days=30)


def test_electronic_service_needs_a_signed_consent(desk):
    case = services.write_notice(actor=desk.one, case=desk.reviewed(), notice=notice())
    refused("consent_missing", services.serve_notice, actor=desk.one, case=case, served=served("electronic"))
    way = served("electronic", consent="确认书1号")
    assert services.serve_notice(actor=desk.one, case=case, served=way).state == "noticed"


def test_nobody_outside_the_body_takes_a_step(desk):
    case = desk.filed()
    for other in (regulator("000000"), regulator("980000"), regulator("990100"), desk.login, make_user()):
        with pytest.raises(NotAllowed):
            services.drop_case(actor=other, case=case, reason="无")
