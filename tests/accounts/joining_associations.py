"""Memberships in associations for tests: asked by either side, running, ended."""

from datetime import timedelta

from accounts import services
from accounts.models import AssociationMember, Institution, User
from core import clock
from tests.builders import officer

DAY = timedelta(days=1)


def proposed(association: Institution, institution: Institution, actor: User | None = None) -> AssociationMember:
    return services.propose_member(
        actor=actor or officer(association), association=association, code=str(institution.uscc)
    )


def applied(association: Institution, institution: Institution) -> AssociationMember:
    return services.apply_for_membership(actor=officer(institution), institution=institution, association=association)


def member(association: Institution, institution: Institution) -> AssociationMember:
    return services.accept_proposal(actor=officer(institution), member=proposed(association, institution))


def ended(association: Institution, institution: Institution, in_days: int = 0) -> AssociationMember:
    return services.end_member(
        actor=officer(association),
        member=member(association, institution),
        valid_to=clock.today() + in_days * DAY,
        reason="未缴会费",
    )
