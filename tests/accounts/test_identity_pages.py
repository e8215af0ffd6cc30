"""The page of one's own identity: every way that is open, named; the outside service only where there is one."""

from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import Appointment, IdentityCheck
from accounts.selectors import is_checked
from accounts.selectors.identity import identity_ways
from accounts.services.identity_provider import InventedRegister, check_by_service
from accounts.workflow import Standing
from core.errors import DomainError, NotAllowed
from tests.accounts.profiles import save
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, resident_number

pytestmark = pytest.mark.django_db
LOCAL = "accounts.services.identity_provider.InventedRegister"


def page(user) -> str:
    client = Client()
    client.force_login(user)
    return client.get("/en/profile/identity/").content.decode()


# --- which ways -----------------------------------------------------------------------------------------------------
def test_institution_with_another_officer_is_named_and_the_desk_always():
    person, place = make_person(user=make_user()), make_institution("岚江大学")
    make_appointment(person, place)
    officer(place)

    content = page(person.user)

    assert "At 岚江大学: show your original document to an officer" in content
    assert "At the desk of the training base" in content


def test_ways_that_are_not_open_are_not_named():
    """No officer there; the only officer is the person; left already; entered falsely."""
    person = make_person(user=make_user())
    make_appointment(person, make_institution("无人单位"))
    own = make_institution("本人单位")
    make_appointment(person, own)
    officer_of_own = person.user.memberships.create(
        role="institution_officer", institution=own, valid_from=date(2020, 1, 1)
    )
    left = make_institution("已离单位")
    make_appointment(person, left, end_date=date(2025, 1, 1))
    officer(left)
    voided = make_institution("误列单位")
    appointment = make_appointment(person, voided)
    officer(voided)
    Appointment.objects.filter(pk=appointment.pk).update(voided_at=appointment.recorded_at)

    assert officer_of_own.pk
    assert identity_ways(person.user).institutions == []


def test_open_claim_leads_to_its_proofs_and_shows_nothing_of_the_record(user):
    known, place = make_person("林知夏", number="000000199001010018"), make_institution("岚江大学")
    make_appointment(known, place)
    officer(place)
    save(user, "林知夏")

    content = page(user)

    assert identity_ways(user).waits
    assert "by an invitation of your institution, or at the desk" in content
    assert "/en/profile/claim/" in content
    assert "岚江大学" not in content


def test_without_a_profile_it_comes_first(user):
    assert "/en/profile/" in page(user)
    assert "First, your profile" in page(user)


def test_checked_identity_needs_no_way():
    person = make_person(user=make_user(), checked=True)

    assert "Ways open to you" not in page(person.user)


# --- the outside service --------------------------------------------------------------------------------------------
def test_without_a_service_the_page_says_so_and_has_no_button(settings):
    settings.IDENTITY_PROVIDER = ""
    person = make_person(user=make_user())

    content = page(person.user)

    assert "No outside identity service is connected" in content
    assert "have it checked</button>" not in content
    client = Client()
    client.force_login(person.user)
    answer = client.post("/en/profile/identity/", follow=True)
    assert "No identity service is connected to this platform." in answer.content.decode()
    assert not is_checked(person)


def test_local_service_checks_by_the_button(settings):
    settings.IDENTITY_PROVIDER = LOCAL
    person = make_person(user=make_user())
    assert "演示身份核验服务" in page(person.user)
    client = Client()
    client.force_login(person.user)

    client.post("/en/profile/identity/")
    client.post("/en/profile/identity/")

    check = IdentityCheck.objects.get()
    assert (check.standing, check.body_name) == (Standing.CHECKED_BY_SERVICE, InventedRegister.name)


def test_local_service_vouches_for_invented_numbers_alone():
    ask = InventedRegister().matches

    assert ask(name="高轩", document_type="resident_id", number=resident_number())
    assert not ask(name="高轩", document_type="resident_id", number="110101199001010010")
    assert not ask(name="高轩", document_type="passport", number="000000123")
    assert not ask(name="", document_type="resident_id", number=resident_number())


def test_nobody_asks_about_somebody_else(settings):
    """An officer reaches the person and still is not the person."""
    settings.IDENTITY_PROVIDER = LOCAL
    person, place = make_person(user=make_user()), make_institution()
    make_appointment(person, place)

    with pytest.raises(NotAllowed):
        check_by_service(actor=officer(place), person=person)
    assert not is_checked(person)


class Stranger:
    """A service that knows nobody."""

    name = "测试身份核验服务"
    url = "https://register.example.test/"
    asked = 0

    def matches(self, *, name: str, document_type: str, number: str) -> bool:
        type(self).asked += 1
        return False


class InTheClear(Stranger):
    url = "http://register.example.test/"


def test_service_in_the_clear_is_never_asked(settings):
    settings.IDENTITY_PROVIDER = "tests.accounts.test_identity_pages.InTheClear"
    person, InTheClear.asked = make_person(user=make_user()), 0

    with pytest.raises(ImproperlyConfigured):
        check_by_service(actor=person.user, person=person)

    assert (InTheClear.asked, is_checked(person)) == (0, False)


def test_service_is_asked_three_times_a_day(settings):
    settings.IDENTITY_PROVIDER = "tests.accounts.test_identity_pages.Stranger"
    person, Stranger.asked = make_person(user=make_user()), 0
    codes = []
    for _turn in range(4):
        with pytest.raises(DomainError) as refusal:
            check_by_service(actor=person.user, person=person)
        codes.append(refusal.value.code)

    assert (codes, Stranger.asked) == (["no_match"] * 3 + ["too_many_tries"], 3)


def test_person_without_a_document_is_told(settings):
    settings.IDENTITY_PROVIDER = LOCAL
    person = make_person(user=make_user())
    person.documents.all().delete()

    with pytest.raises(DomainError, match="no_document"):
        check_by_service(actor=person.user, person=person)
