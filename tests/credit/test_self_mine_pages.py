"""Pages of whom a case under a body's own rules concerns, of whoever reports, and the words on all of them."""

from datetime import timedelta

import pytest

from core import clock
from credit.models import CaseReport, SelfReview
from credit.rules.self_regulation import Result
from tests.builders import make_base, make_institution, make_person, make_user, officer, regulator
from tests.credit.own_pages import case_page, main, mine_page, page
from tests.credit.own_rules import association_and_member, excluded, rules_of
from tests.credit.test_self_words import WRONG

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return association_and_member()


@pytest.fixture
def of_base():
    base, teacher = make_base(host=make_institution()), make_user()
    return rules_of(base, make_person("何讲师", user=teacher), teacher)


# --- whom it concerns -----------------------------------------------------------------------------------------------
def test_subject_reads_three_blocks_and_answers(client, track):
    case = track.noticed("talk")
    text = main(page(client, track.answering, mine_page(case)))
    places = [text.index(head) for head in ("What is said", "What may follow", "By when")]

    assert places == sorted(places)
    assert "At most: talk" in text
    assert page(client, track.answering, mine_page(case), {"answer": "已撤下"}).status_code == 302
    assert "已撤下" in main(page(client, track.answering, mine_page(case)))
    case.refresh_from_db()
    assert case.state == "answered"


def test_subject_asks_for_a_review_and_withdraws_it(client, track):
    case = track.told()
    page(client, track.answering, mine_page(case), {"grounds": "口径不同"})
    review = SelfReview.objects.get()
    assert "disputed: under review" in main(page(client, track.answering, mine_page(case)))

    page(client, track.answering, f"/en/own-rules/reviews/{review.uuid}/withdraw/", {})

    review.refresh_from_db()
    assert review.state == "withdrawn"


def test_subject_asks_no_review_when_it_is_too_late(client, track):
    case = track.told()

    with clock.travel(timedelta(days=(case.review_until - clock.today()).days + 1)):
        text = main(page(client, track.answering, mine_page(case)))
        assert "Ask for a review" not in text


def test_subject_reads_nothing_before_the_notice(client, track):
    case = track.opened()

    assert page(client, track.answering, mine_page(case)).status_code == 404
    assert "Nothing here" in main(page(client, track.answering, "/en/own-rules/about-me/"))


def test_list_about_oneself_holds_own_cases_alone(client, track, of_base):
    own, other = track.noticed(), of_base.noticed()

    text = page(client, track.answering, "/en/own-rules/about-me/").content.decode()

    assert str(own.uuid) in text
    assert str(other.uuid) not in text


def test_nobody_reads_what_concerns_another(client, track):
    case = track.noticed()

    for user in (track.first, officer(), regulator(), make_user()):
        assert page(client, user, mine_page(case)).status_code == 404


# --- words ----------------------------------------------------------------------------------------------------------
def test_no_page_in_any_state_has_a_word_of_the_other_procedure(client, of_base):
    cases = [
        of_base.opened(),
        of_base.noticed(),
        of_base.answered(),
        of_base.decided(excluded(activity="teaching")),
        of_base.told(Result("correction", correct_by=clock.today() + timedelta(days=9))),
        of_base.review(of_base.asked(), "set_aside").case,
    ]
    review, report = of_base.asked(), of_base.report()
    read = [
        (of_base.third, "/own-rules/"),
        (of_base.third, "/own-rules/?closed=1"),
        (of_base.third, f"/own-rules/reviews/{review.uuid}/"),
        (of_base.third, f"/own-rules/reports/{report.uuid}/"),
        (of_base.answering, "/own-rules/about-me/"),
        *((of_base.third, case_page(case, "zh")) for case in cases),
        *((of_base.answering, f"/own-rules/about-me/{case.uuid}/") for case in cases[1:]),
    ]

    for user, address in read:
        answer = page(client, user, address)
        assert answer.status_code == 200, address
        assert WRONG["zh-hans"].findall(main(answer)) == [], address


def test_nothing_of_it_is_public(client, of_base):
    case = of_base.decided(excluded(activity="teaching"))
    client.logout()

    for address in ("/own-rules/", case_page(case, "zh"), f"/own-rules/about-me/{case.uuid}/", "/own-rules/about-me/"):
        answer = client.get(address)
        assert answer.status_code in (302, 404)
        assert "何讲师" not in answer.content.decode()


def test_report_to_a_body_by_its_name_or_code(client, track):
    base = make_base("7301")
    said = {"said_of": "某会员", "ground": "other", "said": "包过", "happened_on": clock.today().isoformat()}

    for to, place in ((track.body.name, track.body), ("7301", base)):
        answer = page(client, make_user(), "/en/own-rules/report/", {"to": to, **said})
        report = CaseReport.objects.latest("pk")
        assert answer["Location"] == f"/en/credit/case-reports/{report.uuid}/"
        assert (report.at_base or report.at_institution) == place
    for to in ("无此协会", make_institution().name):
        assert "No association and no training base has this name." in main(
            page(client, make_user(), "/en/own-rules/report/", {"to": to, **said})
        )
    assert CaseReport.objects.count() == 2
