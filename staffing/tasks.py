"""Doorbells of the staffing room, and what it puts on pages of the rooms below."""

from typing import Any

from celery import shared_task

from accounts.models import User
from accounts.permissions import Permission, Role
from accounts.selectors import offices, reached_institution, system_user
from certificates.selectors import papers
from core import outbox
from core.models import OutboxEvent
from staffing.identifiers import looks_like_reference
from staffing.selectors import institution_ratio
from staffing.selectors.proof_checks import verify_proof, verify_proof_file
from staffing.services.proof_files import draw_proof
from staffing.services.proof_rounds import check_proofs
from staffing.services.proofs import DRAW


def own_ratio(actor: User) -> dict[str, Any]:
    """Today's answer, the one that the ratio page gives."""
    return {"ratio": institution_ratio(reached_institution(actor, Permission.RATIO_VIEW))}


offices.also(Role.INSTITUTION_OFFICER, own_ratio)
papers.put_up(
    papers.Paper(looks_like_reference, verify_proof, verify_proof_file, template="staffing/proof_outcome.html")
)


@outbox.handles(DRAW)
def draw(event: OutboxEvent) -> None:
    draw_proof(actor=system_user(), proof_id=int(event.key))


@shared_task(name="staffing.every_day")
def every_day() -> None:
    check_proofs(actor=system_user())
