"""The request centre: a copy within a day for its owner alone, two people for what changes who somebody is, a clock."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.models import IdentityDocument, Person, User
from accounts.selectors import document_index, system_user
from accounts.services import note_access
from core import clock, uploads
from core.calendar import working_day_deadline
from core.errors import DomainError, NotAllowed
from core.models import Job, OutboxEvent
from core.outbox import deliver_event
from oversight.models import DataRequest
from oversight.selectors.requests import kept_after_erasure, requests_to_answer
from oversight.services import (
    ask_for_copy,
    ask_for_correction,
    ask_for_erasure,
    build_copy,
    carry_out,
    refuse_request,
    take_request,
    withdraw_request,
)
from oversight.services.requests import say_farewell
from oversight.services.retention import delete_expired
from tests.accounts.test_sign_up import phone_login
from tests.builders import (
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)
from tests.courses.builders import make_record
from tests.credit.builders import make_certificate
from tests.oversight.asking import NUMBER, OTHER, make_asker, text, wanted_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]


@pytest.fixture
def person() -> Person:
    return make_asker()


def deliver(kind: str) -> None:
    for event in OutboxEvent.objects.filter(kind=kind, state="new"):
        deliver_event(event.pk)


# --- the copy -------------------------------------------------------------------------------------------------------
def copy_for(person: Person) -> DataRequest:
    request = ask_for_copy(actor=person.user)
    deliver("oversight.make_copy")
    request.refresh_from_db()
    return request


def test_copy_is_made_by_a_job_and_due_within_a_day(person):
    request = ask_for_copy(actor=person.user)
    assert request.due_at - request.asked_at <= timedelta(days=1)
    assert Job.objects.get().owner == person.user

    deliver("oversight.make_copy")

    request.refresh_from_db()
    assert request.state == "done"
    assert request.expires_at - request.answered_at == timedelta(hours=24)


def test_copy_holds_everything_about_the_person_and_nothing_about_others(person, client):
    make_person("外人", number=OTHER, user=make_user("other@example.test"))
    make_appointment(person, make_institution("岚江大学"), phone="+8613812340018", staff_no="S-77")
    make_record(person)
    note_access(actor=regulator(), person=person, what="credit_file", purpose="案件 26")
    request = copy_for(person)
    client.force_login(person.user)

    answer = client.get(f"/en/my-data/{request.uuid}/copy.zip")

    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    held = json.loads(archive.read("data.json"))
    assert held["accounts.IdentityDocument"][0]["number"] == NUMBER
    assert held["accounts.Person"][0]["phone"] == "+8613812340018"
    assert held["accounts.Appointment"][0]["institution"] == "岚江大学"
    assert held["accounts.Appointment"][0]["staff_no"] == "S-77"
    assert held["accounts.User"][0]["email"] == "lin@example.test"
    assert len(held["courses.TrainingRecord"]) == 1
    looks = json.loads(archive.read("who-looked.json"))
    assert looks[0]["purpose"] == "案件 26"
    everything = archive.read("data.json").decode()
    assert OTHER not in everything
    assert "other@example.test" not in everything
    assert not [key for row in held["accounts.User"] for key in row if key in ("password", "phone_index")]


def test_copy_lies_sealed_and_nobody_else_opens_it(person, client, tmp_path):
    request = copy_for(person)
    raw = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert raw.startswith(b"v1:")
    assert NUMBER.encode() not in raw
    for actor in (make_user(), regulator(), officer()):
        client.force_login(actor)
        assert client.get(f"/en/my-data/{request.uuid}/copy.zip").status_code == 404
    assert uploads.kept(make_user().pk, request.file_sha256) is None


def test_copy_is_gone_after_a_day(person, client):
    request = copy_for(person)
    with clock.travel(timedelta(hours=24, minutes=1)):
        client.force_login(person.user)
        answer = client.get(f"/en/my-data/{request.uuid}/copy.zip", follow=True)

    assert "This copy is no longer there" in text(answer)


def test_copy_asked_for_twice_is_one_request(person):
    ask_for_copy(actor=person.user)

    with pytest.raises(DomainError, match="already_asked"):
        ask_for_copy(actor=person.user)


def test_job_run_twice_makes_one_copy(person):
    request = copy_for(person)

    assert build_copy(actor=system_user(), request_id=request.pk).expires_at == request.expires_at


# --- correction -----------------------------------------------------------------------------------------------------
def test_correction_needs_two_people_and_then_holds(person):
    request = wanted_number(person)
    first, second = regulator(), regulator()
    take_request(actor=first, request=request)
    with pytest.raises(NotAllowed):
        carry_out(actor=first, request=request)
    assert IdentityDocument.objects.get(person=person).number == NUMBER

    done = carry_out(actor=second, request=request)

    document = IdentityDocument.objects.get(person=person)
    assert (document.number, document.number_index) == (OTHER, document_index("resident_id", OTHER))
    assert (done.state, done.wanted) == ("done", "")


def test_name_is_corrected(person):
    make_appointment(person, make_institution())
    request = ask_for_correction(actor=person.user, name="林之夏")
    take_request(actor=regulator(), request=request)

    carry_out(actor=regulator(), request=request)

    assert Person.objects.get(pk=person.pk).name == "林之夏"


def test_number_of_somebody_else_is_refused_and_nothing_is_written(person):
    make_person("外人", number=OTHER)
    request = wanted_number(person)
    take_request(actor=regulator(), request=request)

    with pytest.raises(DomainError, match="document_taken"):
        carry_out(actor=regulator(), request=request)

    request.refresh_from_db()
    assert request.state == "in_review"


def test_nobody_reviews_a_request_of_their_own():
    actor = regulator()
    person = make_person(user=actor)
    make_appointment(person, make_institution())
    request = ask_for_correction(actor=actor, name="新名")

    with pytest.raises(NotAllowed):
        take_request(actor=actor, request=request)
    assert list(requests_to_answer(actor)) == []


def test_refusal_has_reasons_that_the_person_reads(person, client):
    request = wanted_number(person)
    clerk = regulator()
    take_request(actor=clerk, request=request)
    with pytest.raises(DomainError, match="reason_missing"):
        refuse_request(actor=clerk, request=request, reason="  ")

    refuse_request(actor=clerk, request=request, reason="原件与申请不符")

    client.force_login(person.user)
    assert "原件与申请不符" in text(client.get("/en/my-data/"))
    request.refresh_from_db()
    assert request.wanted == ""
    deliver("oversight.request_answered")
    assert [message.to for message in mail.outbox] == [["lin@example.test"]]
    assert "原件与申请不符" not in mail.outbox[0].body


def test_database_refuses_a_refusal_without_reasons(person):
    request = wanted_number(person)

    with pytest.raises(IntegrityError, match="refusal_has_reasons"), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).update(state="refused")


def test_clock_counts_working_days(person):
    request = wanted_number(person)

    assert clock.day_of(request.due_at) == working_day_deadline(clock.today(), 15).day


# --- erasure --------------------------------------------------------------------------------------------------------
def erased(person: Person, code: str = "990000") -> DataRequest:
    request = ask_for_erasure(actor=person.user)
    take_request(actor=regulator(code), request=request)
    return carry_out(actor=regulator(code), request=request)


def former(person: Person):
    return make_appointment(
        person, make_institution(), end_date=clock.today() - timedelta(days=9), email="lin@work.test", staff_no="S-77"
    )


def test_erasure_takes_the_person_away_and_keeps_what_law_keeps(person, dump):
    former(person)
    certificate = make_certificate(person)
    make_record(person, title="另一培训")
    assert "林知夏" in dump()

    erased(person)

    stolen = dump(but={"core_auditentry"})
    secrets = ["林知夏", NUMBER, NUMBER[6:], "13812340018", "lin@example.test", "lin@work.test", "S-77", "000***"]
    assert [secret for secret in secrets if secret in stolen] == []
    certificate.refresh_from_db()
    assert (certificate.holder_name, certificate.number[:2], certificate.level) == ("", "T-", "JUNIOR")
    assert person.training_records.count() == 2
    user = User.objects.get(pk=person.user_id)
    assert not user.is_active
    assert not user.has_usable_password()


def test_erasure_is_refused_while_an_institution_names_the_person(person):
    make_appointment(person, make_institution())
    request = ask_for_erasure(actor=person.user)
    take_request(actor=regulator(), request=request)

    with pytest.raises(DomainError, match="still_appointed"):
        carry_out(actor=regulator(), request=request)

    assert Person.objects.get(pk=person.pk).name == "林知夏"


def test_login_without_a_person_is_erased_by_the_national_body():
    user = make_user("alone@example.test")
    request = ask_for_erasure(actor=user)
    assert list(requests_to_answer(regulator())) == []
    take_request(actor=regulator("000000"), request=request)

    carry_out(actor=regulator("000000"), request=request)

    assert User.objects.get(pk=user.pk).email.endswith("@erased.invalid")


def farewell() -> OutboxEvent:
    event = OutboxEvent.objects.get(kind="oversight.say_farewell")
    deliver_event(event.pk)
    event.refresh_from_db()
    return event


@pytest.mark.parametrize(("language", "words"), [("", "已删除"), ("en", "were erased"), ("ja", "削除")])
def test_whoever_was_erased_reads_so_at_the_address_that_is_gone(person, language, words):
    User.objects.filter(pk=person.user_id).update(language=language)
    former(person)
    request = erased(person)
    assert mail.outbox == []

    assert farewell().state == OutboxEvent.State.DONE

    letters = [letter for letter in mail.outbox if letter.to == ["lin@example.test"]]
    assert [words in letter.body for letter in letters] == [True]
    request.refresh_from_db()
    assert request.wanted == "", "the address stands nowhere any more"


def test_whoever_had_a_number_alone_gets_a_text_message():
    user = phone_login("+8613812340018")
    request = ask_for_erasure(actor=user)
    take_request(actor=regulator("000000"), request=request)
    carry_out(actor=regulator("000000"), request=request)

    farewell()

    assert [letter.to for letter in mail.outbox] == [["8613812340018@sms.invalid"]]


def test_last_letter_is_written_once_however_often_its_event_comes(person):
    former(person)
    request = erased(person)
    farewell()

    say_farewell(request_id=request.pk)

    assert len([letter for letter in mail.outbox if letter.to == ["lin@example.test"]]) == 1


def test_address_of_the_last_letter_lies_sealed(person, dump):
    former(person)
    request = erased(person)

    assert "lin@example.test" in request.wanted
    assert "lin@example.test" not in dump(but={"core_auditentry"})


def test_mail_server_that_is_down_undoes_no_erasure_and_is_tried_again(person, settings):
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.oversight.broken_mail.Backend"
    former(person)
    erased(person)
    assert farewell().state == OutboxEvent.State.NEW
    assert not User.objects.get(pk=person.user_id).is_active

    settings.EMAIL_BACKEND = working
    farewell()

    assert [letter.to for letter in mail.outbox] == [["lin@example.test"]]


def test_letter_that_no_server_takes_is_forgotten_after_a_week(person):
    former(person)
    request = erased(person)
    for days, kept in ((6, True), (9, False)):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            delete_expired(actor=system_user())
        request.refresh_from_db()
        assert bool(request.wanted) is kept


def test_number_is_free_again_for_a_new_profile(person):
    former(person)
    erased(person)

    assert not IdentityDocument.objects.filter(number_index=document_index("resident_id", NUMBER)).exists()


def test_erased_login_is_out_at_once(person, client):
    former(person)
    client.force_login(person.user)
    assert client.get("/en/my-data/").status_code == 200

    erased(person)

    assert client.get("/en/my-data/").status_code == 302


def test_request_taken_back_is_closed(person):
    request = ask_for_erasure(actor=person.user)

    withdraw_request(actor=person.user, request=request)

    request.refresh_from_db()
    assert request.state == "withdrawn"
    with pytest.raises(NotAllowed):
        withdraw_request(actor=make_user(), request=request)


def test_what_stays_is_listed_with_its_law_before_one_confirms(person, client):
    former(person)
    make_certificate(person)
    client.force_login(person.user)

    page = text(client.get("/en/my-data/erasure/"))

    assert "档案法第三十七条" in page
    assert "Certificates" in page
    assert len(kept_after_erasure(person, person.user)) >= 3
    assert DataRequest.objects.count() == 0
