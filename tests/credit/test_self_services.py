"""Self-regulation by its services: who may take which step, in which order, and what a step refuses."""

from datetime import date, timedelta

import pytest

from accounts.permissions import Role
from accounts.selectors import system_user
from core import audit, calendar, clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import CalendarYear, OutboxEvent
from credit import services
from credit.models import SelfRegulatoryCase
from credit.rules.self_regulation import Result
from credit.services import Opening, Rule
from credit.services.recount import recount_days
from tests.builders import base_manager, hat, make_base, make_institution, make_person, make_user, officer, regulator
from tests.credit.own_rules import (
    RULE,
    association_and_member,
    letter,
    make_association,
    make_self_report,
    paper,
    rules_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return association_and_member()


@pytest.fixture
def of_base():
    base, teacher = make_base(host=make_institution()), make_user()
    return rules_of(base, make_person("何讲师", user=teacher), teacher)


def after_the_time(case):
    return clock.travel(timedelta(days=(case.answer_until - clock.today()).days + 1))


# --- acceptance -----------------------------------------------------------------------------------------------------
def test_open_accepts_the_report_for_this_way_alone(track):
    case = track.opened()

    report = case.report
    assert (report.state, report.track, report.decided_by) == ("accepted", "self_regulatory", track.first)
    assert (case.state, case.body, case.subject, case.clocks_version) == (
        "opened",
        track.body,
        track.subject,
        "self-2026-1",
    )
    assert case.due_on > clock.today()
    verbs = [entry.verb for entry in audit.entries_about(case)]
    assert verbs == ["credit.selfregulatorycase.open"]
    with pytest.raises(WrongState):
        services.open_self_case(actor=track.second, report=report, opening=Opening("2", track.subject, RULE))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"number": " "}, "number_missing"),
        ({"rule": Rule("code_of_conduct", "", "x", "1")}, "text_missing"),
        ({"rule": Rule("code_of_conduct", "x", "", "1")}, "source_missing"),
        ({"rule": Rule("code_of_conduct", "x", "x", "")}, "version_missing"),
        ({"rule": Rule("law", "x", "x", "1")}, "rule_kind_unknown"),
    ],
)
def test_open_asks_for_number_and_rule(track, changed, code):
    with pytest.raises(DomainError, match=code):
        track.opened(**changed)
    assert SelfRegulatoryCase.objects.count() == 0


def test_open_refuses_a_number_twice(track):
    track.opened(number="1")

    with pytest.raises(DomainError, match="number_taken"):
        track.opened(number="1")


def test_open_refuses_a_unit_of_somebody_else(track):
    with pytest.raises(DomainError, match="unit_without_entity"):
        track.opened(unit=make_base(host=make_institution()))

    unit = make_base(host=track.subject)
    assert track.opened(unit=unit).unit == unit


def test_open_refuses_a_case_about_the_body_itself(track):
    with pytest.raises(DomainError, match=r"own_case|about_the_body_itself"):
        track.opened(subject=track.body)


def test_open_by_whom_it_concerns_is_refused(of_base):
    of_base.first.person = None
    teacher = base_manager(of_base.body)
    person = make_person(user=teacher)

    with pytest.raises(DomainError, match="own_case"):
        services.open_self_case(actor=teacher, report=of_base.report(), opening=Opening("1", person, RULE))


def test_open_by_somebody_of_the_member_is_refused(track):
    both = hat(Role.INSTITUTION_OFFICER, track.subject, hat(Role.INSTITUTION_OFFICER, track.body))

    with pytest.raises(DomainError, match="own_case"):
        services.open_self_case(actor=both, report=track.report(), opening=Opening("1", track.subject, RULE))


def test_whoever_reported_does_not_handle(track):
    said = services.Said("某会员", "", track.body.region, "other", "宣传不实。", clock.today())
    report = services.make_report(actor=track.first, said=said, addressee=track.body)

    for act in (
        lambda: services.open_self_case(actor=track.first, report=report, opening=Opening("1", track.subject, RULE)),
        lambda: services.refuse_self_report(actor=track.first, report=report, reason="x"),
    ):
        with pytest.raises(DomainError, match="own_report"):
            act()
    case = services.open_self_case(actor=track.second, report=report, opening=Opening("1", track.subject, RULE))
    with pytest.raises(DomainError, match="own_report"):
        services.give_self_notice(actor=track.first, case=case, facts="x", intended="talk", letter=letter())


@pytest.mark.parametrize("who", ["member", "other association", "authority", "nobody"])
def test_reports_to_others_are_out_of_reach(track, who):
    actor = {
        "member": track.answering,
        "other association": officer(make_association()),
        "authority": regulator(),
        "nobody": make_user(),
    }[who]

    with pytest.raises(NotAllowed):
        services.open_self_case(actor=actor, report=track.report(), opening=Opening("1", track.subject, RULE))
    with pytest.raises(NotAllowed):
        services.refuse_self_report(actor=actor, report=track.report(), reason="x")


