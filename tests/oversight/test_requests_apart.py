"""Requests beside one another: each kind is carried out as what it is, and an erasure leaves nothing of the others."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail

from accounts.models import AppointmentDispute, IdentityDocument, Invitation, JoinRequest, Person
from accounts.models.joining import address_index
from accounts.permissions import Role
from accounts.selectors import document_index
from accounts.services import ask_to_join, invite
from core import clock, uploads
from core.errors import DomainError, NotAllowed
from core.models import Job, JobItem, OutboxEvent
from core.outbox import MAX_ATTEMPTS, deliver_event
from oversight.models import DataRequest
from oversight.selectors.requests import request_to_answer
from oversight.services import ask_for_copy, ask_for_correction, ask_for_erasure, carry_out, take_request
from oversight.tasks import delete_what_is_past_due
from tests.builders import (
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
    resident_number,
)
from tests.certificates.builders import make_certificate
from tests.oversight.test_requests import farewell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
NUMBER, OTHER = resident_number(50_101), resident_number(50_102)


@pytest.fixture
def person() -> Person:
    person = make_person("林知夏", number=NUMBER, user=make_user("lin@example.test"))
    make_appointment(person, make_institution(), end_date=clock.today() - timedelta(days=9))
    return person


def carried_out(request: DataRequest) -> DataRequest:
    take_request(actor=regulator("990000"), request=request)
    return carry_out(actor=regulator("990000"), request=request)


# --- each kind is what it is ----------------------------------------------------------------------------------------
def test_copy_is_reviewed_by_nobody_and_never_an_erasure(person):
    request = ask_for_copy(actor=person.user)
    clerk = regulator("990000")
    with pytest.raises(NotAllowed):
        request_to_answer(clerk, request.uuid)
    with pytest.raises(DomainError, match="made_by_a_job"):
        take_request(actor=clerk, request=request)

    DataRequest.objects.filter(pk=request.pk).update(state="in_review")
    with pytest.raises(DomainError, match="made_by_a_job"):
        carry_out(actor=clerk, request=DataRequest.objects.get(pk=request.pk))

    assert Person.objects.get(pk=person.pk).name == "林知夏"


def test_number_is_corrected_on_the_document_that_was_named(person):
    passport = IdentityDocument.objects.create(
        person=person, type="passport", number="E11111111", number_index=document_index("passport", "E11111111")
    )

    carried_out(ask_for_correction(actor=person.user, document_type="passport", number="E22222222"))

    passport.refresh_from_db()
    assert (passport.number, passport.number_index) == ("E22222222", document_index("passport", "E22222222"))
    assert IdentityDocument.objects.get(person=person, type="resident_id").number == NUMBER


def test_number_of_a_document_that_nobody_has_is_refused(person):
    request = ask_for_correction(actor=person.user, document_type="passport", number="E22222222")

    with pytest.raises(DomainError, match="no_document"):
        carried_out(request)


def test_corrected_name_has_other_doubles_and_is_told(person):
    document = IdentityDocument.objects.get(person=person)
    IdentityDocument.objects.filter(pk=document.pk).update(twin_index="stale")

    carried_out(ask_for_correction(actor=person.user, name="林之夏"))

    document.refresh_from_db()
    assert document.twin_index != "stale"
    assert OutboxEvent.objects.filter(kind="accounts.name_corrected", key=str(person.pk)).exists()


# --- the copy -------------------------------------------------------------------------------------------------------
def test_copy_asked_again_after_its_job_failed_begins_anew(person):
    request = ask_for_copy(actor=person.user)
    with pytest.raises(DomainError, match="already_asked"):
        ask_for_copy(actor=person.user)
    JobItem.objects.update(state=JobItem.State.FAILED, error="disk")
    Job.objects.update(state=Job.State.DONE)

    again = ask_for_copy(actor=person.user)
    for event in OutboxEvent.objects.filter(kind="oversight.make_copy", state="new"):
        deliver_event(event.pk)

    again.refresh_from_db()
    assert (again.pk, again.state, Job.objects.count()) == (request.pk, "done", 2)


def test_copy_holds_the_files_of_doubles_that_were_joined(person):
    certificate = make_certificate()
    Person.objects.filter(pk=certificate.person_id).update(merged_into=person)

    request = ask_for_copy(actor=person.user)
    for event in OutboxEvent.objects.filter(kind="oversight.make_copy", state="new"):
        deliver_event(event.pk)

    request.refresh_from_db()
    content = uploads.kept(person.user_id, request.file_sha256)
    assert content is not None
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert f"certificates/{certificate.number}.pdf" in archive.namelist()


# --- what an erasure leaves -----------------------------------------------------------------------------------------
def test_open_correction_lapses_with_the_erasure_and_brings_no_name_back(person):
    correction = ask_for_correction(actor=person.user, name="林之夏", document_type="resident_id", number=OTHER)
    assert OTHER in correction.wanted

    carried_out(ask_for_erasure(actor=person.user))

    correction.refresh_from_db()
    assert (correction.state, correction.wanted) == ("withdrawn", "")
    assert Person.objects.get(pk=person.pk).name == "已注销"


def test_letters_words_and_messages_go_with_the_person(person):
    place = make_institution("外地大学")
    invite(actor=officer(place), place=place, role=Role.INSTITUTION_OFFICER, email="lin@example.test")
    ask_to_join(actor=person.user, place=place, role=Role.INSTITUTION_OFFICER, message="我是林知夏")
    appointment = person.appointments.get()
    AppointmentDispute.objects.create(appointment=appointment, state="rejected", words=f"林知夏 {NUMBER}")

    carried_out(ask_for_erasure(actor=person.user))

    letter = Invitation.objects.get()
    assert letter.email.endswith("@erased.invalid")
    assert letter.email_index == address_index(letter.email) != address_index("lin@example.test")
    kept = [*AppointmentDispute.objects.values_list("words", flat=True), JoinRequest.objects.get().message]
    assert json.dumps(kept) == '["", ""]'


# --- the office's list -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_the_same_number_of_statements(client, rows, django_assert_num_queries):
    place = make_institution()
    for n in range(rows):
        one = make_person(f"人{n}", user=make_user())
        make_appointment(one, place)
        ask_for_correction(actor=one.user, name="新")
    client.force_login(regulator())
    client.get("/en/oversight/requests/")

    with django_assert_num_queries(5):
        client.get("/en/oversight/requests/")


def test_last_letter_that_was_given_up_is_written_again_every_day(person, settings):
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.oversight.broken_mail.Backend"
    carried_out(ask_for_erasure(actor=person.user))
    for _attempt in range(MAX_ATTEMPTS):
        event = farewell()
    assert event.state == OutboxEvent.State.FAILED

    settings.EMAIL_BACKEND = working
    delete_what_is_past_due()
    delete_what_is_past_due()

    assert farewell().state == OutboxEvent.State.DONE
    assert [letter.to for letter in mail.outbox] == [["lin@example.test"]]
