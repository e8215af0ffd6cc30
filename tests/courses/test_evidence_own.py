"""Evidence of one's own: submitted by the person, decided where the person works, or in the region that is named."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.errors import DomainError
from courses.models import ExternalEvidence
from courses.selectors.evidence import evidence_desk, own_evidence
from courses.services import accept_evidence
from tests.builders import make_person, make_user, region, regulator
from tests.courses.evidence import PDF, agreement, competent, make_case

pytestmark = pytest.mark.django_db
FIELDS = {
    "kind": "earlier", "track": "SOCIAL", "title": "技术经纪人培训班", "provider": "岚江大学", "hours": "48",
    "completed_on": "2019-06-01",
}  # fmt: skip


@pytest.fixture
def case():
    return make_case()


def refused(work, **given):
    with pytest.raises(DomainError) as refusal:
        work(**given)
    return refusal.value.code


def url(name, *args):
    return reverse(f"courses:{name}", args=args)


def send(client, **changed):
    return client.post(url("submit_evidence"), {**FIELDS, **changed, "scans": [SimpleUploadedFile("证书.pdf", PDF)]})


def test_person_submits_for_oneself_where_the_main_place_of_work_is(case):
    user = make_user()
    case.person.user = user
    case.person.save()

    evidence = case.submit(actor=user, institution=None)

    assert (evidence.institution, evidence.region, evidence.submitted_by) == (None, case.institution.region, user)
    assert list(own_evidence(user)) == [evidence]
    # Its scans are the person's own.
    assert list(own_evidence(case.officer)) == []


def test_nobody_submits_for_somebody_else(case):
    assert refused(case.submit, actor=make_user(), institution=None) == "not_allowed"
    assert refused(case.submit, institution=None) == "not_allowed"


def test_person_without_an_employer_names_the_region_that_decides(case):
    user = make_user()
    own = {"actor": user, "person": make_person("林知夏", user=user), "institution": None}

    assert refused(case.submit, **own) == "region_missing"
    assert refused(case.submit, **own, named=region("980000")) == "nobody_decides_there"
    evidence = case.submit(**own, named=region("990000"))
    assert (evidence.institution, evidence.region) == (None, region("990000"))
    assert list(evidence_desk(case.decider)) == [evidence]
    assert accept_evidence(actor=case.decider, evidence=evidence).record.person == own["person"]


def test_whoever_is_employed_cannot_choose_who_decides(case):
    user = case.person.user = make_user()
    case.person.save()
    competent(regulator("980000"), "980000")

    evidence = case.submit(actor=user, institution=None, named=region("980000"))

    assert evidence.region == case.institution.region


def test_person_submits_for_oneself(client, case):
    user = make_user()
    case.person.user = user
    case.person.save()
    client.force_login(user)

    assert "tail" not in client.get(url("submit_evidence")).context["form"].fields
    send(client)

    made = ExternalEvidence.objects.get()
    assert (made.person, made.institution, made.submitted_by) == (case.person, None, user)


def test_person_without_an_employer_is_asked_for_the_region(client, case):
    user = make_user()
    person = make_person("林知夏", user=user)
    client.force_login(user)

    assert list(send(client).context["form"].errors) == ["region"]
    made = agreement(region("990000"), region("980000"))
    send(client, region=region("990000").pk, kind="mutual", agreement=made.pk)

    evidence = ExternalEvidence.objects.get()
    assert (evidence.person, evidence.region.code, evidence.agreement) == (person, "990000", made)


def test_region_is_not_asked_where_somebody_is_employed(client, case):
    user = case.person.user = make_user()
    case.person.save()
    for actor in (user, case.officer):
        client.force_login(actor)
        assert "region" not in client.get(url("submit_evidence")).context["form"].fields
