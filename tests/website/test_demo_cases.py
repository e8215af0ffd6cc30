"""Items 25 to 28c, 30, 31 and 34 of the story: each case in its state, with what remains of it and what does not."""

import pytest
from django.core.management import call_command

from accounts.models import Institution, Person, Restriction, User
from accounts.selectors import looks_into
from core import clock
from credit.models import AdministrativeCase, CaseReport, CreditRecord
from credit.rules.publication import Audience
from credit.selectors.cases import case_page, own_cases
from credit.selectors.files import public_records_of
from credit.selectors.lines import lines_of, with_voice


@pytest.mark.django_db
def test_demo_holds_each_case_in_its_state():
    call_command("load_demo", verbosity=0)
    today = clock.today()

    waiting = CaseReport.objects.get(state="received", body__isnull=False)
    assert waiting.said_of == "岚州知识产权运营有限公司"
    cases = {one.number.partition("〕")[2]: one for one in AdministrativeCase.objects.select_related("person")}
    assert {number: (one.state, one.outcome) for number, one in cases.items()} == {
        "1号": ("repaired", "general"),
        "2号": ("in_force", "minor"),
        "3号": ("noticed", ""),
        "4号": ("annulled", "general"),
        "5号": ("closed", "exempt"),
        "6号": ("noticed", ""),
        "7号": ("reopened", ""),
        "8号": ("repaired", "general"),
    }
    shows_papers_and_the_unit(cases)
    # In defence: the time to answer still runs.
    assert cases["3号"].person.name == "何磊"
    assert cases["3号"].answer_until >= today
    # Repaired after the minimum and before the maximum.
    repaired = cases["1号"]
    assert repaired.repair_from <= repaired.ended_on < repaired.ends_on
    # With the host of the base, never published, repair possible at once.
    assert (cases["2号"].institution.name, cases["2号"].unit_base.name) == ("望海海洋职业学院", "望海海洋产业培训基地")
    assert (cases["2号"].published, cases["2号"].repair_from) == (False, cases["2号"].decided_on)
    # Set aside: the restriction had been there, and went in the same step.
    gone = Restriction.objects.get(person__name="赵宁")
    assert gone.lifted_on == cases["4号"].annulled_on
    assert not Restriction.objects.holding(today).exists()
    # What is left to see: of two entries that were adverse and are over, and of the exempt one, nothing.
    for number in ("1号", "4号", "5号", "8号"):
        shown = _adverse_lines(cases[number])
        assert shown == [], number
    assert len(_adverse_lines(cases["2号"])) == 1
    public = with_voice(public_records_of(Institution.objects.get(name="望海海洋职业学院")))
    assert [one for one in lines_of(public, Audience.PUBLIC) if one.record.category == "adverse"] == []
    # He reads who looked into his file and for what, and that somebody was refused.
    looks = [(one.purpose[:2], one.granted) for one in looks_into(cases["3号"].person.user)]
    assert sorted(looks) == [("办理", True), ("想看", False)]


def shows_papers_and_the_unit(cases: dict[str, AdministrativeCase]) -> None:
    """28a to 28c, as those see them whom it concerns."""
    # A department reads what its company answers; the company asked for a hearing on paper, which is to be announced.
    asked = cases["6号"]
    assert (asked.institution.name, asked.unit.name) == ("启明光电股份有限公司", "启明光电技术转移部")
    assert (asked.hearing_asked_by.email, bool(asked.hearing_asked_document)) == ("shenyanqiu@demo.invalid", True)
    shen, jialin = (User.objects.get(email=f"{name}@demo.invalid") for name in ("shenyanqiu", "jialin"))
    assert case_page(shen, asked.pk).steps[0] == "announce"
    assert list(own_cases(jialin)) == [asked]
    # What came in time is to be answered before anything is decided; what was considered before stands.
    paper = cases["7号"].reopenings.get()
    assert paper.came_on <= paper.until < cases["7号"].considered_on < clock.today()
    assert case_page(shen, paper.case_id).steps[0] == "consider"
    # Repaired upon an application on paper.
    assert cases["8号"].repairs.get().came_on < cases["8号"].ended_on


def _adverse_lines(case: AdministrativeCase) -> list:
    """As whom it is about sees it."""
    about = {"person": case.person} if isinstance(case.subject, Person) else {"institution": case.institution}
    return lines_of(with_voice(CreditRecord.objects.filter(category="adverse", **about)), Audience.SUBJECT)
