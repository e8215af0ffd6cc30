"""The job of a batch check: what is kept for it and how long, and how it goes on after it has stopped."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse

from certificates.models import BatchCheck, BatchCheckLine
from certificates.services.checks import CHECK
from certificates.tasks import check as run_event
from core import clock, uploads
from core.exports import csv_table
from core.models import AuditEntry, Job, OutboxEvent
from tests.builders import make_institution, officer
from tests.certificates.builders import make_award, make_certificate
from tests.certificates.test_checks import HEADS, by_code, checked, outcomes, run, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution():
    return make_institution()


@pytest.fixture
def asker(institution):
    return officer(institution)


@pytest.fixture
def certificate():
    return make_certificate(make_award(name="林知夏"))


@pytest.mark.parametrize(("answered", "counted"), [(0, 1), (11, 7)])
def test_only_attempts_that_answer_nothing_are_counted(asker, institution, certificate, answered, counted):
    """Workers were lost seven times; the eighth would be the last."""
    check = start(asker, institution, *(by_code(certificate, f"{place:016d}") for place in range(11)))
    done = {"check_of": check, "number": certificate.number, "way": "code", "outcome": "never_issued"}
    BatchCheckLine.objects.bulk_create(BatchCheckLine(line=2 + place, **done) for place in range(answered))
    event = OutboxEvent.objects.get(kind=CHECK, key=str(check.job_id))
    OutboxEvent.objects.update(attempts=7)
    event.refresh_from_db()
    run_event(event)
    event.refresh_from_db()
    assert (event.attempts, len(outcomes(check))) == (counted, 11)


@pytest.mark.parametrize("over", ["failed", "done"])
def test_same_file_goes_on_with_a_check_that_has_stopped(client, asker, institution, certificate, over):
    rows = [by_code(certificate), by_code(certificate, "0" * 16), by_code(certificate, "1" * 16)]
    stopped = start(asker, institution, *rows)
    done = {"check_of": stopped, "number": certificate.number, "way": "code", "outcome": "could_not_check"}
    BatchCheckLine.objects.create(line=2, **done)
    Job.objects.filter(pk=stopped.job_id).update(state=over)
    client.force_login(asker)
    file = BytesIO(csv_table(HEADS, rows))
    file.name = "check.csv"
    preview = client.post("/en" + reverse("certificates:new_check"), {"file": file}, follow=True).content.decode()
    assert [words in preview for words in ("2 certificates are checked.", "1 row has its answer.")] == [True, True]

    again = start(asker, institution, *rows)

    assert (again.pk, BatchCheck.objects.count(), again.job_id == stopped.job_id) == (stopped.pk, 1, False)
    assert outcomes(run(again)) == ["could_not_check", "never_issued", "never_issued"]
    assert [one.facts["rows"] for one in AuditEntry.objects.filter(verb="certificates.check_started")] == [3, 2]
    with clock.travel(timedelta(minutes=3)):
        assert start(asker, institution, *rows).pk != stopped.pk


def test_check_goes_on_neither_for_a_colleague_nor_after_a_week(asker, institution, certificate):
    stopped = start(asker, institution, by_code(certificate))
    Job.objects.update(state="failed")
    assert start(officer(institution), institution, by_code(certificate)).pk != stopped.pk
    with clock.travel(timedelta(days=8)):
        assert start(asker, institution, by_code(certificate)).pk != stopped.pk


def test_same_file_sent_again_is_answered_although_the_first_is_done(asker, institution, certificate):
    first = start(asker, institution, by_code(certificate))
    with clock.travel(timedelta(minutes=3)):
        second = start(asker, institution, by_code(certificate))
        assert (first.sha256, first.pk == second.pk) == (second.sha256, False)
        run(first)
        assert outcomes(run(second)) == ["valid"]
    assert uploads.kept(asker.pk, second.sha256) is None


def test_check_that_was_refused_keeps_no_file(asker, institution, certificate):
    refused = start(asker, institution, by_code(certificate))
    Job.objects.filter(pk=refused.job_id).update(state="done")
    with clock.travel(timedelta(minutes=3)):
        checked(asker, institution, by_code(certificate))
    assert uploads.kept(asker.pk, refused.sha256) is None
