"""The certificates of a class as they are handed out on the last afternoon: by name, with who has got the paper."""

import logging

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate
from certificates.selectors.files import stored_bytes
from certificates.workflow import CertificateState
from core.errors import DomainError
from courses.models import Cohort

log = logging.getLogger(__name__)
# So many pages go into one file: a request must not take long.
PART = 60


def certificates_to_hand_out(actor: User, cohort: Cohort) -> QuerySet[Certificate]:
    """Those in force, of any wording of a record of this class; one that was replaced is not handed out."""
    of_class = Q(training_record__enrolment__cohort=cohort) | Q(training_record__replaces__enrolment__cohort=cohort)
    rows = Certificate.objects.allowed(actor, Permission.CERTIFICATE_ISSUE).filter(
        of_class, state=CertificateState.ISSUED
    )
    return rows.select_related("file", "person", "handout").order_by("person__name_key", "pk")


def parts_of(count: int) -> list[int]:
    """The numbers of the files that so many certificates fill."""
    return list(range(1, -(-count // PART) + 1))


def part(rows: list[Certificate], number: int) -> list[Certificate]:
    return rows[(number - 1) * PART : number * PART]


def print_part(rows: list[Certificate]) -> tuple[list[bytes], list[Certificate]]:
    """The stored bytes in order, and those certificates whose file is missing or is not what was issued."""
    bodies, damaged = [], []
    for row in rows:
        try:
            bodies.append(stored_bytes(row.file))
        except (DomainError, OSError):
            log.exception("certificate %s cannot be printed", row.number)
            damaged.append(row)
    return bodies, damaged
