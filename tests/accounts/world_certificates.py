"""What a world holds about certificates: one row of every model that leads to a holder or a base."""

from datetime import date
from itertools import count
from typing import Any

from django.db.models import Model

from accounts.models import (
    Institution,
    Person,
    TrainingBase,
)
from accounts.selectors import system_user
from certificates.models import (
    BatchCheck,
    BatchCheckLine,
    Certificate,
    CertificateCounter,
    CertificateCredential,
    CertificateEvent,
    CertificateFile,
    CertificateHandout,
    CertificateReturn,
    CoIssuers,
    ExpiryReminder,
    FileRevision,
    IssueBatch,
    IssueBatchItem,
    RevocationCase,
    ShareLink,
    StatusStatement,
    VerificationCount,
)
from certificates.models.wallet import share_hash
from certificates.services.credential import plan_credential
from core import clock
from courses.models import Cohort
from tests.builders import make_user
from tests.certificates.filing import list_of_one
from tests.courses.annulling import make_annulment, make_case
from tests.courses.builders import make_record

_numbers = count(1)


def _wallet(certificate: Certificate) -> list[Model]:
    """Shared, verified and reminded of."""
    day = date(2099, 1, 1)
    link = ShareLink(certificate=certificate, ends_on=day, created_by=system_user())
    link.token_hash = share_hash(link.token)
    link.save()
    return [
        link,
        VerificationCount.objects.create(certificate=certificate, day=day, count=1),
        ExpiryReminder.objects.create(certificate=certificate, days=90),
        CertificateHandout.objects.create(certificate=certificate, by=system_user()),
        CertificateReturn.objects.create(certificate=certificate, by=system_user()),
    ]


def check_of(institution: Institution, certificate: Certificate) -> list[Model]:
    check = BatchCheck.objects.create(institution=institution, asked_by=make_user(), sha256="0" * 64, size=1)
    line = {"line": 2, "number": certificate.number, "way": "code", "outcome": "valid", "certificate": certificate}
    return [check, BatchCheckLine.objects.create(check_of=check, **line)]


def co_issuers(cohort: Cohort) -> Model:
    body = {"zh": "望海市促进中心", "en": "Wanghai Centre", "ja": "望海センター"}
    return CoIssuers.objects.create(cohort=cohort, bodies=[body], basis="test", recorded_by=make_user())


def _batch(base: TrainingBase, record: Any) -> list[Model]:
    batch = IssueBatch.objects.create(base=base, people=1, alone_up_to=20, asked_by=make_user())
    return [batch, IssueBatchItem.objects.create(batch=batch, person=record.person, record=record, gets=True)]


def certificates(person: Person, base: TrainingBase) -> list[Model]:
    number, day = next(_numbers), date(2026, 5, 2)
    record = make_record(person, base=base, completed_on=date(2026, 5, 1))
    certificate = Certificate.objects.create(
        number=f"W-{number}",
        code=f"{number:016d}",
        training_record=record,
        person=person,
        base=base,
        state="issued",
        holder_name=person.name,
        holder_document_type="resident_id",
        holder_document_masked="000***",
        holder_document_tail="0" * 64,
        level="JUNIOR",
        facts={},
        hours=48,
        completed_on=date(2026, 5, 1),
        issued_on=day,
    )
    file = CertificateFile.objects.create(
        certificate=certificate,
        storage_name=f"world/{number}.pdf",
        sha256=f"{number:064d}",
        size=1,
        template_version="1",
        fonts_sha256="0" * 64,
    )
    event = CertificateEvent.objects.create(
        certificate=certificate, step="issue", state="issued", decided_on=day, actor=system_user()
    )
    annulment = make_annulment(make_record(person, base=base), reason="test")
    return [
        record,
        annulment,
        make_case(record),
        certificate,
        *_batch(base, record),
        *list_of_one(base, record),
        *_wallet(certificate),
        RevocationCase.objects.create(
            certificate=certificate,
            said="test",
            served_how="in_person",
            served_on=day,
            answer_days=10,
            answer_until=date(2099, 1, 1),
            noticed_by=make_user(),
        ),
        CertificateCounter.objects.get_or_create(base=base, level="J", year=2026, defaults={"last": number})[0],
        file,
        FileRevision.objects.create(
            file=file, storage_name=f"world/{number}-1.pdf", sha256=f"1{number:063d}", size=2, stamped_until=clock.now()
        ),
        event,
        StatusStatement.objects.create(
            certificate=certificate, event=event, turn=99, statement="{}", salt="0" * 64, commitment="0" * 64
        ),
        plan_credential(certificate),
        CertificateCredential.objects.create(
            certificate=certificate,
            json_form="{}",
            jwt_form="x",
            sha256="0" * 64,
            jwt_sha256="0" * 64,
            commitment="0" * 64,
        ),
    ]
