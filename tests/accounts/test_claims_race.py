"""Two claim the same person at the same moment: one gets the record, the other a refusal, whichever proof each has."""

from datetime import timedelta

import pytest

from accounts.models import Claim, ClaimInvitation, Person, User
from accounts.services import confirm_claim_at_desk, confirm_claim_by_invitation, invite_to_claim
from core import clock
from tests.accounts.profiles import NUMBER, save
from tests.builders import base_manager, make_appointment, make_base, make_institution, make_person, make_user, officer
from tests.courses.test_race import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known() -> Person:
    person = make_person("林知夏", number=NUMBER)
    make_appointment(person, make_institution(), recorded_at=clock.now() - timedelta(days=30))
    return person


@pytest.fixture
def claims(known: Person) -> list[Claim]:
    return [save(make_user()).claim for _one in range(3)]


def assert_one_has_it(known: Person) -> None:
    confirmed = Claim.objects.filter(state="confirmed")
    assert [claim.user_id for claim in confirmed] == [Person.objects.get(pk=known.pk).user_id]
    assert Person.objects.exclude(user=None).count() == 1


def test_desks_of_two_bases_at_once_confirm_one(known, claims):
    bases = [make_base() for _one in claims]
    managers = [base_manager(base) for base in bases]

    def confirm(place: int) -> None:
        actor = User.objects.get(pk=managers[place].pk)
        confirm_claim_at_desk(actor=actor, claim=Claim.objects.get(pk=claims[place].pk), base=bases[place])

    together(confirm, range(len(claims)))

    assert_one_has_it(known)


def test_one_invitation_in_three_hands_is_used_once(known, claims):
    institution = known.appointments.get().institution
    _invitation, code = invite_to_claim(actor=officer(institution), person=known, institution=institution)

    def confirm(place: int) -> None:
        actor = User.objects.get(pk=claims[place].user_id)
        confirm_claim_by_invitation(actor=actor, claim=Claim.objects.get(pk=claims[place].pk), code=code)

    together(confirm, range(len(claims)))

    assert_one_has_it(known)
    assert ClaimInvitation.objects.filter(used_at=None).count() == 0


def test_same_claim_pressed_twice_is_confirmed_once(known, claims):
    base = make_base()
    managers = [base_manager(base), base_manager(base)]

    def confirm(place: int) -> None:
        actor = User.objects.get(pk=managers[place].pk)
        confirm_claim_at_desk(actor=actor, claim=Claim.objects.get(pk=claims[0].pk), base=base)

    together(confirm, range(2))

    assert_one_has_it(known)
    assert Person.objects.get(pk=known.pk).user_id == claims[0].user_id
