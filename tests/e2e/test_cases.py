"""Cases by mouse alone: an administrative one from report to repair, answered from a phone; one under own rules; an
evaluator's round."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from core import clock
from credit.models import AdministrativeCase, CaseReport, EvaluationResult, SelfRegulatoryCase, SelfReview
from tests.builders import base_manager, make_base, make_user
from tests.credit.cases import Authority, item, measure
from tests.credit.evaluating import Evaluation, entered, scheme
from tests.credit.own_rules import association_and_member
from tests.e2e.conftest import Enter, Fits

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}


def today() -> str:
    return clock.today().isoformat()


class Desk:
    """Officers of one body, each with a page of the own; steps are taken on the page of the case."""

    def __init__(self, enter: Enter, fits: Fits) -> None:
        self.enter, self.fits = enter, fits
        self.authority = Authority()
        self.authority.item = item("general")
        measure()
        self.pages: dict[int, Page] = {}

    def page(self, who: User) -> Page:
        return self.pages.setdefault(who.pk, self.enter(who))

    def step(self, who: User, case: AdministrativeCase, title: str, fill: Callable[[Page], None]) -> None:
        page = self.page(who)
        page.goto(f"/en/credit/cases/{case.pk}/")
        self.fits(page)
        page.get_by_role("link", name=title, exact=True).first.click()
        fill(page)
        self.fits(page)
        page.get_by_role("button", name=title, exact=True).click()
        expect(page.get_by_text("The step is recorded.")).to_be_visible()
        case.refresh_from_db()


def serve(page: Page) -> None:
    page.get_by_label("How it was served").select_option("in_person")
    page.get_by_label("Proof of service").fill("送达回证第1号")


def file_case(desk: Desk) -> AdministrativeCase:
    """A report by anybody; the officer finds whom it is about by name."""
    authority = desk.authority
    page = desk.page(make_user())
    page.goto("/en/credit/case-reports/new/")
    page.get_by_label("Who it is about").fill(authority.subject.name)
    page.get_by_label("Province").select_option(label="测试990000")
    page.get_by_label("What kind of conduct").select_option("collusion")
    page.get_by_label("When it happened").fill((clock.today() - timedelta(days=30)).isoformat())
    page.get_by_label("What happened, and what shows it").fill("撮合许可时另收佣金。")
    desk.fits(page)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("received").first).to_be_visible()

    officer = desk.page(authority.decider)
    officer.goto("/en/credit/cases/")
    desk.fits(officer)
    officer.get_by_role("link", name=f"Open {authority.subject.name}").click()
    desk.fits(officer)
    expect(officer.get_by_label(authority.subject.name)).to_be_checked()
    officer.get_by_label("Case number").fill("案〔2026〕1号")
    officer.get_by_label("Item of the catalogue").select_option(str(authority.item.pk))
    officer.get_by_role("button", name="File the case").click()
    expect(officer.get_by_text("The case is filed.")).to_be_visible()
    return AdministrativeCase.objects.get(report=CaseReport.objects.get())


def investigate(desk: Desk, case: AdministrativeCase) -> None:
    authority = desk.authority

    def name_two(page: Page) -> None:
        for which, who, number in (("First", authority.one, "1"), ("Second", authority.two, "2")):
            page.get_by_label(f"{which} officer", exact=True).select_option(str(who.pk))
            page.get_by_label(f"Certificate number of the {which.lower()} officer").fill(f"ZF-{number}")

    def write(page: Page) -> None:
        page.get_by_label("Facts found").fill("受让方付款两笔。")
        page.get_by_label("Evidence, item by item").fill("一、付款凭证；二、合同。")

    def notify(page: Page) -> None:
        # What was found and the basis of the item stand there already.
        expect(page.get_by_label("Facts")).to_have_value("受让方付款两笔。")
        page.get_by_label("Document number").fill("告〔2026〕1号")
        page.get_by_label("Reasons").fill("隐瞒利益关系。")
        page.get_by_label("Intended outcome").select_option("minor")
        page.locator("[name=measures]").first.check()

    desk.step(authority.free, case, "Name two investigators", name_two)
    desk.step(authority.one, case, "Write the findings", write)
    desk.step(authority.lawyer, case, "Review the law", lambda page: page.get_by_label("Opinion").fill("合法。"))
    desk.step(authority.one, case, "Write the prior notice", notify)
    desk.step(authority.one, case, "Serve the prior notice", serve)


def answer_from_a_phone(desk: Desk, case: AdministrativeCase) -> None:
    """Three blocks on one narrow page: what is said, what may follow, by when."""
    phone = desk.page(desk.authority.login)
    phone.set_viewport_size(PHONE)
    phone.goto("/en/credit/own-cases/")
    phone.get_by_role("link", name="告〔2026〕1号").click()
    heads = phone.locator("main h2").all_inner_texts()
    assert heads[:3] == ["What is said", "What may follow", "By when"]
    desk.fits(phone)
    phone.set_viewport_size(PHONE)
    # An empty answer is sent back; nothing is recorded.
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_label("Your answer, point by point")).to_be_visible()
    phone.get_by_label("Your answer, point by point").fill("第一笔是报销。\n第二笔已退还。")
    phone.get_by_label("This is all, and I ask for no hearing").check()
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_text("It is recorded, and the authority is told.")).to_be_visible()


def decide(desk: Desk, case: AdministrativeCase) -> None:
    authority = desk.authority

    def consider(page: Page) -> None:
        # Each point of the answer has its line already.
        box = page.get_by_label("Each point of the defence")
        assert "1. 第一笔是报销。" in box.input_value()
        box.fill("1. 报销凭证核实，采纳。\n2. 退还属实，从轻。")

    def rule(page: Page) -> None:
        page.get_by_label("Document number").fill("决〔2026〕1号")
        page.get_by_label("Why no milder means would do").fill("较轻的提醒不足以纠正。")
        page.get_by_label("Body for reconsideration").fill("省人民政府")
        page.get_by_label("Court for a suit").fill("中级人民法院")

    desk.step(authority.two, case, "Answer the defence point by point", consider)
    # Whoever investigated is offered no decision.
    page = desk.page(authority.one)
    page.goto(f"/en/credit/cases/{case.pk}/")
    expect(page.get_by_role("link", name="Decide", exact=True)).to_have_count(0)
    desk.step(authority.decider, case, "Decide", rule)
    desk.step(authority.free, case, "Serve the decision and the repair notice", serve)


def test_administrative_case_from_report_to_repair(enter: Enter, fits: Fits) -> None:
    desk = Desk(enter, fits)
    case = file_case(desk)
    investigate(desk, case)
    answer_from_a_phone(desk, case)
    decide(desk, case)
    assert case.state == "in_force"

    phone = desk.page(desk.authority.login)
    phone.goto(f"/en/credit/own-cases/{case.pk}/")
    expect(phone.get_by_text("省人民政府", exact=False).first).to_be_visible()
    # The commitment is written already; only what was put right is asked for.
    expect(phone.get_by_label("Your credit commitment")).not_to_have_value("")
    phone.get_by_label("What you put right, and what shows it").fill("佣金已全部退还，收据附后。")
    phone.get_by_label("I give this commitment publicly.").check()
    fits(phone)
    phone.get_by_role("button", name="Apply for repair").click()
    expect(phone.get_by_text("It is recorded, and the authority is told.")).to_be_visible()

    officer = desk.page(desk.authority.decider)
    officer.goto(f"/en/credit/cases/{case.pk}/")
    officer.get_by_role("link", name="Decide on it").click()
    fits(officer)
    officer.get_by_label("Decision").select_option("yes")
    officer.locator("main form button").last.click()
    expect(officer.get_by_text("The application is answered.")).to_be_visible()
    case.refresh_from_db()
    assert case.state == "repaired"
    officer.goto("/en/credit/cases/?over=1")
    expect(officer.get_by_text("案〔2026〕1号").first).to_be_visible()


def test_case_under_own_rules_with_its_review(enter: Enter, fits: Fits) -> None:
    track = association_and_member()
    case = track.opened()
    first, second, third = enter(track.first), enter(track.second), enter(track.third)
    address = f"/en/own-rules/cases/{case.uuid}/"

    first.goto("/en/own-rules/")
    fits(first)
    first.goto(address)
    first.get_by_label("What is said, and what shows it").fill("宣传册第3页写有“包过”字样。")
    first.get_by_label("What may follow at most").select_option("reminder")
    first.get_by_label("How the letter was handed over").select_option("in_person")
    first.get_by_label("What shows it", exact=True).fill("签收单")
    fits(first)
    first.locator("button[name=step]").first.click()

    subject = enter(track.answering)
    subject.set_viewport_size(PHONE)
    subject.goto("/en/own-rules/about-me/")
    fits(subject)
    subject.goto(f"/en/own-rules/about-me/{case.uuid}/")
    fits(subject)
    subject.get_by_role("textbox").last.fill("宣传册已撤下。")
    subject.locator("main button[type=submit], main form button").first.click()
    assert SelfRegulatoryCase.objects.get().answer == "宣传册已撤下。"

    second.goto(address)
    second.get_by_label("Outcome").select_option("reminder")
    second.get_by_label("What was made of each point of the answer").fill("撤下属实。")
    second.get_by_label("Why it is decided so").fill("公约第七条。")
    fits(second)
    second.locator("button[name=step]").first.click()
    second.get_by_label("How the letter was handed over").select_option("in_person")
    second.get_by_label("What shows it", exact=True).fill("签收单")
    second.locator("button[name=step]").first.click()

    subject.goto(f"/en/own-rules/about-me/{case.uuid}/")
    subject.get_by_role("textbox").last.fill("提醒过重。")
    subject.locator("main form button").first.click()
    review = SelfReview.objects.get()

    # Other people of the same body decide the review.
    second.goto(f"/en/own-rules/reviews/{review.uuid}/")
    expect(second.get_by_role("button", name="Decide the review")).to_have_count(0)
    third.goto(f"/en/own-rules/reviews/{review.uuid}/")
    fits(third)
    third.get_by_label("the decision is maintained").check()
    third.get_by_label("What was made of each ground").fill("已复核，维持。")
    third.get_by_role("button", name="Decide the review").click()
    review.refresh_from_db()
    assert review.state == "maintained"


def test_round_of_an_evaluator(enter: Enter, fits: Fits) -> None:
    base = make_base()
    round_ = Evaluation("BASE_ANNUAL", base)
    round_.at("scoring")
    other = Evaluation("BASE_ANNUAL", make_base())
    other.at("scoring")
    page = enter(round_.scorer)
    page.goto("/en/evaluations/")
    fits(page)
    # Assigned to one round: the other one is not there.
    assert page.goto(f"/en/evaluations/subjects/{other.subject.pk}/").status == 404
    page.goto(f"/en/evaluations/subjects/{round_.subject.pk}/")
    page.get_by_role("link", name="Score").click()
    expect(page.get_by_text("Say this first: nothing can be scored before.")).to_be_visible()
    page.locator("[name=conflict][value=no]").check()
    page.get_by_role("button", name="Declare").click()
    for code in entered(scheme()):
        page.locator(f"[name=value_{code}]").fill("90")
        page.locator(f"[name=evidence_{code}]").fill("现场查验记录")
    fits(page)
    page.get_by_role("button", name="Keep the values").click()

    officer = enter(round_.first)
    officer.goto(f"/en/evaluations/{round_.round.pk}/")
    officer.get_by_role("button", name="Propose the result").click()
    officer.get_by_role("button", name="Open to objections").click()
    fits(officer)
    assert EvaluationResult.objects.filter(subject=round_.subject).exists()

    # Whoever is evaluated finds each point with its evidence, and where to object.
    place = enter(base_manager(base))
    place.goto(f"/en/evaluations/subjects/{round_.subject.pk}/")
    expect(place.get_by_text("现场查验记录").first).to_be_visible()
    fits(place)
    place.get_by_role("link", name="Object to the result").click()
    place.get_by_role("textbox").last.fill("学时少算一期。")
    place.locator("main form button").last.click()
    officer.reload()
    expect(officer.get_by_role("link", name="Answer").first).to_be_visible()
