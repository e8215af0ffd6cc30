"""Issue by batch: what is kept, who decides, what steers the job, and one award as one certificate throughout."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.selectors import system_user
from certificates import services, tasks
from certificates.models import Certificate, CertificateCounter, IssueBatch, IssueBatchItem
from certificates.rules import FIGURES
from certificates.selectors.batches import batch_lines, records_without_certificate
from certificates.services import issue
from core import clock, figures, jobs
from core.errors import DomainError, NotAllowed, WrongState
from core.models import Job, JobItem, OutboxEvent
from tests.builders import regulator
from tests.certificates.builders import certificate_base, make_award, make_certificate, manager_of
from tests.courses.builders import make_cohort, make_enrolment

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing")


@pytest.fixture
def asker(cohort):
    return manager_of(cohort.base)


@pytest.fixture
def second(cohort):
    return manager_of(cohort.base)


@pytest.fixture
def alone_up_to_one(monkeypatch):
    """The rule of another day: two certificates need two people."""
    held = [{**one, "value": 1} if one["code"] == "issue_alone_up_to" else one for one in figures.entries_of(FIGURES)]
    monkeypatch.setattr(figures, "entries_of", lambda _file: tuple(held))


@pytest.fixture
def large(cohort, asker, alone_up_to_one):
    for name in ("高轩", "林知夏"):
        make_award(cohort, name=name)
    return services.ask_for_cohort(actor=asker, cohort=cohort)


def run(batch):
    event = OutboxEvent.objects.filter(kind="certificates.issue", state="new").order_by("-pk").first()
    tasks.issue(event)
    OutboxEvent.objects.filter(pk=event.pk).update(state="done")
    batch.refresh_from_db()


def test_batch_keeps_who_gets_one_and_who_not_and_why(cohort, asker):
    make_award(cohort, name="高轩")
    make_award(cohort, name="林知夏", checked=False)
    make_enrolment(cohort, state="failed", name="郭启")
    make_certificate(make_award(cohort, name="陈默"))

    batch = services.ask_for_cohort(actor=asker, cohort=cohort)

    kept = {item.person.name: (item.gets, item.why_not) for item in batch.items.all()}
    assert kept == {
        "高轩": (True, []),
        "林知夏": (False, [["identity_not_checked", ""]]),
        "郭启": (False, [["not_completed", ""]]),
    }
    assert (batch.people, batch.alone_up_to, batch.state) == (1, 20, "asked")
    assert Certificate.objects.count() == 1


def test_small_batch_is_confirmed_by_whoever_asked(cohort, asker):
    make_award(cohort)
    batch = services.confirm_batch(actor=asker, batch=services.ask_for_cohort(actor=asker, cohort=cohort))
    run(batch)
    assert (batch.state, batch.job.state, Certificate.objects.get().state) == ("approved", "done", "issued")


def test_large_batch_waits_for_a_second_person(large, asker, second):
    with pytest.raises(DomainError, match="second_person_needed"):
        services.confirm_batch(actor=asker, batch=large)
    with pytest.raises(NotAllowed, match="same_person_twice"):
        services.approve_batch(actor=asker, batch=large)
    assert (Certificate.objects.count(), Job.objects.count()) == (0, 0)

    approved = services.approve_batch(actor=second, batch=large)

    run(approved)
    assert (approved.decided_by, Certificate.objects.filter(state="issued").count()) == (second, 2)


def test_nobody_goes_round_the_second_person(cohort, asker, large):
    with pytest.raises(DomainError, match="second_person_needed"):
        services.start_issue(actor=asker, cohort=cohort)
    assert Certificate.objects.count() == 0


def test_small_batches_one_after_the_other_are_no_way_round_the_second_person(cohort, asker, second, alone_up_to_one):
    def asked(of, by=asker):
        return services.ask_for_records(actor=by, base=cohort.base, record_ids=[make_award(of).pk])

    run(services.confirm_batch(actor=asker, batch=asked(cohort)))
    of_class, of_day = asked(cohort), asked(make_cohort(cohort.base, state="assessing"))

    for batch in (of_class, of_day):
        with pytest.raises(DomainError, match="second_person_needed"):
            services.confirm_batch(actor=asker, batch=batch)
    with clock.travel(timedelta(days=1)):
        with pytest.raises(DomainError, match="second_person_needed"):
            services.confirm_batch(actor=asker, batch=of_class)
        run(services.confirm_batch(actor=asker, batch=of_day))
    run(services.approve_batch(actor=second, batch=of_class))
    # What somebody else asked for and confirmed counts for that person.
    run(services.confirm_batch(actor=second, batch=asked(cohort, by=second)))
    assert Certificate.objects.filter(state="issued").count() == 4


def test_page_of_a_small_batch_that_is_too_many_with_the_others_asks_for_the_second_person(
    client, cohort, asker, second, alone_up_to_one
):
    make_award(cohort)
    run(services.confirm_batch(actor=asker, batch=services.ask_for_cohort(actor=asker, cohort=cohort)))
    make_award(cohort)
    client.force_login(asker)
    answer = client.post(reverse("certificates:issue", args=[cohort.pk]))
    batch = IssueBatch.objects.get(state="asked")
    address = reverse("certificates:batch", args=[batch.pk])
    own = client.get("/en" + address).content.decode()
    assert (answer["Location"], 'value="confirm"' in own, "Together with what the same person" in own) == (
        address,
        False,
        True,
    )
    client.force_login(second)
    assert 'value="approve"' in client.get(address).content.decode()


def test_second_person_refuses_with_a_reason_and_the_asker_withdraws(large, asker, second, cohort):
    with pytest.raises(DomainError, match="reason_missing"):
        services.refuse_batch(actor=second, batch=large, reason=" ")
    with pytest.raises(NotAllowed, match="same_person_twice"):
        services.refuse_batch(actor=asker, batch=large, reason="x")
    assert services.refuse_batch(actor=second, batch=large, reason="名单有误").state == "refused"
    again = services.ask_for_cohort(actor=asker, cohort=cohort)
    assert services.withdraw_batch(actor=asker, batch=again).state == "withdrawn"
    with pytest.raises(WrongState):
        services.approve_batch(actor=second, batch=again)


def test_asking_twice_is_one_batch_and_approving_twice_one_job(large, cohort, second):
    assert services.ask_for_cohort(actor=second, cohort=cohort) == large
    approved = services.approve_batch(actor=second, batch=large)
    assert services.ask_for_cohort(actor=second, cohort=cohort) == approved
    with pytest.raises(WrongState):
        services.approve_batch(actor=manager_of(cohort.base), batch=large)
    run(approved)
    assert (IssueBatch.objects.count(), Job.objects.count(), Certificate.objects.count()) == (1, 1, 2)


def test_approval_leaves_out_whoever_got_one_meanwhile(large, second):
    first = large.items.order_by("pk")[0].record
    made = make_certificate(first)
    approved = services.approve_batch(actor=second, batch=large)
    run(approved)
    assert approved.job.total == 1
    assert Certificate.objects.filter(training_record=first).get() == made
    assert CertificateCounter.objects.get().last == 2


def test_list_is_issued_for_and_holds_no_record_of_another_base(cohort, asker):
    ours, theirs = make_award(cohort), make_award()
    batch = services.ask_for_records(actor=asker, base=cohort.base, record_ids=[ours.pk, theirs.pk])
    assert [item.record for item in batch.items.all()] == [ours]
    with pytest.raises(DomainError, match="nothing_to_issue"):
        services.ask_for_records(actor=asker, base=cohort.base, record_ids=[theirs.pk])
    with pytest.raises(NotAllowed):
        services.ask_for_records(actor=asker, base=theirs.base, record_ids=[theirs.pk])


def test_records_to_choose_are_those_without_a_certificate(cohort, asker):
    waiting = make_award(cohort)
    make_certificate(make_award(cohort))
    make_award()
    assert list(records_without_certificate(asker)) == [waiting]


def test_pause_holds_the_job_and_resume_finishes_it(large, second, asker, monkeypatch):
    approved = services.approve_batch(actor=second, batch=large)
    drawn = issue.draw

    def draw_and_pause(certificate, **more):
        services.pause_batch(actor=asker, batch=approved)
        return drawn(certificate, **more)

    with monkeypatch.context() as patch:
        patch.setattr(issue, "draw", draw_and_pause)
        run(approved)
    assert list(Certificate.objects.values_list("state", flat=True)) == ["issued"]
    assert Job.objects.get().state == "paused"

    services.resume_batch(actor=asker, batch=approved)
    run(approved)

    assert (Job.objects.get().state, {*Certificate.objects.values_list("state", flat=True)}) == ("done", {"issued"})


def test_failed_item_is_named_with_its_reason_and_tried_again_alone(large, second, asker):
    approved = services.approve_batch(actor=second, batch=large)
    record = large.items.order_by("pk")[0].record
    JobItem.objects.filter(job=approved.job, key=str(record.pk)).update(state="failed", error="identity_not_checked")
    run(approved)
    approved.job.refresh_from_db()
    [failed] = [line for line in batch_lines(asker, approved) if line.failed]
    assert failed.item.record == record

    assert services.retry_item(actor=asker, batch=approved, record_ids=[record.pk]) == 1
    assert services.retry_item(actor=asker, batch=approved, record_ids=[record.pk]) == 0
    run(approved)

    assert Certificate.objects.filter(state="issued").count() == 2
    assert [line for line in batch_lines(asker, approved) if line.failed] == []
    assert jobs.progress(Job.objects.get()).failed == 0


def test_strangers_do_nothing_with_a_batch(large, cohort):
    for actor in (manager_of(certificate_base()), regulator()):
        for service in (services.approve_batch, services.confirm_batch, services.pause_batch, services.withdraw_batch):
            with pytest.raises(NotAllowed):
                service(actor=actor, batch=large)
        with pytest.raises(NotAllowed):
            services.ask_for_cohort(actor=actor, cohort=cohort)


# --- the database ---------------------------------------------------------------------------------------------------
def row(of, asker, **fields):
    given = {"base": of.base, "people": 2, "alone_up_to": 1, "asked_by": asker, "asked_at": clock.now()}
    return IssueBatch(**{**given, **fields})


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("batch_of_somebody", lambda one, other: {"people": 0}),
        ("batch_decided_by_somebody", lambda one, other: {"state": "approved"}),
        ("batch_decided_by_somebody", lambda one, other: {"decided_by": other}),
        (
            "batch_large_by_a_second",
            lambda one, other: {"state": "approved", "decided_by": one, "decided_at": clock.now()},
        ),
    ],
)
def test_database_refuses(cohort, asker, second, name, make):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row(cohort, asker, **make(asker, second)).save()


def test_database_takes_what_is_whole(cohort, asker, second):
    decided = {"state": "approved", "decided_at": clock.now()}
    row(cohort, asker, **decided, decided_by=second).save()
    row(cohort, asker, **decided, decided_by=asker, people=1).save()
    row(cohort, asker, cohort=cohort).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        row(cohort, asker, cohort=cohort).save()


def test_batch_and_its_lines_are_kept_as_they_were(large):
    for rows, fields in [
        (IssueBatch.objects.filter(pk=large.pk), {"people": 1}),
        (IssueBatch.objects.filter(pk=large.pk), {"asked_by": system_user()}),
        (IssueBatchItem.objects.all(), {"gets": False}),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**fields)


def test_line_without_a_record_gets_nothing(large):
    person = large.items.all()[0].person
    with pytest.raises(IntegrityError, match="batch_item_of_a_record"), transaction.atomic():
        IssueBatchItem.objects.create(batch=large, person=person, gets=True)
    again = large.items.exclude(record=None)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        IssueBatchItem.objects.create(batch=large, person=person, record=again.record, gets=True)


# --- pages ----------------------------------------------------------------------------------------------------------
def test_large_issue_goes_from_the_dry_run_to_the_second_person(client, cohort, asker, second, alone_up_to_one):
    for name in ("高轩", "林知夏"):
        make_award(cohort, name=name)
    client.force_login(asker)
    dry = client.get("/en" + reverse("certificates:issue", args=[cohort.pk])).content.decode()
    answer = client.post(reverse("certificates:issue", args=[cohort.pk]))
    batch = IssueBatch.objects.get()
    address = reverse("certificates:batch", args=[batch.pk])
    assert "More than 1 at once" in dry
    assert (answer.status_code, answer["Location"], Job.objects.count()) == (302, address, 0)
    own = client.get(address).content.decode()
    assert ('value="approve"' in own, 'value="withdraw"' in own) == (False, True)
    client.post(address, {"step": "approve"})
    assert Job.objects.count() == 0
    client.force_login(second)
    assert 'value="approve"' in client.get(address).content.decode()
    client.post(address, {"step": "approve"})
    assert Job.objects.get().total == 2


def test_list_page_keeps_a_dry_run_of_what_was_ticked(client, cohort, asker):
    first, _second = make_award(cohort, name="高轩"), make_award(cohort, name="林知夏")
    client.force_login(asker)
    address = reverse("certificates:new_batch")
    assert client.get(address).content.decode().count('name="record"') == 2
    assert client.post(address, {}).status_code == 200
    client.post(address, {"record": [first.pk]})
    assert [item.record for item in IssueBatchItem.objects.all()] == [first]


def test_steering_by_page(client, large, second):
    approved = services.approve_batch(actor=second, batch=large)
    client.force_login(second)
    address = reverse("certificates:steer_batch", args=[large.pk])
    client.post(address, {"what": "pause"})
    assert Job.objects.get().state == "paused"
    client.post(address, {"what": "resume"})
    assert Job.objects.get().state == "queued"
    JobItem.objects.filter(job=approved.job).update(state="failed", error="name_too_long {}")
    page = client.get("/en" + reverse("certificates:batch", args=[large.pk])).content.decode()
    assert page.count("the name is too long for the sheet") >= 2
    client.post(address, {"what": "all"})
    assert {*JobItem.objects.values_list("state", flat=True)} == {"waiting"}


@pytest.mark.parametrize("many", [1, 3])
def test_batch_page_takes_as_many_queries_for_three_as_for_one(client, cohort, asker, many, django_assert_num_queries):
    for _ in range(many):
        make_award(cohort)
    batch = services.ask_for_cohort(actor=asker, cohort=cohort)
    client.force_login(asker)
    address = reverse("certificates:batch", args=[batch.pk])
    client.get(address)
    with django_assert_num_queries(14):
        client.get(address)


def test_batch_keeps_no_characters_of_a_name(cohort, asker):
    make_award(cohort, name="高轩")
    make_award(cohort, name="王\U0001f600")
    batch = services.ask_for_cohort(actor=asker, cohort=cohort)
    assert [item.why_not for item in batch.items.filter(gets=False)] == [[["glyphs_missing", ""]]]


# --- a job that was stopped by a failure ----------------------------------------------------------------------------
def stop(batch):
    Job.objects.filter(pk=batch.job_id).update(state="failed", error="worker lost", finished_at=clock.now())
    batch.job.refresh_from_db()


def test_stopped_job_does_not_hold_up_its_class(large, cohort, second):
    approved = services.approve_batch(actor=second, batch=large)
    stop(approved)
    services.pause_batch(actor=second, batch=approved)
    assert Job.objects.get().state == "failed"
    make_award(cohort, name="郭启")
    assert services.ask_for_cohort(actor=second, cohort=cohort) != approved


def test_stopped_job_is_started_again_by_any_issuer_of_the_base(client, large, asker, second, cohort):
    approved = services.approve_batch(actor=second, batch=large)
    stop(approved)
    with pytest.raises(NotAllowed):
        services.restart_batch(actor=manager_of(certificate_base()), batch=approved)
    client.force_login(asker)
    page = client.get("/en" + reverse("certificates:batch", args=[large.pk])).content.decode()
    assert ("The work was stopped" in page, 'value="restart"' in page, 'value="pause"' in page) == (True, True, False)

    learner = approved.items.first().person
    own, learner.user = learner.user, asker
    learner.save()
    with pytest.raises(DomainError, match="own_record"):
        services.restart_batch(actor=asker, batch=approved)
    learner.user = own
    learner.save()

    client.post(reverse("certificates:steer_batch", args=[large.pk]), {"what": "restart"})
    run(approved)

    assert (Job.objects.get().state, Job.objects.get().owner_id) == ("done", asker.pk)
    assert {*Certificate.objects.values_list("state", flat=True)} == {"issued"}
