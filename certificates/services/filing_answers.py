"""Numbers that a receiving body gave back: shown before anything is written, then written whole or not at all."""

from django.db.models import Q

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.services.imports import audit_facts, one_transaction
from certificates.imports import AnswerPlan, AnswerRow, plan_answer, read_answer
from certificates.models import Certificate, FilingLine, FilingList
from certificates.selectors.filing import lines_of
from certificates.services.filing import answered_if_whole, form_of
from certificates.workflow import FilingState
from core import audit, clock
from core.errors import WrongState
from core.plans import Action

# Later files may repeat what is there.
TAKES_ANSWERS = (FilingState.SENT, FilingState.ANSWERED, FilingState.CLOSED)


def preview_answer(*, actor: User, filing: FilingList, content: bytes) -> AnswerPlan:
    """What the file would do. Raises TableUnreadable, and WrongState for a list that was not sent."""
    require(actor, Permission.CERTIFICATE_ISSUE, filing)
    return _plan(actor, filing, content)


def import_answer(*, actor: User, filing: FilingList, content: bytes, file_name: str = "") -> AnswerPlan:
    """Carry the file out; a plan with errors is returned and nothing is written. The same file again changes nothing.

    Raises TableUnreadable, WrongState, and `changed_meanwhile` when another file got in between.
    """
    require(actor, Permission.CERTIFICATE_ISSUE, filing)
    with one_transaction():
        locked = FilingList.objects.select_for_update().get(pk=filing.pk)
        plan = _plan(actor, locked, content)
        if plan.has_errors or not plan.changes_something:
            return plan
        for row in plan.rows:
            if row.action == Action.UPDATE:
                _write(row)
        audit.record(actor, "certificates.filing_answered", locked, **audit_facts(plan, file_name))
        answered_if_whole(actor, locked)
    return plan


def _plan(actor: User, filing: FilingList, content: bytes) -> AnswerPlan:
    if filing.state not in TAKES_ANSWERS:
        raise WrongState(step="answer", state=filing.state)
    return plan_answer(read_answer(content, form_of(filing)), filing, lines_of(actor, filing))


def _write(row: AnswerRow) -> None:
    """The line, and what of the award was issued already: its bytes stay, verification shows the number."""
    line = row.line
    FilingLine.objects.filter(pk=line.pk).update(filing_number=row.number, filed_at=clock.now())
    wording = Q(training_record=line.record_id) | Q(training_record__replaces=line.record_id)
    issued = Certificate.objects.filter(wording, filing_number="").values("pk")
    Certificate.objects.filter(pk__in=list(issued.values_list("pk", flat=True))).update(filing_number=row.number)
