"""What an outsider has in hand: a completed certificate, the policy, the lists of states; and everything gone wrong."""

from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from pyhanko.pdf_utils.reader import PdfFileReader

from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate
from certificates.selectors import stored_bytes
from certificates.services.proof_files import complete_file
from certificates.tlog import services as log_services
from tests.certificates.builders import make_award, make_certificate
from tests.tlog.logs import ORIGIN, make_log, running_witness

NAME = "阿卜杜热西提·买买提"


@dataclass
class Held:
    """Bytes alone: nothing here asks the database any more."""

    number: str
    pdf: bytes
    issued: bytes
    parts: dict[str, bytes]
    policy: str
    revocation: bytes
    suspension: bytes
    # The same lists after this certificate was suspended.
    suspended: bytes
    # Another certificate of the same issuer, log and seal.
    other: dict[str, bytes]

    @property
    def lists(self) -> tuple[bytes, bytes]:
        return self.revocation, self.suspension


def parts_of(body: bytes) -> dict[str, bytes]:
    """Read by pyHanko, not by the tool."""
    names = PdfFileReader(BytesIO(body)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[at]): names[at + 1]["/EF"]["/F"].data for at in range(0, len(names), 2)}


@contextmanager
def log_in(folder: Path):
    """A log with one witness for as long as this lasts."""
    with running_witness(folder / "w1") as witness, override_settings(
        TLOG_POLICY_FILE=folder / "policy", TLOG_ORIGIN=ORIGIN
    ):  # fmt: skip
        yield make_log(folder, SimpleNamespace(), [witness])


def completed(certificate: Certificate) -> bytes:
    return stored_bytes(complete_file(actor=system_user(), file_id=certificate.file.pk))


def held(folder: Path, *, seal: dict[str, str] | None = None) -> Held:
    with override_settings(SEAL=seal or settings.SEAL), log_in(folder) as log:
        mine, other = make_certificate(make_award(name=NAME)), make_certificate(make_award(name="高轩"))
        log_services.sequence(limit=300)
        log.sign()
        pdf, theirs = completed(mine), completed(other)
        get = Client().get
        policy = get("/verification/policy.txt").content.decode()
        # Signed as of whole seconds.
        lists = [get(f"/status/{name}-1.jwt").content for name in ("revocation", "suspension")]
        services.suspend_certificate(actor=system_user(), certificate=mine, ground="identity_under_check")
        suspended = get("/status/suspension-1.jwt").content
        issued = stored_bytes(mine.file)
    return Held(mine.number, pdf, issued, parts_of(pdf), policy, *lists, suspended, parts_of(theirs))


def held_once(folder: Path, blocker, **facts) -> Held:
    """For a whole module of tests; the database is as it was afterwards."""
    with blocker.unblock(), transaction.atomic():
        made = held(folder, **facts)
        transaction.set_rollback(True)
    return made
