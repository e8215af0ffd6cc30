"""Pages of self-regulation: the body's desk with its one next step, and the three blocks of whom it concerns."""

from datetime import timedelta

import pytest

from accounts.models import Restriction
from core import clock
from core.models import CalendarYear
from credit import services
from credit.models import CaseReport, SelfRegulatoryCase, SelfReview
from credit.rules.self_regulation import Result
from tests.builders import base_manager, hat, make_base, make_institution, make_person, make_user, officer, regulator
from tests.credit.own_pages import case_page, letter_fields, main, mine_page, page
from tests.credit.own_rules import (
    association_and_member,
    excluded,
    join,
    make_association,
    make_self_report,
    rules_of,
)

pytestmark = pytest.mark.django_db
DESK = "/en/own-rules/"


@pytest.fixture
def track():
    return association_and_member()


@pytest.fixture
def of_base():
    base, teacher = make_base(host=make_institution()), make_user()
    return rules_of(base, make_person("何讲师", user=teacher), teacher)


# --- the desk -------------------------------------------------------------------------------------------------------
def test_desk_shows_what_waits_by_its_day(client, track):
    late = track.opened()
    SelfRegulatoryCase.objects.filter(pk=late.pk).update(due_on=clock.today() - timedelta(days=1))
    early = track.noticed()
    track.report(said_of="另一会员")
    review = track.asked()

    text = main(page(client, track.third, DESK))

    assert "Reports waiting: 1 · cases: 3 · reviews: 1 · past their day: 1" in text
    assert text.index("另一会员") < text.index(review.case.number) < text.index(late.number) < text.index(early.number)
    assert "past its day" in text
    assert "disputed: under review" in text


def test_desk_shows_what_is_over_apart(client, track):
    case = services.dismiss_self_case(actor=track.first, case=track.opened(), reasons="x")

    assert case.number not in main(page(client, track.first, DESK))
    assert case.number in main(page(client, track.first, DESK + "?closed=1"))


def test_desk_is_for_associations_and_bases_alone(client, track):
    for user in (track.answering, officer(), regulator(), make_user()):
        assert page(client, user, DESK).status_code == 404
    assert page(client, base_manager(), DESK).status_code == 200


def test_desk_of_another_association_is_empty(client, track):
    track.noticed()
    other = officer(make_association())

    assert "Nothing waits here" in main(page(client, other, DESK))


@pytest.mark.parametrize("rows", [1, 3])
def test_desk_costs_the_same_for_one_and_three(client, track, rows, django_assert_num_queries):
    for _ in range(rows):
        track.noticed()
        track.asked()
        track.report()
    client.force_login(track.third)
    client.get(DESK)

    with django_assert_num_queries(QUERIES["desk"]):
        client.get(DESK)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_about_oneself_costs_the_same_for_one_and_three(client, track, rows, django_assert_num_queries):
    for _ in range(rows):
        track.noticed()
    client.force_login(track.answering)
    client.get("/en/own-rules/about-me/")

    with django_assert_num_queries(QUERIES["mine"]):
        client.get("/en/own-rules/about-me/")


QUERIES = {"desk": 10, "mine": 5}


# --- the report -----------------------------------------------------------------------------------------------------
def fields_of_opening(about, **changed):
    rule = {"kind": "code_of_conduct", "text": "不得以不实宣传招揽业务。", "source": "公约第七条", "version": "2025"}
    return {"number": "自律1号", "about": about, **rule, **changed}


def test_report_is_accepted_about_a_member(client, track):
    report = track.report()
    address = f"/en/own-rules/reports/{report.uuid}/"
    assert "宣传册写“包过”。" in main(page(client, track.first, address))

    answer = page(client, track.first, address, fields_of_opening(f"institution-{track.subject.pk}"))

    case = SelfRegulatoryCase.objects.get()
    assert answer["Location"] == case_page(case)
    assert (case.institution, case.report.track) == (track.subject, "self_regulatory")


