"""Word to whom a case concerns. The message says where to read: a courtesy copy, no service."""

from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import officers_at
from accounts.services.letters import write_to
from credit.models import AdministrativeCase, CreditRecord, EndNotice


def tell_of_case(*, case_id: int) -> None:
    case = AdministrativeCase.objects.select_related("person__merged_into__user", "person__user").get(pk=case_id)
    for user in _concerned(case):
        write_to(user, "case", "credit:own_case", case.pk)


def tell_of_delivery(*, record_id: int) -> None:
    """Whom an entry concerns that a partner delivered: where to read it, and nothing of what it says."""
    record = CreditRecord.objects.select_related("person__merged_into__user", "person__user").get(pk=record_id)
    if record.person:
        if user := (record.person.merged_into or record.person).user:
            write_to(user, "entry_delivered", "credit:my_file")
    elif record.institution:
        for user in officers_at(record.institution, Permission.CREDIT_OBJECT).values():
            write_to(user, "entry_delivered", "credit:my_entity")


def tell_keeper_of_end(*, notice_id: int) -> None:
    """The body that keeps the partner: where the partner has no machine that asks, a list goes to it by letter."""
    notice = EndNotice.objects.select_related("told__kept_by").get(pk=notice_id)
    if notice.told is None or notice.acknowledged_at:
        return
    for user in officers_at(notice.told.kept_by, Permission.CASE_HANDLE).values():
        write_to(user, "partner_end", "credit:end_notices", body=notice.partner, day=notice.due_on)


def _concerned(case: AdministrativeCase) -> list[User]:
    if case.person is not None:
        user = (case.person.merged_into or case.person).user
        return [user] if user else []
    if case.institution is None:
        return []
    found = officers_at(case.institution, Permission.CASE_ANSWER)
    if case.unit:
        found |= officers_at(case.unit, Permission.OWN_CASE_VIEW)
    return list(found.values())
