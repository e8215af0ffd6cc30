"""Pages of an annulment: the office gives notice and decides, the person reads and answers, the list shows the days."""

import pytest
from django.urls import reverse

from core import clock
from courses.models import AnnulmentCase
from courses.services import answer_annulment, notice_annulment
from tests.builders import (
    base_manager,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    regulator,
)
from tests.builders import officer as officer_of
from tests.courses.annulling import make_annulment, make_case, notice
from tests.courses.builders import make_record

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"courses:{name}", args=args)


@pytest.fixture
def base():
    return make_base()


@pytest.fixture
def one(base):
    return base_manager(base)


@pytest.fixture
def two(base):
    return base_manager(base)


@pytest.fixture
def record(base):
    return make_record(make_person("周涛", user=make_user()), base=base, title="初级培训")


@pytest.fixture
def case(one, record):
    return notice_annulment(actor=one, record=record, notice=notice())


def sent(step, case, **fields):
    return {"step": step, "heard": case.heard, "considered": "已核", "reason": "考试由他人代考", **fields}


def test_pages_carry_an_annulment_from_notice_to_decision(client, record, one, two):
    client.force_login(one)
    listed = client.get(url("training_records")).content.decode()
    assert f'href="{url("notice_annulment", record.pk)}"' in listed
    given = {"said": "由他人代考", "served_how": "in_person", "served_on": str(clock.today())}
    assert list(client.post(url("notice_annulment", record.pk), {**given, "said": ""}).context["form"].errors) == [
        "said"
    ]
    answer = client.post(url("notice_annulment", record.pk), given)
    case = AnnulmentCase.objects.get()
    assert answer.url == url("annulment", case.pk)
    assert f'href="{url("annulment", case.pk)}"' in client.get(url("training_records")).content.decode()
    assert f'href="{url("annulment", case.pk)}"' in client.get(url("notice_annulment", record.pk)).content.decode()

    client.force_login(record.person.user)
    own = client.get(url("answer_annulment", case.pk)).content.decode()
    assert "由他人代考" in own
    assert f'href="{url("answer_annulment", case.pk)}"' in client.get(url("training_records")).content.decode()
    client.post(url("answer_annulment", case.pk), {"answer": "没有异议"})
    case.refresh_from_db()
    assert (case.state, case.answer) == ("answered", "没有异议")

    client.force_login(two)
    page = client.get(url("annulment", case.pk)).content.decode()
    assert ("没有异议" in page, 'value="annul"' in page) == (True, True)
    assert client.post(url("annulment", case.pk), sent("annul", case)).url == url("annulment", case.pk)
    case.refresh_from_db()
    assert (case.state, record.annulment.reason) == ("annulled", "考试由他人代考")
    assert "annul/" not in client.get(url("training_records")).content.decode()
    client.force_login(record.person.user)
    assert "考试由他人代考" in client.get(url("answer_annulment", case.pk)).content.decode()


def test_nobody_annuls_by_the_page_before_the_time_is_over(client, case, one, two):
    client.force_login(two)

    assert 'value="annul"' not in client.get(url("annulment", case.pk)).content.decode()
    assert client.post(url("annulment", case.pk), sent("annul", case)).context["form"].errors
    client.force_login(one)
    assert 'value="record"' not in client.get(url("annulment", case.pk)).content.decode()
    client.post(url("annulment", case.pk), sent("drop", case, considered=""))
    assert AnnulmentCase.objects.get().state == "dropped"


def test_step_that_is_none_decides_nothing(client, case, two):
    client.force_login(two)

    assert client.post(url("annulment", case.pk), sent("lapse", case)).context["form"].errors
    assert AnnulmentCase.objects.get().state == "noticed"


def test_answer_on_paper_is_recorded_by_page(client, case, one, two):
    values = {"step": "record", "paper-answer": "没有代考", "paper-came": "post", "paper-came_on": str(clock.today())}
    client.force_login(two)
    assert client.post(url("annulment", case.pk), {**values, "paper-answer": ""}).context["paper"].errors
    client.post(url("annulment", case.pk), values)

    case.refresh_from_db()
    assert (case.state, case.answer_recorded_by) == ("answered", two)


def test_answer_that_came_while_the_page_was_open_is_read_first(client, case, record, two):
    values = sent("drop", case)
    answer_annulment(actor=record.person.user, case=case, answer="当日的申辩")
    client.force_login(two)

    page = client.post(url("annulment", case.pk), values)

    assert "当日的申辩" in page.content.decode()
    assert AnnulmentCase.objects.get().state == "answered"


def test_refusal_of_a_notice_is_said(client, one, record):
    client.force_login(one)
    given = {"said": "由他人代考", "served_how": "in_person", "served_on": "2020-01-01"}

    assert client.post(url("notice_annulment", record.pk), given).context["form"].non_field_errors()
    make_annulment(record)
    assert "<textarea" not in client.get(url("notice_annulment", record.pk)).content.decode()


def test_employer_and_strangers_find_no_case(client, case, record):
    institution = make_institution()
    make_appointment(record.person, institution)
    for stranger in (officer_of(institution), base_manager(), make_user()):
        client.force_login(stranger)
        for address in (
            url("notice_annulment", record.pk),
            url("annulment", case.pk),
            url("answer_annulment", case.pk),
        ):
            assert client.get(address).status_code == 404
        assert "周涛" not in client.get(url("annulments")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_annulments_asks_the_same_for_any_number(client, base, one, rows, django_assert_num_queries):
    for _ in range(rows):
        make_case(make_record(make_person(), base=base))
        make_annulment(make_record(make_person(), base=base))
    client.force_login(one)
    client.get(url("annulments"))

    with django_assert_num_queries(5):
        assert len(client.get(url("annulments")).context["page"]) == rows
    assert len(client.get(url("annulments") + "?closed=1").context["page"]) == rows


def test_regulator_reads_the_cases_of_the_region(client, case, record):
    make_appointment(record.person, make_institution(code="990000"))
    client.force_login(regulator("990000"))

    assert "周涛" in client.get(url("annulments")).content.decode()
