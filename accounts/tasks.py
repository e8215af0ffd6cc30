"""Effects of the accounts room after a commit."""

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.selectors import system_user
from accounts.services import roster_jobs, telling
from accounts.services.claim_invitations import tell_others
from accounts.services.doubles import index_twins
from accounts.services.identity import deliver_claim_code
from accounts.services.indexes import indexes_fit
from accounts.services.invitations import deliver_invitation, expire_invitations
from accounts.services.logins import tell_owner
from accounts.services.notices import tell_by_message
from accounts.services.released_numbers import tell_declarer
from accounts.services.sign_in import TELL
from core import jobs, outbox, readiness
from core.models import Job, OutboxEvent

readiness.also("indexes", indexes_fit)


@outbox.handles("accounts.send_claim_code")
def send_claim_code(event: OutboxEvent) -> None:
    deliver_claim_code(claim_id=int(event.key))


@outbox.handles("accounts.roster_imported")
@outbox.handles("accounts.profile_saved")
@outbox.handles("accounts.name_corrected")
def look_for_doubles(event: OutboxEvent) -> None:
    """New documents, in bites: each call takes what has not been looked at."""
    while index_twins():
        outbox.renew(event)


@outbox.handles("accounts.tell_newly_named")
def tell_newly_named(event: OutboxEvent) -> None:
    """One batch of a roster; a mail server that does not answer brings the event back later."""
    institution_id, first, last = map(int, event.key.split(":"))
    tell_by_message(actor=system_user(), institution_id=institution_id, first=first, last=last)


@outbox.handles(roster_jobs.PREVIEW)
def preview_roster(event: OutboxEvent) -> None:
    jobs.run_whole(event, roster_jobs.do_preview)


@outbox.handles(roster_jobs.IMPORT)
def import_roster(event: OutboxEvent) -> None:
    jobs.run_whole(event, roster_jobs.do_import)
    roster_jobs.forget_file(Job.objects.get(pk=event.key))


def _preview_address(job: Job) -> str:
    place, sha256 = roster_jobs.place_of(job)
    address = reverse("accounts:review_roster", args=[sha256]) if sha256 else reverse("accounts:import_roster")
    return f"{address}?institution={place}"


def _roster_address(job: Job) -> str:
    place, _sha256 = roster_jobs.place_of(job)
    return f"{reverse('accounts:roster')}?institution={place}"


jobs.name_kind(roster_jobs.PREVIEW, _("Preview of a staff roster"), result=_preview_address)
jobs.name_kind(roster_jobs.IMPORT, _("Import of a staff roster"), result=_roster_address)


@outbox.handles("accounts.tell_number_released")
def tell_number_released(event: OutboxEvent) -> None:
    tell_declarer(person_id=int(event.key))


@outbox.handles("accounts.tell_claim_invited")
def tell_claim_invited(event: OutboxEvent) -> None:
    tell_others(invitation_id=int(event.key))


@outbox.handles("accounts.send_invitation")
def send_invitation(event: OutboxEvent) -> None:
    deliver_invitation(invitation_id=int(event.key))


@outbox.handles(TELL)
def tell_login_changed(event: OutboxEvent) -> None:
    user_id, what, *way = event.key.split(":")
    tell_owner(user_id=int(user_id), what=what, way="".join(way))


@outbox.handles(telling.JOIN_ANSWERED)
def tell_join_answer(event: OutboxEvent) -> None:
    telling.tell_join_answer(request_id=int(event.key))


@outbox.handles(telling.HAT_ENDED)
def tell_hat_ended(event: OutboxEvent) -> None:
    telling.tell_hat_ended(membership_id=int(event.key))


@outbox.handles(telling.DISPUTE_DECIDED)
def tell_dispute_decided(event: OutboxEvent) -> None:
    telling.tell_dispute_decided(decision_id=int(event.key))


@shared_task(name="accounts.expire_invitations")
def close_invitations() -> None:
    expire_invitations(actor=system_user())
