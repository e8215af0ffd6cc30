"""Decisions about issued certificates: the table, the grounds, who may, what is written down."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts.permissions import Permission
from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, CertificateEvent
from certificates.services.snapshot import LABELS
from certificates.workflow import CERTIFICATE_STEPS, GROUNDS, CertificateState, Ground
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from tests.builders import regulator
from tests.certificates.builders import certificate_base, correction_of, make_certificate, manager_of

pytestmark = pytest.mark.django_db

DECIDE = {
    "suspend": services.suspend_certificate,
    "resume": services.resume_certificate,
    "revoke": services.revoke_certificate,
    "deregister": services.deregister_certificate,
}
ALLOWED = [
    ("issued", "suspend", "identity_under_check", "suspended"),
    ("issued", "revoke", "court_order", "revoked"),
    ("issued", "deregister", "own_request", "deregistered"),
    ("suspended", "resume", "check_passed", "issued"),
    ("suspended", "revoke", "court_order", "revoked"),
    ("suspended", "deregister", "holder_deceased", "deregistered"),
]


@pytest.mark.parametrize(("before", "step", "ground", "after"), ALLOWED)
def test_decision_moves_the_certificate_and_writes_an_event(before, step, ground, after):
    certificate = make_certificate()
    actor = manager_of(certificate.base)
    if before == CertificateState.SUSPENDED:
        certificate = DECIDE["suspend"](actor=actor, certificate=certificate, ground="identity_under_check")

    decided = DECIDE[step](actor=actor, certificate=certificate, ground=ground, note="内部说明")

    last = certificate.events.order_by("-pk").first()
    assert decided.state == after
    assert (last.step, last.state, last.ground, last.note, last.actor) == (step, after, ground, "内部说明", actor)


@pytest.mark.parametrize("step", DECIDE)
@pytest.mark.parametrize("state", CertificateState.values)
def test_decision_is_refused_from_every_other_state(step, state):
    if state in CERTIFICATE_STEPS[step].sources:
        return
    certificate = make_certificate(state=state)
    with pytest.raises(WrongState):
        DECIDE[step](actor=system_user(), certificate=certificate, ground=sorted(GROUNDS[step])[0])
    assert Certificate.objects.get().state == state
    assert CertificateEvent.objects.count() == 1


@pytest.mark.parametrize("step", DECIDE)
def test_decision_is_refused_on_a_ground_that_is_none(step):
    state = sorted(CERTIFICATE_STEPS[step].sources)[0]
    certificate = make_certificate(state=state)
    for ground in ["", "bad_conduct", *(set(Ground.values) - GROUNDS[step])]:
        with pytest.raises(DomainError, match="ground_not_allowed"):
            DECIDE[step](actor=system_user(), certificate=certificate, ground=ground)
    assert Certificate.objects.get().state == state


@pytest.mark.parametrize("make_actor", [regulator, lambda: manager_of(certificate_base())])
def test_decision_is_refused_to_anybody_but_the_issuer(make_actor):
    certificate = make_certificate()
    with pytest.raises(NotAllowed):
        services.revoke_certificate(actor=make_actor(), certificate=certificate, ground="false_fact")
    assert Certificate.objects.get().state == "issued"


def test_steps_are_taken_with_the_permissions_of_the_table():
    assert {name: step.who for name, step in CERTIFICATE_STEPS.items()} == {
        "issue": Permission.CERTIFICATE_ISSUE,
        "suspend": Permission.CERTIFICATE_MANAGE,
        "resume": Permission.CERTIFICATE_MANAGE,
        "supersede": Permission.CERTIFICATE_MANAGE,
        "revoke": Permission.CERTIFICATE_MANAGE,
        "deregister": Permission.CERTIFICATE_MANAGE,
    }


def test_every_step_but_issue_has_its_grounds():
    assert set(GROUNDS) == set(CERTIFICATE_STEPS) - {"issue"}
    assert set().union(*GROUNDS.values()) == set(Ground.values)


def test_suspension_without_a_day_ends_thirty_days_after_its_decision_and_not_after_today():
    certificate = make_certificate()
    with clock.travel(timedelta(days=10)):
        on = clock.today() - timedelta(days=4)
        services.suspend_certificate(actor=system_user(), certificate=certificate, ground="identity_under_check", on=on)
    assert certificate.events.get(step="suspend").ends_on == on + timedelta(days=30)


def test_facts_beside_those_of_today_are_all_that_a_certificate_says():
    certificate = make_certificate()
    manager = manager_of(certificate.base)
    assert [one for one in services.facts_today(actor=manager, certificate=certificate) if one.differs] == []
    record = certificate.training_record
    correction_of(record, completed_on=record.completed_on - timedelta(days=1), hours=record.hours + 2)
    certificate.base.name_en = "Another name"
    certificate.base.save()
    facts = services.facts_today(actor=manager, certificate=certificate)
    assert [str(one.label) for one in facts if one.differs] == [
        str(LABELS[name]) for name in ("hours", "completed_on", "issuer")
    ]


def test_guard_of_the_events_is_back_at_the_end_of_the_migration_that_lifted_it():
    module = import_module("certificates.migrations.0004_revocation_cases")
    editor = SimpleNamespace(connection=connection)
    certificate = make_certificate()
    connection.check_constraints()
    module.give_suspensions_an_end(apps, editor)
    certificate.events.update(step="issue")
    [*_others, last] = module.Migration.operations

    last.code(apps, editor)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        certificate.events.update(step="resume")
