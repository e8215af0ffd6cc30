"""Builders of what credit records come from, and of a file with rows."""

from datetime import date
from itertools import count
from typing import Any

from accounts.models import AccessEntry, Person, User
from accounts.selectors import system_user
from certificates.models import Certificate
from core import clock
from courses.models import Level, TrainingRecord
from courses.workflow import RecordStanding
from credit.models import CreditRecord
from credit.services import open_file
from tests.builders import make_appointment, make_base, make_institution, make_person

_numbers = count(1)
LEVEL = {"code": "JUNIOR", "zh": "初级", "en": "Junior", "ja": "初級"}


def make_training(person: Person, **fields: Any) -> TrainingRecord:
    defaults = {
        "track": "SOCIAL",
        "title": f"技术经理人初级培训{next(_numbers)}",
        "provider": "岚江大学培训基地",
        "hours": "48.0",
        "completed_on": date(2026, 5, 1),
        "standing": RecordStanding.ISSUED,
        "recorded_at": clock.now(),
        "recorded_by": system_user(),
        "level": Level.objects.get(code="JUNIOR"),
    }
    return TrainingRecord.objects.create(person=person, **{**defaults, **fields})


def make_certificate(person: Person, **fields: Any) -> Certificate:
    number = next(_numbers)
    defaults = {
        "number": f"T-{number}",
        "code": f"{number:016d}",
        "base": make_base(),
        "state": "issued",
        "training_record": make_training(person),
        "holder_name": person.name,
        "holder_document_type": "resident_id",
        "holder_document_masked": "000***",
        "holder_document_tail": "0" * 64,
        "level": "JUNIOR",
        "hours": "48.0",
        "completed_on": date(2026, 5, 1),
        "issued_on": date(2026, 5, 2),
        "facts": {
            "level": LEVEL,
            "title": {"zh": "结业证书", "en": "Certificate of completion", "ja": "修了証明書"},
            "issuer": {"zh": "岚江大学培训基地", "en": "Lanjiang Base", "ja": "嵐江基地"},
        },
    }
    return Certificate.objects.create(person=person, **{**defaults, **fields})


def make_credit_record(person: Person | None, **fields: Any) -> CreditRecord:
    defaults = {
        "category": "positive",
        "kind": "training_completed",
        "occurred_on": date(2026, 5, 1),
        "publisher": "岚江大学培训基地",
        "facts": {"title": {"zh": "不该看见的培训"}},
        "source": f"test:{next(_numbers)}",
    }
    return CreditRecord.objects.create(person=person, **{**defaults, **fields})


def employee(code: str = "990000", *, name: str = "何磊", rows: int = 1) -> Person:
    """Somebody with an appointment in a region and rows in the credit file."""
    person = make_person(name)
    make_appointment(person, make_institution(code=code))
    for _row in range(rows):
        make_credit_record(person)
    return person


def looks(person: Person) -> list[tuple[int, str, bool]]:
    entries = AccessEntry.objects.filter(person=person).order_by("pk")
    return list(entries.values_list("actor_id", "purpose", "granted"))


def look(actor: User, person: Person) -> AccessEntry:
    return open_file(actor=actor, person_id=person.pk, purpose="案件 26")