def test_report_is_accepted_about_a_base_of_a_member(client, track):
    base, report = make_base(host=track.subject), track.report()

    page(client, track.first, f"/en/own-rules/reports/{report.uuid}/", fields_of_opening(f"base-{base.pk}"))

    case = SelfRegulatoryCase.objects.get()
    assert (case.institution, case.unit_base) == (track.subject, base)


def test_report_is_accepted_about_a_department_of_a_member(client, track):
    department, report = make_institution("成果处", parent=track.subject), track.report()

    page(
        client, track.first, f"/en/own-rules/reports/{report.uuid}/", fields_of_opening(f"institution-{department.pk}")
    )

    case = SelfRegulatoryCase.objects.get()
    assert (case.institution, case.unit_institution) == (track.subject, department)


def test_report_is_accepted_about_a_person_by_name_and_document(client, of_base):
    manager = of_base.first
    report = of_base.report()
    teacher = of_base.subject
    hat("instructor", of_base.body, of_base.answering)
    tail = teacher.documents.get().number[-4:]
    address = f"/en/own-rules/reports/{report.uuid}/"

    wrong = page(client, manager, address, fields_of_opening("person", name="何讲师", tail="0000"))
    assert "Nobody of this name whose document ends so belongs here" in main(wrong)
    other = make_person("外人")
    outside = fields_of_opening("person", name="外人", tail=other.documents.get().number[-4:])
    assert "Nobody of this name" in main(page(client, manager, address, outside))
    assert SelfRegulatoryCase.objects.count() == 0

    page(client, manager, address, fields_of_opening("person", name="何讲师", tail=tail))

    assert SelfRegulatoryCase.objects.get().person == teacher


def test_places_of_others_are_not_offered(client, track):
    stranger = join(make_association(), make_institution("外协会员"))
    report = track.report()
    address = f"/en/own-rules/reports/{report.uuid}/"

    assert "外协会员" not in main(page(client, track.first, address))
    page(client, track.first, address, fields_of_opening(f"institution-{stranger.pk}"))
    assert SelfRegulatoryCase.objects.count() == 0


def test_report_is_not_accepted_with_a_reason(client, track):
    report = track.report()

    answer = page(
        client, track.first, f"/en/own-rules/reports/{report.uuid}/", {"step": "refuse", "refuse-reason": "无关"}
    )

    assert answer["Location"] == DESK
    assert CaseReport.objects.get().reason == "无关"


def test_report_to_others_is_no_page_here(client, track):
    body = regulator().memberships.get().admin_body
    to_authority = make_self_report(track.body, at_institution=None, body=body)
    to_other = make_self_report(make_association())

    for report in (to_authority, to_other):
        assert page(client, track.first, f"/en/own-rules/reports/{report.uuid}/").status_code == 404
    assert page(client, regulator(), f"/en/own-rules/reports/{to_authority.uuid}/").status_code == 404


# --- the case -------------------------------------------------------------------------------------------------------
def test_case_goes_by_its_page_from_notice_to_letter(client, track):
    case = track.opened()
    text = main(page(client, track.first, case_page(case)))
    assert "Give notice · due" in text
    assert "技术经理人从业公约第七条 (2025年版)" in text

    given = {"step": "notice", "facts": "第3页。", "intended": "talk", **letter_fields()}
    assert page(client, track.first, case_page(case), given)["Location"] == case_page(case)
    assert "The one concerned has time to answer until" in main(page(client, track.second, case_page(case)))

    page(client, track.answering, mine_page(case), {"answer": "已撤下"})
    case.refresh_from_db()
    assert "somebody else of your body takes this step" in main(page(client, track.first, case_page(case)))
    decided = {"step": "decide", "heard": case.heard, "outcome": "reminder", "considered": "属实", "reasons": "公约"}
    page(client, track.second, case_page(case), decided)
    page(client, track.second, case_page(case), {"step": "tell", **letter_fields()})

    case.refresh_from_db()
    assert (case.state, case.outcome) == ("told", "reminder")
    assert "Nothing is left to do." in main(page(client, track.second, case_page(case)))


