"""A commendation by document is a positive entry: once, in the file of the legal person, naming the part concerned."""

import pytest

from accounts.models import TrainingBase
from core import clock
from credit.models import CreditRecord, EvaluationConsequence
from credit.services.outcomes import enter_commendation
from tests.builders import make_base, make_institution
from tests.credit.evaluating import Evaluation

pytestmark = pytest.mark.django_db


def commended(place: TrainingBase) -> EvaluationConsequence:
    one = Evaluation("BASE_ANNUAL", place).at("final")
    return EvaluationConsequence.objects.create(
        subject=one.subject, kind="commend", of_person=False, document="岚科评〔2026〕3号", reason="优秀",
        decided_by=one.second, decided_at=clock.now(),
    )  # fmt: skip


def test_base_is_named_in_the_file_of_its_host():
    host = make_institution("某某大学")
    made = commended(make_base(host=host))

    enter_commendation(made)
    enter_commendation(made)

    record = CreditRecord.objects.get(kind="award")
    assert (record.institution, record.category) == (host, "positive")
    assert made.subject.base.name in record.facts["title"]["zh"]
    assert record.occurred_on == clock.day_of(made.decided_at)
    assert record.publisher == "主管部门990000"


def test_base_without_a_host_has_no_file():
    enter_commendation(commended(make_base()))

    assert not CreditRecord.objects.filter(kind="award").exists()
