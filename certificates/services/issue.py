"""Issue in two steps: first the intent (number and code), then bytes and state. A kill between them loses nothing.

Whatever is clicked, repeated or killed, one award has one certificate: the database refuses a second intent, and the
second step does nothing for a certificate that has its file.
"""

import hashlib
import logging
import secrets
from dataclasses import asdict

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.access import require
from accounts.models import TrainingBase, User
from accounts.permissions import Permission
from accounts.services.hearings import require_other
from certificates.identifiers import CODE_BYTES, LEVEL_LETTERS, certificate_number, code_from_bytes
from certificates.models import Certificate, CertificateCounter, CertificateFile, Seal
from certificates.pdf.fonts import fonts_sha256
from certificates.pdf.renderer import draw
from certificates.rules import Obstacle
from certificates.seals import Identity, Sealed, drawn_identity, seal_file
from certificates.selectors.awards import awards, latest_wording
from certificates.selectors.batches import alone_up_to, people_alone
from certificates.selectors.designs import Standing
from certificates.selectors.files import file_name
from certificates.selectors.joint import hold_classes
from certificates.services.apart import require_no_case
from certificates.services.credential import Signed, plan_credential, sign_credential, store_credential
from certificates.services.enclosures import enclosures
from certificates.services.snapshot import SAYS, Refusal, differs, in_the_way, refusals, snapshot, take_anew
from certificates.services.stamps import record_stampers
from certificates.services.steps import Decision, require_agreement, take_step
from certificates.workflow import CERTIFICATE_STEPS, GROUNDS, CertificateState, Ground
from core import audit, outbox
from core.errors import DomainError, NotAllowed, WrongState
from courses.models import TrainingRecord

log = logging.getLogger(__name__)


def issue_certificate(*, actor: User, training_record: TrainingRecord) -> Certificate:
    """The certificate of this award by one person alone: made now, completed after a kill, or the one there is.

    Raises an Obstacle, and `second_person_needed` where it would be one too many for the day or the class.
    """
    intent = _allot_alone(actor, training_record)
    return store_certificate(actor=actor, certificate=intent)


def issue_decided(*, actor: User, record_id: int) -> Certificate:
    """The same for an award of a batch on which as many people as it needs have decided. Raises NotAllowed where the
    award is out of the actor's reach by now."""
    intent, is_new = _allotted(actor, record_id)
    # A new one says what is true now; when the bytes are kept, what is in its way by then is asked again.
    return _complete(actor, intent) if is_new else store_certificate(actor=actor, certificate=intent)


@transaction.atomic
def _allot_alone(actor: User, record: TrainingRecord) -> Certificate:
    require(actor, Permission.CERTIFICATE_ISSUE, record)
    hold_classes([record.pk])
    # Who issues in two windows, or a batch beside it, is counted one after the other.
    base = record.base_id or 0
    TrainingBase.objects.select_for_update(no_key=True).filter(pk=base).first()
    if not record.certificates.exists():
        people = people_alone(actor.pk, base, [record.pk])
        if people > (limit := alone_up_to()):
            raise DomainError("second_person_needed", people=people, limit=limit)
    return allot_certificate(actor=actor, training_record=record)


def allot_certificate(*, actor: User, training_record: TrainingRecord) -> Certificate:
    """The intent: everything that the certificate will say, with its number and code."""
    require(actor, Permission.CERTIFICATE_ISSUE, training_record)
    return _allotted(actor, training_record.pk)[0]


@transaction.atomic
def _allotted(actor: User, record_id: int) -> tuple[Certificate, bool]:
    """The intent of an award, and whether it was made just now."""
    hold_classes([record_id])
    record = _locked_award(actor, record_id)
    made = max(record.certificates.all(), key=lambda certificate: certificate.pk, default=None)
    return (made, False) if made else (_allot(actor, record), True)


def store_certificate(*, actor: User, certificate: Certificate, note: str = "") -> Certificate:
    """Sign, draw, seal and keep the bytes of an intent; none of it holds a row before the last step.

    A certificate with a file comes back as it is. Raises `seal_failed`: the intent keeps its number, and says what is
    true by then when it is stored. `note`: why another is replaced, for the file.
    """
    if certificate.state != CertificateState.DRAFT:
        return certificate
    if (certificate := _told_anew(actor, certificate)).state != CertificateState.DRAFT:
        return certificate
    return _complete(actor, certificate, note)


def _complete(actor: User, certificate: Certificate, note: str = "") -> Certificate:
    signed = sign_credential(certificate)
    inside = enclosures(document=signed.document, token=signed.token, salt=certificate.credential_intent.salt)
    drawn = draw(certificate, attached=inside, seal=drawn_identity())
    sealed = seal_file(drawn.body)
    try:
        return _keep(actor, certificate, signed, drawn.template_version, sealed, note)
    except Exception:
        _remove_unkept(certificate)
        raise


@transaction.atomic
def _told_anew(actor: User, intent: Certificate) -> Certificate:
    """Time passes between number and bytes: what was corrected meanwhile is what the certificate will say.

    Raises an Obstacle, `own_record`, `draft_of_another_number`.
    """
    locked = Certificate.objects.select_for_update().get(pk=intent.pk)
    if locked.state != CertificateState.DRAFT:
        return locked
    require_other(actor, locked.person)
    replacing = locked.supersedes is not None
    record = locked.training_record
    award = _locked_award(actor, latest_wording(record) if replacing else record.pk)
    _require_free(refusals(award, replacing=replacing, draft=locked))
    if take_anew(locked, award):
        locked.save(update_fields=SAYS)
        audit.record(actor, "certificates.draft_told_anew", locked, number=locked.number, training_record=award.pk)
    return locked


