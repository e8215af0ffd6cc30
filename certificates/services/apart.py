"""Nobody decides about oneself, and nothing ends a certificate past a revocation that runs."""

from accounts.models import Person, User
from certificates.models import Certificate
from core.errors import DomainError


def require_other(actor: User, person: Person) -> None:
    """Raises `own_record` when the person, or whom it was merged into, is the actor."""
    if actor.pk in (person.user_id, person.merged_into and person.merged_into.user_id):
        raise DomainError("own_record")


def require_no_case(certificate: Certificate) -> None:
    """Raises `revocation_runs`: a certificate in question is neither replaced nor ended without fault meanwhile."""
    if any(case.is_open for case in certificate.revocation_cases.all()):
        raise DomainError("revocation_runs")
