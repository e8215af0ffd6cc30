"""Pages of whoever issues certificates and decides about them, for the walk."""

from typing import TYPE_CHECKING

from certificates.models import Certificate, RevocationCase

if TYPE_CHECKING:
    from tests.e2e.pages import Tour


def certificate_desks(made: "Tour", issuer: str, closed: int) -> None:
    """`closed`: a cohort whose certificates are issued."""
    issued, suspended = (Certificate.objects.filter(state=state).latest("pk") for state in ("issued", "suspended"))
    made.add(issuer, "certificates:issued")
    made.add(issuer, "certificates:certificate", suspended.number, name="suspended certificate")
    made.add(issuer, "certificates:suspensions")
    made.add(issuer, "certificates:revocations")
    made.add(issuer, "certificates:revocation", RevocationCase.objects.get(state="noticed").pk)
    made.add(issuer, "certificates:give_notice", issued.number)
    made.add(issuer, "certificates:decide", issued.number, "supersede")
    made.add(issuer, "certificates:batches", name="no batches")
    made.add(issuer, "certificates:new_batch")
    made.add(issuer, "certificates:handout", closed)
    made.add(issuer, "certificates:signature_sheet", closed)
