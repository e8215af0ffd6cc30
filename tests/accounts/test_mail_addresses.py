"""A mail address counts for whoever holds the code sent there, never for whoever typed it first."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client

from accounts.models import Membership, User
from accounts.services import accept_invitation
from accounts.services.sign_in import put_phone, set_login_phone
from core import clock
from core.errors import DomainError
from core.models import AuditEntry
from tests.accounts.joining import INVITED, confirmed, invited, letter, signed_in
from tests.accounts.signing_in import PASSWORD
from tests.builders import make_institution, make_user, officer

pytestmark = pytest.mark.django_db
VICTIM = INVITED
ATTACKERS = "correct-horse-26"
FORM = {"phone": "", "email": VICTIM, "password1": ATTACKERS, "password2": ATTACKERS}


def mails(to: str = VICTIM) -> list[str]:
    return [str(message.body) for message in mail.outbox if message.to == [to]]


def last_code() -> str:
    return re.findall(r"\b\d{6}\b", mails()[-1])[0]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def by_login_code(client: Client) -> bool:
    asked = client.post("/accounts/login/code/", {"phone": "", "email": VICTIM})
    if re.findall(r"\b\d{6}\b", mails()[-1]):
        client.post(asked.url, {"code": last_code()})
    return is_in(client)


def adds_the_address() -> tuple[User, Client]:
    """A login by number adds an address that is not its own."""
    user = User(password=make_password(PASSWORD))
    put_phone(user, "+8613800000018")
    user.save()
    set_login_phone(actor=user, phone="+8613800000018", verified=True)
    client = Client()
    client.post("/accounts/login/", {"login": "+8613800000018", "password": PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": VICTIM})
    return user, client


# --- signing up by mail ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_sign_up_by_mail_and_code(client, language):
    sent = client.post(f"{language}/accounts/signup/", FORM)
    assert (sent.url, is_in(client)) == (f"{language}/accounts/confirm-email/", False)
    assert f"{language}/accounts/confirm-email/" in client.get(sent.url).content.decode()

    answer = client.post(sent.url, {"code": last_code()})

    assert (answer.url, is_in(client)) == (f"{language}/home/", True)
    assert EmailAddress.objects.get(email=VICTIM).verified


def test_wrong_code_confirms_nothing(client):
    page = client.post("/accounts/signup/", FORM).url
    wrong = f"{(int(last_code()) + 1) % 1_000_000:06d}"

    answers = [client.post(page, {"code": wrong}) for _try in range(3)]

    assert (answers[-1].url, is_in(client)) == ("/accounts/login/", False)
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_code_of_one_browser_confirms_nothing_in_another(client):
    client.post("/accounts/signup/", FORM)
    other = Client()

    other.post("/accounts/confirm-email/", {"code": last_code()})

    assert not is_in(other)
    assert not EmailAddress.objects.filter(verified=True).exists()


# --- somebody else's address ----------------------------------------------------------------------------------------
def test_added_address_is_not_stored_before_its_code():
    attacker, client = adds_the_address()

    assert not EmailAddress.objects.filter(email=VICTIM).exists()
    assert not by_login_code(Client())

    client.post("/accounts/confirm-email/", {"code": "000000"})
    assert not attacker.emailaddress_set.exists()


def test_owner_signs_up_although_somebody_added_the_address(client):
    attacker, _client = adds_the_address()

    page = client.post("/accounts/signup/", FORM).url
    client.post(page, {"code": last_code()})

    assert client.session["_auth_user_id"] != str(attacker.pk)


def test_added_address_is_stored_with_its_code():
    user, client = adds_the_address()

    client.post("/accounts/confirm-email/", {"code": last_code()})

    assert user.emailaddress_set.get().verified


def test_password_of_whoever_typed_the_address_does_not_open_the_owners_login():
    attacker, owner, later = Client(), Client(), Client()
    attacker.post("/accounts/signup/", FORM)

    assert by_login_code(owner)

    for one in (attacker, later):
        one.post("/accounts/login/", {"login": VICTIM, "password": ATTACKERS})
        assert not is_in(one)
    assert owner.get("/profile/").status_code == 200
    assert AuditEntry.objects.filter(verb="accounts.unproven_password_dropped").count() == 1


def test_owner_chooses_a_new_password_after_somebody_signed_up():
    attacker, owner = Client(), Client()
    attacker.post("/accounts/signup/", FORM)
    owner.post("/accounts/signup/", FORM)
    assert "There is a login" in mails()[-1] or "已有" in mails()[-1]

    owner.post("/accounts/password/reset/", {"email": VICTIM})
    (link,) = re.findall(r"https?://[^/\s]+(/\S+)", mails()[-1])
    owner.post(owner.get(link).url, {"password1": "other-horse-27", "password2": "other-horse-27"})

    attacker.post("/accounts/login/", {"login": VICTIM, "password": ATTACKERS})
    assert not is_in(attacker)
    assert not User.objects.get(email=VICTIM).check_password(ATTACKERS)


def test_login_code_leaves_the_password_of_a_proven_login():
    user = confirmed()
    phone = make_user("b@example.test")

    assert by_login_code(Client())

    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert phone.check_password(PASSWORD)


# --- invitations ----------------------------------------------------------------------------------------------------
def test_address_confirmed_long_ago_does_not_accept_without_the_letter():
    institution = make_institution()
    with clock.travel(timedelta(days=-400)):
        user = confirmed()
    invitation = invited(officer(institution), institution)
    letter(invitation)
    client = signed_in(user)
    page = f"/en/hats/invitations/{invitation.uuid}/"

    assert 'name="accept"' not in client.get(page).content.decode()
    told = client.post(page, {"accept": "1"}, follow=True).content.decode()

    assert "Open the link in the newest letter" in told
    assert not Membership.objects.filter(user=user).exists()
    with pytest.raises(DomainError, match="letter_missing"):
        accept_invitation(actor=user, invitation=invitation, letter="")


def test_letter_opens_one_invitation_and_no_other():
    institution, other = make_institution(), make_institution()
    user = confirmed()
    client = signed_in(user)
    opened, second = invited(officer(institution), institution), invited(officer(other), other)
    page = client.get(letter(opened)).url
    letter(second)

    client.post(f"/hats/invitations/{second.uuid}/", {"accept": "1"})
    assert not Membership.objects.filter(user=user).exists()

    assert 'name="accept"' in client.get(page).content.decode()
    client.post(page, {"accept": "1"})
    assert Membership.objects.get(user=user).institution == institution


def test_invitation_without_a_letter_yet_is_not_accepted():
    institution = make_institution()
    invitation = invited(officer(institution), institution)

    with pytest.raises(DomainError, match="letter_missing"):
        accept_invitation(actor=confirmed(), invitation=invitation, letter="")