def test_case_with_an_exclusion_by_its_page(client, of_base):
    case = of_base.answered()
    given = {"step": "decide", "heard": case.heard, "outcome": "exclusion", "considered": "属实", "reasons": "合同"}

    refused = page(client, of_base.second, case_page(case), given)
    assert "Say from which activity." in main(refused)
    until = (clock.today() + timedelta(days=30)).isoformat()
    page(client, of_base.second, case_page(case), {**given, "activity": "teaching", "until": until})

    assert Restriction.objects.get().person == of_base.subject
    assert "teaching in its courses" in main(page(client, of_base.second, case_page(case)))


def test_case_offers_no_more_than_the_notice(client, track):
    text = page(client, track.second, case_page(track.answered("talk"))).content.decode()

    assert 'value="talk"' in text
    assert 'value="correction"' not in text
    assert 'name="activity"' not in text


def test_answer_that_came_meanwhile_stops_the_decision(client, track):
    case = track.noticed()
    with clock.travel(timedelta(days=20)):
        services.answer_self_notice(actor=track.answering, case=case, answer="x")
        given = {"step": "decide", "heard": "", "outcome": "reminder", "considered": "x", "reasons": "x"}
        answer = page(client, track.second, case_page(case), given)

    assert "An answer came while this page was open" in main(answer)


@pytest.mark.parametrize(
    ("step", "given", "state"),
    [
        ("dismiss", {"dismiss-reasons": "查无依据"}, "dismissed"),
        (
            "record",
            {"record-answer": "书面", "record-reference": "来文7号", "record-came_on": str(clock.today())},
            "answered",
        ),
    ],
)
def test_steps_beside_the_next_one(client, track, step, given, state):
    case = track.noticed()

    page(client, track.third, case_page(case), {"step": step, **given})

    case.refresh_from_db()
    assert case.state == state


def test_fulfil_by_the_page(client, track):
    case = track.told(Result("talk"))

    page(client, track.first, case_page(case), {"step": "fulfil", "how": "已谈话", "on": clock.today().isoformat()})

    case.refresh_from_db()
    assert case.state == "fulfilled"


def test_provisional_day_is_said(client, track):
    CalendarYear.objects.all().delete()
    case = track.noticed()

    for user, address in ((track.second, case_page(case)), (track.answering, mine_page(case))):
        assert "provisional" in main(page(client, user, address))


def test_case_is_no_page_for_others(client, track):
    case = track.noticed()

    for user in (track.answering, officer(make_association()), regulator(), base_manager(), make_user()):
        assert page(client, user, case_page(case)).status_code == 404
        assert page(client, user, case_page(case), {"step": "dismiss", "dismiss-reasons": "x"}).status_code == 404
    case.refresh_from_db()
    assert case.state == "noticed"


# --- the review -----------------------------------------------------------------------------------------------------
def test_review_is_decided_by_its_page(client, of_base):
    review = of_base.asked(excluded(activity="teaching"))
    address = f"/en/own-rules/reviews/{review.uuid}/"
    assert "somebody else of your body decides the review" in main(page(client, of_base.second, address))

    assert "Choose the milder outcome." in main(
        page(client, of_base.third, address, {"step": "change", "considered": "x"})
    )
    page(client, of_base.third, address, {"step": "change", "outcome": "talk", "considered": "x"})

    assert SelfReview.objects.get().state == "changed"
    assert Restriction.objects.get().lifted_on == clock.today()


def test_review_of_a_reminder_offers_nothing_milder(client, track):
    review = track.asked()
    address = f"/en/own-rules/reviews/{review.uuid}/"

    assert 'value="reminder"' not in page(client, track.third, address).content.decode()
    page(client, track.third, address, {"step": "set_aside", "considered": "口径确实不同"})

    assert SelfReview.objects.get().state == "set_aside"


def test_review_is_no_page_for_others(client, track):
    review = track.asked()

    for user in (track.answering, officer(make_association()), regulator(), make_user()):
        assert page(client, user, f"/en/own-rules/reviews/{review.uuid}/").status_code == 404
