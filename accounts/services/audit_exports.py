"""Taking the audit trail or the access ledger along as a table: that is written down too."""

from django.db import transaction

from accounts.access import require_everywhere
from accounts.exports import ledger_table, trail_table
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.audit import (
    LedgerQuestion,
    TrailQuestion,
    access_ledger,
    audit_trail,
    ledger_lines,
    trail_lines,
)
from core import audit

# The newest ones; whoever needs more narrows the period.
EXPORT_ROWS = 10_000


@transaction.atomic
def export_trail(*, actor: User, asked: TrailQuestion) -> bytes:
    require_everywhere(actor, Permission.AUDIT_EXPORT)
    lines = trail_lines(audit_trail(actor, asked)[:EXPORT_ROWS])
    audit.record(actor, "accounts.trail_exported", actor, rows=len(lines), asked=asked.facts())
    return trail_table(lines)


@transaction.atomic
def export_ledger(*, actor: User, asked: LedgerQuestion) -> bytes:
    require_everywhere(actor, Permission.AUDIT_EXPORT)
    lines = ledger_lines(access_ledger(actor, asked)[:EXPORT_ROWS])
    audit.record(actor, "accounts.ledger_exported", actor, rows=len(lines), asked=asked.facts())
    return ledger_table(lines)