def test_institution_without_members_has_no_rules_for_others():
    place = make_institution()

    with pytest.raises(NotAllowed):
        services.open_self_case(
            actor=officer(place), report=make_self_report(place), opening=Opening("1", make_institution(), RULE)
        )


def test_refuse_report_says_why(track):
    report = track.report()
    with pytest.raises(DomainError, match="reason_missing"):
        services.refuse_self_report(actor=track.first, report=report, reason=" ")

    refused = services.refuse_self_report(actor=track.first, report=report, reason="与公约无关。")

    assert (refused.state, refused.track, refused.reason) == ("refused", "", "与公约无关。")


# --- the two ways do not meet ---------------------------------------------------------------------------------------
def test_report_to_an_authority_does_not_come_this_way(track):
    national = regulator()
    body = national.memberships.get().admin_body
    report = make_self_report(track.body, at_institution=None, body=body)

    for actor in (national, track.first):
        with pytest.raises(NotAllowed):
            services.open_self_case(actor=actor, report=report, opening=Opening("1", track.subject, RULE))


def test_report_to_an_association_goes_to_no_authority(track):
    filing = services.Filing("1", None, track.subject, None, clock.today(), clock.today())

    for actor in (track.first, regulator()):
        with pytest.raises(NotAllowed):
            services.file_case(actor=actor, report=track.report(), filing=filing)
        with pytest.raises(NotAllowed):
            services.refuse_report(actor=actor, report=track.report(), reason="x")


# --- notice and answer ----------------------------------------------------------------------------------------------
def test_notice_gives_five_working_days(track):
    case = track.noticed()

    assert (case.state, case.answer_days, case.noticed_by) == ("noticed", 5, track.first)
    assert calendar.working_days_between(case.noticed_on, case.answer_until) == 5
    assert case.due_on == case.answer_until


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"facts": " "}, "facts_missing"),
        ({"intended": "no_ground"}, "intended_unknown"),
        ({"intended": "serious"}, "intended_unknown"),
        ({"letter": letter(how="platform")}, "how_unknown"),
        ({"letter": letter(proof="")}, "proof_missing"),
        ({"letter": letter(on=date(2099, 1, 1))}, "letter_in_future"),
        ({"letter": letter(on=date(2020, 1, 1))}, "letter_too_early"),
    ],
)
def test_notice_asks_for_facts_and_proof(track, changed, code):
    given = {"facts": "x", "intended": "talk", "letter": letter(), **changed}

    with pytest.raises(DomainError, match=code):
        services.give_self_notice(actor=track.first, case=track.opened(), **given)


def test_subject_knows_nothing_before_the_notice(track):
    with pytest.raises(NotAllowed):
        services.answer_self_notice(actor=track.answering, case=track.opened(), answer="x")


def test_answer_is_given_once(track):
    case = track.answered()

    assert (case.state, case.answer, case.spoke) == ("answered", "已撤下。", True)
    with pytest.raises(WrongState):
        services.answer_self_notice(actor=track.answering, case=case, answer="再说")


def test_nobody_else_answers(track):
    case = track.noticed()

    for actor in (track.first, track.second, officer(), regulator(), make_user()):
        with pytest.raises(NotAllowed):
            services.answer_self_notice(actor=actor, case=case, answer="x")


def test_unit_answers_beside_the_entity(track):
    unit = make_base(host=track.subject)
    case = services.give_self_notice(
        actor=track.first, case=track.opened(unit=unit), facts="x", intended="talk", letter=letter()
    )

    assert services.answer_self_notice(actor=base_manager(unit), case=case, answer="x").state == "answered"


def test_paper_answer_by_another_does_not_shorten_the_time(track):
    case = track.noticed()
    with pytest.raises(NotAllowed):
        services.record_self_answer(actor=track.first, case=case, answer="书面", paper=paper())

    recorded = services.record_self_answer(actor=track.third, case=case, answer="书面", paper=paper())

    assert (recorded.state, recorded.spoke) == ("answered", False)
    with pytest.raises(DomainError, match="still_time_to_answer"):
        track.decide(recorded)
    own = services.answer_self_notice(actor=track.answering, case=recorded, answer="本人补充")
    assert own.answer == f"书面\n\n{clock.today()}: 本人补充"
    assert track.decide(own).state == "decided"


# --- decision -------------------------------------------------------------------------------------------------------
def test_decision_waits_for_the_answer_or_the_time(track):
    case = track.noticed()
    with pytest.raises(DomainError, match="still_time_to_answer"):
        track.decide(case)
    with clock.travel(timedelta(days=(case.answer_until - clock.today()).days)), pytest.raises(DomainError):
        track.decide(case)

    with after_the_time(case):
        assert track.decide(case).state == "decided"


