"""What evaluations leave behind about an institution: a final round with everything around it, and a draft scheme."""

from datetime import date, timedelta
from itertools import count

from django.db.models import Model

from accounts.models import Institution
from accounts.selectors import system_user
from core import clock
from credit.models import (
    ConflictDeclaration,
    EvaluationConsequence,
    EvaluationObjection,
    EvaluationResult,
    EvaluationRound,
    EvaluationScheme,
    EvaluationSubject,
    Evaluator,
    IndicatorValue,
    SupervisionItem,
)
from tests.builders import make_user

_numbers = count(1)


def evaluations_of(institution: Institution) -> list[Model]:
    now, system = clock.now(), system_user()
    scheme = EvaluationScheme.objects.get(code="INSTITUTION_ANNUAL", version="2026-1")
    words = {name: value for name, value in scheme.words.items() if name not in ("code", "version", "region_path")}
    draft = EvaluationScheme.objects.create(
        code=f"WORLD_{next(_numbers)}", version="2026-1", region_path=institution.region.path, **words
    )
    found = EvaluationRound.objects.create(
        scheme=scheme,
        kind="annual",
        region=institution.region,
        period_from=date(2025, 1, 1),
        period_to=date(2025, 12, 31),
        state="final",
        begun_by=system,
        begun_at=now,
        proposed_by=make_user(),
        publicity_from=date(2026, 1, 5),
        publicity_days=7,
        finalised_by=system,
        finalised_at=now,
    )
    subject = EvaluationSubject.objects.create(evaluation_round=found, institution=institution)
    scorer = Evaluator.objects.create(
        evaluation_round=found, user=system, office="test", assigned_by=system, assigned_at=now
    )
    return [draft, found, subject, scorer, *_about(subject, scorer)]


def _about(subject: EvaluationSubject, scorer: Evaluator) -> list[Model]:
    now, system = clock.now(), system_user()
    value = {"numerator": 80, "denominator": 1, "small": False}
    beside = {"own": value, "own_evidence": "", "evidence": [], "drill": {}}
    snapshot = [{**value, **beside, "code": "service_management", "weight": 15, "points": 1200}]
    return [
        ConflictDeclaration.objects.create(
            subject=subject, evaluator=scorer, has_conflict=True, conflict="test", declared_at=now
        ),
        IndicatorValue.objects.create(
            subject=subject,
            indicator="service_management",
            kind="scored",
            numerator=80,
            evidence="test",
            entered_by=system,
            entered_at=now,
        ),
        EvaluationResult.objects.create(
            subject=subject, turn=1, grade="B", points=8000, lines=snapshot, of_person=False, worked_out_at=now
        ),
        EvaluationObjection.objects.create(subject=subject, words="test", filed_by=system, filed_at=now),
        EvaluationConsequence.objects.create(
            subject=subject,
            kind="pass",
            of_person=False,
            document="test",
            reason="test",
            decided_by=system,
            decided_at=now,
        ),
        SupervisionItem.objects.create(
            region=subject.institution.region,
            institution=subject.institution,
            issue="test",
            owner="test",
            due_on=clock.today() + timedelta(days=1),
            opened_by=system,
            opened_at=now,
        ),
    ]
