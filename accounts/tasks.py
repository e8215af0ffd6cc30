"""Effects of the accounts room after a commit."""

from accounts.selectors import system_user
from accounts.services.doubles import index_twins
from accounts.services.identity import deliver_claim_code
from accounts.services.notices import tell_by_message
from core import outbox
from core.models import OutboxEvent


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
