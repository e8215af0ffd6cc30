"""Word to the holder of a certificate. The message says where to read and nothing of the matter."""

from accounts.models import Person, User
from accounts.services.letters import write_to
from certificates.models import RevocationCase


def tell_of_revocation(*, case_id: int) -> None:
    """A courtesy copy: the notice itself was served on paper, or as the holder agreed."""
    case = RevocationCase.objects.select_related("certificate__person__merged_into__user").get(pk=case_id)
    if user := login_of(case.certificate.person):
        write_to(user, "revocation", "certificates:answer_revocation", case.pk)


def login_of(person: Person) -> User | None:
    return (person.merged_into or person).user
