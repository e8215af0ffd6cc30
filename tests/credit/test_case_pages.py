"""A case by its pages alone: what each officer and the subject see, send, and are refused with their words kept."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import translation

from accounts.selectors.waiting import waiting_lines
from core import clock
from credit import services
from credit.forms.cases import STEP_FORMS
from credit.models import AdministrativeCase, CaseReport
from tests.builders import make_user, regulator
from tests.credit.cases import Authority, later

pytestmark = pytest.mark.django_db
SERVED = {"by": "in_person", "proof": "送达回证1号"}


@pytest.fixture
def desk():
    return Authority()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def take(desk, who, case, name, **words):
    """One step by its page; the page it came from is looked at, too."""
    client = signed_in(getattr(desk, who))
    address = f"/en/credit/cases/{case.pk}/steps/{name}/"
    opened = client.get(address)
    page = text(opened)
    with translation.override("en"):
        title = str(STEP_FORMS[name].title)
    assert re.search(rf"<h1[^>]*>{title}</h1>", page), page[:300]
    assert re.search(rf"<button[^>]*>\s*{title}\s*</button>", page)
    answer = client.post(address, {"heard": opened.context["form"].initial.get("heard", ""), **words})
    assert answer.status_code == 302, text(answer)
    case.refresh_from_db()


def report(desk):
    client = signed_in(make_user())
    words = {
        "said_of": "何磊", "said_at": "某公司", "region": desk.report().region.pk, "ground": "collusion",
        "happened_on": clock.today() - timedelta(days=30), "said": "收受隐性佣金", "reach_me": "13900000000",
    }  # fmt: skip
    answer = client.post("/en/credit/case-reports/new/", words)
    return client, answer["Location"], CaseReport.objects.latest("pk")


def filed(desk):
    _client, _receipt, made = report(desk)
    words = {
        "number": "案1号", "about": f"person:{desk.subject.pk}", "item": desk.item.pk,
        "conduct_ended_on": clock.today() - timedelta(days=30), "discovered_on": clock.today(),
    }  # fmt: skip
    address = f"/en/credit/case-reports/{made.pk}/accept/?of={desk.subject.name}"
    answer = signed_in(desk.decider).post(address, words)
    assert answer.status_code == 302, text(answer)
    return AdministrativeCase.objects.get(number="案1号")


def test_reporter_reads_where_it_stands_and_nobody_else_who_reported(desk):
    client, receipt, made = report(desk)

    assert "received" in text(client.get(receipt))
    handled = text(signed_in(desk.one).get(f"/en/credit/case-reports/{made.pk}/accept/"))
    assert "13900000000" not in handled
    signed_in(desk.one).post(
        f"/en/credit/case-reports/{made.pk}/accept/", {"step": "refuse", "no-reason": "不属于本机关"}
    )
    assert "不属于本机关" in text(client.get(receipt))


def test_case_goes_from_report_to_repair_by_its_pages(desk):
    case = filed(desk)
    pair = {"one": desk.one.pk, "one_certificate": "ZF-1", "two": desk.two.pk, "two_certificate": "ZF-2"}
    take(desk, "free", case, "assign", **pair)
    take(desk, "one", case, "find", findings="查明的事实", evidence="证据清单")
    take(desk, "lawyer", case, "review", opinion="合法")
    notice = {"number": "告1号", "facts": "事实", "reasons": "理由", "basis": "依据", "intended": "general"}
    take(desk, "one", case, "write", **notice, on=clock.today())
    take(desk, "one", case, "notice", **SERVED, on=clock.today())

    own = signed_in(desk.login)
    address = f"/en/credit/own-cases/{case.pk}/"
    assert "告1号" in text(own.get("/en/credit/own-cases/"))
    assert own.post(address, {"act": "answer", "answer": "我没有收。", "complete": "on"}).status_code == 302
    case.refresh_from_db()
    assert "我没有收。" in text(signed_in(desk.two).get(f"/en/credit/cases/{case.pk}/steps/consider/"))
    take(desk, "two", case, "consider", heard=case.heard, considered="逐条回应")
    ruling = {
        "number": "决1号", "outcome": "general", "reasons": "理由", "basis": "依据", "proportionality": "相当",
        "remedy_body": "省政府", "remedy_court": "中级法院",
    }  # fmt: skip
    take(desk, "decider", case, "decide", **ruling)
    take(desk, "free", case, "serve", **SERVED, on=clock.today())
    assert case.state == "in_force"
    assert "省政府" in text(own.get(address))

    with later((case.repair_from - clock.today()).days):
        sent = {"act": "repair", "corrected": "已退还", "commitment": "承诺", "committed": "on"}
        assert signed_in(desk.login).post(address, sent).status_code == 302
        asked = case.repairs.get()
        answer = signed_in(desk.decider).post(f"/en/credit/cases/{case.pk}/repairs/{asked.pk}/", {"grant": "yes"})
        assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == "repaired"


def test_refused_step_keeps_what_was_typed_and_says_why(desk):
    case = desk.heard()
    page = text(
        signed_in(desk.decider).post(
            f"/en/credit/cases/{case.pk}/steps/decide/",
            {
                "heard": case.heard, "number": "决1号", "outcome": "serious", "reasons": "我写的理由", "basis": "依据",
                "proportionality": "相当", "remedy_body": "省政府", "remedy_court": "法院",
            },
        )
    )  # fmt: skip

    assert "A decision never stands above the notice" in page
    assert "我写的理由" in page
    case.refresh_from_db()
    assert case.state == "considered"


def test_repair_too_early_says_so_and_keeps_the_words(desk):
    case = desk.in_force("general")
    sent = {"act": "repair", "corrected": "我已退还", "commitment": "承诺", "committed": "on"}
    page = text(signed_in(desk.login).post(f"/en/credit/own-cases/{case.pk}/", sent))

    assert "Something is still missing for a repair" in page
    assert "我已退还" in page


def test_setting_aside_is_never_the_next_step(desk):
    """Possible for somebody without a part in it, beside the next step; for the investigators not at all."""
    case = desk.in_force()
    free = text(signed_in(desk.free).get(f"/en/credit/cases/{case.pk}/"))
    assert "None that you can take now." in free
    assert "Record that the decision was set aside" in free
    for part in (desk.one, desk.two, desk.lawyer, desk.decider):
        assert "Record that the decision was set aside" not in text(signed_in(part).get(f"/en/credit/cases/{case.pk}/"))


def test_notice_runs_and_nobody_is_told_to_act(desk):
    case = desk.noticed()
    page = text(signed_in(desk.one).get(f"/en/credit/cases/{case.pk}/"))
    assert "has time to answer" in page


def test_body_above_reads_and_is_offered_no_step(desk):
    case = desk.heard()
    above = signed_in(regulator("000000"))
    assert "None that you can take now." in text(above.get(f"/en/credit/cases/{case.pk}/"))
    assert above.get(f"/en/credit/cases/{case.pk}/steps/decide/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_work_list_asks_the_same_for_any_number_of_cases(desk, rows, django_assert_num_queries):
    for _row in range(rows):
        desk.report()
        desk.noticed()
    client = signed_in(desk.one)
    client.get("/en/credit/cases/")

    with django_assert_num_queries(7):
        answer = client.get("/en/credit/cases/")
    assert len(answer.context["page"].object_list) == rows


def test_work_list_is_searched_by_number_and_by_name(desk):
    case = desk.noticed(number="演示〔2026〕33号")
    desk.report()
    client = signed_in(desk.one)

    def numbers(**asked: str) -> list[str]:
        return [line.number for line in client.get("/en/credit/cases/", asked).context["cases"]]

    assert numbers(q="[2026]33") == numbers(q="33号") == numbers(q=case.person.name[:2]) == [case.number]
    assert numbers(q="没有这个人") == numbers(q=case.number, over="1") == []
    page = client.get("/en/credit/cases/", {"q": "没有这个人\0", "late": "1"})
    assert f"?over=1&amp;q={quote('没有这个人')}" in page.content.decode()
    assert "No case matches" in page.content.decode()
    assert 'value="没有这个人"' in page.content.decode()
    assert 'name="late" value="1"' in page.content.decode()
    assert "Reports to answer" not in page.content.decode()


def test_work_list_is_counted_as_far_as_anybody_leafs(desk, monkeypatch):
    monkeypatch.setattr("core.paging.MOST_ROWS", 1)
    for _each in range(2):
        desk.report()
        desk.noticed()

    assert "1–1 of more than 1" in signed_in(desk.one).get("/en/credit/cases/").content.decode()


def test_subject_reads_a_decision_as_one_and_of_repair_only_while_it_stands(desk):
    case = desk.in_force()
    client, address = signed_in(desk.login), f"/en/credit/own-cases/{case.pk}/"
    page = text(client.get(address))
    assert "<h2>Decision</h2>" in page
    assert "What may follow" not in page
    assert "<p>Repair possible from" in page

    take(desk, "free", case, "annul", reason="判决撤销", document="（2026）测行1号")

    assert "<p>Repair possible from" not in text(client.get(address))


def test_notice_lies_on_the_first_page_of_whom_it_concerns_until_it_is_answered(desk):
    case = desk.noticed()
    home = text(signed_in(desk.login).get("/en/home/"))
    assert "Cases about me or my institution" in home
    assert "Cases about me or my institution" not in text(signed_in(make_user()).get("/en/home/"))

    services.answer_notice(actor=desk.login, case=case, answer="说明")

    assert "Cases about me or my institution" not in text(signed_in(desk.login).get("/en/home/"))


def test_notice_lies_on_the_desk_of_the_institution_it_concerns():
    desk = Authority().of_entity()
    desk.noticed()

    assert [
        one.waiting.count for one in waiting_lines(desk.login, "institution_officer") if one.desk.code == "own_cases"
    ] == [1]


def test_page_leads_to_itself_in_the_other_languages(desk):
    case = desk.noticed()
    client = signed_in(desk.one)

    for here, there in (
        (f"/en/credit/cases/{case.pk}/", f"/ja/credit/cases/{case.pk}/"),
        ("/ja/credit/cases/?late=1&page=2", "/credit/cases/?late=1&page=2"),
        ("/credit/cases/", "/en/credit/cases/"),
    ):
        assert there in {one["url"] for one in client.get(here).context["languages"]}


def test_steps_beside_the_usual_way_are_taken_by_their_pages_too(desk):
    case = desk.noticed("serious")
    take(desk, "one", case, "record", answer="书面答复")
    take(desk, "one", case, "hearing-request", reference="来文1号", came_on=clock.today())
    assert (case.state, case.hearing_asked_document) == ("answered", "来文1号")

    other = Authority("990100")
    case = other.noticed("serious")
    services.answer_notice(actor=other.login, case=case, answer="有", complete=True)
    case = services.consider(actor=other.two, case=case, considered="逐条回应")
    take(other, "two", case, "discuss", discussion="集体讨论：五人参加")
    assert case.state == "discussed"
    case = other.investigated()
    take(other, "free", case, "drop", reason="没有需要答复的事实")
    assert case.state == "dropped"
    case = other.in_force()
    take(other, "free", case, "annul", reason="判决撤销", document="（2026）测行1号")
    assert case.state == "annulled"
