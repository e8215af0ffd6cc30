"""What the database itself refuses, and whom a record reaches."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import AdminBody
from accounts.permissions import GRANTS, Permission, Role
from accounts.selectors import system_user
from credit.models import CreditRecord
from tests.builders import (
    base_manager,
    hat,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
)
from tests.credit.builders import employee, make_credit_record

pytestmark = pytest.mark.django_db


def reach(actor):
    return set(CreditRecord.objects.allowed(actor, Permission.CREDIT_FILE_VIEW))


@pytest.mark.parametrize(
    "wrong",
    [{"person": None}, {"publisher": ""}, {"category": "adverse"}, {"category": ""}],
)
def test_database_refuses(wrong):
    fields = {"person": make_person(), **wrong}

    with pytest.raises(IntegrityError), transaction.atomic():
        make_credit_record(**fields)


def test_database_refuses_two_subjects():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_credit_record(make_person(), institution=make_institution())


def test_database_refuses_the_same_source_twice():
    make_credit_record(make_person(), source="certificates.issued:1")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_credit_record(make_person(), source="certificates.issued:1")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credit_creditrecord SET publisher = 'x'",
        "DELETE FROM credit_creditrecord",
    ],
)
def test_record_cannot_be_changed(change):
    record = make_credit_record(make_person())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert CreditRecord.objects.get() == record


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own")
@pytest.mark.parametrize("column", ["id", "source"])
def test_record_cannot_be_replaced(column):
    record = make_credit_record(make_person())
    names = [field.column for field in CreditRecord._meta.fields if field.column in (column, "publisher")]
    columns = [field.column for field in CreditRecord._meta.fields if field.column not in {"id", "source"} - {column}]
    values = ", ".join("'x'" if name == "publisher" else f'"{name}"' for name in columns)
    extra = {"id": (", source", ", 'new'"), "source": ("", "")}[column]

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT OR REPLACE INTO credit_creditrecord ({', '.join(columns)}{extra[0]}) "  # noqa: S608
            f"SELECT {values}{extra[1]} FROM credit_creditrecord"
        )

    assert (len(names), CreditRecord.objects.get().publisher) == (2, record.publisher)


def test_person_reaches_own_records_only():
    user = make_user()
    own = make_credit_record(make_person(user=user))
    make_credit_record(make_person("外人"))

    assert reach(user) == {own}


def test_person_reaches_the_records_of_a_merged_double():
    user = make_user()
    kept, double = make_person(user=user), make_person()
    double.merged_into = kept
    double.save(update_fields=["merged_into"])
    record = make_credit_record(double)

    assert reach(user) == {record}


@pytest.mark.parametrize(
    ("code", "seen"),
    [("990000", True), ("990100", True), ("990101", True), ("990200", False), ("980000", False)],
)
def test_region_reaches_people_through_their_appointments(code, seen):
    person = employee("990101")
    employee("970000", name="外省")

    assert reach(regulator(code)) == (set(person.credit_records.all()) if seen else set())


def test_region_reaches_a_merged_double_through_the_kept_persons_post():
    kept, double = employee("990100", rows=0), make_person()
    double.merged_into = kept
    double.save(update_fields=["merged_into"])
    record = make_credit_record(double)

    assert reach(regulator("990100")) == {record}
    assert reach(regulator("990200")) == set()


def test_nation_reaches_everybody():
    body = AdminBody.objects.get(code="NATIONAL")
    records = {make_credit_record(make_person()), make_credit_record(None, institution=make_institution())}

    assert reach(hat(Role.REGULATOR, body)) == records
    assert reach(system_user()) == records


def test_region_reaches_the_file_of_an_entity():
    record = make_credit_record(None, institution=make_institution(code="990100"))

    assert reach(regulator("990000")) == {record}
    assert reach(regulator("990200")) == set()


def test_institution_reaches_no_file_of_its_people():
    """Even if officers were granted the file of their own entity one day."""
    institution = make_institution()
    person = make_person()
    make_appointment(person, institution)
    make_credit_record(person)
    own = make_credit_record(None, institution=institution)
    membership = officer(institution).memberships.get()

    assert reach(membership.user) == set()
    assert list(CreditRecord.objects.filter(CreditRecord.objects.all()._within(membership))) == [own]


def test_base_reaches_no_file():
    base = make_base()
    employee()
    membership = base_manager(base).memberships.get()

    assert reach(membership.user) == set()
    assert list(CreditRecord.objects.filter(CreditRecord.objects.all()._within(membership))) == []


def test_only_regulators_are_granted_files():
    assert {role for role in Role if Permission.CREDIT_FILE_VIEW in GRANTS[role]} == {Role.REGULATOR, Role.SYSTEM}


def test_region_of_another_path_with_the_same_beginning_is_apart():
    region("990100")
    person = employee("991000")

    assert reach(regulator("990100")) == set()
    assert reach(regulator("991000")) == set(person.credit_records.all())
