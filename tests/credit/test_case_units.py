"""What concerns a base or a department stands in a case of its institution: the unit reads, the institution answers."""

import pytest
from django.test import Client

from accounts.permissions import Permission, Role
from accounts.selectors import system_user
from accounts.selectors.waiting import waiting_lines
from core.errors import NotAllowed
from credit import services
from credit.models import AdministrativeCase, CaseLetter, CreditRepair
from credit.services.telling import tell_of_case
from tests.builders import hat, make_base, make_institution
from tests.credit.cases import Authority

pytestmark = pytest.mark.django_db
LIST = "/en/credit/own-cases/"


@pytest.fixture
def desk():
    return Authority().of_entity()


@pytest.fixture
def base(desk):
    return make_base(host=desk.subject)


@pytest.fixture
def manager(base):
    return hat(Role.BASE_MANAGER, base)


@pytest.fixture
def department(desk):
    return make_institution("成果转化处", code=desk.code, parent=desk.subject, uscc=None)


def reads(actor):
    return list(AdministrativeCase.objects.allowed(actor, Permission.OWN_CASE_VIEW))


def seen(actor, address=LIST):
    client = Client()
    client.force_login(actor)
    return client.get(address)


def page_of(case):
    return f"{LIST}{case.pk}/"


def test_managers_of_the_base_read_from_the_notice_on(desk, base, manager):
    investigated = desk.investigated(unit=base)
    assert reads(manager) == []
    assert seen(manager, page_of(investigated)).status_code == 404

    case = desk.noticed(unit=base)

    assert reads(manager) == [case]
    assert case.notice_number in seen(manager).content.decode()
    page = seen(manager, page_of(case)).content.decode()
    for words in (
        case.notice_facts,
        case.notice_reasons,
        str(case.get_intended_display()),
        str(base),
        str(desk.subject),
    ):
        assert words in page
    assert f"{case.answer_until:%Y}" in page


def test_managers_of_the_department_read_it_too(desk, department):
    worker, other = hat(Role.INSTITUTION_OFFICER, department), hat(Role.INSTITUTION_OFFICER, make_institution())
    case = desk.noticed(unit=department)

    assert reads(worker) == [case]
    assert reads(other) == []
    assert seen(worker, page_of(case)).status_code == 200


def test_other_bases_and_other_cases_of_the_institution_stay_apart(desk, base, manager):
    beside = hat(Role.BASE_MANAGER, make_base(host=desk.subject))
    teacher = hat(Role.INSTRUCTOR, base)
    case, alone = desk.noticed(unit=base), desk.noticed()

    assert [reads(one) for one in (beside, teacher)] == [[], []]
    assert reads(manager) == [case]
    assert seen(manager, page_of(alone)).status_code == 404
    assert seen(beside, page_of(case)).status_code == 404
    assert sorted(one.pk for one in reads(desk.login)) == [case.pk, alone.pk]


def test_the_unit_answers_nothing_and_the_institution_still_can(desk, base, manager):
    case = desk.noticed(unit=base)
    client = Client()
    client.force_login(manager)

    assert b'name="act"' not in client.get(page_of(case)).content
    for act in ("answer", "waive", "hearing", "recusal", "repair"):
        client.post(page_of(case), {"act": act, "answer": "我方没有", "reason": "x", "officer": desk.one.pk})
    case.refresh_from_db()
    assert (case.state, case.answer, case.hearing_asked_on, case.recusals.count()) == ("noticed", "", None, 0)
    for call in (
        lambda: services.answer_notice(actor=manager, case=case, answer="x"),
        lambda: services.waive_answer(actor=manager, case=case),
        lambda: services.ask_hearing(actor=manager, case=case),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert services.answer_notice(actor=desk.login, case=case, answer="机构的话").state == "answered"
    assert "机构的话" in seen(manager, page_of(case)).content.decode()


def test_letters_and_repairs_stay_with_the_institution(desk, base, manager):
    case = desk.noticed(unit=base)
    services.make_letters_due(actor=system_user(), case=case)

    assert CaseLetter.objects.allowed(desk.login, Permission.CASE_ANSWER).exists()
    assert not CaseLetter.objects.allowed(manager, Permission.CASE_ANSWER).exists()
    assert not CreditRepair.objects.allowed(manager, Permission.CASE_ANSWER).exists()
    assert "/credit/letters/" not in seen(manager, page_of(case)).content.decode()


def test_the_unit_is_told_beside_its_institution(desk, base, manager, mailoutbox):
    beside = hat(Role.BASE_MANAGER, make_base(host=desk.subject))
    case = desk.noticed(unit=base)
    tell_of_case(case_id=case.pk)

    told = {address for letter in mailoutbox for address in letter.to}
    assert told == {desk.login.email, manager.email}
    assert beside.email not in told


def test_first_page_of_the_base_counts_what_can_still_be_answered(desk, base, manager):
    def waiting():
        lines = waiting_lines(manager, Role.BASE_MANAGER)
        return [one.waiting.count for one in lines if one.desk.code == "own_cases"]

    assert waiting() == [0]
    case = desk.noticed(unit=base)
    assert waiting() == [1]
    services.answer_notice(actor=desk.login, case=case, answer="机构的话")
    assert waiting() == [0]
