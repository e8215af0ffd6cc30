"""The credential of a certificate: its intent with the number, its signature outside of any lock, then its bytes.

Whatever is repeated or killed, one certificate has one intent and one credential, and the bytes are the same.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from uuid import uuid4

from django.db import IntegrityError, transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission, Role
from accounts.selectors import system_user
from certificates.credentials import documents, jose, keys, library
from certificates.credentials.ring import active_key
from certificates.models import LIST_SIZE, Certificate, CertificateCredential, CredentialIntent, IssuerKey
from certificates.selectors.credentials import my_transcript
from certificates.selectors.status_log import unsure_among
from certificates.services.key_rotation import put_down_rotation
from certificates.tlog import services as tlog
from certificates.tlog.models import Kind
from core import audit, clock
from core.errors import DomainError, NotAllowed

# The rules under which a certificate comes into the log: docs/decisions/0022.
LOG_POLICY = "certificate-1"
# So many places are drawn at once. When all of them are taken, the list is about half full and the next one begins.
DRAWS = 8
TRIES = 20


@dataclass(frozen=True)
class Signed:
    """A credential that nobody has seen yet, in its two forms."""

    document: bytes
    token: str


def plan_credential(certificate: Certificate) -> CredentialIntent:
    """The intent of this certificate; written now where there is none. Stands in the caller's transaction."""
    made = CredentialIntent.objects.select_related("key").filter(certificate=certificate).first()
    return made or _planned(certificate, signing_key())


def sign_credential(certificate: Certificate) -> Signed:
    """Both forms, from the snapshot and the intent alone; holds no row. Again is the same bytes."""
    with transaction.atomic():
        intent = plan_credential(certificate)
    key, unsigned = intent.key, documents.achievement_credential(certificate, intent)
    signed = library.sign(
        unsigned, private_pem=keys.private_pem(key.version), method=key.method, created=intent.created_at
    )
    token = jose.sign(unsigned, version=key.version, method=key.method, created=intent.created_at)
    return Signed(documents.as_bytes(signed), token)


def store_credential(certificate: Certificate, signed: Signed) -> CertificateCredential:
    """Keep the bytes, and tell the public log of them, in the transaction that issues the certificate."""
    commitment = tlog.commit(bytes.fromhex(certificate.credential_intent.salt), signed.document)
    tlog.append(
        kind=Kind.CERTIFICATE_ISSUED,
        ref=str(certificate.uuid),
        commitment=commitment,
        issuer=certificate.base.code,
        policy=LOG_POLICY,
    )
    return CertificateCredential.objects.create(
        certificate=certificate,
        json_form=signed.document.decode(),
        jwt_form=signed.token,
        sha256=hashlib.sha256(signed.document).hexdigest(),
        jwt_sha256=hashlib.sha256(signed.token.encode()).hexdigest(),
        commitment=commitment.hex(),
    )


def make_credential(*, actor: User, certificate: Certificate) -> CertificateCredential:
    """The credential of a certificate that was issued before there were any."""
    require(actor, Permission.CERTIFICATE_MANAGE, certificate)
    signed = sign_credential(certificate)
    with transaction.atomic():
        locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if made := CertificateCredential.objects.filter(certificate=locked).first():
            return made
        credential = store_credential(locked, signed)
        audit.record(actor, "certificates.credential_made", locked, sha256=credential.sha256)
        return credential


def make_transcript(*, actor: User) -> bytes | None:
    """A signed record of the actor's own credentials in force, as of now; None without any. Nothing is written.

    Raises `state_unsure`: nothing is signed as in force that verification says it could not check.
    """
    certificates, key, now = my_transcript(actor), active_key(keys.controller()), clock.now()
    if not certificates or key is None:
        return None
    if unsure := unsure_among(certificates):
        raise DomainError(
            "state_unsure", number=next(certificate.number for certificate in certificates if certificate.pk in unsure)
        )
    newest = certificates[-1]
    unsigned = library.transcript(
        issuer=documents.issuer(key.controller),
        identifier=[documents.holder_identifier(newest.holder_name, newest.credential_intent.salt)],
        members=[json.loads(certificate.credential.json_form) for certificate in certificates],
        uri=f"urn:uuid:{uuid4()}",
        at=now,
    )
    signed = library.sign(unsigned, private_pem=keys.private_pem(key.version), method=key.method, created=now)
    return documents.as_bytes(signed)


# --- keys -------------------------------------------------------------------------------------------------------------
def signing_key() -> IssuerKey:
    """The key that signs now. The first one is written down when it is first needed."""
    controller = keys.controller()
    key = active_key(controller) or _taken_into_use(system_user(), controller, keys.versions()[-1])
    if keys.public_multibase(key.version) != key.public_key:
        raise keys.KeyMissing(f"The key issuer-{key.version} here is another than the one that is published.")
    return key


def rotate_issuer_key(*, actor: User) -> IssuerKey:
    """Let the newest key that this process knows sign from now on. What the former ones signed stays verifiable."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    former = signing_key()
    version = keys.versions()[-1]
    return former if version <= former.version else _taken_into_use(actor, former.controller, version, former)


@transaction.atomic
def _taken_into_use(actor: User, controller: str, version: int, former: IssuerKey | None = None) -> IssuerKey:
    values = {"public_key": keys.public_multibase(version), "active_from": clock.now()}
    key, made = IssuerKey.objects.get_or_create(controller=controller, version=version, defaults=values)
    if made:
        audit.record(actor, "certificates.issuer_key_taken_into_use", key, version=version, public_key=key.public_key)
        if former:
            put_down_rotation(former, key)
    return key


# --- places in the lists of states ------------------------------------------------------------------------------------
def _planned(certificate: Certificate, key: IssuerKey) -> CredentialIntent:
    for _try in range(TRIES):
        number, index = _place()
        try:
            with transaction.atomic():
                return CredentialIntent.objects.create(
                    certificate=certificate,
                    key=key,
                    status_list=number,
                    status_index=index,
                    salt=secrets.token_hex(32),
                    created_at=clock.now().replace(microsecond=0),
                )
        except IntegrityError:
            # Somebody else drew the same place, or planned the same certificate, at the same moment.
            if made := CredentialIntent.objects.select_related("key").filter(certificate=certificate).first():
                return made
    raise RuntimeError("no free place in the lists of states")


def _place() -> tuple[int, int]:
    """A random place that nobody has: neither neighbours nor time say anything about it."""
    number = CredentialIntent.objects.order_by("-status_list").values_list("status_list", flat=True).first() or 1
    drawn = list(dict.fromkeys(secrets.randbelow(LIST_SIZE) for _draw in range(DRAWS)))
    rows = CredentialIntent.objects.filter(status_list=number, status_index__in=drawn)
    taken = set(rows.values_list("status_index", flat=True))
    free = [index for index in drawn if index not in taken]
    return (number, free[0]) if free else (number + 1, drawn[0])
