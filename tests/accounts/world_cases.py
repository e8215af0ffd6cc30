"""A report and a case about a person, told and answered, with everything that hangs on it, for the two worlds."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.db.models import Model

from accounts.models import AdminBody, Person, Region, Restriction
from core import clock
from credit.models import (
    AdministrativeCase,
    CaseMeasure,
    CaseReopening,
    CaseReport,
    CatalogueItem,
    CatalogueProposal,
    CreditRepair,
    EndNotice,
    Measure,
    OverdueStep,
    Recusal,
)
from tests.accounts.world_letters import letter_of
from tests.builders import make_user

_numbers = count(1)
DAY = date(2026, 1, 1)


def case_of(person: Person, body: AdminBody) -> list[Model]:
    now, by = clock.now(), make_user()
    report = _report(body)
    case = AdministrativeCase.objects.create(report=report, person=person, body=body, **_words())
    return [
        report,
        case,
        OverdueStep.objects.create(report=report, what="case", due_on=DAY, body=body),
        CaseMeasure.objects.create(case=case, measure=_measure(), ordered=False),
        _proposal(body),
        letter_of(case),
        Recusal.objects.create(case=case, officer=by, reason="r", asked_by=by),
        CaseReopening.objects.create(
            case=case,
            came_as="answer",
            document="r",
            came_on=DAY,
            until=DAY,
            words="r",
            why="r",
            reopened_by=by,
            considered="r",
            considered_by=by,
            considered_on=DAY,
            discussion="r",
            discussed_on=DAY,
        ),
        CreditRepair.objects.create(case=case, corrected="r", commitment="r", asked_by=by, due_on=DAY),
        EndNotice.objects.create(
            case=case,
            partner="r",
            told_at=now,
            due_on=DAY,
            acknowledged_at=now,
            acknowledged_how="r",
            acknowledged_by=by,
        ),
        Restriction.objects.create(
            person=person,
            kind="no_teaching",
            valid_from=DAY,
            document="No. 1",
            source=f"x:{case.pk}",
            recorded_at=now,
            lifted_on=DAY,
            lifted_why="r",
        ),
    ]


def _report(body: AdminBody) -> CaseReport:
    return CaseReport.objects.create(
        said_of="r",
        region=Region.objects.get(path=body.jurisdiction),
        ground="other",
        said="r",
        happened_on=DAY,
        reporter="13900000000",
        body=body,
        due_on=DAY,
        state="accepted",
        track="administrative",
        decided_at=clock.now(),
        decided_by=make_user(),
    )


def _measure() -> Measure:
    words = {"title": {"zh": "措施"}, "title_zh": "措施", "listed_in": "x", "basis": "x", "valid_from": DAY}
    by_two = {"proposed_by": make_user(), "adopted_by": make_user()}
    return Measure.objects.create(code=f"world-{next(_numbers)}", severities=["minor"], **words, **by_two)


def _proposal(body: AdminBody) -> CatalogueProposal:
    words = dict.fromkeys(("catalogue", "edition", "number", "conduct", "basis"), "r")
    return CatalogueProposal.objects.create(
        what="item", region_path=body.jurisdiction, words=words | {"highest": "minor", "valid_from": str(DAY)},
        proposed_by=make_user(), proposed_at=clock.now(),
    )  # fmt: skip


def _words() -> dict[str, Any]:
    """Noticed, and answered."""
    number, one, two = next(_numbers), make_user(), make_user()
    item = CatalogueItem.objects.create(
        scope="national", catalogue="x", edition="1", number=f"world-{number}", conduct="x", basis="x",
        highest="minor", valid_from=DAY, recorded_at=clock.now(), proposed_by=one, adopted_by=two,
    )  # fmt: skip
    texts = ("findings", "evidence", "notice_number", "notice_facts", "notice_reasons", "notice_basis", "notice_proof")
    return {
        **dict.fromkeys(texts, "r"),
        "state": "answered",
        "item": item,
        "rule_version": "36-2026",
        "number": f"world {number}",
        "salt": "0" * 64,
        "conduct_ended_on": DAY,
        "discovered_on": DAY,
        "limit_on": DAY,
        "filed_on": DAY,
        "filed_by": one,
        "decide_by": DAY + timedelta(days=90),
        "officer_one": one,
        "officer_one_certificate": "1",
        "officer_two": two,
        "officer_two_certificate": "2",
        "found_by": one,
        "intended": "minor",
        "intended_rank": 1,
        "noticed_by": one,
        "noticed_at": clock.now(),
        "notice_served_by": "post",
        "notice_served_on": DAY,
        "answer_days": 5,
        "answer_until": DAY + timedelta(days=9),
        "answer": "r",
        "answered_at": clock.now(),
    }
