"""A credit file with everything about it, for the two worlds."""

import hashlib
from datetime import date
from itertools import count

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model

from accounts.models import Institution, Person, User
from accounts.selectors import system_user
from certificates.models import Seal
from core import clock
from credit.models import (
    CreditObjection,
    CreditRecord,
    CreditReport,
    CreditReportFile,
    EntityLook,
    ObjectionDecision,
    PublicationLink,
    StatementHidden,
    SubjectStatement,
)
from credit.services import make_paper

_numbers = count(1)


def credit_of(user: User, person: Person) -> list[Model]:
    """An entry with a hidden statement, and an objection that was rejected."""
    actor, now = system_user(), clock.now()
    record = CreditRecord.objects.create(
        person=person,
        category="positive",
        kind="training_completed",
        occurred_on=date(2026, 5, 1),
        publisher="test",
        source=f"world:{next(_numbers)}",
    )
    statement = SubjectStatement.objects.create(record=record, turn=1, text="说明", written_by=user)
    objection = CreditObjection.objects.create(
        record=record, state="rejected", words="学时有误", opened_by=user, opened_at=now, working_days=5
    )
    report = make_paper(actor=user, subject=person, audience="subject")
    return [
        record,
        report,
        _file_of(report),
        statement,
        StatementHidden.objects.create(statement=statement, reason="涉及他人", hidden_by=actor, body_name="test"),
        objection,
        ObjectionDecision.objects.create(
            objection=objection, upheld=False, reason="属实", decided_by=actor, body_name="test"
        ),
    ]


def _file_of(report: CreditReport) -> CreditReportFile:
    """Bytes that nobody sealed."""
    now, number = clock.now(), next(_numbers)
    body = f"sealed credit report {number}".encode()
    seal = Seal.objects.create(
        name="test", self_made=True, certificate="-", fingerprint=f"c{number:063d}", valid_from=now,
        valid_until=now.replace(year=now.year + 1),
    )  # fmt: skip
    return CreditReportFile.objects.create(
        report=report, storage_name=default_storage.save("credit-reports/test.pdf", ContentFile(body)),
        sha256=hashlib.sha256(body).hexdigest(), size=len(body), fonts_sha256="0" * 64, seal=seal,
    )  # fmt: skip


def credit_of_entity(institution: Institution) -> list[Model]:
    actor = system_user()
    return [
        EntityLook.objects.create(institution=institution, actor=actor, body_name="test", purpose="test"),
        PublicationLink.objects.create(
            institution=institution,
            department_name="测试局",
            url="https://example.test/1",
            reference="XYZG-1",
            linked_on=date(2026, 5, 1),
            entered_by=actor,
        ),
    ]
