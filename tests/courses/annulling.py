"""Annulments for tests: as a fact that is there, and lived through from the notice to the decision."""

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from accounts.selectors import system_user
from core import clock
from courses.models import AnnulmentCase, TrainingRecord, TrainingRecordAnnulment
from courses.services import Decision, Notice, answer_annulment, decide_annulment, notice_annulment
from tests.builders import make_user, regulator


def make_case(record: TrainingRecord, **fields: Any) -> AnnulmentCase:
    """Noticed today, with two weeks to answer."""
    noticed_by = fields.pop("noticed_by", None) or make_user()
    given = {
        "record": record,
        "said": "由他人代考",
        "served_how": "in_person",
        "served_on": clock.today(),
        "answer_days": 10,
        "answer_until": clock.today() + timedelta(days=14),
    }
    return AnnulmentCase.objects.create(**{**given, "noticed_by": noticed_by, **fields})


def make_annulment(
    record: TrainingRecord, *, by: User | None = None, on: date | None = None, reason: str = "他人代考", **fields: Any
) -> TrainingRecordAnnulment:
    """The fact alone, with a whole case behind it."""
    by, on = by or system_user(), on or clock.today()
    decided = {"decided_on": on, "decided_at": clock.now(), "decided_by": by, "considered": "已核", "reason": reason}
    case = make_case(record, state="annulled", answer="属实", answered_at=clock.now(), **decided)
    facts = {"annulled_on": on, "recorded_at": clock.now(), "recorded_by": by, "reason": reason}
    return TrainingRecordAnnulment.objects.create(record=record, case=case, **{**facts, **fields})


def notice(**fields: Any) -> Notice:
    return Notice(**{"said": "由他人代考", "served_how": "in_person", "served_on": clock.today(), **fields})


def annul(
    record: TrainingRecord, *, one: User | None = None, two: User | None = None, reason: str = "他人代考"
) -> TrainingRecordAnnulment:
    """By its steps on one day: one gives notice, the person has no objection, another decides."""
    case = notice_annulment(actor=one or regulator(), record=record, notice=notice())
    answer_annulment(actor=system_user(), case=case, answer="没有异议")
    decide_annulment(actor=two or regulator(), case=case, step="annul", decision=Decision("当事人无异议", reason))
    return TrainingRecordAnnulment.objects.get(record=record)
