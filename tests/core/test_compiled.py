"""Compiled queries answer as the query they were made of, with the values of each asking."""

from datetime import date
from threading import Thread

import pytest
from django.db import connections
from django.db.models import BigIntegerField, CharField, DateField, DateTimeField, Exists, OuterRef

from accounts.models import Appointment, AppointmentVersion, Institution, Person
from core import clock
from core.compiled import Many, compiled
from tests.builders import make_appointment, make_institution, make_person

pytestmark = pytest.mark.django_db
LOOKED_AT = {"at": "P"}


@compiled(place=BigIntegerField(), day=DateField())
def begun_at(*, place, day):
    return Appointment.objects.filter(institution=place, start_date__lte=day).order_by("pk")


@compiled(place=BigIntegerField())
def posts_at(*columns, place):
    return Appointment.objects.filter(institution=place).order_by("pk").values_list(*columns)


@compiled(people=Many())
def appointments_of(*, people):
    rows = Appointment.objects.filter(person__pk__among=people).order_by("pk")
    return rows.select_related("person__merged_into", "institution__region")


@compiled(name=CharField())
def named(*, name):
    return Person.objects.filter(name=name)


@compiled()
def of_nobody():
    return Person.objects.filter(pk__in=[])


@compiled(moment=DateTimeField())
def unknown_then(*, moment):
    earlier = AppointmentVersion.objects.filter(appointment=OuterRef("pk"), recorded_at__lte=moment)
    return Appointment.objects.filter(~Exists(earlier), recorded_at__gt=moment)


@compiled()
def looked_at():
    return Person.objects.filter(name=LOOKED_AT["at"])


@pytest.fixture
def place():
    return make_institution()


@pytest.fixture
def rows(place):
    days = [date(2024, 5, day) for day in (1, 2, 3)]
    return [make_appointment(make_person(f"人{day.day}"), place, start=day) for day in days]


def test_each_asking_has_its_own_values(place, rows):
    other = make_institution()
    elsewhere = make_appointment(make_person(), other, start=date(2024, 5, 2))
    assert begun_at(place=place.pk, day=date(2024, 5, 2)) == rows[:2]
    assert begun_at(place=other.pk, day=date(2024, 5, 2)) == [elsewhere]
    assert begun_at(place=place.pk, day=date(2024, 4, 30)) == []
    assert begun_at(place=place.pk, day=date(2024, 5, 9)) == rows


def test_what_it_is_called_with_by_place_makes_another_query(place, rows):
    assert posts_at("pk", "start_date", place=place.pk) == [(row.pk, row.start_date) for row in rows]
    assert posts_at("pk", place=place.pk) == [(row.pk,) for row in rows]


def test_columns_are_of_their_kinds(place, rows):
    columns = ("start_date", "professional", "recorded_at", "uuid", "end_date")
    expected = list(Appointment.objects.order_by("pk").values_list(*columns))
    found = posts_at(*columns, place=place.pk)
    assert found == expected
    assert [type(value) for value in found[0]] == [type(value) for value in expected[0]]


def test_instances_bring_what_was_joined(place, rows, django_assert_num_queries):
    double, survivor = rows[0].person, rows[1].person
    double.merged_into = survivor
    double.save()
    expected = Appointment.objects.filter(person__in=[double, survivor]).order_by("pk")
    with django_assert_num_queries(1):
        found = appointments_of(people={survivor.pk, double.pk})
        assert [row.person.merged_into for row in found] == [survivor, None]
        assert {row.institution.region for row in found} == {place.region}
    assert found == list(expected)
    for one, other in zip(found, expected, strict=True):
        assert {name: vars(one)[name] for name in vars(other) if name != "_state"} == {
            name: value for name, value in vars(other).items() if name != "_state"
        }
        assert (one._state.db, one._state.adding) == (other._state.db, other._state.adding)


def test_values_are_values():
    name = "' OR 1=1 --"
    assert named(name=name) == []
    person = make_person(name)
    make_person("Q")
    assert named(name=name) == [person]


@pytest.mark.parametrize(
    "compose",
    [
        lambda: Person.objects.values("pk"),
        lambda: Person.objects.values_list("pk", flat=True),
        lambda: Person.objects.values_list("pk", named=True),
        lambda: Person.objects.prefetch_related("documents"),
        lambda: Person.objects.using("default"),
    ],
)
def test_what_would_come_back_as_something_else_is_refused(compose):
    with pytest.raises(TypeError, match="instances or tuples"):
        compiled()(compose)()


def test_column_that_only_sorts_is_not_given(rows):
    @compiled()
    def places():
        return Appointment.objects.values_list("institution").distinct().order_by("-start_date")

    assert places() == list(Appointment.objects.values_list("institution").distinct().order_by("-start_date"))
    assert {len(row) for row in places()} == {1}


def test_what_can_never_be_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert of_nobody() == of_nobody() == []


def test_moments_go_through_subqueries(rows):
    assert set(unknown_then(moment=clock.now().replace(year=2000))) == set(rows)
    assert unknown_then(moment=clock.now()) == []


def test_statement_is_seen_like_any_other(place, rows, django_assert_num_queries):
    with django_assert_num_queries(2) as asked:
        for _time in range(2):
            begun_at(place=place.pk, day=date(2024, 5, 2))
    assert "2024-05-02" in asked.captured_queries[1]["sql"]


def test_it_is_composed_once(place, settings):
    settings.COMPILED_QUERIES_ARE_CHECKED = False
    composed = []

    @compiled(place=BigIntegerField())
    def counted(*, place):
        composed.append(place)
        return Institution.objects.filter(pk=place)

    assert counted(place=place.pk) == counted(place=place.pk) == [place]
    assert len(composed) == 1


def test_query_that_depends_on_something_else_is_found_out():
    """The guard of the test run: without it the first one would answer for ever."""
    assert looked_at() == []
    LOOKED_AT["at"] = "Q"
    with pytest.raises(AssertionError, match="looks different now"):
        looked_at()
    LOOKED_AT["at"] = "P"


def test_no_connection_is_handed_to_another_thread(place):
    named(name="P")
    mine = vars(connections["default"])["compiled_queries"]
    theirs = []
    thread = Thread(target=lambda: theirs.append("compiled_queries" in vars(connections["default"])))
    thread.start()
    thread.join()
    assert theirs == [False]
    assert mine
