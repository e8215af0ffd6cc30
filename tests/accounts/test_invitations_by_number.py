"""Invitations to a mobile number: the same rules as by mail, the letter comes as a text message."""

import re

import pytest
from django.core import mail

from accounts.models import Invitation, Membership, User
from accounts.permissions import Role
from accounts.selectors.hats import own_invitations
from accounts.selectors.sign_in import phone_index
from accounts.services import accept_invitation, invite
from accounts.services.erasure import erase_login
from accounts.services.invitations import deliver_invitation, token_hash
from core.errors import DomainError, NotAllowed
from tests.accounts.joining import signed_in
from tests.builders import make_institution, officer, regulator

pytestmark = pytest.mark.django_db
NUMBER = "+8613800000018"


@pytest.fixture(autouse=True)
def _messages(settings):
    settings.SMS_MAIL_DOMAIN = "sms.invalid"


def holder(number: str = NUMBER, *, verified: bool = True, **fields: str) -> User:
    return User.objects.create(phone=number, phone_index=phone_index(number), phone_verified=verified, **fields)


def invited(institution, actor=None) -> Invitation:
    actor = actor or officer(institution)
    return invite(actor=actor, role=Role.INSTITUTION_OFFICER, place=institution, email=NUMBER)


def word(invitation: Invitation) -> str:
    deliver_invitation(invitation_id=invitation.pk)
    return re.findall(r"/letters/([^/\s]+)/", str(mail.outbox[-1].body))[0]


def test_link_comes_by_text_message_in_the_language_of_the_number_s_login():
    holder(language="ja")
    invitation = invited(make_institution("岚江大学技术转移中心"))

    assert word(invitation)

    assert mail.outbox[-1].to == ["8613800000018@sms.invalid"]
    assert "/ja/hats/letters/" in mail.outbox[-1].body


def test_holder_of_the_number_accepts_with_the_letter_in_hand():
    institution, user = make_institution(), holder()
    invitation = invited(institution)
    letter = word(invitation)
    assert own_invitations(user) == [invitation]

    accept_invitation(actor=user, invitation=invitation, letter=token_hash(letter))

    assert Membership.objects.get(user=user).institution == institution


@pytest.mark.parametrize(("number", "verified"), [(NUMBER, False), ("+8613900000019", True)])
def test_unproven_and_other_numbers_do_not_accept(number, verified):
    invitation = invited(make_institution())
    letter = word(invitation)
    user = holder(number, verified=verified)

    with pytest.raises(NotAllowed):
        accept_invitation(actor=user, invitation=invitation, letter=token_hash(letter))
    assert own_invitations(user) == []


def test_number_alone_without_the_letter_is_not_enough():
    user, invitation = holder(), invited(make_institution())
    word(invitation)

    with pytest.raises(DomainError, match="letter_missing"):
        accept_invitation(actor=user, invitation=invitation, letter="")


def test_number_stands_nowhere_in_the_open(client):
    institution = make_institution()
    actor = officer(institution)
    invitation = invited(institution, actor)
    stored = Invitation.objects.filter(pk=invitation.pk).values("email", "email_index").get()

    page = signed_in(actor).get(f"/members/institution/{institution.pk}/").content.decode()

    assert not any("13800000018" in str(value) for value in stored.values())
    assert ("138****0018" in page, "13800000018" in page) == (True, False)


def test_own_number_and_a_second_invitation_to_one_number_are_refused():
    institution = make_institution()
    actor = officer(institution)
    User.objects.filter(pk=actor.pk).update(phone_index=phone_index(NUMBER))
    actor.phone, actor.phone_index, actor.phone_verified = NUMBER, phone_index(NUMBER), True
    actor.save()
    with pytest.raises(DomainError, match="own_address"):
        invited(institution, actor)
    invited(institution)

    with pytest.raises(DomainError, match="invited_already"):
        invited(institution)


def test_mail_address_that_begins_with_a_plus_is_a_mail_address(settings):
    settings.SMS_MAIL_DOMAIN = ""
    institution = make_institution()

    made = invite(
        actor=officer(institution), role=Role.INSTITUTION_OFFICER, place=institution, email="+ops@example.test"
    )
    deliver_invitation(invitation_id=made.pk)

    assert mail.outbox[-1].to == ["+ops@example.test"]


def test_without_a_gateway_no_number_is_invited(settings):
    settings.SMS_MAIL_DOMAIN = ""
    institution = make_institution()

    with pytest.raises(DomainError, match="no_messages"):
        invited(institution)

    page = signed_in(officer(institution)).get(f"/members/institution/{institution.pk}/").content.decode()
    assert 'name="phone"' not in page


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ({"phone": "138 0000 0018"}, 1),
        ({"email": "one@example.test"}, 1),
        ({}, 0),
        ({"phone": "138 0000 0018", "email": "one@example.test"}, 0),
        ({"phone": "12"}, 0),
    ],
)
def test_form_takes_one_of_the_two(typed, made):
    institution = make_institution()
    page = signed_in(officer(institution))

    answer = page.post(f"/members/institution/{institution.pk}/", {"role": "institution_officer", **typed})

    assert (Invitation.objects.count(), answer.status_code) == (made, 302 if made else 200)


def test_erasing_a_login_takes_its_number_out_of_invitations():
    user, invitation = holder(), invited(make_institution())

    erase_login(actor=regulator(), user=user)

    invitation = Invitation.objects.get(pk=invitation.pk)
    assert (invitation.email.endswith("@erased.invalid"), invitation.token_hash) == (True, "")


def test_erasing_a_login_leaves_the_invitation_to_a_number_that_it_never_proved():
    user, invitation = holder(verified=False), invited(make_institution())

    erase_login(actor=regulator(), user=user)

    assert Invitation.objects.get(pk=invitation.pk).email == NUMBER
