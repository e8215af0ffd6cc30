"""What tests of rosters share: the two services called by the system, and what they left behind."""

from accounts.models import Appointment, AppointmentVersion, IdentityDocument, Institution, Person
from accounts.selectors import system_user
from accounts.services import import_roster, preview_roster
from core.models import AuditEntry, OutboxEvent
from core.plans import Action
from tests.accounts.sheets import ROSTER, codes, xlsx


def preview(institution: Institution, content: bytes):
    return preview_roster(actor=system_user(), institution=institution, content=content)


def confirm(institution: Institution, content: bytes):
    return import_roster(actor=system_user(), institution=institution, content=content, file_name="名册.xlsx")


def actions(plan) -> list[str]:
    return [str(row.action) for row in plan.rows]


def rows_written() -> tuple[int, ...]:
    models = (Person, IdentityDocument, Appointment, AppointmentVersion, AuditEntry, OutboxEvent)
    return tuple(model.objects.count() for model in models)


def only_error(institution: Institution, *rows, heads=ROSTER) -> tuple[str, str]:
    """(column, code) of the one error of the last row; earlier rows are clean."""
    plan = preview(institution, xlsx(heads, *rows))
    assert [row.action == Action.ERROR for row in plan.rows] == [False] * (len(rows) - 1) + [True]
    assert plan.rows[-1].changes == {}
    [problem] = codes(plan.rows[-1].errors)
    return problem
