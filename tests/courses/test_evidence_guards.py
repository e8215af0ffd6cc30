"""What the database promises about evidence from elsewhere, whatever a service forgets."""

import pytest
from django.db import IntegrityError, transaction

from core import clock
from courses.models import ExternalEvidence
from tests.courses.evidence import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("evidence_accepted_has_record", {"state": "accepted", "decided": True}),
        ("evidence_decided_by_somebody", {"state": "refused", "reason": "x"}),
        ("evidence_decided_by_somebody", {"decided": True, "state": "withdrawn"}),
        ("evidence_refused_has_a_reason", {"state": "refused", "decided": True}),
        ("evidence_closed_at_some_time", {"state": "withdrawn", "closed_at": None}),
        ("evidence_closed_at_some_time", {"state": "submitted"}),
        ("evidence_under_an_agreement", {"state": "withdrawn", "kind": "mutual"}),
        ("evidence_of_a_degree_is_degree_education", {"state": "withdrawn", "kind": "degree"}),
    ],
)
def test_database_refuses(case, name, wrong):
    evidence = case.submit()
    changes = {"closed_at": clock.now(), **wrong}
    if changes.pop("decided", False):
        changes["decided_by"] = case.decider

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ExternalEvidence.objects.filter(pk=evidence.pk).update(**changes)


def test_database_refuses_two_that_wait_for_one_claim(case):
    evidence = case.submit()
    evidence.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        evidence.save(force_insert=True)
