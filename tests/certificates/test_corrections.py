"""A wrong name found at the desk: register, new certificate and old paper in one go, or nothing at all."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import IdentityCheck, Person
from certificates import services
from certificates.models import Certificate, CertificateHandout, CertificateReturn
from certificates.services import issue
from core import outbox
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from tests.builders import make_person, regulator
from tests.certificates.builders import certificate_base, make_award, make_certificate, manager_of
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db
# A character that no font of the stack has: an unassigned place of the ideographic planes.
UNPRINTABLE = "高\U0003fffd"


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing")


@pytest.fixture
def manager(cohort):
    return manager_of(cohort.base)


@pytest.fixture
def wrong(cohort):
    return make_certificate(make_award(cohort, name="陈黙"))


def corrected(manager, certificate, name="陈默", **more):
    correction = services.NameCorrection(name, **more)
    return services.correct_name_on_certificate(actor=manager, certificate=certificate, correction=correction)


def state_of_things():
    """Everything that a refused correction must leave alone."""
    tables = (Person, IdentityCheck, Certificate, CertificateReturn, AuditEntry)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_whole_path_by_page_in_two_steps(client, cohort, manager, wrong):
    posts = []
    client.force_login(manager)
    with translation.override("en"):
        handout = reverse("certificates:handout", args=[cohort.pk])
        address = reverse("certificates:correct_name", args=[wrong.number])
    assert address in client.get(handout).content.decode()
    assert 'value="陈黙"' in client.get(address).content.decode()

    said = {"name": "陈默", "latin_name": "", "seen": "on", "paper_back": "on"}
    posts.append(client.post(address, said))
    new = Certificate.objects.get(supersedes=wrong)
    page = client.get(posts[0]["Location"]).content.decode()
    printed = client.get(reverse("certificates:download", args=[new.number]) + "?print=1")
    posts.append(client.post(handout, {"certificate": [new.pk]}))

    assert [answer.status_code for answer in posts] == [302, 302]
    assert len(posts) <= 5
    wrong.refresh_from_db()
    assert (new.holder_name, new.state, wrong.holder_name, wrong.state) == ("陈默", "issued", "陈黙", "superseded")
    assert (new.number in page, "its paper is back at the base" in page) == (True, True)
    assert (printed["Content-Disposition"][:6], printed.content[:5]) == ("inline", b"%PDF-")
    assert CertificateReturn.objects.get().certificate == wrong
    assert CertificateHandout.objects.get().certificate == new
    event = wrong.events.order_by("-pk").first()
    assert (event.ground, wrong.number in event.note) == ("information_corrected", True)
    assert new.facts["replaces"] == {"number": wrong.number, "ground": "information_corrected"}
    check = IdentityCheck.objects.order_by("-pk").first()
    assert (check.standing, check.checked_by, check.body_name) == ("checked_at_desk", manager, cohort.base.name)
    assert Person.objects.get(pk=wrong.person_id).name == "陈默"
    assert AuditEntry.objects.filter(verb="accounts.name_corrected", actor=manager.pk).count() == 1
    assert wrong.number not in client.get(handout).content.decode()


def test_latin_spelling_alone_is_corrected_too(manager, wrong):
    new = corrected(manager, wrong, "陈黙", latin_name="CHEN  Mo")
    assert (new.holder_name, new.facts["latin_name"]) == ("陈黙", "CHEN Mo")


def test_paper_that_is_not_back_is_not_recorded_as_such(manager, wrong):
    corrected(manager, wrong, paper_back=False)
    assert not CertificateReturn.objects.exists()
    services.take_back(actor=manager, certificate=wrong)
    services.take_back(actor=manager, certificate=wrong)
    assert CertificateReturn.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [(UNPRINTABLE, "glyphs_missing"), ("陈黙", "name_same"), ("  ", "name_missing"), ("高" * 100, "name_too_long")],
)
def test_refused_name_changes_nothing(manager, wrong, name, code):
    before, waiting = state_of_things(), set(outbox.undelivered())
    with pytest.raises(DomainError) as refused:
        corrected(manager, wrong, name)
    assert refused.value.code == code
    assert (state_of_things(), set(outbox.undelivered())) == (before, waiting)


def test_refused_name_is_said_and_the_form_comes_back_filled(client, manager, wrong):
    client.force_login(manager)
    with translation.override("en"):
        address = reverse("certificates:correct_name", args=[wrong.number])
    before = state_of_things()
    back = client.post(address, {"name": UNPRINTABLE, "seen": "on"}).content.decode()
    assert ("The fonts lack characters" in back, UNPRINTABLE in back) == (True, True)
    unseen = client.post(address, {"name": "陈默"}).content.decode()
    assert "Without a look at the original document no name is changed." in unseen
    assert state_of_things() == before


def test_seal_that_fails_leaves_the_old_one_in_force_and_the_next_try_completes(manager, wrong, monkeypatch):
    def fail(body):
        raise DomainError("seal_failed")

    with monkeypatch.context() as patch:
        patch.setattr(issue, "seal_file", fail)
        with pytest.raises(DomainError, match="seal_failed"):
            corrected(manager, wrong)
    wrong.refresh_from_db()
    assert (wrong.state, CertificateReturn.objects.count()) == ("issued", 0)
    new = corrected(manager, wrong)
    wrong.refresh_from_db()
    assert (new.holder_name, wrong.state, CertificateReturn.objects.count()) == ("陈默", "superseded", 1)
    assert Certificate.objects.count() == 2


def test_twice_is_refused(manager, wrong):
    corrected(manager, wrong)
    with pytest.raises(WrongState):
        corrected(manager, wrong, "陈墨")
    assert Person.objects.get(pk=wrong.person_id).name == "陈默"


def test_nobody_corrects_the_own_record(cohort, wrong):
    actor = manager_of(cohort.base)
    make_person("x", user=actor)
    Person.objects.filter(user=actor).update(user=None)
    Person.objects.filter(pk=wrong.person_id).update(user=actor)
    before = state_of_things()
    with pytest.raises(DomainError, match="own_record"):
        corrected(actor, wrong)
    assert state_of_things() == before


def test_others_find_no_such_page_and_no_such_service(client, wrong):
    others = (manager_of(certificate_base()), regulator(), wrong.person.user)
    before = state_of_things()
    for actor in others:
        client.force_login(actor)
        for name, body in [("correct_name", {"name": "陈默", "seen": "on"}), ("reprint", {})]:
            address = reverse(f"certificates:{name}", args=[wrong.number])
            assert client.get(address).status_code == 404
            assert client.post(address, body).status_code in (404, 405)
        with pytest.raises(NotAllowed):
            corrected(actor, wrong)
        with pytest.raises(NotAllowed):
            services.take_back(actor=actor, certificate=wrong)
    assert state_of_things() == before


def test_only_paper_of_a_replaced_certificate_comes_back_and_stays_so(manager, wrong):
    with pytest.raises(WrongState):
        services.take_back(actor=manager, certificate=wrong)
    corrected(manager, wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateReturn.objects.create(certificate=wrong, by=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateReturn.objects.all().delete()
