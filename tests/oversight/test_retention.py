"""Retention: six years on nothing is past due, what law keeps is untouched, and protected tables stay protected."""

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client

from accounts.models import AccessEntry, AdminBody, Consent, Person, SignIn, User, ViewedPage, Viewing
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import note_access
from accounts.services.sign_in import set_login_phone
from certificates.models import Certificate
from core import audit, clock, outbox, uploads
from core.errors import NotAllowed
from core.expiry import Expiry
from core.models import AuditEntry, OutboxEvent
from core.periods import Period, all_periods, periods_on
from core.triggers import protect
from courses.exams.models import AnswerEntry, Attempt, PaperQuestion
from courses.models import TrainingRecord
from oversight.models import DataRequest
from oversight.services.retention import KINDS, delete_expired, past_due
from oversight.workflow import RequestState
from tests.builders import hat, make_institution, make_person, make_user
from tests.credit.builders import make_certificate
from tests.exams.builders import answer, running_attempt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
SIX_YEARS = timedelta(days=6 * 366)


@pytest.fixture
def person() -> Person:
    return make_person("林知夏", user=make_user())


@pytest.fixture
def traces(person, client) -> Person:
    """A row of everything that has a period, and of what is kept for good, made today."""
    return leave_traces(person, client)


@pytest.fixture
def old_traces(person, client) -> Person:
    """The same, made six years ago: guarded tables ask the database's clock, which does not travel."""
    with clock.travel(-SIX_YEARS):
        return leave_traces(person, client)


def leave_traces(person: Person, client: Client) -> Person:
    now = clock.now()
    client.force_login(person.user)
    client.get("/en/home/")
    Session.objects.update(expire_date=now + timedelta(days=1))
    SignIn.objects.update(seen_at=now)
    note_access(actor=system_user(), person=person, what="phone", purpose="x")
    audit.record(system_user(), "test.written", person)
    outbox.add("accounts.consent_given", person.user.pk)
    OutboxEvent.objects.update(state="done", created_at=now)
    DataRequest.objects.create(
        user=person.user, person=person, kind="copy", asked_at=now, due_at=now + timedelta(days=1), answered_at=now,
        state=RequestState.DONE,
    )  # fmt: skip
    Consent.objects.create(user=person.user, text="sensitive_data", version="1", at=now)
    uploads.keep(person.user.pk, b"x")
    for path in uploads.all_files():
        os.utime(path, (now.timestamp(),) * 2)
    make_certificate(person)
    answer(running_attempt(), 1)
    make_user("never@example.test", date_joined=now)
    clerk = hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL"), person.user)
    viewing = Viewing.objects.create(
        viewer=clerk, hat=clerk.memberships.get(),
        role=Role.INSTITUTION_OFFICER, institution=make_institution(), reason="x", started_at=now,
        ends_at=now + timedelta(hours=1),
    )  # fmt: skip
    ViewedPage.objects.create(viewing=viewing, at=now, method="GET", path="/")
    return person


# --- periods --------------------------------------------------------------------------------------------------------
def test_periods_are_dated_and_have_a_source():
    assert all(isinstance(period.days, int) and period.source and period.valid_from for period in all_periods())
    assert periods_on(date(2020, 1, 1)) == {}
    assert periods_on(date(2026, 11, 27))["audit"].days >= 183, "logs at least six months by law"


def test_a_later_period_holds_from_its_day(monkeypatch, settings, tmp_path):
    later = {"code": "jobs", "days": 1, "valid_from": date(2030, 1, 1), "source": "x"}
    (tmp_path / "demo" / "reference").mkdir(parents=True)
    entries = yaml.safe_load((settings.ROOT / "demo/reference/retention.yaml").read_text(encoding="utf-8"))
    (tmp_path / "demo/reference/retention.yaml").write_text(yaml.safe_dump([*entries, later]))
    settings.ROOT = tmp_path
    all_periods.cache_clear()

    assert (periods_on(date(2029, 1, 1))["jobs"].days, periods_on(date(2031, 1, 1))["jobs"].days) == (90, 1)

    all_periods.cache_clear()


