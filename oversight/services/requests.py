"""Asking about one's own data, and answering: a clock on each, a second person for what changes who somebody is."""

import json
from datetime import datetime, time, timedelta

from django.db import IntegrityError, transaction

from accounts.models import Person, User
from accounts.selectors import document_index, own_person
from accounts.services.erasure import correct_identity, erase_login, erase_person
from accounts.services.letters import deliver
from certificates.services.erasure import reduce_certificates
from core import audit, clock, jobs, outbox
from core.calendar import working_day_deadline
from core.errors import DomainError, NotAllowed
from core.models import Job, OutboxEvent
from core.workflow import advance
from courses.services import forget_annulment_words, forget_scans
from credit.services import forget_reports, forget_words
from oversight.models import DataRequest
from oversight.workflow import DATA_REQUEST_STEPS, OPEN, RequestKind
from staffing.services import close_entries

MAKE_COPY = "oversight.make_copy"
FAREWELL = "oversight.say_farewell"
COPY_WITHIN = timedelta(days=1)
WORKING_DAYS = 15


@transaction.atomic
def ask_for_copy(*, actor: User) -> DataRequest:
    """Ready within a day, by a job. Asked again after a job that failed, another one begins. Raises `already_asked`."""
    if (stuck := _failed_copy(actor)) is not None:
        jobs.start(actor=actor, kind=MAKE_COPY, subject_id=stuck.pk, keys=[stuck.pk])
        return stuck
    request = _ask(actor, RequestKind.COPY, due_at=clock.now() + COPY_WITHIN)
    jobs.start(actor=actor, kind=MAKE_COPY, subject_id=request.pk, keys=[request.pk])
    return request


@transaction.atomic
def ask_for_correction(*, actor: User, name: str = "", document_type: str = "", number: str = "") -> DataRequest:
    """Of the name or of the document's number; the form has checked the number. Raises `already_asked`, `no_person`."""
    if own_person(actor) is None:
        raise DomainError("no_person")
    if not name and not number:
        raise DomainError("nothing_wanted")
    wanted = {"name": name, "document_type": document_type, "number": number}
    return _ask(actor, RequestKind.CORRECTION, due_at=_in_working_days(), wanted=json.dumps(wanted))


@transaction.atomic
def ask_for_erasure(*, actor: User) -> DataRequest:
    """Reviewed first: an institution may still name the person. Raises `already_asked`."""
    return _ask(actor, RequestKind.DELETION, due_at=_in_working_days())


@transaction.atomic
def withdraw_request(*, actor: User, request: DataRequest) -> DataRequest:
    if request.user_id != actor.pk:
        raise NotAllowed(record="oversight.datarequest")
    request = advance(request, "withdraw", DATA_REQUEST_STEPS, actor=actor)
    return _close(request, "")


def take_request(*, actor: User, request: DataRequest) -> DataRequest:
    """The first person looks into it. Nobody reviews a request of their own, nor a copy, which a job makes."""
    _require_apart(actor, request)
    if request.kind == RequestKind.COPY:
        raise DomainError("made_by_a_job")
    return advance(request, "take", DATA_REQUEST_STEPS, actor=actor)


@transaction.atomic
def refuse_request(*, actor: User, request: DataRequest, reason: str) -> DataRequest:
    """With reasons, which the person reads. Raises `reason_missing`."""
    _require_apart(actor, request)
    if not reason.strip():
        raise DomainError("reason_missing")
    # Before the step, so that the database sees a refusal with its reasons.
    DataRequest.objects.filter(pk=request.pk).update(answer=reason.strip())
    request = advance(request, "refuse", DATA_REQUEST_STEPS, actor=actor, reason=reason.strip())
    return _close(request, reason.strip())


@transaction.atomic
def carry_out(*, actor: User, request: DataRequest) -> DataRequest:
    """The second person agrees, and it is done in the same transaction. Raises `still_appointed`, `document_taken`."""
    _require_apart(actor, request)
    carried_out = {RequestKind.CORRECTION: _correct, RequestKind.DELETION: _erase}
    if request.kind not in carried_out:
        raise DomainError("made_by_a_job")
    request = advance(request, "carry_out", DATA_REQUEST_STEPS, actor=actor)
    kept = carried_out[RequestKind(request.kind)](actor, request)
    return _close(request, "", kept=kept)


