"""Filling a profile: a new document, a known one, and every way to take what is not one's own."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Claim, IdentityDocument, Person, User
from accounts.selectors import is_checked
from accounts.workflow import Standing
from core import audit, clock
from core.errors import DomainError
from core.models import AuditEntry, OutboxEvent
from tests.accounts.profiles import NUMBER, refused, save
from tests.builders import make_person, make_user, resident_number

pytestmark = pytest.mark.django_db


# --- a new profile --------------------------------------------------------------------------------------------------
def test_new_document_makes_a_person(user):
    person = save(user, "阿卜杜拉・买买提", latin_name=" Abdulla ").person

    document = person.documents.get()
    assert (person.user, person.name, person.name_key) == (user, "阿卜杜拉·买买提", "阿卜杜拉买买提")
    assert (person.latin_name, document.number, document.country) == ("Abdulla", NUMBER, "CHN")
    assert [check.standing for check in person.identity_checks.all()] == [Standing.SELF_DECLARED]
    assert not is_checked(person)


def test_new_profile_is_written_down_without_the_number(user):
    person = save(user).person

    (entry,) = audit.entries_about(person).filter(verb="accounts.profile_saved")
    assert (entry.actor, entry.facts) == (user, {"document_type": "resident_id"})
    assert [e for e in AuditEntry.objects.all() if NUMBER in f"{e.facts}{e.reason}{e.subject_id}"] == []


@pytest.mark.parametrize("typed", [" 000000 19900101 0018 ", "０００００019900101００18", "000000-19900101-0018"])
def test_number_is_stored_in_its_normal_form(typed, user):
    assert save(user, number=typed).person.documents.get().number == NUMBER


def test_wrong_number_is_refused_with_the_reasons(user):
    with pytest.raises(DomainError) as refusal:
        save(user, number="000000199001010019")

    assert (refusal.value.code, refusal.value.facts) == ("document_wrong", {"reasons": ("check_character",)})
    assert Person.objects.count() == 0


def test_second_profile_of_a_login_is_refused(user):
    save(user)

    assert refused(save, user, number="000000198506300024") == "profile_exists"
    assert Person.objects.count() == 1


def test_same_profile_again_is_the_same_person(user):
    first = save(user).person

    assert save(user).person == first
    assert AuditEntry.objects.filter(verb="accounts.profile_saved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_logins_at_once_with_one_document_make_one_person():
    users, together, outcomes = [make_user(), make_user()], threading.Barrier(2), []

    def fill(user: User) -> None:
        together.wait()
        try:
            outcomes.append("made" if save(user).person else "claimed")
        except DomainError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=fill, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["made", "profile_refused"]
    assert (Person.objects.count(), IdentityDocument.objects.count()) == (1, 1)


# --- a document that is known ---------------------------------------------------------------------------------------
def test_known_document_with_the_same_name_opens_a_claim(known, user):
    result = save(user, "林 知夏")

    assert result.person is None
    assert (result.claim.person, result.claim.user, result.claim.state) == (known, user, "open")
    assert Person.objects.get(pk=known.pk).user is None
    assert list(OutboxEvent.objects.values_list("kind", "key")) == [("accounts.send_claim_code", str(result.claim.pk))]


def test_claiming_twice_is_one_claim_and_one_message(known, user):
    assert save(user).claim == save(user).claim
    assert OutboxEvent.objects.count() == 1
    assert AuditEntry.objects.filter(verb="accounts.claim_opened").count() == 1


def test_refusals_look_the_same_whatever_the_reason(known, user):
    """Another name, a person of another login, a second claim: nobody learns which."""
    other = make_person("何磊", user=make_user(), number="000000198506300024")
    save(user)

    reasons = [
        refused(save, make_user(), "王五"),
        refused(save, make_user(), other.name, "000000198506300024"),
        refused(save, make_user(), "王五", "000000198506300024"),
        refused(save, user, "王五", "00000019770715003X"),
    ]
    assert reasons == ["profile_refused"] * 4


def test_refused_profile_writes_nothing_but_the_try(known, user):
    before = (Person.objects.count(), Claim.objects.count())

    refused(save, user, "王五")

    assert (Person.objects.count(), Claim.objects.count()) == before
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.facts) == ("accounts.profile_refused", {"code": "profile_refused"})


def test_login_with_a_person_cannot_claim_another(known, user):
    make_person("林知夏", user=user)

    assert refused(save, user) == "profile_exists"
    assert Claim.objects.count() == 0


def test_login_with_an_open_claim_cannot_claim_another_person(claim, user):
    make_person("林知夏", number="000000198506300024")

    assert refused(save, user, "林知夏", "000000198506300024") == "profile_refused"
    assert Claim.objects.get() == claim


def test_login_with_an_open_claim_cannot_make_a_new_person(claim, user):
    assert refused(save, user, "林知夏", "000000198506300024") == "profile_refused"
    assert Person.objects.filter(user=user).count() == 0


def test_document_of_a_merged_person_leads_to_the_surviving_one(known, user):
    survivor = make_person("林知下")
    Person.objects.filter(pk=known.pk).update(merged_into=survivor)

    assert save(user, "林知夏").claim.person == survivor


# --- trying numbers against names -----------------------------------------------------------------------------------
def test_after_ten_refusals_the_right_name_is_refused_too():
    make_person("林知夏", number=NUMBER)
    user = make_user()
    codes = [refused(save, user, name=f"别人{turn}") for turn in range(10)]

    assert codes == ["profile_refused"] * 10
    assert refused(save, user) == "profile_refused"
    assert refused(save, user, number=resident_number()) == "profile_refused"
    with clock.travel(timedelta(hours=25)):
        assert save(user).claim is not None


def test_nine_refusals_lock_nobody_out():
    make_person("林知夏", number=NUMBER)
    user = make_user()
    for turn in range(9):
        refused(save, user, name=f"别人{turn}")

    assert save(user).claim is not None