def test_provisional_day_ends_nothing_until_its_year_is_loaded(track):
    years = list(CalendarYear.objects.all())
    CalendarYear.objects.all().delete()
    case = track.noticed()
    assert (case.answer_is_provisional, case.is_provisional) == (True, True)

    with clock.travel(timedelta(days=60)):
        with pytest.raises(DomainError, match="still_time_to_answer"):
            track.decide(case)
        CalendarYear.objects.bulk_create(years)
        # The time to answer, and the step that waits for it.
        assert recount_days(actor=system_user()) == 2
        case.refresh_from_db()
        assert (case.answer_is_provisional, case.is_provisional) == (False, False)
        assert track.decide(case).state == "decided"


def test_decision_counts_a_provisional_day_anew_by_itself(track):
    years = list(CalendarYear.objects.all())
    CalendarYear.objects.all().delete()
    case = track.noticed()
    CalendarYear.objects.bulk_create(years)

    with clock.travel(timedelta(days=60)):
        assert track.decide(case).state == "decided"


def test_who_gave_the_notice_does_not_decide(track):
    with pytest.raises(NotAllowed):
        track.decide(track.answered(), actor=track.first)


def test_decision_says_what_was_made_of_the_answer(track):
    case = track.answered()

    for considered, reasons, code in ((" ", "x", "considered_missing"), ("x", "", "reasons_missing")):
        with pytest.raises(DomainError, match=code):
            track.decide(case, decision=services.Decision(Result("reminder"), considered, reasons))


def test_decision_on_an_older_page_is_refused(track):
    case = track.noticed()
    heard = case.heard
    services.answer_self_notice(actor=track.answering, case=case, answer="x")

    with pytest.raises(DomainError, match="answered_meanwhile"):
        track.decide(case, heard=heard)


@pytest.mark.parametrize(
    ("intended", "result"),
    [("reminder", Result("talk")), ("correction", Result("exclusion", "events", date(2027, 3, 1)))],
)
def test_answer_never_makes_it_worse(track, intended, result):
    with pytest.raises(DomainError, match="beyond_the_notice"):
        track.decided(result, intended)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result("no_ground"), "outcome_unknown"),
        (Result("minor"), "outcome_unknown"),
        (Result("exclusion", "", date(2027, 3, 1)), "activity_missing"),
        (Result("exclusion", "teaching", date(2027, 3, 1)), "activity_missing"),
        (Result("exclusion", "events"), "until_missing"),
        (Result("exclusion", "events", date(2020, 1, 1)), "until_wrong"),
        (Result("exclusion", "events", date(2099, 1, 1)), "until_wrong"),
        (Result("correction"), "correct_by_missing"),
        (Result("correction", correct_by=date(2020, 1, 1)), "correct_by_past"),
        (Result("talk", "events"), "only_of_exclusions"),
        (Result("talk", correct_by=date(2027, 3, 1)), "only_of_corrections"),
    ],
)
def test_decision_is_whole(track, result, code):
    case = track.answered()

    with pytest.raises(DomainError, match=code):
        track.decide(case, result=result)


def test_dismiss_at_any_time_and_by_anybody_of_the_body(track):
    for case in (track.opened(), track.noticed(), track.answered()):
        ended = services.dismiss_self_case(actor=track.first, case=case, reasons="查无依据。")
        assert (ended.state, ended.outcome, ended.due_on) == ("dismissed", "no_ground", None)
    with pytest.raises(WrongState):
        services.dismiss_self_case(actor=track.first, case=track.decided(), reasons="x")


def test_dismissed_before_the_notice_tells_nobody(track):
    services.dismiss_self_case(actor=track.first, case=track.opened(), reasons="x")

    assert OutboxEvent.objects.filter(kind="credit.self_case_decided").count() == 0


def test_hand_over_begins_the_time_for_a_review(track):
    case = track.told()

    assert (case.state, case.told_on) == ("told", clock.today())
    assert calendar.working_days_between(case.told_on, case.review_until) == 15


def test_fulfil_notes_a_talk_or_a_correction(track):
    case = track.told(Result("correction", correct_by=clock.today() + timedelta(days=30)))
    assert case.due_on == clock.today() + timedelta(days=30)

    done = services.fulfil_self_case(actor=track.first, case=case, how="新宣传册已交。", on=clock.today())

    assert (done.state, done.due_on) == ("fulfilled", None)


@pytest.mark.parametrize(
    ("how", "days", "outcome", "code"),
    [
        ("", 0, "talk", "how_missing"),
        ("x", 1, "talk", "fulfilled_in_future"),
        ("x", 0, "reminder", "nothing_to_fulfil"),
    ],
)
def test_fulfil_refuses(track, how, days, outcome, code):
    case = track.told(Result(outcome))

    with pytest.raises(DomainError, match=code):
        services.fulfil_self_case(actor=track.first, case=case, how=how, on=clock.today() + timedelta(days=days))
