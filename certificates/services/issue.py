"""Issue in two steps: first the intent (number and code), then bytes and state. A kill between them loses nothing.

Whatever is clicked, repeated or killed, one award has one certificate: the database refuses a second intent, and the
second step does nothing for a certificate that has its file.
"""

import hashlib
import secrets
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.identifiers import CODE_BYTES, LEVEL_LETTERS, certificate_number, code_from_bytes
from certificates.models import Certificate, CertificateCounter, CertificateEvent, CertificateFile, Seal
from certificates.pdf.fonts import fonts_sha256
from certificates.pdf.renderer import Attached, draw
from certificates.seals import Identity, Sealed, drawn_identity, seal_file
from certificates.selectors.awards import awards
from certificates.selectors.designs import Standing
from certificates.services.credential import Signed, plan_credential, sign_credential, store_credential
from certificates.services.snapshot import Refusal, in_the_way, refusals, snapshot
from certificates.workflow import CERTIFICATE_STEPS, GROUNDS, CertificateState, Ground
from core import audit, clock, outbox
from core.errors import DomainError, NotAllowed, WrongState
from core.workflow import advance
from courses.models import TrainingRecord


def issue_certificate(*, actor: User, training_record: TrainingRecord) -> Certificate:
    """The certificate of this award: made now, completed after a kill, or the one there is. Raises an Obstacle."""
    intent = allot_certificate(actor=actor, training_record=training_record)
    return store_certificate(actor=actor, certificate=intent)


@transaction.atomic
def allot_certificate(*, actor: User, training_record: TrainingRecord) -> Certificate:
    """The intent: everything that the certificate will say, with its number and code."""
    require(actor, Permission.CERTIFICATE_ISSUE, training_record)
    record = _locked_award(actor, training_record.pk)
    made = max(record.certificates.all(), key=lambda certificate: certificate.pk, default=None)
    return made or _allot(actor, record)


def store_certificate(*, actor: User, certificate: Certificate) -> Certificate:
    """Sign, draw, seal and keep the bytes of an intent; none of it holds a row before the last step.

    A certificate with a file comes back as it is. Raises `seal_failed`, and the intent stays what it was.
    """
    if certificate.state != CertificateState.DRAFT:
        return certificate
    signed = sign_credential(certificate)
    drawn = draw(certificate, attached=[_attached(signed)], seal=drawn_identity())
    return _keep(actor, certificate, signed, drawn.template_version, seal_file(drawn.body))


def _attached(signed: Signed) -> Attached:
    """The credential travels in the file, so that whoever holds it can check it without this site."""
    return Attached("credential.json", signed.document, "Data", "Open Badges 3.0 credential")


def supersede_certificate(
    *, actor: User, certificate: Certificate, ground: str = Ground.INFORMATION_CORRECTED, note: str = ""
) -> Certificate:
    """Replace a certificate by one with today's facts; the old one is superseded once the new one is stored."""
    if ground not in GROUNDS["supersede"]:
        raise DomainError("ground_not_allowed", step="supersede", ground=ground)
    intent = _allot_successor(actor, certificate, {"ground": ground, "note": note})
    return store_certificate(actor=actor, certificate=intent)


@transaction.atomic
def _allot_successor(actor: User, certificate: Certificate, cause: dict[str, str]) -> Certificate:
    require(actor, Permission.CERTIFICATE_MANAGE, certificate)
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    made = Certificate.objects.filter(supersedes=old).first()
    if made:
        return made
    if old.state not in CERTIFICATE_STEPS["supersede"].sources:
        raise WrongState(step="supersede", state=old.state)
    record = _locked_award(actor, _latest_wording(old.training_record))
    return _allot(actor, record, supersedes=old, cause=cause)


def _latest_wording(record: TrainingRecord) -> int:
    """The record that corrected this one, or itself."""
    while (correction := TrainingRecord.objects.filter(replaces=record).first()) is not None:
        record = correction
    return record.pk


def _locked_award(actor: User, pk: int) -> TrainingRecord:
    """Two clicks at once queue here, and so does an annulment, which points to the locked row."""
    TrainingRecord.objects.select_for_update().get(pk=pk)
    if (record := awards(actor).filter(pk=pk).first()) is None:
        raise NotAllowed(permission=Permission.CERTIFICATE_ISSUE.value, record="courses.trainingrecord")
    return record


