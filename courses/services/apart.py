"""Nobody decides about oneself: who works for a base may be its trainee, and then others do the base's part."""

from accounts.models import User
from core.errors import DomainError
from courses.models import Enrolment


def require_others(actor: User, *enrolments: Enrolment) -> None:
    """Raises `own_record` when one of them is the actor's: as the login that applied, or as the person."""
    own = [one.pk for one in enrolments if actor.pk in _logins(one)]
    if own:
        raise DomainError("own_record", enrolments=own)


def _logins(enrolment: Enrolment) -> set[int | None]:
    person = enrolment.person
    survivor = person.merged_into or person
    return {enrolment.applicant_id, person.user_id, survivor.user_id}
