"""Word to whom a case under a body's own rules concerns. It says where to read and nothing of the matter: a courtesy
copy, for the letter itself is handed over as the body's rules say."""

from accounts.models import Membership, User
from accounts.permissions import GRANTS, Permission
from accounts.services.letters import write_to
from core import clock
from credit.models import SelfRegulatoryCase, SelfReview

LETTER = "rules_of/word"


def tell_of_self_case(*, case_id: int) -> int:
    rows = SelfRegulatoryCase.objects.select_related("person__user", "person__merged_into__user", "at_base")
    case = rows.select_related("at_institution").get(pk=case_id)
    page = "credit:self_mine_case"
    return sum(write_to(user, LETTER, page, case.uuid, body=case.body.name) for user in concerned(case))


def tell_of_self_review(*, review_id: int) -> int:
    return tell_of_self_case(case_id=SelfReview.objects.get(pk=review_id).case_id)


def concerned(case: SelfRegulatoryCase) -> list[User]:
    """The login of the person; of an entity, those who may answer for it or for the unit concerned."""
    if case.person:
        login = (case.person.merged_into or case.person).user
        return [login] if login else []
    roles = [role for role, granted in GRANTS.items() if Permission.CASE_ANSWER in granted]
    found: dict[int, User] = {}
    for place in (case.institution, case.unit_institution, case.unit_base):
        if place is not None:
            hats = Membership.objects.at(place).running(clock.today()).filter(role__in=roles)
            found |= {hat.user_id: hat.user for hat in hats.select_related("user").order_by("pk")}
    return list(found.values())
