"""Telling whoever a roster names newly: the notice, its link, sending and handing out. Answers stand in disputes.py."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.access import require
from accounts.imports.people import batches
from accounts.models import Appointment, AppointmentNotice, Institution, NoticeFact, Person, User
from accounts.models.notices import notice_token, token_hash
from accounts.permissions import Permission
from core import audit, clock, outbox, sms
from core.calendar import Deadline, working_day_deadline

TELL_WITHIN = 3  # working days, practice 1.6
LINK_LIFE = timedelta(days=180)
# Notices per outbox event, and per connection to the mail server between two marks.
PER_EVENT, PER_MAIL = 200, 20
TELL = "accounts.tell_newly_named"
RENEWED = ("edition", "tries", "expires_at", "token_hash", "due_on", "due_provisional")
What = NoticeFact.What


def open_notices(appointments: Sequence[Appointment]) -> None:
    """Called in the transaction that makes appointments, whatever the door: a test finds a door that does not."""
    if not appointments:
        return
    now, deadline = clock.now(), working_day_deadline(clock.today(), TELL_WITHIN)
    notices = [_notice(one, now, deadline) for one in appointments]
    made = AppointmentNotice.objects.bulk_create(notices, batch_size=500)
    for batch in batches(made, PER_EVENT):
        # Rosters of one institution are written one after the other: its numbers between two are those of one batch.
        outbox.add(TELL, f"{appointments[0].institution_id}:{batch[0].pk}:{batch[-1].pk}")


def tell_by_message(*, actor: User, institution_id: int, first: int, last: int) -> int:
    """Send what can be sent of a batch: to the person's own address or number before the one of the roster.

    Safe to run twice: whoever was told is passed over. The others wait for paper. Returns how many were told.
    """
    rows = AppointmentNotice.objects.allowed(actor, Permission.ROSTER_IMPORT).waiting()
    rows = rows.filter(appointment__institution=institution_id, pk__range=(first, last)).order_by("pk")
    rows = rows.select_related("appointment__institution", "appointment__person__user")
    rows = rows.select_related("appointment__person__merged_into__user")
    told = 0
    for batch in batches(list(rows), PER_MAIL):
        told += _send(batch)
    return told


@transaction.atomic
def hand_out_notices(*, actor: User, institution: Institution, notice_ids: Iterable[int]) -> list[AppointmentNotice]:
    """The institution ticks what it has handed out on paper; a notice that was told already is passed over."""
    require(actor, Permission.ROSTER_IMPORT, institution)
    rows = AppointmentNotice.objects.waiting().filter(appointment__institution=institution, pk__in=list(notice_ids))
    notices = list(rows.order_by("pk"))
    _note(notices, What.HANDED_OUT, by=actor)
    if notices:
        ids = [one.appointment_id for one in notices]
        audit.record(actor, "accounts.notices_handed_out", institution, appointments=ids)
    return notices


@transaction.atomic
def renew_links(*, actor: User, institution: Institution, notice_ids: Iterable[int]) -> list[AppointmentNotice]:
    """Another link for each, with new tries; the old ones are dead, in messages and on paper.

    The new one is told like the first: by message, otherwise it waits for paper. Whoever had been told in time has a
    new term; a term that had passed untold stays passed.
    """
    require(actor, Permission.ROSTER_IMPORT, institution)
    rows = AppointmentNotice.objects.filter(appointment__institution=institution, pk__in=list(notice_ids))
    untold = set(rows.waiting().values_list("pk", flat=True))
    notices = list(rows.order_by("pk").select_for_update())
    now, deadline = clock.now(), working_day_deadline(clock.today(), TELL_WITHIN)
    for one in notices:
        one.edition += 1
        one.tries, one.expires_at, one.token_hash = 0, now + LINK_LIFE, token_hash(notice_token(one))
        if one.pk not in untold:
            one.due_on, one.due_provisional = deadline.day, deadline.provisional
    AppointmentNotice.objects.bulk_update(notices, RENEWED, batch_size=200)
    _note(notices, What.LINK_RENEWED, by=actor)
    for one in notices:
        outbox.add(TELL, f"{institution.pk}:{one.pk}:{one.pk}")
    if notices:
        ids = [one.appointment_id for one in notices]
        audit.record(actor, "accounts.notice_links_renewed", institution, appointments=ids)
    return notices


# --- the link -------------------------------------------------------------------------------------------------------
def notice_url(notice: AppointmentNotice) -> str:
    """As messages and paper show it: from the site's address, in the main language."""
    with translation.override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse("accounts:notice", args=[notice_token(notice)])


# --- writing and sending --------------------------------------------------------------------------------------------
def _notice(appointment: Appointment, now: datetime, deadline: Deadline) -> AppointmentNotice:
    notice = AppointmentNotice(
        appointment=appointment,
        created_at=now,
        due_on=deadline.day,
        due_provisional=deadline.provisional,
        expires_at=now + LINK_LIFE,
    )
    notice.token_hash = token_hash(notice_token(notice))
    return notice


def _send(batch: list[AppointmentNotice]) -> int:
    """Texts one by one, mails over one connection; each is marked once it is out."""
    texted, mails, mailed = [], [], []
    for notice in batch:
        address, phone = _contact(notice)
        if address:
            mails.append(_mail(notice, address))
            mailed.append(notice)
        elif phone and _text(notice, phone):
            texted.append(notice)
    _note(texted, What.TOLD_BY_SMS)
    if mails:
        get_connection().send_messages(mails)
    _note(mailed, What.TOLD_BY_MAIL)
    return len(texted) + len(mailed)


def _contact(notice: AppointmentNotice) -> tuple[str, str]:
    """(mail, phone). The own ones first: a made-up row names addresses that are made up too."""
    appointment = notice.appointment
    person = appointment.person.merged_into or appointment.person
    own = person.user.email if person.user else ""
    phone = (_own_phone(person) or appointment.phone) if sms.can_send() else ""
    return own or ("" if phone else appointment.email) or "", phone


def _own_phone(person: Person) -> str:
    """The one that signs in, or the one on which the code of the claim was read."""
    return (person.user.phone if person.user and person.user.phone_verified else "") or person.phone


def _mail(notice: AppointmentNotice, address: str) -> EmailMessage:
    subject = render_to_string("emails/notice_subject.txt").strip()
    return EmailMessage(subject, render_to_string("emails/notice.txt", _words(notice)), to=[address])


def _text(notice: AppointmentNotice, phone: str) -> bool:
    try:
        sms.send(phone, render_to_string("emails/notice.txt", _words(notice)).strip())
    except sms.SmsNotSent:
        # The gateway's refusal is no reason to hold up the others: this one is told on paper.
        return False
    return True


def _words(notice: AppointmentNotice) -> dict[str, object]:
    return {"appointment": notice.appointment, "url": notice_url(notice)}


def _note(notices: Iterable[AppointmentNotice], what: What, by: User | None = None) -> None:
    now = clock.now()
    facts = [NoticeFact(notice=one, what=what, at=now, by=by) for one in notices]
    NoticeFact.objects.bulk_create(facts, batch_size=500)
