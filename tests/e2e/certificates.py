"""Pages of whoever issues certificates and decides about them, for the walk."""

from typing import TYPE_CHECKING

from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, FilingList, RevocationCase
from courses.models import AnnulmentCase, Cohort
from tests.certificates.builders import make_certificate
from tests.tlog.logs import put_down, sign_without_witness

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
    made.add(issuer, "courses:annulments", query="?closed=1")
    made.add(issuer, "courses:annulment", AnnulmentCase.objects.order_by("pk")[0].pk)
    made.add(issuer, "courses:notice_annulment", issued.training_record_id)
    made.add(issuer, "certificates:decide", issued.number, "supersede")
    made.add(issuer, "certificates:batches", name="no batches")
    made.add(issuer, "certificates:new_batch")
    made.add(issuer, "certificates:handout", closed)
    made.add(issuer, "certificates:co_issuers", closed, name="who issues: settled")
    made.add(issuer, "certificates:co_issuers", Cohort.objects.get(state="running").pk, name="who issues: open")
    made.add(issuer, "certificates:correct_name", issued.number)
    made.add(issuer, "certificates:reprint", issued.number)
    made.add(issuer, "certificates:signature_sheet", closed)
    made.add(issuer, "certificates:filing")
    made.add(issuer, "certificates:filing_lists")
    for filing in FilingList.objects.order_by("pk"):
        made.add(issuer, "certificates:filing_list", filing.pk, name=f"list for filing, {filing.state}")


def one_of_each_today() -> dict[str, Certificate]:
    """One per state, issued and decided today: of older ones the log, which nobody runs here, has said nothing for too
    long, and verification would say so."""
    actor, ended = system_user(), {"revoked": "false_fact", "deregistered": "own_request"}
    found = {state: make_certificate() for state in ("issued", "suspended", "superseded", *ended)}
    services.suspend_certificate(actor=actor, certificate=found["suspended"], ground="identity_under_check")
    services.supersede_certificate(actor=actor, certificate=found["superseded"])
    services.revoke_certificate(actor=actor, certificate=found["revoked"], ground=ended["revoked"])
    services.deregister_certificate(actor=actor, certificate=found["deregistered"], ground=ended["deregistered"])
    return found


def public_log(made: "Tour", visitor: str) -> None:
    """A head over three entries, and one entry that waits; the checker that needs no server."""
    ref = sign_without_witness(3)
    made.add(visitor, "tlog:log")
    made.add(visitor, "tlog:entry", "cert.issued", ref)
    made.add(visitor, "tlog:entry", "cert.issued", put_down()[0], name="tlog:entry waiting")
    suspended = Certificate.objects.filter(state="suspended").latest("pk")
    made.add(visitor, "tlog:change", "cert.suspended", suspended.uuid, suspended.statements.latest("turn").turn)
    made.add(visitor, "certificates:offline")
