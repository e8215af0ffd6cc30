"""The certificates of a class as they are handed out on the last afternoon: along the rows of seats where the
examination has given some, by name otherwise, with who has got the paper."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate
from certificates.selectors.files import stored_bytes
from certificates.workflow import CertificateState
from core.errors import DomainError
from courses.exams.models import SittingCandidate
from courses.models import Cohort

log = logging.getLogger(__name__)
# So many pages go into one file: a request must not take long.
PART = 60
SEAT, NAME = "seat", "name"
ORDERS = {
    SEAT: (F("seat").asc(nulls_last=True), "person__name_key", "pk"),
    NAME: ("person__name_key", "pk"),
}


def certificates_to_hand_out(actor: User, cohort: Cohort, order: str = SEAT) -> QuerySet[Certificate]:
    """Those in force, of any wording of a record of this class; one that was replaced is not handed out.

    Each with its holder's `seat`, None where the examination gave none: then the order is that of names.
    """
    of_class = Q(training_record__enrolment__cohort=cohort) | Q(training_record__replaces__enrolment__cohort=cohort)
    rows = Certificate.objects.allowed(actor, Permission.CERTIFICATE_ISSUE).filter(
        of_class, state=CertificateState.ISSUED
    )
    rows = rows.annotate(seat=Subquery(_seats(cohort)))
    return rows.select_related("file", "person", "handout").order_by(*ORDERS[order if order in ORDERS else SEAT])


def _seats(cohort: Cohort) -> QuerySet[SittingCandidate]:
    """Of the holder, also when one of two joined records sat and the other one holds the certificate."""
    holder = Coalesce(OuterRef("person__merged_into"), OuterRef("person"))
    seated = SittingCandidate.objects.filter(sitting=cohort.sitting_id, seat__isnull=False)
    one: Any = seated.annotate(holder=Coalesce("person__merged_into", "person")).filter(holder=holder)
    return one.order_by("seat").values("seat")[:1]


def is_seated(rows: Iterable[Certificate]) -> bool:
    """Did the examination give anybody of these a seat?"""
    return any(getattr(row, "seat", None) for row in rows)


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
