"""Decisions about issued certificates: the table, the grounds, who may, what is written down."""

import pytest

from accounts.permissions import Permission
from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, CertificateEvent
from certificates.workflow import CERTIFICATE_STEPS, GROUNDS, CertificateState, Ground
from core.errors import DomainError, NotAllowed, WrongState
from tests.builders import regulator
from tests.certificates.builders import certificate_base, make_certificate, manager_of

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
    certificate = make_certificate(state=before)
    actor = manager_of(certificate.base)

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
