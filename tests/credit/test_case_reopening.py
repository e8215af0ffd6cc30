"""A paper that came in time and reached the officer after the defence was considered leads the case one step back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core import calendar, clock
from core.errors import NotAllowed, WrongState
from core.models import AuditEntry, CalendarYear, OutboxEvent
from credit import services
from credit.models import AdministrativeCase, CaseReopening
from credit.pdf.case_letters import case_letter
from credit.selectors.cases import case_page
from credit.services import LatePaper, Paper, case_reopening
from credit.workflow.cases import ADMINISTRATIVE_CASE_STEPS, CaseState
from tests.credit.cases import Authority, hearing, know_years, later, refused, ruling, served
from tests.credit.test_case_constraints import drop_guard
from tests.credit.test_case_pages import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
SAID = LatePaper("answer", "收发室漏转", "书面答复：并非如此")
ASKS = LatePaper("hearing", "收发室漏转")


@pytest.fixture
def desk():
    return Authority()


def considered(desk, intended="general"):
    """The time passed without a word, and what was made of that was put down."""
    case = desk.noticed(intended)
    with later((case.answer_until - clock.today()).days + 1):
        return services.consider(actor=desk.two, case=case, considered="未提出陈述申辩")


def came(case, days=1):
    return Paper("来文7号", case.notice_served_on + timedelta(days=days))


def reopened(desk, said=SAID, intended="general"):
    case = considered(desk, intended)
    with later(LATER):
        return services.reopen_case(actor=desk.one, case=case, paper=came(case), said=said)


LATER = 20


@pytest.fixture(autouse=True)
def time_is_over():
    """Every paper is put down after the time to speak."""
    know_years()


# --- back, and on again ---------------------------------------------------------------------------------------------
def test_paper_in_time_leads_back_and_what_was_considered_stands(desk):
    case = considered(desk)
    with later(LATER):
        case = services.reopen_case(actor=desk.one, case=case, paper=came(case), said=SAID)
        assert (case.state, case.considered, case.due_on) == ("reopened", "未提出陈述申辩", case.decide_by)
        refused_step(services.decide_case, actor=desk.decider, case=case, ruling=ruling())
        case = services.consider(actor=desk.two, case=case, considered="书面答复逐条回应")
        case = services.decide_case(actor=desk.decider, case=case, ruling=ruling())
        today = clock.today()

    one = case.reopenings.get()
    assert (case.considered, one.considered) == ("未提出陈述申辩", "书面答复逐条回应")
    assert (one.considered_by, one.considered_on, case.reconsidered_on) == (desk.two, today, today)
    assert (one.words, one.why, one.document, one.came_on) == (SAID.words, SAID.why, "来文7号", came(case).came_on)
    said = AuditEntry.objects.get(verb="credit.administrativecase.reopen")
    assert (said.actor_id, said.reason, said.facts["before"]) == (desk.one.pk, SAID.why, "considered")
    assert OutboxEvent.objects.filter(kind=case_reopening.REOPENED, key=str(case.pk)).count() == 1


def refused_step(call, **words):
    with pytest.raises(WrongState):
        call(**words)


def test_decision_answers_the_paper_too(desk):
    case = reopened(desk)
    with later(LATER):
        case = services.consider(actor=desk.two, case=case, considered="书面答复逐条回应")
        case = services.decide_case(actor=desk.decider, case=case, ruling=ruling())
    letter = "".join(case_letter(case, "decision").lines())
    assert "首次复核时未见你的陈述、申辩" in letter
    assert letter.index("未提出陈述申辩") < letter.index("来文7号") < letter.index("书面答复逐条回应")


def test_request_for_a_hearing_is_held_before_anything_is_considered_anew(desk):
    case = reopened(desk, ASKS)
    with later(LATER):
        assert case.hearing_asked_on == came(case).came_on
        refused("hearing_not_held", services.consider, actor=desk.two, case=case, considered="有")
        day = calendar.working_day_deadline(clock.today(), 7).day
        early = hearing(day - timedelta(days=1), desk.free)
        refused("announced_too_late", services.announce_hearing, actor=desk.one, case=case, hearing=early)
        case = services.announce_hearing(actor=desk.one, case=case, hearing=hearing(day, desk.free))
        services.make_letters(actor=desk.one, case=case)
        case = services.serve_hearing(actor=desk.one, case=case, served=served())
        with later((day - clock.today()).days):
            case = services.record_hearing(actor=desk.free, case=case, record="笔录")
            case = services.consider(actor=desk.two, case=case, considered="听证意见逐条回应")
            case = services.decide_case(actor=desk.decider, case=case, ruling=ruling())
    assert case.state == "decided"


def test_what_was_discussed_is_discussed_anew(desk):
    case = considered(desk, "serious")
    with later(LATER):
        case = services.record_discussion(actor=desk.two, case=case, discussion="五人参加")
        case = services.reopen_case(actor=desk.one, case=case, paper=came(case), said=SAID)
        case = services.consider(actor=desk.two, case=case, considered="逐条回应")
        refused("not_discussed", services.decide_case, actor=desk.decider, case=case, ruling=ruling("serious"))
        case = services.record_discussion(actor=desk.two, case=case, discussion="再次讨论")
        case = services.decide_case(actor=desk.decider, case=case, ruling=ruling("serious"))
    assert (case.discussion, case.reopenings.get().discussion) == ("五人参加", "再次讨论")


def test_decision_stays_below_the_notice(desk):
    case = reopened(desk)
    with later(LATER):
        case = services.consider(actor=desk.two, case=case, considered="逐条回应")
        refused("worse_than_noticed", services.decide_case, actor=desk.decider, case=case, ruling=ruling("serious"))


def test_several_papers_are_answered_together_and_each_stays(desk):
    case = reopened(desk)
    with later(LATER):
        second = replace(SAID, words="补充材料")
        case = services.reopen_case(actor=desk.one, case=case, paper=came(case, 2), said=second)
        case = services.consider(actor=desk.two, case=case, considered="一并回应")
        case = services.reopen_case(actor=desk.one, case=case, paper=came(case, 3), said=SAID)
        refused_step(services.decide_case, actor=desk.decider, case=case, ruling=ruling())
        case = services.consider(actor=desk.two, case=case, considered="再次回应")
    assert list(case.reopenings.order_by("pk").values_list("considered", flat=True)) == ["", "一并回应", "再次回应"]


def test_whoever_is_concerned_may_add_to_it_while_it_is_open(desk):
    case = reopened(desk)
    with later(LATER):
        case = services.answer_notice(actor=desk.login, case=case, answer="另附说明")
        assert (case.state, case.answer) == ("reopened", "另附说明")
        stale = case.heard
        case = services.answer_notice(actor=desk.login, case=case, answer="再附")
        refused("answered_meanwhile", services.consider, actor=desk.two, case=case, considered="有", heard=stale)


def test_considering_an_old_page_is_refused_once_a_paper_came(desk):
    case = considered(desk)
    with later(LATER):
        stale = case.heard
        case = services.reopen_case(actor=desk.one, case=case, paper=came(case), said=SAID)
        refused("answered_meanwhile", services.consider, actor=desk.two, case=case, considered="有", heard=stale)


# --- what is refused ------------------------------------------------------------------------------------------------
def late_day(case):
    return Paper("来文8号", case.answer_until + timedelta(days=1))


REFUSED = [
    ("came_too_late", late_day, SAID),
    ("hearing_too_late", late_day, ASKS),
    ("came_too_early", lambda case: came(case, -1), SAID),
    ("came_in_future", lambda case: Paper("来文8号", clock.today() + timedelta(days=1)), SAID),
    ("paper_missing", lambda case: Paper(" ", case.notice_served_on), SAID),
    ("why_missing", came, replace(SAID, why=" ")),
    ("answer_missing", came, replace(SAID, words=" ")),
    ("came_as_unknown", came, replace(SAID, came_as="x")),
]


@pytest.mark.parametrize(("code", "paper", "said"), REFUSED)
def test_paper_is_refused(desk, code, paper, said):
    case = considered(desk)
    with later(LATER):
        refused(code, services.reopen_case, actor=desk.one, case=case, paper=paper(case), said=said)
    case.refresh_from_db()
    assert (case.state, case.reopenings.count()) == ("considered", 0)


def test_hearing_is_asked_for_once_and_where_the_law_gives_one(desk):
    case = reopened(desk, ASKS)
    minor = considered(Authority("990100"), "minor")
    with later(LATER):
        refused("hearing_asked", services.reopen_case, actor=desk.one, case=case, paper=came(case), said=ASKS)
        actor = minor.noticed_by
        words = {"case": minor, "paper": came(minor), "said": ASKS}
        refused("no_hearing_for_this", services.reopen_case, actor=actor, **words)


@pytest.mark.parametrize("how_far", ["noticed", "decided", "in_force"])
def test_nothing_is_reopened_before_it_was_considered_nor_once_it_is_decided(desk, how_far):
    case = getattr(desk, how_far)()
    with later(LATER):
        refused_step(services.reopen_case, actor=desk.one, case=case, paper=came(case), said=SAID)


def test_it_is_put_down_by_the_body_alone(desk):
    case = considered(desk)
    for actor in (desk.login, Authority("980000").one):
        with pytest.raises(NotAllowed):
            services.reopen_case(actor=actor, case=case, paper=came(case), said=SAID)


def test_nothing_is_too_late_on_a_provisional_day(desk):
    CalendarYear.objects.all().delete()
    case = desk.noticed()
    case = services.answer_notice(actor=desk.login, case=case, answer="并非如此", complete=True)
    case = services.consider(actor=desk.two, case=case, considered="逐条回应")
    with later(LATER):
        case = services.reopen_case(actor=desk.one, case=case, paper=late_day(case), said=SAID)
    assert case.reopenings.get().until_is_provisional
    know_years()
    with later(LATER):
        refused("came_too_late", services.reopen_case, actor=desk.one, case=case, paper=late_day(case), said=SAID)


# --- the database, and guards that are off --------------------------------------------------------------------------
BROKEN = {
    "reopening_in_time": {"until": "before"},
    "reopening_says_where_and_why": {"why": ""},
    "reopening_by_an_answer_has_words": {"words": ""},
    "reopening_considered_whole": {"considered": "有"},
    "reopening_discussed_after_it_was_considered": {"discussion": "有", "discussed_on": "before"},
}


@pytest.mark.parametrize(("name", "wrong"), BROKEN.items())
def test_database_refuses(desk, name, wrong):
    case = reopened(desk)
    unguard("credit_casereopening")
    before = came(case).came_on - timedelta(days=1)
    values = {key: before if value == "before" else value for key, value in wrong.items()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CaseReopening.objects.filter(case=case).update(**values)


def test_one_request_for_a_hearing_is_enough(desk):
    case = reopened(desk, ASKS)
    words = {"document": "r", "came_on": clock.today(), "until": clock.today(), "why": "r", "reopened_by": desk.one}
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseReopening.objects.create(case=case, came_as="hearing", **words)


def test_every_constraint_is_tried():
    names = {constraint.name for constraint in CaseReopening._meta.constraints}
    assert names == {*BROKEN, "reopening_one_hearing"}


@pytest.mark.parametrize("change", [{"words": "别的"}, {"came_on": "2020-01-01"}, {"considered": "别的"}])
def test_paper_and_what_was_made_of_it_stand(desk, change):
    case = reopened(desk)
    with later(LATER):
        case = services.consider(actor=desk.two, case=case, considered="逐条回应")
    with pytest.raises(IntegrityError, match="credit_casereopening is frozen"), transaction.atomic():
        case.reopenings.update(**change)
    with pytest.raises(IntegrityError, match="credit_casereopening is frozen"), transaction.atomic():
        CaseReopening.objects.all().delete()


def test_earlier_consideration_is_not_written_over(desk):
    case = reopened(desk)
    with pytest.raises(IntegrityError, match="credit_administrativecase is frozen"), transaction.atomic():
        AdministrativeCase.objects.filter(pk=case.pk).update(considered="别的")


def test_database_decides_nothing_that_was_not_considered_anew(desk, monkeypatch):
    """Were a step to lead round it, the constraint would not."""
    case = reopened(desk)
    decide = ADMINISTRATIVE_CASE_STEPS["decide"]
    on = replace(decide, sources=decide.sources | {CaseState.REOPENED})
    monkeypatch.setitem(ADMINISTRATIVE_CASE_STEPS, "decide", on)
    with pytest.raises(IntegrityError, match="case_reopened_is_considered_anew"), transaction.atomic():
        services.decide_case(actor=desk.decider, case=case, ruling=ruling())


def test_database_keeps_what_came_too_late_out_where_the_check_is_off(desk, monkeypatch):
    monkeypatch.setattr(case_reopening, "refuse", lambda wrong: None)
    case = considered(desk)
    with later(LATER), pytest.raises(IntegrityError, match="reopening_in_time"), transaction.atomic():
        services.reopen_case(actor=desk.one, case=case, paper=late_day(case), said=SAID)


def unguard(table):
    with connection.cursor() as cursor:
        drop_guard(cursor, table)


# --- pages ----------------------------------------------------------------------------------------------------------
def test_page_offers_it_beside_the_next_step_and_takes_it(desk):
    case = considered(desk)
    officer, address = signed_in(desk.one), f"/en/credit/cases/{case.pk}/steps/reopen/"
    assert "Put down a paper that came in time" in text(officer.get(f"/en/credit/cases/{case.pk}/"))
    sent = {"came_as": "answer", "reference": "来文7号", "came_on": came(case).came_on, "why": "漏转"}
    with later(LATER):
        officer = signed_in(desk.one)
        page = officer.post(address, {**sent, "words": " "})
        assert "Put down what the paper says." in text(page)
        late = officer.post(address, {**sent, "words": "并非如此", "came_on": late_day(case).came_on})
        assert "On that day the time to answer was over" in text(late)
        assert "并非如此" in text(late)
        assert officer.post(address, {**sent, "words": "并非如此"}).status_code == 302
        assert case_page(desk.one, case.pk).steps[0] == "consider"
        assert "并非如此" in text(signed_in(desk.two).get(f"/en/credit/cases/{case.pk}/steps/consider/"))


def test_subject_reads_the_paper_what_was_made_of_it_and_no_discussion(desk):
    case = considered(desk, "serious")
    with later(LATER):
        case = services.reopen_case(actor=desk.one, case=case, paper=came(case), said=SAID)
        case = services.consider(actor=desk.two, case=case, considered="书面答复逐条回应")
        services.record_discussion(actor=desk.two, case=case, discussion="再次讨论")
        own = text(signed_in(desk.login).get(f"/en/credit/own-cases/{case.pk}/"))
        page = text(signed_in(desk.one).get(f"/en/credit/cases/{case.pk}/"))
    for word in ("来文7号", SAID.words, "收发室漏转", "未提出陈述申辩", "书面答复逐条回应"):
        assert (word in own, word in page) == (True, True)
    assert ("再次讨论" in own, "再次讨论" in page) == (False, True)


def test_first_page_does_not_call_it_a_notice_to_answer(desk):
    from credit.selectors.desks import _to_speak  # noqa: PLC0415 - the desk's own count

    reopened(desk)
    with later(LATER):
        assert _to_speak(desk.login).count == 0


def test_a_double_click_puts_the_paper_down_once(desk):
    case = considered(desk)
    with later(LATER):
        sent = {
            "came_as": "answer", "reference": "来文7号", "came_on": came(case).came_on, "why": "漏转",
            "words": "并非如此",
        }  # fmt: skip
        officer = signed_in(desk.one)
        pages = [officer.post(f"/en/credit/cases/{case.pk}/steps/reopen/", sent) for _each in range(2)]

    assert [page.status_code for page in pages] == [302, 200]
    assert "This paper is put down already" in text(pages[1])
    assert case.reopenings.count() == 1


@pytest.mark.parametrize("step", ["decide", "discuss"])
def test_an_old_page_takes_no_step_over_a_paper_it_did_not_show(desk, step):
    case = considered(desk, "serious" if step == "discuss" else "general")
    who, words = {
        "decide": (
            desk.decider,
            {
                "number": "D1", "outcome": "general", "reasons": "旧理由", "basis": "依据", "proportionality": "相当",
                "remedy_body": "上级", "remedy_court": "法院",
            },
        ),
        "discuss": (desk.two, {"discussion": "五人参加"}),
    }[step]  # fmt: skip
    address = f"/en/credit/cases/{case.pk}/steps/{step}/"
    with later(LATER):
        client = signed_in(who)
        known = client.get(address).context["form"].initial["heard"]
        case = services.reopen_case(actor=desk.one, case=case, paper=came(case), said=SAID)
        case = services.consider(actor=desk.two, case=case, considered="书面答复逐条回应：申辩成立")
        answer = client.post(address, {**words, "heard": known})

    case.refresh_from_db()
    assert (answer.status_code, case.state) == (200, "considered")
    assert "read it first" in text(answer)
    assert next(iter(words.values())) in answer.content.decode()


def test_who_had_said_all_may_add_once_it_is_reopened(desk):
    know_years()
    case = desk.noticed()
    case = services.answer_notice(actor=desk.login, case=case, answer="一", complete=True)
    case = services.consider(actor=desk.two, case=case, considered="逐条")
    with later(1):
        case = services.reopen_case(actor=desk.one, case=case, paper=came(case), said=SAID)
        page = signed_in(desk.login).get(f"/en/credit/own-cases/{case.pk}/")

    assert "answer" in page.context["acts"]
    assert "waive" not in page.context["acts"]


def test_decision_names_in_their_order_the_paper_and_what_was_added_after_it(desk):
    case = reopened(desk)
    with later(LATER):
        case = services.answer_notice(actor=desk.login, case=case, answer="另附说明")
        case = services.consider(actor=desk.two, case=case, considered="书面答复逐条回应")
        case = services.decide_case(actor=desk.decider, case=case, ruling=ruling())
    letter = "".join(case_letter(case, "decision").lines())

    order = ["首次复核的意见如下", "来文7号", "补充陈述、申辩", "重新复核的意见如下", "书面答复逐条回应"]
    places = [letter.index(words) for words in order]
    assert places == sorted(places)
    assert "提出陈述、申辩" not in letter
