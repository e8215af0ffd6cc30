"""The time to speak and to ask for a hearing is kept to its last day; what came on paper counts from its day."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.permissions import Permission
from core import calendar, clock
from core.errors import NotAllowed, WrongState
from core.models import CalendarYear, SpecialDay
from credit import services
from credit.models import AdministrativeCase, CaseLetter, CaseMeasure
from credit.rules.cases import rule_of
from credit.selectors.cases import case_page
from credit.services import Paper
from tests.credit.cases import Authority, hearing, know_years, later, measure, notice, notify, refused, served
from tests.credit.letters import pdf_words, stored, words, written
from tests.credit.test_case_constraints import drop_guard
from tests.credit.test_case_pages import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]


@pytest.fixture
def desk():
    return Authority()


def answered(desk, **how):
    return services.answer_notice(actor=desk.login, case=desk.noticed(), answer="并非如此", **how)


# --- the window -----------------------------------------------------------------------------------------------------
def test_early_answer_leaves_the_time_to_ask_for_a_hearing(desk):
    case = answered(desk)

    refused("still_time_to_answer", services.consider, actor=desk.two, case=case, considered="逐条回应")

    assert services.ask_hearing(actor=desk.login, case=case).hearing_asked_on == clock.today()


def test_answer_can_be_added_to_until_it_is_considered(desk):
    case = answered(desk)
    case = services.answer_notice(actor=desk.login, case=case, answer="补充材料")

    assert case.answer.startswith("并非如此")
    assert "补充材料" in case.answer
    with later((case.answer_until - clock.today()).days + 1):
        case = services.consider(actor=desk.two, case=case, considered="逐条回应")
        with pytest.raises(WrongState):
            services.answer_notice(actor=desk.login, case=case, answer="太晚")


def test_whoever_says_that_this_is_all_need_not_wait(desk):
    assert services.consider(actor=desk.two, case=answered(desk, complete=True), considered="有").state == "considered"

    case = answered(Authority())
    case = services.waive_answer(actor=case.person.user, case=case)

    assert (case.state, case.waived_at) == ("answered", None)
    refused("already_spoken", services.waive_answer, actor=case.person.user, case=case)


def test_hearing_that_was_asked_for_is_held_whatever_is_said_later(desk):
    case = services.ask_hearing(actor=desk.login, case=desk.noticed())
    case = services.answer_notice(actor=desk.login, case=case, answer="请求听证", complete=True)

    refused("hearing_not_held", services.consider, actor=desk.two, case=case, considered="有")


def test_page_lets_add_and_close(desk):
    case = answered(desk)
    client, address = signed_in(desk.login), f"/en/credit/own-cases/{case.pk}/"
    page = text(client.get(address))
    assert "Add to your answer" in page
    assert "Ask for a hearing" in page

    client.post(address, {"act": "waive"})

    case.refresh_from_db()
    assert case.said_all
    assert "Said on" in text(client.get(address))
    assert "Add to your answer" not in text(client.get(address))


# --- the notice is written, then served -----------------------------------------------------------------------------
def test_notice_is_written_first_and_reaches_nobody_before_it_is_served(desk):
    case = desk.written()
    letter = written(case)["notice"]

    assert case.state == "written"
    assert case.notice_number in pdf_words(stored(letter))
    assert signed_in(desk.login).get(f"/en/credit/own-cases/{case.pk}/").status_code == 404
    assert f"/letters/{letter.uuid}/" not in text(signed_in(desk.login).get("/en/credit/own-cases/"))


def test_notice_is_written_anew_until_it_is_served(desk):
    first, second = measure(), measure()
    case = services.write_notice(actor=desk.one, case=desk.reviewed(), notice=notice("serious", (first,)))
    written(case)
    milder = notice("minor", (second,), facts="更正后的事实")
    case = services.write_notice(actor=desk.one, case=case, notice=milder)
    services.make_letters(actor=desk.one, case=case)

    editions = list(CaseLetter.objects.filter(kind="notice").order_by("edition"))
    assert [one.edition for one in editions] == [1, 2]
    assert "更正后的事实" in pdf_words(stored(editions[1]))
    case = services.serve_notice(actor=desk.one, case=case, served=served())
    assert (case.intended, case.intended_rank) == ("minor", 1)
    assert list(CaseMeasure.objects.filter(case=case).values_list("measure", flat=True)) == [second.pk]
    with pytest.raises(WrongState):
        services.write_notice(actor=desk.one, case=case, notice=notice())
    services.make_letters(actor=desk.one, case=case)
    assert CaseLetter.objects.filter(kind="notice").count() == 2


def test_letter_and_the_served_notice_say_the_same(desk):
    case = desk.written()
    before = written(case)["notice"].text_sha256
    case = services.serve_notice(actor=desk.one, case=case, served=served())

    letter = CaseLetter.objects.get(kind="notice")
    refused("nothing_changed", services.make_edition, actor=desk.one, letter=letter, why="x")
    assert letter.text_sha256 == before


def test_served_notice_stands_in_the_database(desk):
    """The trigger frees its words in a draft alone, and nothing served becomes a draft again."""
    case = desk.written()
    rows = AdministrativeCase.objects.filter(pk=case.pk)
    rows.update(notice_facts="改写")
    services.serve_notice(actor=desk.one, case=case, served=served())

    for change in ({"notice_facts": "再改"}, {"state": "written", "noticed_at": None}):
        with pytest.raises(IntegrityError, match="credit_administrativecase is frozen"), transaction.atomic():
            rows.update(**change)


def test_step_offers_the_written_notice_filled_in(desk):
    case = desk.written()
    page = case_page(desk.one, case.pk)
    assert page.steps[0] == "notice"
    form = text(signed_in(desk.one).get(f"/en/credit/cases/{case.pk}/steps/write/"))
    assert case.notice_number in form
    assert "Written, not served" in text(signed_in(desk.one).get(f"/en/credit/cases/{case.pk}/"))


# --- the hearing ----------------------------------------------------------------------------------------------------
def asked(desk):
    return services.ask_hearing(actor=desk.login, case=desk.noticed())


def test_announcement_is_served_seven_working_days_ahead(desk):
    case = asked(desk)
    day = calendar.working_day_deadline(clock.today(), 7).day
    case = services.announce_hearing(actor=desk.one, case=case, hearing=hearing(day, desk.free))
    assert "9时30分" in pdf_words(stored(written(case)["hearing"]))
    with later(3):
        refused("announced_too_late", services.serve_hearing, actor=desk.one, case=case, served=served())
        later_day = calendar.working_day_deadline(clock.today(), 8).day
        case = services.announce_hearing(actor=desk.one, case=case, hearing=hearing(later_day, desk.free))
        services.make_letters(actor=desk.one, case=case)
        case = services.serve_hearing(actor=desk.one, case=case, served=served())

    assert (case.hearing_on, case.hearing_time) == (later_day, time(9, 30))
    letters = list(CaseLetter.objects.filter(kind="hearing").values_list("edition", flat=True).order_by("edition"))
    assert letters == [1, 2]
    assert words("送达回证") in pdf_words(stored(written(case)["hearing_service"]))


def test_hearing_nobody_was_told_of_has_no_record(desk):
    case = asked(desk)
    day = clock.today() + timedelta(days=20)
    case = services.announce_hearing(actor=desk.one, case=case, hearing=hearing(day, desk.free))
    with later(20):
        refused("hearing_not_served", services.record_hearing, actor=desk.free, case=case, record="笔录")


def test_hearing_is_announced_and_served_by_its_pages(desk):
    case = asked(desk)
    day = clock.today() + timedelta(days=20)
    sent = {"on": day, "at": "09:30", "place": "三层302室", "chair": desk.free.pk}
    officer = signed_in(desk.one)
    assert case_page(desk.one, case.pk).steps[0] == "announce"
    assert officer.post(f"/en/credit/cases/{case.pk}/steps/announce/", sent).status_code == 302
    assert case_page(desk.one, case.pk).steps[0] == "serve-hearing"
    way = {"by": "post", "proof": "EMS 1号", "on": clock.today()}
    assert officer.post(f"/en/credit/cases/{case.pk}/steps/serve-hearing/", way).status_code == 302

    own = text(signed_in(desk.login).get(f"/en/credit/own-cases/{case.pk}/"))
    assert "09:30" in own
    assert "三层302室" in own
    with later(20):
        assert case_page(desk.free, case.pk).steps[0] == "hearing"


def announced(desk, days=20):
    case = asked(desk)
    day = clock.today() + timedelta(days=days)
    case = services.announce_hearing(actor=desk.one, case=case, hearing=hearing(day, desk.free))
    return services.serve_hearing(actor=desk.one, case=case, served=served())


def test_hearing_is_put_off_and_whoever_steps_aside_is_replaced(desk):
    case = announced(desk)
    services.make_letters(actor=desk.one, case=case)
    recusal = services.ask_recusal(actor=desk.login, case=case, officer=desk.free, reason="亲属")
    services.decide_recusal(actor=desk.decider, recusal=recusal, uphold=True, answer="属实")
    day = clock.today() + timedelta(days=30)
    same, another = hearing(day, desk.free), hearing(day, desk.decider)
    refused("chair_stepped_aside", services.announce_hearing, actor=desk.one, case=case, hearing=same)
    case = services.announce_hearing(actor=desk.one, case=case, hearing=another)
    assert (case.hearing_served_on, case.hearing_proof) == (None, "")
    with later(20):
        refused("hearing_not_held", services.record_hearing, actor=desk.decider, case=case, record="笔录")
    services.make_letters(actor=desk.one, case=case)
    case = services.serve_hearing(actor=desk.one, case=case, served=served())
    services.make_letters(actor=desk.one, case=case)
    with later(30):
        case = services.record_hearing(actor=desk.decider, case=case, record="笔录")
        refused("hearing_was_held", services.announce_hearing, actor=desk.one, case=case, hearing=another)

    whys = dict(CaseLetter.objects.filter(edition=2).values_list("kind", "why"))
    assert whys == {"hearing": "听证改期", "hearing_service": "听证改期"}
    own = CaseLetter.objects.allowed(desk.login, Permission.CASE_ANSWER).filter(kind="hearing")
    assert sorted(own.values_list("edition", flat=True)) == [1, 2]


def test_hearing_is_offered_to_be_put_off_beside_the_next_step(desk):
    case = announced(desk)
    assert "postpone" in case_page(desk.one, case.pk).steps
    page = text(signed_in(desk.one).get(f"/en/credit/cases/{case.pk}/"))
    assert "Put the hearing off" in page
    assert "who leads the hearing" in text(signed_in(desk.login).get(f"/en/credit/own-cases/{case.pk}/"))


def test_seven_days_count_by_the_calendar_as_it_is_known_at_the_hearing(desk):
    case = asked(desk)
    CalendarYear.objects.all().delete()
    day = calendar.working_day_deadline(clock.today(), 7).day
    case = services.announce_hearing(actor=desk.one, case=case, hearing=hearing(day, desk.free))
    case = services.serve_hearing(actor=desk.one, case=case, served=served())
    know_years()
    for off in range(1, 4):
        SpecialDay.objects.update_or_create(day=day - timedelta(days=off), defaults={"is_working": False})
    with later((day - clock.today()).days):
        refused("announced_too_late", services.record_hearing, actor=desk.free, case=case, record="笔录")


# --- drafts and what was served -------------------------------------------------------------------------------------
def test_old_letter_is_not_served(desk):
    case = desk.written()
    written(case)
    case = services.write_notice(actor=desk.one, case=case, notice=notice(facts="更正后的事实"))
    refused("letter_is_old", services.serve_notice, actor=desk.one, case=case, served=served())
    assert services.letters_wait(case)
    services.make_letters(actor=desk.one, case=case)
    assert not services.letters_wait(case)
    case = services.serve_notice(actor=desk.one, case=case, served=served())

    own = CaseLetter.objects.allowed(desk.login, Permission.CASE_ANSWER).filter(kind="notice")
    assert list(own.values_list("edition", flat=True)) == [2]


def test_law_is_reviewed_after_a_milder_draft_too(desk):
    case = services.write_notice(actor=desk.one, case=desk.investigated(), notice=notice("minor"))
    refused("law_not_reviewed", services.write_notice, actor=desk.one, case=case, notice=notice("general"))
    case = services.review_law(actor=desk.lawyer, case=case, opinion="合法")
    assert case.state == "reviewed"
    case = services.write_notice(actor=desk.one, case=case, notice=notice("general", facts="更正后的事实"))
    assert (case.state, case.intended, case.notice_facts) == ("written", "general", "更正后的事实")


def test_measure_that_ended_meanwhile_is_not_announced(desk):
    one = measure()
    case = services.write_notice(actor=desk.one, case=desk.reviewed(), notice=notice("general", (one,)))
    one.valid_to = clock.today()
    one.save()
    refused("measure_not_in_force", services.serve_notice, actor=desk.one, case=case, served=served())


@pytest.mark.parametrize("change", [{"intended_rank": 3}, {"notice_measures": [1]}, {"notice_written_by": None}])
def test_all_of_a_served_notice_stands(desk, change):
    case = services.serve_notice(actor=desk.one, case=desk.written(), served=served())
    with pytest.raises(IntegrityError, match="credit_administrativecase is frozen"), transaction.atomic():
        AdministrativeCase.objects.filter(pk=case.pk).update(**change)


def test_giving_up_says_that_the_hearing_goes_with_it(desk):
    case = desk.noticed()
    page = text(signed_in(desk.login).get(f"/en/credit/own-cases/{case.pk}/"))
    assert "You give up the hearing with it" in page
    minor = Authority("990100").noticed("minor")
    page = text(signed_in(minor.person.user).get(f"/en/credit/own-cases/{minor.pk}/"))
    assert "You give up the hearing with it" not in page


# --- before ---------------------------------------------------------------------------------------------------------
def test_case_considered_under_the_rule_before_keeps_its_way_and_nobody_is_made_to_have_spoken(desk):
    """Rows from before are let through by their mark, which no step sets."""
    case = desk.heard()
    with connection.cursor() as cursor:
        drop_guard(cursor)
    rows = AdministrativeCase.objects.filter(pk=case.pk)
    with pytest.raises(IntegrityError, match="case_considered_after_hearing"), transaction.atomic():
        rows.update(completed_at=None)
    rows.update(completed_at=None, window_of_before=True)
    assert "Said on" not in text(signed_in(desk.login).get(f"/en/credit/own-cases/{case.pk}/"))


# --- what came on paper ---------------------------------------------------------------------------------------------
def test_request_for_a_hearing_counts_from_the_day_it_came(desk):
    case = desk.noticed()
    came, last = clock.today(), case.answer_until
    with later((last - came).days + 2):
        late = Paper("来文2号", clock.today())
        refused("hearing_too_late", services.record_hearing_request, actor=desk.one, case=case, paper=late)
        ahead = Paper("来文2号", clock.today() + timedelta(days=1))
        refused("came_in_future", services.record_hearing_request, actor=desk.one, case=case, paper=ahead)
        early = Paper("来文2号", came - timedelta(days=1))
        refused("came_too_early", services.record_hearing_request, actor=desk.one, case=case, paper=early)
        nowhere = Paper(" ", came)
        refused("paper_missing", services.record_hearing_request, actor=desk.one, case=case, paper=nowhere)
        case = services.record_hearing_request(actor=desk.one, case=case, paper=Paper("来文1号", came))

    assert (case.hearing_asked_on, case.hearing_asked_by, case.hearing_asked_document) == (came, desk.one, "来文1号")
    with later(20):
        refused("hearing_not_held", services.consider, actor=desk.two, case=case, considered="有")


def test_paper_that_came_while_a_notice_was_public_is_in_time(desk):
    case = notify(desk.one, desk.reviewed(), notice(), served("notice"))
    with later(3):
        paper = Paper("来文6号", clock.today())
        case = services.record_hearing_request(actor=desk.one, case=case, paper=paper)
    assert case.hearing_asked_on < case.notice_served_on


def test_repair_asked_for_on_paper_counts_from_the_day_it_came(desk):
    case = desk.in_force("minor")
    came = clock.today()
    with later(3):
        sent = {"came_on": came, "reference": "来文3号", "corrected": "已退还", "commitment": "承诺书"}
        page = signed_in(desk.one).post(f"/en/credit/cases/{case.pk}/steps/repair-request/", sent)
        assert page.status_code == 302
    repair = case.repairs.get()
    days = rule_of(case.decision_rule).clocks["repair_working_days"]
    assert repair.due_on == calendar.working_day_deadline(came, days).day
    assert (repair.came_on, repair.document, repair.asked_by) == (came, "来文3号", desk.one)
    paper = Paper("来文4号", came)
    words_of = {"corrected": "x", "commitment": "y", "paper": paper}
    refused("repair_runs", services.record_repair_request, actor=desk.one, case=case, **words_of)


def test_recusal_asked_for_on_paper_is_decided_by_another(desk):
    case = desk.noticed()
    sent = {"officer": desk.two.pk, "reason": "当事人称系其亲属", "document": "来文5号"}
    assert signed_in(desk.one).post(f"/en/credit/cases/{case.pk}/steps/recusal/", sent).status_code == 302
    recusal = case.recusals.get()
    assert (recusal.document, recusal.asked_by) == ("来文5号", desk.one)
    with pytest.raises(NotAllowed):
        services.decide_recusal(actor=desk.two, recusal=recusal, uphold=False, answer="不属实")


def test_paper_is_put_down_by_the_body_alone(desk):
    case, other = desk.noticed(), Authority("980000")
    for actor in (desk.login, other.one):
        with pytest.raises(NotAllowed):
            services.record_hearing_request(actor=actor, case=case, paper=Paper("来文", clock.today()))
