"""Whoever shows a state beside verification says "could not be checked" where verification does; nobody signs it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.selectors.consents import PUBLIC_ROSTER
from accounts.services import agree
from certificates.models import Certificate
from certificates.rules import Outcome
from certificates.selectors import state_of
from certificates.services import make_transcript
from core.errors import DomainError
from tests.certificates.builders import certificate_base, make_award, make_certificate, manager_of
from tests.certificates.changes import decide, state_alone
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db
UNCHECKED = "could not be checked"


def set_back(count, base=None):
    """So many certificates of one base, revoked and set back by hand."""
    cohort = make_cohort(base or certificate_base(), state="assessing")
    made = [make_certificate(make_award(cohort)) for _ in range(count)]
    for certificate in made:
        decide(certificate, "revoke", "court_order")
        state_alone(certificate)
        certificate.refresh_from_db()
    return made


def test_transcript_is_signed_for_genuine_histories_and_refused_while_a_state_is_unsure(client):
    certificate = decide(decide(make_certificate(), "suspend"), "resume")
    client.force_login(certificate.person.user)
    answer = client.get("/en/certificates/transcript/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/vc")

    decide(certificate, "revoke", "court_order")
    state_alone(certificate)

    answer = client.get("/en/certificates/transcript/")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (503, "text/html")
    assert certificate.number in answer.content.decode()
    with pytest.raises(DomainError, match="state_unsure"):
        make_transcript(actor=certificate.person.user)


def test_pages_of_holder_and_base_mark_what_could_not_be_checked(client):
    [certificate] = set_back(1)
    good = make_certificate(make_award(certificate.training_record.enrolment.cohort))
    pages = {
        certificate.person.user: ["", f"{certificate.number}/", f"{certificate.number}/wallet/"],
        manager_of(certificate.base): [f"{certificate.number}/"],
    }
    for actor, addresses in pages.items():
        client.force_login(actor)
        for address in addresses:
            assert client.get(f"/en/certificates/{address}").content.decode().count(UNCHECKED) == 1, address
    assert client.get("/en/base/certificates/").content.decode().count(UNCHECKED) == 1
    assert (state_of(certificate), state_of(good)) == (Outcome.COULD_NOT_CHECK, Outcome.VALID)


def cost(client, address):
    with CaptureQueriesContext(connection) as asked_for:
        assert client.get(address).status_code == 200
    return len(asked_for)


def test_list_of_the_base_costs_the_same_for_one_and_for_three(client):
    base = certificate_base()
    client.force_login(manager_of(base))
    set_back(1, base)
    one = cost(client, "/en/base/certificates/")
    set_back(2, base)
    assert client.get("/en/base/certificates/").content.decode().count(UNCHECKED) == 3
    assert cost(client, "/en/base/certificates/") == one


def listed(client):
    page = client.get("/en/managers/")
    return [line.certificate_number for line in page.context["lines"]]


def test_roster_lists_nobody_by_what_could_not_be_checked_and_costs_the_same(client):
    costs = []
    for count in (1, 2):
        for certificate in set_back(count):
            agree(actor=certificate.person.user, code=PUBLIC_ROSTER, parts=["name", "certificate_number"])
        costs.append(cost(client, "/en/managers/"))
        assert listed(client) == []
    assert costs[0] == costs[1]
    good = decide(decide(make_certificate(), "suspend"), "resume")
    agree(actor=good.person.user, code=PUBLIC_ROSTER, parts=["name", "certificate_number"])
    assert listed(client) == [good.number]
    assert Certificate.objects.filter(state="issued").count() == 4
