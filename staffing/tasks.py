"""What the staffing room puts on pages of the rooms below, and its doorbells: the day's round and its letters."""

from functools import partial
from typing import Any

from celery import shared_task

from accounts.models import User
from accounts.permissions import Permission, Role
from accounts.selectors import offices, reached_institution, system_user
from certificates.selectors import papers
from core import outbox
from core.models import OutboxEvent
from courses.services import annulments
from staffing.identifiers import OF_RECEIPTS, looks_like_reference
from staffing.selectors import institution_ratio
from staffing.selectors.proof_checks import verify_proof, verify_proof_file
from staffing.selectors.receipts import verify_receipt, verify_receipt_file
from staffing.selectors.returns import current_standing
from staffing.services import returns, returns_decided, returns_told
from staffing.services.figures import check_figures, keep_figures
from staffing.services.proof_files import draw_proof
from staffing.services.proof_rounds import check_proofs, check_receipts
from staffing.services.proofs import DRAW
from staffing.services.receipts import draw_receipt


def own_ratio(actor: User) -> dict[str, Any]:
    """Today's answer, the one that the ratio page gives, and the return that is asked for."""
    institution = reached_institution(actor, Permission.RATIO_VIEW)
    answer = institution_ratio(institution)
    return {"ratio": answer, "return": current_standing(institution, facts=answer.facts)}


offices.also(Role.INSTITUTION_OFFICER, own_ratio)
papers.put_up(
    papers.Paper(looks_like_reference, verify_proof, verify_proof_file, template="staffing/proof_outcome.html")
)
papers.put_up(
    papers.Paper(
        partial(looks_like_reference, prefix=OF_RECEIPTS),
        verify_receipt,
        verify_receipt_file,
        template="staffing/receipt_outcome.html",
    )
)


@outbox.handles(DRAW)
def draw(event: OutboxEvent) -> None:
    draw_proof(actor=system_user(), proof_id=int(event.key))


@shared_task(name="staffing.keep_figures")
def keep() -> None:
    keep_figures(actor=system_user())


@shared_task(name="staffing.every_day")
def every_day() -> None:
    returns.open_periods(actor=system_user())
    returns_told.remind_of_returns(actor=system_user())
    check_figures(actor=system_user())
    # Last: it takes the longest.
    check_receipts(actor=system_user())
    check_proofs(actor=system_user())


@outbox.handles(returns.DRAW)
def draw_return_receipt(event: OutboxEvent) -> None:
    draw_receipt(actor=system_user(), version_id=int(event.key))


@outbox.handles(returns_told.REMIND)
def tell_of_return(event: OutboxEvent) -> None:
    reminder, user, way = event.key.split(":")
    returns_told.tell_of_return(reminder_id=int(reminder), user_id=int(user), way=way)


@outbox.handles(returns_decided.DECIDED)
def tell_of_decision(event: OutboxEvent) -> None:
    decision, user, way = event.key.split(":")
    returns_told.tell_of_decision(decision_id=int(decision), user_id=int(user), way=way)


@outbox.handles(annulments.ANNULLED)
def put_down_annulled(event: OutboxEvent) -> None:
    returns_told.put_down_annulled(record_id=int(event.key))


@outbox.handles(returns_told.COUNTED_ANNULLED)
def tell_of_annulled(event: OutboxEvent) -> None:
    found, _record, user, way = event.key.split(":")
    returns_told.tell_of_annulled(return_id=int(found), user_id=int(user), way=way)
