"""Faults of authorisation, each switched on by a test: the matrix finds every one of them, and none without them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model

import accounts.selectors
import accounts.views.home
import core.views
import courses.selectors.enrolments
import oversight.views
import staffing.api
import website.selectors
from accounts import access
from accounts.access import ScopedQuerySet
from accounts.models import Institution, Person, Region, User
from core.models import Job
from courses.models import Enrolment
from tests.isolation.probes import Asker, Probe
from tests.isolation.world import Owner
from website.selectors import PersonAnswer

Fault = Callable[[pytest.MonkeyPatch], None]


def allowed_answers_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ScopedQuerySet, "allowed", lambda self, actor, permission: self.all())


def selector_forgets_the_scope(patch: pytest.MonkeyPatch) -> None:
    rows = Enrolment.objects.select_related("cohort__sitting", "cohort__programme__level", "training_record")
    patch.setattr("courses.views.enrolments.enrolments.my_enrolment", lambda actor, pk: rows.get(pk=pk))


def view_reads_by_number(patch: pytest.MonkeyPatch) -> None:
    def card(actor: User, pk: int) -> dict[str, Any]:
        return {"person": Person.objects.get(pk=pk), "appointments": [], "standing": None}

    patch.setattr(accounts.views.home, "person_card", card)


def service_asks_nobody(patch: pytest.MonkeyPatch) -> None:
    """require() lets everybody pass; the view in front of it trusts the service."""
    rows = Enrolment.objects.select_related("person", "claim", "cohort")
    patch.setattr(courses.selectors.enrolments, "enrolment_for", lambda actor, pk, permission: rows.get(pk=pk))
    patch.setattr(access, "can", lambda actor, permission, record: True)


def region_without_its_closing_slash(patch: pytest.MonkeyPatch) -> None:
    honest = ScopedQuerySet._within

    def cut(self: ScopedQuerySet, membership: Any) -> Any:
        if membership.admin_body:
            membership.admin_body.jurisdiction = membership.admin_body.jurisdiction.rstrip("/")
        return honest(self, membership)

    patch.setattr(ScopedQuerySet, "_within", cut)


def hat_on_the_hook_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(get_user_model(), "worn_memberships", lambda self: self.valid_memberships())


def expired_hat_counts(patch: pytest.MonkeyPatch) -> None:
    def every(self: User, on: Any = None) -> list[Any]:
        return list(self.memberships.select_related("admin_body", "institution", "base").order_by("pk"))

    patch.setattr(get_user_model(), "valid_memberships", every)


def export_forgets_the_scope(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(oversight.views, "find_region", lambda actor, code: Region.objects.get(code=code))


def interface_forgets_the_scope(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(staffing.api, "find_institution", lambda actor, text: Institution.objects.filter(pk=text).first())


def search_finds_everybody(patch: pytest.MonkeyPatch) -> None:
    def people(user: User, query: str) -> list[PersonAnswer]:
        return [PersonAnswer(one, "") for one in Person.objects.filter(name__contains=query)]

    patch.setattr(website.selectors, "_people", people)


def job_of_another(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(core.views, "jobs_of", lambda actor: Job.objects.order_by("pk"))


def nothing_is_written_down(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("core.audit.record", lambda *args, **facts: None)


FAULTS: dict[Fault, Probe] = {
    allowed_answers_everything: Probe("base/cohorts/<int:pk>/", "base foreign", Owner.HOME, "GET"),
    selector_forgets_the_scope: Probe("training/<int:pk>/", "trainee colleague", Owner.HOME, "GET"),
    view_reads_by_number: Probe("people/<int:pk>/", "officer foreign", Owner.HOME, "GET"),
    service_asks_nobody: Probe("base/enrolments/<int:pk>/answer/", "base foreign", Owner.HOME, "POST"),
    region_without_its_closing_slash: Probe(
        "oversight/institutions/<int:pk>/", "regulator short number", Owner.SIBLING, "GET"
    ),
    hat_on_the_hook_counts: Probe("base/cohorts/<int:pk>/", "two hats", Owner.FOREIGN, "GET"),
    expired_hat_counts: Probe("institution/roster/", "former officer", Owner.HOME, "GET"),
    export_forgets_the_scope: Probe(
        "oversight/<str:code>/institutions.xlsx", "regulator sibling city", Owner.HOME, "GET"
    ),
    interface_forgets_the_scope: Probe(
        "api/v1/institutions/<identifier>/staffing-ratio", "officer foreign", Owner.HOME, "GET"
    ),
    search_finds_everybody: Probe("search/", "officer home", Owner.FOREIGN, "GET", "q"),
    job_of_another: Probe("jobs/<uuid:uuid>/", "trainee colleague", Owner.HOME, "GET"),
    nothing_is_written_down: Probe("training/<int:pk>/withdraw/", "trainee home", Owner.HOME, "POST"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_seeded_fault_is_found(asker: Asker, fault: Fault, monkeypatch: pytest.MonkeyPatch):
    probe = FAULTS[fault]
    assert asker.faults(probe) == []
    asker.forget()

    with monkeypatch.context() as patch:
        fault(patch)
        found = asker.faults(probe)
    asker.forget()

    assert found != []


def test_ten_faults_are_seeded():
    assert len(FAULTS) >= 10