# --- six years on ---------------------------------------------------------------------------------------------------
def test_six_years_on_nothing_is_past_due_and_what_law_keeps_stays(old_traces):
    kept = {model: model.objects.count() for model in (Person, Certificate, TrainingRecord, Consent, Attempt)}
    before = past_due()
    assert {code for code, count in before.items() if count} >= {
        "sessions", "outbox", "access_ledger", "audit", "data_requests", "uploads", "exam_answers", "viewed_pages",
        "sign_ins", "unconfirmed_logins",
    }  # fmt: skip

    counts = delete_expired(actor=system_user())

    assert {code: count for code, count in past_due().items() if count} == {}
    assert sum(counts.values()) >= sum(before.values())
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.facts["counts"]) == ("oversight.expired_deleted", counts)
    assert {model: model.objects.count() for model in kept} == kept
    assert Session.objects.count() == AccessEntry.objects.count() == PaperQuestion.objects.count() == 0
    assert ViewedPage.objects.count() == SignIn.objects.count() == AnswerEntry.objects.count() == 0


def test_today_nothing_is_deleted(traces):
    before = (AuditEntry.objects.count(), AccessEntry.objects.count(), AnswerEntry.objects.count())

    counts = delete_expired(actor=system_user())

    assert {code for code, count in counts.items() if count} == set()
    assert (AuditEntry.objects.count() - 1, AccessEntry.objects.count(), AnswerEntry.objects.count()) == before


def test_second_run_finds_nothing(old_traces):
    delete_expired(actor=system_user())

    assert set(delete_expired(actor=system_user()).values()) == {0}


def test_nobody_but_the_system_deletes(traces):
    with pytest.raises(NotAllowed):
        delete_expired(actor=make_user())


# --- logins that nobody ever confirmed ------------------------------------------------------------------------------
def joined(days: int, **fields: Any) -> User:
    return make_user(date_joined=clock.now() - timedelta(days=days), **fields)


def test_login_never_confirmed_goes_with_its_address_after_a_month():
    old, young = joined(31), joined(29)
    old.emailaddress_set.create(email=old.email, verified=False, primary=True)

    assert delete_expired(actor=system_user())["unconfirmed_logins"] == 1

    assert list(User.objects.filter(pk__in=[old.pk, young.pk])) == [young]
    assert EmailAddress.objects.filter(email=old.email).count() == 0


@pytest.mark.parametrize("what", ["signed in", "address confirmed", "number confirmed", "a hat", "a person"])
def test_login_that_was_confirmed_or_stands_for_somebody_stays(what):
    user = joined(3000)
    if what == "signed in":
        User.objects.filter(pk=user.pk).update(last_login=clock.now())
    elif what == "address confirmed":
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    elif what == "number confirmed":
        set_login_phone(actor=user, phone="+8613800000018", verified=True)
    elif what == "a hat":
        hat(Role.AUDITOR, AdminBody.objects.get(code="NATIONAL"), user)
    else:
        make_person(user=user)

    delete_expired(actor=system_user())

    user.refresh_from_db()
    assert (user.is_active, "erased" in user.email) == (True, False)


def test_unconfirmed_login_that_something_points_to_loses_its_address():
    user = joined(31, phone="+8613800000018", phone_index="x")
    audit.record(user, "accounts.password_changed", user)

    delete_expired(actor=system_user())

    user.refresh_from_db()
    assert (user.email, user.phone, user.phone_index) == (f"{user.uuid}@erased.invalid", "", "")
    assert delete_expired(actor=system_user())["unconfirmed_logins"] == 0


# --- the guard ------------------------------------------------------------------------------------------------------
EXPIRING = {
    table: expiry for config in apps.get_app_configs() for table, expiry in getattr(config, "expires", {}).items()
}
MODELS = {model._meta.db_table: model for model in apps.get_models()}


