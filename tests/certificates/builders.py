"""Builders of awards and certificates: the shortest way to somebody who may get one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import QuerySet

from accounts.models import Person, TrainingBase, User
from accounts.permissions import Role
from accounts.selectors import system_user
from certificates.models import Certificate
from certificates.services import issue_certificate
from core import clock
from core.triggers import install_append_only
from courses.models import Cohort, Level, TrainingRecord
from tests.builders import hat, make_base, make_person, make_user
from tests.courses.builders import make_cohort, make_enrolment

_codes = count(100)


def certificate_base(**fields: Any) -> TrainingBase:
    """A base with names in three languages, as issuers have."""
    names = {"name": "岚江大学培训基地", "name_en": "Lanjiang University Training Base", "name_ja": "嵐江大学研修基地"}
    base = make_base(f"9{next(_codes):03d}")
    for name, value in {**names, **fields}.items():
        setattr(base, name, value)
    base.save()
    return base


def make_award(
    cohort: Cohort | None = None, *, name: str = "高轩", latin_name: str = "", checked: bool = True, **fields: Any
) -> TrainingRecord:
    """A completed enrolment with its training record."""
    cohort = cohort or make_cohort(certificate_base(), state="assessing")
    user = make_user()
    person = make_person(name, user=user, checked=checked)
    person.latin_name = latin_name
    person.save()
    enrolment = make_enrolment(cohort, state="completed", user=user, person=person)
    defaults = {
        "track": "SOCIAL",
        "level": Level.objects.get(code="JUNIOR"),
        "title": f"初级技术经纪人培训{enrolment.pk}",
        "base": cohort.base,
        "provider": cohort.base.name,
        "hours": Decimal("48.0"),
        "completed_on": clock.today(),
        "standing": "issued",
        "enrolment": enrolment,
        "recorded_at": clock.now(),
        "recorded_by": user,
    }
    return TrainingRecord.objects.create(person=person, **{**defaults, **fields})


def correction_of(record: TrainingRecord, **fields: Any) -> TrainingRecord:
    """The next wording of an award, past the services."""
    kept = ("person", "track", "level", "title", "base", "provider", "hours", "completed_on", "standing")
    values = {name: getattr(record, name) for name in kept} | fields
    return TrainingRecord.objects.create(
        replaces=record,
        enrolment=fields.pop("enrolment", None),
        recorded_at=clock.now(),
        recorded_by=record.recorded_by,
        **values,
    )


def make_certificate(record: TrainingRecord | None = None, **fields: Any) -> Certificate:
    """Issued by the service, then (for tests of validity) with fields set past it."""
    certificate = issue_certificate(actor=system_user(), training_record=record or make_award())
    if fields:
        change_past_the_guard(Certificate.objects.filter(pk=certificate.pk), **fields)
        certificate.refresh_from_db()
    return certificate


@contextmanager
def thawed() -> Iterator[None]:
    """Certificates without the guard of their frozen columns: for tests of the constraints behind it."""
    name = "certificates_certificate_" + ("update" if connection.vendor == "sqlite" else "rows")
    on = "" if connection.vendor == "sqlite" else ' ON "certificates_certificate"'
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on}')
    yield
    connection.check_constraints()
    install_append_only(apps.get_app_config("certificates"))


def change_past_the_guard(rows: QuerySet[Certificate], **fields: Any) -> None:
    """What no code can do: for a state of affairs that time alone would bring."""
    with thawed():
        rows.update(**fields)


def drawn_certificate(**fields: Any) -> Certificate:
    """A snapshot that was never saved: enough to print."""
    base = fields.pop("base", None) or TrainingBase(code="9901", name="岚江大学培训基地")
    facts = {
        "latin_name": "",
        "level": {"zh": "初级", "en": "Junior", "ja": "初級"},
        "training": {"zh": "初级技术经纪人", "en": "Junior technology broker", "ja": "初級技術仲介人（技術経紀人）"},
        "title": {
            "zh": "初级技术经纪人培训结业证书",
            "en": "Certificate of Completion, Junior Technology Broker Training",
            "ja": "初級技術仲介人（技術経紀人）研修修了証明書",
        },
        "issuer": {"zh": base.name, "en": "Lanjiang University Training Base", "ja": "嵐江大学研修基地"},
        "cohort": {"year": 2026, "number": 3, "starts_on": "2026-10-09", "ends_on": "2026-11-18"},
    }
    facts |= fields.pop("facts", {})
    defaults = {
        "number": "TM-J-2026-9901-000123-P",
        "code": "7K3M9QXW2B8ZT4VN",
        "person": Person(name="高轩"),
        "base": base,
        "holder_name": "高轩",
        "holder_document_type": "resident_id",
        "holder_document_masked": "000***********0018",
        "level": "JUNIOR",
        "hours": Decimal("48.0"),
        "completed_on": date(2026, 11, 18),
        "issued_on": date(2026, 11, 20),
    }
    return Certificate(facts=facts, **{**defaults, **fields})


def manager_of(base: TrainingBase) -> User:
    return hat(Role.BASE_MANAGER, base)
