"""One of many numbers as one value: the same rows as `__in`, on both databases, by the same index."""

import re

import pytest
from django.db import connection

from accounts.models import Appointment, Person
from accounts.selectors import numbers_of, same_person
from courses.models import TrainingRecord
from tests.builders import make_appointment, make_institution, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return [make_person(f"人{number}") for number in range(5)]


def test_rows_are_those_of_in(people):
    chosen = [people[0].pk, people[3].pk, 987_654_321]
    assert set(Person.objects.filter(pk__among=chosen)) == set(Person.objects.filter(pk__in=chosen))
    assert set(Person.objects.exclude(pk__among=chosen)) == set(Person.objects.exclude(pk__in=chosen))


def test_of_nobody_there_are_no_rows(people):
    assert not Person.objects.filter(pk__among=[]).exists()
    assert Person.objects.exclude(pk__among=frozenset()).filter(pk=people[0].pk).exists()


def test_through_a_relation_it_needs_no_join(people):
    row = make_appointment(people[1], make_institution())
    found = Appointment.objects.filter(person__pk__among={people[1].pk, people[2].pk})
    assert list(found) == [row]
    assert "JOIN" not in str(found.query)


def test_many_numbers_are_one_value(people, django_assert_num_queries):
    chosen = [*range(10**9, 10**9 + 50_000), people[4].pk]
    with django_assert_num_queries(1) as asked:
        assert list(Person.objects.filter(pk__among=chosen)) == [people[4]]
    assert asked.captured_queries[0]["sql"].count("999999") < 2
    _sql, values = Person.objects.filter(pk__among=chosen).query.sql_with_params()
    assert len(values) == 1


@pytest.mark.parametrize("wrong", ["1) OR (1=1", "x", None])
def test_nothing_but_numbers_gets_into_it(wrong):
    with pytest.raises((TypeError, ValueError)):
        Person.objects.filter(pk__among=[wrong])


@pytest.mark.parametrize(
    "rows",
    [
        lambda pk: Person.objects.filter(pk__among=[pk]),
        lambda pk: Appointment.objects.filter(person__pk__among=[pk]),
        lambda pk: Appointment.objects.filter(same_person(pk)),
        lambda pk: TrainingRecord.objects.filter(person__in=numbers_of([pk])),
    ],
)
def test_rows_are_found_by_an_index(people, rows):
    if connection.vendor == "postgresql":
        # Tables of a few rows are read whole, unless that is forbidden: then by an index, if one serves.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows(people[0].pk).order_by().explain()
    assert re.search(r"SEARCH|Index", plan), plan
    assert not re.search(r"SCAN (accounts|courses)_|Seq Scan", plan), plan


def test_person_stands_under_the_numbers_of_all_doubles(people):
    survivor, double, other = people[:3]
    double.merged_into = survivor
    double.save()
    place = make_institution()
    rows = [make_appointment(one, place, post=one.name) for one in (survivor, double, other)]
    assert {one["pk"] for one in numbers_of([survivor.pk])} == {survivor.pk, double.pk}
    assert set(Appointment.objects.filter(same_person(survivor.pk))) == set(rows[:2])
