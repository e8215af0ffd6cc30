"""A filed return with everything about it, for the two worlds."""

import hashlib
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.db.models import Model
from pypdf import PdfWriter

from accounts.models import Institution
from accounts.selectors import system_user
from core import clock
from staffing.models import (
    FilingCall,
    FilingPeriod,
    RatioPublication,
    RatioReturn,
    RatioRule,
    ReturnAnomaly,
    ReturnCheck,
    ReturnDecision,
    ReturnReceipt,
    ReturnReminder,
    ReturnVersion,
)

DAY = date(2026, 1, 1)


def returns_of(institution: Institution) -> list[Model]:
    """Filed with a question that was answered, decided once, and reminded of."""
    actor, now = system_user(), clock.now()
    period = _period(institution)
    found = RatioReturn.objects.create(
        institution=institution, period=period, declared_at=now, declared_by=actor, state="filed", filed_turn=1
    )
    check = ReturnCheck.objects.create(ratio_return=found, checked_by=actor, **_figures())
    answered = {"answer": "情况属实", "answered_by": actor, "answered_at": now}
    attested = {"attested_by": actor, "attested_name": "贺敏", "attested_post": "处长"}
    version = ReturnVersion.objects.create(
        ratio_return=found, turn=1, check_of=check, filed_at=now, **attested, **_figures()
    )
    paper = _paper()
    return [
        _call(institution),
        found,
        check,
        ReturnAnomaly.objects.create(check_of=check, kind="flag", facts={"people": 1, "days": 60}, **answered),
        version,
        ReturnReceipt.objects.create(
            version=version, sha256=hashlib.sha256(paper).hexdigest(), body=paper, stored_at=now
        ),
        ReturnDecision.objects.create(version=version, step="accept", decided_by=actor, decided_at=now),
        ReturnReminder.objects.create(institution=institution, period=period, days=7, at=now),
        RatioPublication.objects.create(
            institution=institution, valid_from=DAY, valid_to=DAY, decided_by=actor, recorded_at=now
        ),
    ]


def _call(institution: Institution) -> FilingCall:
    """Two worlds of one region ask for no day of it twice."""
    day = DAY + timedelta(days=institution.pk)
    return FilingCall.objects.create(
        region=institution.region,
        title="半年填报",
        document="No. 1",
        as_of=day,
        opens_on=day,
        due_working_days=10,
        correct_working_days=20,
        obliges="scope",
        rule_code="TRAINED_STAFF_70",
        published=False,
        entered_at=clock.now(),
        entered_by=system_user(),
        office="test",
    )


def _paper() -> bytes:
    """One empty page: whoever may read it reads a PDF."""
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(72, 72)
    writer.write(out)
    return out.getvalue()


def _figures() -> dict[str, Any]:
    rule = RatioRule.objects.get(code="TRAINED_STAFF_70", version="2022-1")
    numbers = {"staff": 1, "trained": 1, "sealed_staff": 0, "sealed_trained": 0}
    words = {"as_of": DAY, "known_at": clock.now(), "rule": rule, "binding": False, "outcome": "met"}
    return {**words, **numbers, "value": 70, "comparator": "gte"}


def _period(institution: Institution) -> FilingPeriod:
    return FilingPeriod.objects.create(
        code=f"WORLD_{institution.pk}",
        as_of=DAY,
        opens_on=DAY,
        due_working_days=10,
        correct_working_days=20,
        obliges="scope",
        region_path=institution.region.path,
        rule_code="TRAINED_STAFF_70",
        published=False,
        texts={"zh-hans": {"title": "半年填报", "basis": "测试"}},
        opened_at=clock.now(),
    )
