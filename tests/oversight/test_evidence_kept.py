"""Scans of evidence from elsewhere: kept for their period, in the copy of one's data, gone with an erasure."""

import json
from datetime import timedelta

import pytest

from accounts.models import Appointment
from accounts.selectors import system_user
from core import clock
from core.rotation import sealed_places
from courses.models import EvidenceScan, ExternalEvidence
from courses.services import refuse_evidence, withdraw_evidence
from oversight.services.requests import ask_for_erasure, carry_out, take_request
from oversight.services.retention import delete_expired, past_due
from tests.builders import make_user, regulator
from tests.courses.evidence import PDF, make_case
from tests.oversight.test_copy_pages import copy_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    case = make_case()
    case.person.user = make_user()
    case.person.save()
    return case


def closed(days):
    ExternalEvidence.objects.update(closed_at=clock.now() - timedelta(days=days))


def test_scans_go_after_their_period_and_the_decision_stays(case):
    refuse_evidence(actor=case.decider, evidence=case.submit(), reason="看不清")

    closed(1095)
    delete_expired(actor=system_user())
    assert EvidenceScan.objects.count() == 1
    closed(1097)
    assert past_due()["evidence_scans"] == 1
    delete_expired(actor=system_user())

    assert (EvidenceScan.objects.count(), ExternalEvidence.objects.get().state) == (0, "refused")


def test_withdrawn_scans_go_after_a_month(case):
    withdraw_evidence(actor=case.officer, evidence=case.submit())

    closed(29)
    delete_expired(actor=system_user())
    assert EvidenceScan.objects.count() == 1
    closed(31)
    delete_expired(actor=system_user())

    assert EvidenceScan.objects.count() == 0


def test_scans_that_wait_are_kept(case):
    case.submit()
    ExternalEvidence.objects.update(submitted_at=clock.now() - timedelta(days=4000))

    delete_expired(actor=system_user())

    assert EvidenceScan.objects.count() == 1


def test_copy_of_ones_data_holds_the_scans_as_files(case):
    evidence = case.submit()
    made = copy_for(case.person)

    [name] = [one for one in made.namelist() if one.startswith("evidence/")]
    held = json.loads(made.read("data.json"))

    assert (made.read(name), name.endswith("-证书.pdf")) == (PDF, True)
    assert held["courses.ExternalEvidence"][0]["title"] == evidence.title
    assert set(held["courses.EvidenceScan"][0]) >= {"name", "size", "sha256"}
    assert "scanned" not in held["courses.EvidenceScan"][0]


def test_erasure_takes_the_scans(case):
    case.submit()
    Appointment.objects.filter(person=case.person).update(end_date=clock.today() - timedelta(days=1))
    request = ask_for_erasure(actor=case.person.user)
    take_request(actor=regulator(), request=request)

    carry_out(actor=regulator(), request=request)

    assert (EvidenceScan.objects.count(), ExternalEvidence.objects.count()) == (0, 1)


def test_new_keys_reach_the_scans():
    assert '"scanned"' in {getattr(place, "name", "") for place in sealed_places()}