def _allot(
    actor: User, record: TrainingRecord, supersedes: Certificate | None = None, cause: dict[str, str] | None = None
) -> Certificate:
    designs = Standing.today()
    _require_free(refusals(record, replacing=supersedes is not None, designs=designs))
    intent = snapshot(record, designs=designs)
    intent.supersedes = supersedes
    if supersedes is not None:
        intent.facts["replaces"] = {"number": supersedes.number, **(cause or {})}
    intent.number = _next_number(intent)
    intent.code = code_from_bytes(secrets.token_bytes(CODE_BYTES))
    intent.save(force_insert=True)
    plan_credential(intent)
    audit.record(actor, "certificates.number_allotted", intent, number=intent.number, training_record=record.pk)
    return intent


def _require_free(found: list[Refusal]) -> None:
    if found:
        raise DomainError(str(found[0].obstacle), **({"characters": found[0].detail} if found[0].detail else {}))


def _next_number(intent: Certificate) -> str:
    """The lock on the counter's row is held until the intent is committed: no gap, no number twice."""
    letter, year = LEVEL_LETTERS[intent.level], intent.issued_on.year
    row, _ = CertificateCounter.objects.get_or_create(base=intent.base, level=letter, year=year)
    counter = CertificateCounter.objects.select_for_update().get(pk=row.pk)
    counter.last += 1
    counter.save(update_fields=["last"])
    try:
        return certificate_number(level=letter, year=year, base=intent.base.code, running=counter.last)
    except ValueError as error:
        raise DomainError("number_impossible", base=intent.base.code) from error


@transaction.atomic
def _keep(actor: User, intent: Certificate, signed: Signed, template_version: str, sealed: Sealed) -> Certificate:
    locked = Certificate.objects.select_for_update().get(pk=intent.pk)
    if locked.state != CertificateState.DRAFT:
        return locked
    # Time passes between intent and bytes: what was annulled, corrected or put in doubt meanwhile is not attested.
    _require_free(in_the_way(_locked_award(actor, locked.training_record_id), replacing=locked.supersedes is not None))
    CertificateFile.objects.create(
        certificate=locked,
        storage_name=_save(locked, sealed.body),
        sha256=hashlib.sha256(sealed.body).hexdigest(),
        size=len(sealed.body),
        template_version=template_version,
        fonts_sha256=fonts_sha256(),
        seal=_recorded(sealed.identity),
        stamped_until=sealed.stamped_until,
    )
    credential = store_credential(locked, signed)
    issued = advance(
        locked, "issue", CERTIFICATE_STEPS, actor=actor, number=locked.number, credential=credential.sha256
    )
    note_event(actor, issued, "issue")
    if issued.supersedes is not None:
        _retire(actor, issued.supersedes, issued.facts["replaces"])
    outbox.add("certificates.issued", issued.pk)
    return issued


def _recorded(identity: Identity) -> Seal:
    """The seal as the register keeps it, written with the first file that it sealed."""
    facts = asdict(identity)
    key = {name: facts.pop(name) for name in ("fingerprint", "name", "kind", "owner")}
    return Seal.objects.get_or_create(**key, defaults=facts)[0]


def _save(certificate: Certificate, body: bytes) -> str:
    """Write the bytes under the certificate's name; what a killed attempt left there has never been served."""
    name = f"certificates/{certificate.issued_on.year}/{certificate.uuid}.pdf"
    if default_storage.exists(name):
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(body))


def _retire(actor: User, old: Certificate, cause: dict[str, Any]) -> None:
    superseded = advance(old, "supersede", CERTIFICATE_STEPS, actor=actor, reason=cause["ground"])
    note_event(actor, superseded, "supersede", ground=cause["ground"], note=cause["note"])


def note_event(
    actor: User,
    certificate: Certificate,
    step: str,
    *,
    ground: str = "",
    note: str = "",
    on: date | None = None,
    until: date | None = None,
) -> None:
    """`on`: the day of the decision, today unless it was said; `until`: the last day of a suspension."""
    CertificateEvent.objects.create(
        certificate=certificate,
        step=step,
        state=certificate.state,
        ground=ground,
        note=note,
        decided_on=on or clock.today(),
        ends_on=until,
        actor=actor,
    )
