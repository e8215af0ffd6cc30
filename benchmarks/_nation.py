"""The database of the ratio benchmark: a country of invented institutions, their staff and its training, by SQL alone.

Set-based, with every constraint, index and trigger of the tables in place: what is measured is what runs.
"""
# ruff: noqa: E402, S608 - models can be imported once the settings are loaded; numbers and our own tables

import sys
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.core.management.color import no_style
from django.db import connection, transaction

from accounts.models import AdminBody, Appointment, Designation, Institution, Person, Region
from accounts.selectors import system_user
from accounts.services import create_login, grant_membership
from benchmarks.pages import PASSWORD
from courses.models import TrainingRecord, TrainingRecordAnnulment
from staffing.models import SealedCount

# Of 100 each: so many people at an institution, and one and a half records for everybody.
STAFF = 100
KNOWN = datetime(2026, 1, 31, tzinfo=UTC)
REGULATORS = {"nation@bench.invalid": "000000", "province@bench.invalid": "330000"}


def fill(size: int) -> None:
    """`size` appointments. One in fifty is somebody's second one, elsewhere; one person in 250 is another's double."""
    places = size // STAFF
    with transaction.atomic():
        _offices()
        _run(Institution, _institutions(), places)
        _run(Person, _people(), size)
        _run(Person, _doubles(), size)
        _run(Appointment, _appointments(places), size)
        _run(TrainingRecord, _records(size), size * 3 // 2)
        _run(TrainingRecordAnnulment, _annulments(), size * 3 // 2)
        _run(Designation, _designations(), places)
        _run(SealedCount, _sealed(), places)
    clean()


def clean() -> None:
    """What the database does by itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if _postgresql() else "ANALYZE")


def _offices() -> None:
    """Who looks at the country and at one province."""
    actor = system_user()
    for email, code in REGULATORS.items():
        region = Region.objects.get(code=code)
        body, _made = AdminBody.objects.get_or_create(
            code=f"BENCH{code}",
            defaults={"name": f"主管部门{code}", "rank": region.level, "jurisdiction": region.path},
        )
        user = create_login(actor=actor, email=email, password=PASSWORD)
        grant_membership(actor=actor, user=user, role="regulator", place=body)


def _postgresql() -> bool:
    return connection.vendor == "postgresql"


def _series(sql: str, count: int) -> str:
    """`k` from 1 to `count`."""
    if _postgresql():
        return f"{sql} FROM generate_series(1, {count}) AS k"
    numbers = f"WITH RECURSIVE numbers(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM numbers WHERE k < {count})"
    return sql.replace("SELECT", f"{numbers} SELECT", 1) + " FROM numbers"


def _day(first: str, days: str) -> str:
    return f"date '{first}' + ({days})::int" if _postgresql() else f"date('{first}', '+' || ({days}) || ' days')"


def _uuid() -> str:
    return "gen_random_uuid()" if _postgresql() else "lower(hex(randomblob(16)))"


def _run(model: Any, statement: tuple[str, str], count: int) -> None:
    """Numbers of rows are those of the series; what comes after gets the next ones."""
    sql, rest = statement
    known = KNOWN.isoformat() if _postgresql() else KNOWN.strftime("%Y-%m-%d %H:%M:%S")
    with connection.cursor() as cursor:
        cursor.execute(_series(sql.replace("{known}", f"'{known}'"), count) + rest)
        for reset in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(reset)


def _institutions() -> tuple[str, str]:
    """Spread over the counties."""
    columns = "id, name, name_key, kind, category, level, uscc, region_id, demo"
    code = "lpad(k::text, 17, '0')" if _postgresql() else f"substr('{'0' * 17}' || k, -17)"
    values = f"k, '机构' || k, '机构' || k, 'legal_person', 'university', 'county', '9' || {code}"
    counties = "SELECT id, row_number() OVER (ORDER BY code) AS n FROM accounts_region WHERE level = 'county'"
    many = Region.objects.filter(level="county").count()
    return (
        f"INSERT INTO accounts_institution ({columns}) SELECT {values}, c.id, {_no()}",
        f" JOIN ({counties}) AS c ON c.n = 1 + (k * 37) % {many}",
    )


def _no() -> str:
    return "false" if _postgresql() else "0"


def _people() -> tuple[str, str]:
    columns = "id, uuid, name, name_key, latin_name, phone, created_at"
    return (
        f"INSERT INTO accounts_person ({columns}) SELECT k, {_uuid()}, '人' || k, '人' || k, '', '', {{known}}",
        "",
    )


def _doubles() -> tuple[str, str]:
    columns = "id, uuid, name, name_key, latin_name, phone, created_at, merged_into_id"
    return (
        f"INSERT INTO accounts_person ({columns})"
        f" SELECT k + 10000000, {_uuid()}, '人' || k, '人' || k, '', '', {{known}}, k",
        " WHERE k % 250 = 1",
    )


def _appointments(places: int) -> tuple[str, str]:
    columns = (
        "id, uuid, post, professional, employment_type, full_time, department, email, staff_no, start_date, end_date,"
        " recorded_at, is_primary, phone, institution_id, person_id, voided_at"
    )
    # Most came with the file of their institution; one in five later, between those of others.
    place = f"1 + CASE WHEN k % 5 = 0 THEN (k / 5 * 7919) % {places} ELSE (k - 1) / {STAFF} END"
    post = "CASE WHEN k % 50 = 25 THEN '顾问' ELSE '技术经理' END"
    person = "CASE WHEN k % 50 = 25 THEN k - 1 WHEN k % 250 = 2 THEN 10000000 + k - 1 ELSE k END"
    ended = f"CASE WHEN k % 8 = 0 THEN {_day('2024-01-01', 'k % 700')} WHEN k % 400 = 13 THEN {_later()} END"
    start = _day("2012-01-01", "k % 4000")
    return (
        f"INSERT INTO accounts_appointment ({columns}) SELECT k, {_uuid()}, {post}, k % 10 > 0, 'contract',"
        f" NULL, '技术转移中心', '', k, {start}, {ended}, {{known}}, {_no()}, '', {place}, {person},"
        " CASE WHEN k % 1000 = 11 THEN {known}" + ("::timestamptz END" if _postgresql() else " END"),
        "",
    )


def _later() -> str:
    return _day("2030-01-01", "k % 300")


def _records(size: int) -> tuple[str, str]:
    """Everybody's first, half of which have a second; three in ten first ones are merely claimed."""
    columns = (
        "id, person_id, track, title, provider, hours, completed_on, standing, recorded_at, recorded_by_id, replaces_id"
    )
    first = f"k <= {size}"
    person = f"CASE WHEN {first} THEN k ELSE 2 * (k - {size}) END"
    standing = f"CASE WHEN {first} AND k % 10 < 3 OR k % 7 = 0 THEN 'claimed' ELSE 'issued' END"
    return (
        f"INSERT INTO courses_trainingrecord ({columns}) SELECT k, {person}, 'SOCIAL',"
        f" CASE WHEN {first} THEN '初级技术经理人培训' ELSE '中级技术经理人培训' END, '技术转移人才培养基地', 40,"
        f" {_day('2018-01-01', 'k * 37 % 2900')}, {standing}, {{known}}, {system_user().pk},"
        f" CASE WHEN k > {size} AND k % 500 = 1 THEN k - {size} END",
        "",
    )


def _annulments() -> tuple[str, str]:
    columns = "id, record_id, annulled_on, recorded_at, recorded_by_id, reason, predates_cases"
    day = _day("2025-06-01", "k % 30")
    return (
        f"INSERT INTO courses_trainingrecordannulment ({columns}) SELECT k, k, {day}, {{known}}, {system_user().pk},"
        " '虚假记录', TRUE",
        " WHERE k % 200 = 7",
    )


def _designations() -> tuple[str, str]:
    columns = "institution_id, kind, state, document, valid_from"
    day = _day("2021-01-01", "k % 1000")
    return (
        f"INSERT INTO accounts_designation ({columns}) SELECT k, 'pilot_university', 'designated', '文件' || k, {day}",
        " WHERE k % 4 = 0",
    )


def _sealed() -> tuple[str, str]:
    columns = (
        "staff, trained, valid_from, state, entered_at, entered_by_id, document_number, confirmed_at, institution_id"
    )
    return (
        f"INSERT INTO staffing_sealedcount ({columns}) SELECT 3, 2, {_day('2024-01-01', 'k % 100')}, 'confirmed',"
        f" {{known}}, {system_user().pk}, '文件' || k, {{known}}" + ("::timestamptz" if _postgresql() else "") + ", k",
        " WHERE k % 100 = 0",
    )


if __name__ == "__main__":
    clean() if sys.argv[1] == "clean" else fill(int(sys.argv[1]))
