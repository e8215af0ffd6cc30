"""Retention: six years on nothing is past due, what law keeps is untouched, and protected tables stay protected."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from accounts.models import AccessEntry, Consent, Person
from accounts.selectors import system_user
from accounts.services import agree, note_access
from certificates.models import Certificate
from core import audit, clock, outbox, uploads
from core.errors import NotAllowed
from core.models import AuditEntry, OutboxEvent
from core.triggers import without_delete_guard
from courses.exams.models import AnswerEntry, Attempt, PaperQuestion
from courses.models import TrainingRecord
from oversight.models import DataRequest
from oversight.services.retention import all_periods, delete_expired, past_due, periods_on
from oversight.workflow import RequestState
from tests.builders import make_person, make_user
from tests.credit.builders import make_certificate
from tests.exams.builders import answer, running_attempt

pytestmark = pytest.mark.django_db
SIX_YEARS = timedelta(days=6 * 366)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def person() -> Person:
    return make_person("林知夏", user=make_user())


@pytest.fixture
def traces(person, client) -> Person:
    """A row of everything that has a period, and of what is kept for good."""
    client.force_login(person.user)
    client.get("/en/home/")
    note_access(actor=system_user(), person=person, what="phone", purpose="x")
    audit.record(system_user(), "test.written", person)
    event = outbox.add("accounts.consent_given", agree(actor=person.user, code="sensitive_data").pk)
    OutboxEvent.objects.filter(pk=getattr(event, "pk", None)).update(state="done")
    OutboxEvent.objects.update(state="done")
    now = clock.now()
    DataRequest.objects.create(
        user=person.user, person=person, kind="copy", asked_at=now, due_at=now + timedelta(days=1), answered_at=now,
        state=RequestState.DONE,
    )  # fmt: skip
    uploads.keep(person.user.pk, b"x")
    make_certificate(person)
    answer(running_attempt(), 1)
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
def test_six_years_on_nothing_is_past_due_and_what_law_keeps_stays(traces):
    kept = {model: model.objects.count() for model in (Person, Certificate, TrainingRecord, Consent, Attempt)}
    with clock.travel(SIX_YEARS):
        before = past_due()
        assert {code for code, count in before.items() if count} >= {
            "sessions", "outbox", "access_ledger", "audit", "data_requests", "uploads", "exam_answers",
        }  # fmt: skip

        counts = delete_expired(actor=system_user())

        assert {code: count for code, count in past_due().items() if count} == {}
        assert sum(counts.values()) >= sum(before.values())
        entry = AuditEntry.objects.get(verb="oversight.expired_deleted")
    assert entry.facts["counts"] == counts
    assert {model: model.objects.count() for model in kept} == kept
    assert Session.objects.count() == AccessEntry.objects.count() == PaperQuestion.objects.count() == 0


def test_today_nothing_is_deleted(traces):
    before = (AuditEntry.objects.count(), AccessEntry.objects.count(), AnswerEntry.objects.count())

    counts = delete_expired(actor=system_user())

    assert {code for code, count in counts.items() if count} == set()
    assert (AuditEntry.objects.count() - 1, AccessEntry.objects.count(), AnswerEntry.objects.count()) == before


def test_second_run_finds_nothing(traces):
    with clock.travel(SIX_YEARS):
        delete_expired(actor=system_user())

        assert set(delete_expired(actor=system_user()).values()) == {0}


def test_nobody_but_the_system_deletes(traces):
    with pytest.raises(NotAllowed):
        delete_expired(actor=make_user())


# --- the guard ------------------------------------------------------------------------------------------------------
def remove(table: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608


@pytest.mark.parametrize(
    "table", ["core_auditentry", "accounts_accessentry", "exams_answerentry", "exams_paperquestion"]
)
def test_guards_stand_again_after_the_job(traces, table):
    with clock.travel(SIX_YEARS):
        delete_expired(actor=system_user())
    answer(running_attempt(), 1)
    note_access(actor=system_user(), person=traces, what="phone", purpose="x")

    with pytest.raises(IntegrityError, match="append-only"):
        remove(table)


def test_guard_stands_again_when_the_deletion_fails(traces):
    with pytest.raises(RuntimeError), transaction.atomic(), without_delete_guard("core_auditentry"):
        raise RuntimeError

    with pytest.raises(IntegrityError, match="append-only"):
        remove("core_auditentry")


def test_old_files_go_and_new_ones_stay(person):
    uploads.keep(person.user.pk, b"old")
    [old] = Path(settings.DATA_DIR).glob("uploads/*/*")
    os.utime(old, (old.stat().st_mtime - 2 * 86400,) * 2)

    assert past_due()["uploads"] == 1
    delete_expired(actor=system_user())

    assert not old.exists()
