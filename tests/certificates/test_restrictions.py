"""A base that may not issue, itself or by its host, gets no number; what exists can still be put right."""

import pytest

from accounts.selectors import system_user
from accounts.services import lift, restrict
from certificates.models import Certificate
from certificates.services import issue_certificate, plan_issue, snapshot, supersede_certificate
from certificates.services.issue import allot_certificate, store_certificate
from core import clock
from core.errors import DomainError
from tests.builders import make_institution
from tests.certificates.builders import certificate_base, make_award, make_certificate, manager_of
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db


def keep_from_issuing(subject):
    restrict(
        actor=system_user(),
        kind="no_issuing",
        subject=subject,
        valid_from=clock.today(),
        valid_to=None,
        document="决定1号",
        source="credit.test:1",
    )


@pytest.fixture
def base():
    made = certificate_base()
    made.host = make_institution("岚江大学")
    made.save(update_fields=["host"])
    return made


@pytest.fixture
def record(base):
    return make_award(make_cohort(base, state="assessing"))


@pytest.mark.parametrize("subject", ["base", "host"])
def test_base_that_may_not_issue_gets_no_number(base, record, subject):
    keep_from_issuing(base if subject == "base" else base.host)

    with pytest.raises(DomainError, match="may_not_issue"):
        issue_certificate(actor=manager_of(base), training_record=record)
    assert Certificate.objects.count() == 0


def test_another_base_issues(base, record):
    keep_from_issuing(make_institution())

    assert issue_certificate(actor=manager_of(base), training_record=record).state == "issued"


def test_issue_goes_on_once_the_restriction_is_lifted(base, record):
    keep_from_issuing(base)
    lift(actor=system_user(), source="credit.test:1", why="复核撤销")

    assert issue_certificate(actor=manager_of(base), training_record=record).state == "issued"


def test_dry_run_says_it_of_everybody(base, record):
    keep_from_issuing(base.host)

    found = plan_issue(actor=manager_of(base), cohort=record.enrolment.cohort)

    assert [[str(one.obstacle) for one in candidate.refusals] for candidate in found] == [["may_not_issue"]]


def test_number_allotted_before_gets_no_bytes_meanwhile(base, record):
    intent = allot_certificate(actor=manager_of(base), training_record=record)
    keep_from_issuing(base)

    with pytest.raises(DomainError, match="may_not_issue"):
        store_certificate(actor=manager_of(base), certificate=intent)
    intent.refresh_from_db()
    assert intent.state == "draft"


def test_certificate_is_replaced_all_the_same():
    certificate = make_certificate()
    keep_from_issuing(certificate.base)

    fresh = supersede_certificate(actor=manager_of(certificate.base), certificate=certificate)

    assert (fresh.state, fresh.supersedes_id) == ("issued", certificate.pk)


def test_without_the_guard_the_base_issues(base, record, monkeypatch):
    keep_from_issuing(base)
    asked = snapshot.obstacles
    monkeypatch.setattr(snapshot, "obstacles", lambda award: [o for o in asked(award) if o != "may_not_issue"])

    assert issue_certificate(actor=manager_of(base), training_record=record).state == "issued"