def remove(table: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608


def make_older(table: str, age: timedelta) -> None:
    """As if the rows had been written so long ago; only a test lifts the guard of changes for a moment."""
    kind, on = ("rows", f' ON "{table}"') if connection.vendor == "postgresql" else ("update", "")
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{table}_{kind}"{on}')
    MODELS[table].objects.update(**{EXPIRING[table].column: clock.now() - age})
    protect_again(table)


def protect_again(table: str) -> None:
    with connection.cursor() as cursor:
        protect(cursor, table, expiring=EXPIRING[table])


def only_row(table: str) -> None:
    """Nothing else points to the rows of the table."""
    if table == "exams_paperquestion":
        make_older("exams_answerentry", SIX_YEARS)
        remove("exams_answerentry")


@pytest.mark.parametrize("table", sorted(EXPIRING))
@pytest.mark.parametrize(("left", "goes"), [(timedelta(minutes=-5), True), (timedelta(minutes=5), False)])
def test_row_goes_when_its_period_is_over_and_not_five_minutes_before(traces, table, left, goes):
    only_row(table)
    period = timedelta(days=periods_on(clock.today())[EXPIRING[table].period].days)
    make_older(table, period - left)

    if goes:
        remove(table)
        assert MODELS[table].objects.count() == 0
    else:
        with pytest.raises(IntegrityError, match="append-only"):
            remove(table)


@pytest.mark.parametrize("table", sorted(EXPIRING))
def test_row_written_today_is_kept_whatever_the_platforms_clock_says(traces, table):
    only_row(table)
    with clock.travel(SIX_YEARS), pytest.raises(IntegrityError, match="append-only"):
        remove(table)


@pytest.mark.parametrize("table", sorted(EXPIRING))
def test_age_of_a_row_cannot_be_changed(traces, table):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        MODELS[table].objects.update(**{EXPIRING[table].column: clock.now() - SIX_YEARS})


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's")
@pytest.mark.parametrize("table", sorted(EXPIRING))
def test_replace_does_not_get_rid_of_a_row_old_or_young(traces, table):
    columns = ", ".join(f'"{field.column}"' for field in MODELS[table]._meta.concrete_fields)
    for age in (timedelta(), SIX_YEARS):
        make_older(table, age)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'REPLACE INTO "{table}" SELECT {columns} FROM "{table}"')  # noqa: S608


@pytest.mark.parametrize("table", sorted(EXPIRING))
def test_without_the_age_in_the_guard_old_rows_would_stay_for_ever(old_traces, table):
    """The twin: the period is what lets them go."""
    with connection.cursor() as cursor:
        protect(cursor, table)

    with pytest.raises(IntegrityError, match="append-only"):
        remove(table)


def test_row_without_a_moment_is_kept():
    """Comparing with nothing is neither true nor false: the guard must refuse then."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, at TIMESTAMP WITH TIME ZONE NULL)")
        protect(cursor, "kept", expiring=Expiry("at", "audit"))
        cursor.execute("INSERT INTO kept (id, at) VALUES (1, NULL)")
    with pytest.raises(IntegrityError, match="append-only"):
        remove("kept")


def test_guard_follows_a_later_period_from_its_day(monkeypatch):
    periods = [Period("audit", 10, date(2030, 1, 1), "x"), Period("audit", 1827, date(2026, 11, 1), "x")]
    monkeypatch.setattr("core.expiry.periods_of", lambda code: periods)

    for vendor in ("sqlite", "postgresql"):
        guard = Expiry("at", "audit").not_yet(vendor)
        assert guard.index("'2030-01-01'") < guard.index("THEN 10") < guard.index("'2026-11-01'") < guard.index("1827")


def test_every_protected_table_that_has_a_period_lets_its_rows_go():
    """A table listed in the job and not in `expires` would stop the job in the night."""
    before = clock.now() - timedelta(days=1)
    tables = {rows.model._meta.db_table for make in KINDS.values() for rows in make(before)}
    closed = {table for config in apps.get_app_configs() for table in getattr(config, "append_only", ())}

    assert tables & closed == set(EXPIRING)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no roles")
def test_job_needs_no_rights_beyond_those_of_the_site(old_traces):
    """A role that owns nothing: it may read and write rows, and no more."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE site_only NOLOGIN")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO site_only")
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO site_only")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE site_only")
        for statement in (
            "DROP TRIGGER core_auditentry_delete ON core_auditentry",
            "ALTER TABLE core_auditentry DISABLE TRIGGER ALL",
            "TRUNCATE core_auditentry",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(statement)

    counts = delete_expired(actor=system_user())

    assert counts["audit"] > 0
    assert {code: count for code, count in past_due().items() if count} == {}
    with pytest.raises(IntegrityError, match="append-only"):
        remove("core_auditentry")


# --- files ----------------------------------------------------------------------------------------------------------
def test_old_files_go_and_new_ones_stay(person):
    uploads.keep(person.user.pk, b"old")
    [old] = Path(settings.DATA_DIR).glob("uploads/*/*")
    os.utime(old, (old.stat().st_mtime - 2 * 86400,) * 2)

    assert past_due()["uploads"] == 1
    delete_expired(actor=system_user())

    assert not old.exists()
