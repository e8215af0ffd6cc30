"""In whose file a case belongs: found by name or credit code, told apart, and nobody out of reach."""

import pytest

from credit.selectors.subjects import MOST, candidates, concerned
from tests.builders import join_records, make_appointment, make_base, make_institution, make_person, regulator
from tests.credit.cases import Authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return regulator("990000")


def employed(name, area="990000", **fields):
    person = make_person(name=name, **fields)
    make_appointment(person, make_institution(code=area))
    return person


def hosted(host, name):
    base = make_base(host=host)
    base.name = name
    base.save()
    return base


def keys(officer, words):
    return [one.key for one in candidates(officer, words)]


def test_people_of_one_name_are_told_apart_by_document_and_workplace(officer):
    first, second = employed("何磊"), employed("何磊")
    employed("何磊磊")

    found = candidates(officer, "何 磊")

    assert [one.key for one in found] == [f"person:{first.pk}", f"person:{second.pk}"]
    assert found[0].beside != found[1].beside
    assert "*" in found[0].beside
    assert found[0].works_at == first.appointments.get().institution.name


def test_nobody_out_of_reach_is_offered_or_taken(officer):
    elsewhere = employed("何磊", area="980000")

    assert keys(officer, "何磊") == []
    assert concerned(officer, f"person:{elsewhere.pk}") is None
    assert concerned(regulator("980000"), f"person:{elsewhere.pk}").subject == elsewhere


def test_double_is_offered_as_the_person_it_is(officer):
    double = employed("何磊")
    person = employed("何磊")
    join_records(double, person)

    assert keys(officer, "何磊") == [f"person:{person.pk}"]
    assert concerned(officer, f"person:{double.pk}") is None


def test_department_and_base_stand_in_the_file_of_their_legal_person(officer):
    host = make_institution(name="某某大学")
    department = make_institution(parent=host, name="成果转化处")
    base = hosted(host, "某某培训基地")

    assert keys(officer, "成果转化") == [f"institution:{department.pk}"]
    assert keys(officer, "培训基地") == [f"base:{base.pk}"]
    assert keys(officer, host.uscc.lower()) == [f"institution:{host.pk}"]
    of_department = concerned(officer, f"institution:{department.pk}")
    assert (of_department.subject, of_department.unit) == (host, department)
    of_base = concerned(officer, f"base:{base.pk}")
    assert (of_base.subject, of_base.unit) == (host, base)


@pytest.mark.parametrize("key", ["", "person:", "person:x", "region:1", "person:0", "institution:0", "base:0"])
def test_what_is_no_candidate_is_nobody(officer, key):
    assert concerned(officer, key) is None


def test_no_words_find_nobody(officer):
    employed("何磊")

    assert keys(officer, " ") == []


@pytest.mark.parametrize("many", [1, 3])
def test_as_many_queries_for_three_as_for_one(officer, many, django_assert_num_queries):
    for number in range(many):
        person = employed("何磊")
        make_institution(name=f"何磊工作室{number}")
        hosted(person.appointments.get().institution, f"何磊基地{number}")

    with django_assert_num_queries(6):
        assert len(candidates(officer, "何磊")) == 3 * many
    assert MOST >= 3


def test_page_of_a_report_offers_who_is_named_in_it(client):
    desk = Authority()
    report = desk.report()
    client.force_login(desk.decider)

    found = client.get(f"/en/credit/case-reports/{report.pk}/accept/", {"of": desk.subject.name}).content.decode()
    other = client.get(f"/en/credit/case-reports/{report.pk}/accept/", {"of": "没有这个人"}).content.decode()

    assert f'value="person:{desk.subject.pk}"' in found
    assert "Nobody of this name" in other
