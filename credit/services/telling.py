"""Word to whom a case concerns. The message says where to read: a courtesy copy, no service."""

from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import officers_at
from accounts.services.letters import write_to
from credit.models import AdministrativeCase


def tell_of_case(*, case_id: int) -> None:
    case = AdministrativeCase.objects.select_related("person__merged_into__user", "person__user").get(pk=case_id)
    for user in _concerned(case):
        write_to(user, "case", "credit:own_case", case.pk)


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
