"""Effects of the accounts room after a commit."""

from accounts.services.identity import deliver_claim_code
from core import outbox
from core.models import OutboxEvent


@outbox.handles("accounts.send_claim_code")
def send_claim_code(event: OutboxEvent) -> None:
    deliver_claim_code(claim_id=int(event.key))