def say_farewell(*, request_id: int) -> None:
    """The letter to the address that is gone, once; then the address stands nowhere any more."""
    request = DataRequest.objects.get(pk=request_id)
    if not request.wanted:
        return
    deliver(User(**json.loads(request.wanted)), "data_erased")
    DataRequest.objects.filter(pk=request.pk).update(wanted="")


@transaction.atomic
def write_farewells_again() -> int:
    """Of every day's round: last letters that were given up go out again, as long as their events and addresses are
    kept. How many."""
    given_up = OutboxEvent.objects.filter(kind=FAREWELL, state=OutboxEvent.State.FAILED)
    keys = sorted(set(given_up.values_list("key", flat=True)))
    for key in keys:
        outbox.add_again(FAREWELL, key)
    return len(keys)


def _failed_copy(actor: User) -> DataRequest | None:
    """The copy that is still due although its newest job has come to an end."""
    request = DataRequest.objects.filter(user=actor, kind=RequestKind.COPY, state__in=OPEN).first()
    if request is None:
        return None
    job = Job.objects.filter(kind=MAKE_COPY, subject_id=str(request.pk)).order_by("-pk").first()
    return request if job and job.state in Job.OVER else None


def _correct(actor: User, request: DataRequest) -> str:
    wanted = json.loads(request.wanted)
    index = document_index(wanted["document_type"], wanted["number"]) if wanted["number"] else ""
    person = _person(request)
    correct_identity(
        actor=actor,
        person=person,
        name=wanted["name"],
        document_type=wanted["document_type"],
        number=wanted["number"],
        index=index,
    )
    return ""


def _erase(actor: User, request: DataRequest) -> str:
    """Where the last letter goes: the request itself keeps it, sealed, until the letter has gone or a week is over."""
    _lapse_others(actor, request)
    user = User.objects.get(pk=request.user_id)
    way = {name: getattr(user, name) for name in ("email", "phone", "phone_verified", "language")}
    outbox.add(FAREWELL, request.pk)
    if request.person_id is None:
        erase_login(actor=actor, user=request.user)
        return json.dumps(way)
    person = _person(request)
    reduce_certificates(actor=actor, person=person)
    close_entries(actor=actor, person=person)
    forget_words(actor=actor, person=person)
    forget_reports(actor=actor, person=person)
    forget_scans(actor=actor, person=person)
    forget_annulment_words(actor=actor, person=person)
    erase_person(actor=actor, person=person)
    return json.dumps(way)


def _lapse_others(actor: User, request: DataRequest) -> None:
    """What else was asked lapses: a correction would write the name back, and holds the number until then."""
    others = DataRequest.objects.filter(user=request.user_id, state__in=OPEN).exclude(pk=request.pk)
    for other in others.order_by("pk"):
        _close(advance(other, "lapse", DATA_REQUEST_STEPS, actor=actor), "")


def _person(request: DataRequest) -> Person:
    if request.person is None:
        raise DomainError("no_person")
    return request.person.merged_into or request.person


def _ask(actor: User, kind: str, *, due_at: datetime, wanted: str = "") -> DataRequest:
    try:
        with transaction.atomic():
            request = DataRequest.objects.create(
                user=actor, person=own_person(actor), kind=kind, asked_at=clock.now(), due_at=due_at, wanted=wanted
            )
    except IntegrityError as error:
        raise DomainError("already_asked") from error
    audit.record(actor, "oversight.data_requested", request, kind=str(kind))
    return request


def _close(request: DataRequest, answer: str, *, kept: str = "") -> DataRequest:
    """What was wanted is not kept: it holds the number, and the record now has it or it was wrong."""
    request.answered_at, request.answer, request.wanted = clock.now(), answer, kept
    request.save(update_fields=["answered_at", "answer", "wanted"])
    outbox.add("oversight.request_answered", request.pk)
    return request


def _require_apart(actor: User, request: DataRequest) -> None:
    if request.user_id == actor.pk:
        raise NotAllowed("own_request")


def _in_working_days() -> datetime:
    return datetime.combine(working_day_deadline(clock.today(), WORKING_DAYS).day, time.max, tzinfo=clock.SHANGHAI)