def supersede_certificate(
    *, actor: User, certificate: Certificate, ground: str = Ground.INFORMATION_CORRECTED, note: str = ""
) -> Certificate:
    """Replace a certificate by one with today's facts; the old one is superseded once the new one is stored."""
    if ground not in GROUNDS["supersede"]:
        raise DomainError("ground_not_allowed", step="supersede", ground=ground)
    intent = allot_successor(actor, certificate, ground)
    return store_certificate(actor=actor, certificate=intent, note=note)


@transaction.atomic
def allot_successor(actor: User, certificate: Certificate, ground: str) -> Certificate:
    """The intent of the one that replaces, or the one there is; why it is replaced is noted when it is stored.

    Raises `register_differs`: what was revoked and set back by hand is not replaced by one that is in force."""
    require(actor, Permission.CERTIFICATE_MANAGE, certificate)
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    require_agreement(old)
    made = Certificate.objects.filter(supersedes=old).first()
    if made:
        return made
    require_no_case(old)
    if old.state not in CERTIFICATE_STEPS["supersede"].sources:
        raise WrongState(step="supersede", state=old.state)
    record = _locked_award(actor, latest_wording(old.training_record))
    return _allot(actor, record, supersedes=old, ground=ground)


def _locked_award(actor: User, pk: int) -> TrainingRecord:
    """Two clicks at once queue here, and so does an annulment, which points to the locked row."""
    TrainingRecord.objects.select_for_update().get(pk=pk)
    if (record := awards(actor).filter(pk=pk).first()) is None:
        raise NotAllowed(permission=Permission.CERTIFICATE_ISSUE.value, record="courses.trainingrecord")
    return record


def _allot(actor: User, record: TrainingRecord, supersedes: Certificate | None = None, ground: str = "") -> Certificate:
    require_other(actor, record.person)
    designs = Standing.today()
    _require_free(refusals(record, replacing=supersedes is not None, designs=designs))
    intent = snapshot(record, designs=designs)
    intent.supersedes = supersedes
    if supersedes is not None:
        # The note stands in the event alone, where an erasure reaches it.
        intent.facts["replaces"] = {"number": supersedes.number, "ground": ground}
    intent.number = _next_number(intent)
    intent.code = code_from_bytes(secrets.token_bytes(CODE_BYTES))
    intent.save(force_insert=True)
    plan_credential(intent)
    audit.record(actor, "certificates.number_allotted", intent, number=intent.number, training_record=record.pk)
    return intent


def _require_free(found: list[Refusal]) -> None:
    if found:
        name = "days" if found[0].obstacle == Obstacle.AWAITS_FILING else "characters"
        raise DomainError(str(found[0].obstacle), **({name: found[0].detail} if found[0].detail else {}))


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
def _keep(
    actor: User, intent: Certificate, signed: Signed, template_version: str, sealed: Sealed, note: str
) -> Certificate:
    locked = Certificate.objects.select_for_update().get(pk=intent.pk)
    if locked.state != CertificateState.DRAFT:
        return locked
    if differs(intent, locked):
        # Somebody else has told it anew while these bytes were made.
        raise DomainError("facts_changed_meanwhile", number=locked.number)
    # Time passes between intent and bytes: what was annulled, corrected or put in doubt meanwhile is not attested.
    _require_free(in_the_way(_locked_award(actor, locked.training_record_id), replacing=locked.supersedes is not None))
    if locked.supersedes is not None:
        require_no_case(locked.supersedes)
    CertificateFile.objects.create(
        certificate=locked,
        storage_name=_save(locked, sealed.body),
        sha256=hashlib.sha256(sealed.body).hexdigest(),
        size=len(sealed.body),
        template_version=template_version,
        fonts_sha256=fonts_sha256(),
        seal=recorded_seal(sealed.identity),
        stamped_until=sealed.stamped_until,
    )
    record_stampers(sealed.stampers)
    credential = store_credential(locked, signed)
    issued = take_step(
        actor=actor, certificate=locked, step="issue", number=locked.number, credential=credential.sha256
    )
    if issued.supersedes is not None:
        _retire(actor, issued.supersedes, issued.facts["replaces"]["ground"], note)
    outbox.add("certificates.issued", issued.pk)
    return issued


def recorded_seal(identity: Identity) -> Seal:
    """The seal as the register keeps it, written with the first file that it sealed."""
    facts = asdict(identity)
    key = {name: facts.pop(name) for name in ("fingerprint", "name", "kind", "owner")}
    return Seal.objects.get_or_create(**key, defaults=facts)[0]


def _save(certificate: Certificate, body: bytes) -> str:
    """Write the bytes under the certificate's name; what a killed attempt left there has never been served."""
    name = file_name(certificate)
    if default_storage.exists(name):
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(body))


def _remove_unkept(intent: Certificate) -> None:
    """No row names the bytes of an attempt that was rolled back: an erasure would find them by their name alone."""
    try:
        with transaction.atomic():
            # Whoever is at the same certificate has ended, or begins after this.
            Certificate.objects.select_for_update().get(pk=intent.pk)
            if not CertificateFile.objects.filter(certificate=intent.pk).exists():
                default_storage.delete(file_name(intent))
    except Exception:
        log.exception("what an attempt at %s wrote is not removed", intent.number)


def _retire(actor: User, old: Certificate, ground: str, note: str) -> None:
    take_step(actor=actor, certificate=old, step="supersede", decision=Decision(ground, note))
