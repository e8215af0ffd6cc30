"""A system begins from the machine, and from two security administrators on only from its pages."""

import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AdminBody, Invitation, Membership, User
from accounts.permissions import ADMINISTRATORS, Role
from accounts.selectors import system_user
from accounts.services import (
    accept_invitation,
    appoint,
    end_hat,
    leave,
    second_invitation,
    withdraw_invitation,
)
from accounts.services.invitations import deliver_invitation
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, OutboxEvent
from tests.accounts.joining import accept, confirmed, invited, signed_in
from tests.builders import hat, make_base, make_institution, make_user, regulator

pytestmark = pytest.mark.django_db
FIRST, SECOND = "first@example.test", "second@example.test"


def national() -> AdminBody:
    return AdminBody.objects.get(code="NATIONAL")


def security_admin() -> User:
    return hat(Role.SECURITY_ADMIN, national())


def refused(act) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


# --- from the machine -----------------------------------------------------------------------------------------------
def test_command_appoints_the_first_and_they_come_in_by_code(client, capsys):
    call_command("appoint", FIRST, "security_admin")

    hat_given = Membership.objects.get(user__email=FIRST)
    assert (hat_given.role, hat_given.place) == (Role.SECURITY_ADMIN, national())
    entry = AuditEntry.objects.get(verb="accounts.appointed_first")
    assert (entry.actor, entry.facts["role"]) == (system_user(), "security_admin")
    asked = client.post("/accounts/login/code/", {"phone": "", "email": FIRST})
    client.post(asked.url, {"code": re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))[0]})
    assert client.session["_auth_user_id"] == str(hat_given.user_id)


def test_with_two_security_administrators_the_machine_appoints_nobody():
    for email in (FIRST, SECOND):
        call_command("appoint", email, "security_admin")

    with pytest.raises(CommandError, match="Two security administrators"):
        call_command("appoint", "third@example.test", "security_admin")
    for role in ("audit_admin", "regulator"):
        with pytest.raises(CommandError):
            call_command("appoint", "third@example.test", role)
    assert not User.objects.filter(email="third@example.test").exists()


def test_machine_helps_again_when_one_of_two_has_gone():
    for email in (FIRST, SECOND):
        call_command("appoint", email, "security_admin")
    left = Membership.objects.get(user__email=SECOND)
    leave(actor=left.user, membership=left)

    call_command("appoint", "third@example.test", "security_admin")

    assert Membership.objects.filter(user__email="third@example.test").exists()


def test_every_role_begins_at_its_place():
    institution, base, body = make_institution(), make_base(), regulator().memberships.get().admin_body

    for role, code in (
        ("institution_officer", institution.uscc),
        ("base_manager", base.code),
        ("regulator", body.code),
    ):
        call_command("appoint", f"{role}@example.test", role, code)

    places = [one.place for one in Membership.objects.filter(user__email__endswith="@example.test").order_by("pk")]
    assert places[-3:] == [institution, base, body]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("no-address", "auditor"), "no mail address"),
        ((FIRST, "auditor", "NOWHERE"), "No place"),
        ((FIRST, "system_admin", "BODY990000"), "national body"),
        ((FIRST, "system"), "invalid choice"),
    ],
)
def test_what_does_not_fit_is_said_and_makes_no_login(arguments, word):
    regulator("990000")

    with pytest.raises(CommandError, match=word):
        call_command("appoint", *arguments)

    assert not User.objects.filter(email=FIRST).exists()


def test_address_that_somebody_only_typed_gets_no_hat():
    Client().post(
        "/accounts/signup/", {"phone": "", "email": FIRST, "password1": "x-horse-261", "password2": "x-horse-261"}
    )
    assert User.objects.filter(email=FIRST).exists()

    with pytest.raises(CommandError, match="never confirmed"):
        call_command("appoint", FIRST, "security_admin")

    assert not Membership.objects.filter(user__email=FIRST).exists()


def test_only_the_system_appoints():
    for actor in (security_admin(), make_user()):
        with pytest.raises(NotAllowed):
            appoint(actor=actor, email=FIRST, role=Role.AUDITOR)


# --- the last one stays ---------------------------------------------------------------------------------------------
def test_last_security_administrator_does_not_leave():
    user = security_admin()
    membership = user.memberships.get()

    for knows in (False, True):
        assert refused(lambda knows=knows: leave(actor=user, membership=membership, knows_it_is_the_last=knows)) == (
            "last_security_admin"
        )
    client = signed_in(user)
    assert client.get(f"/hats/{membership.pk}/leave/").url == "/hats/"
    client.post(f"/hats/{membership.pk}/leave/", {"last": "known"})
    assert [one.role for one in user.valid_memberships()] == [Role.SECURITY_ADMIN]


def test_closed_login_does_not_count_as_another_one():
    user, other = security_admin(), security_admin()
    User.objects.filter(pk=other.pk).update(is_active=False)

    assert refused(lambda: leave(actor=user, membership=user.memberships.get())) == "last_security_admin"


def test_one_of_two_leaves_and_the_other_cannot():
    user, other = security_admin(), security_admin()

    leave(actor=user, membership=user.memberships.get())

    assert refused(lambda: leave(actor=other, membership=other.memberships.get())) == "last_security_admin"
    with pytest.raises(DomainError, match="own_hat"):
        end_hat(actor=other, membership=other.memberships.get(), reason="r")


# --- an administrator's office takes two ----------------------------------------------------------------------------
@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_one_security_administrator_alone_gives_no_administrators_office(role):
    """The own second address would else hold another of the three offices."""
    actor = security_admin()
    second_self = confirmed("self@example.test")
    invitation = invited(actor, national(), role, "self@example.test")

    deliver_invitation(invitation_id=invitation.pk)

    assert mail.outbox == []
    assert not OutboxEvent.objects.filter(kind="accounts.send_invitation").exists()
    assert refused(lambda: second_invitation(actor=actor, invitation=invitation)) == "same_person_twice"
    Invitation.objects.filter(pk=invitation.pk).update(token_hash="0" * 64)
    assert refused(lambda: accept_invitation(actor=second_self, invitation=invitation, letter="0" * 64)) == (
        "letter_missing"
    )
    assert second_self.memberships.count() == 0


def test_with_the_yes_of_another_one_the_letter_goes_out():
    actor, other = security_admin(), security_admin()
    user = confirmed("new@example.test")
    invitation = invited(actor, national(), Role.AUDIT_ADMIN, "new@example.test")

    second_invitation(actor=other, invitation=invitation)
    accept(actor=user, invitation=invitation)

    assert [one.role for one in user.valid_memberships()] == [Role.AUDIT_ADMIN]
    assert OutboxEvent.objects.get(kind="accounts.send_invitation").key == str(invitation.pk)
    assert AuditEntry.objects.get(verb="accounts.invitation_seconded").actor == other


def test_yes_is_for_others_addresses_open_invitations_and_administrators():
    actor, other = security_admin(), confirmed("other@example.test")
    hat(Role.SECURITY_ADMIN, national(), other)
    to_other = invited(actor, national(), Role.AUDIT_ADMIN, "other@example.test")
    plain = invited(actor, national(), Role.AUDITOR)
    gone = invited(actor, national(), Role.SYSTEM_ADMIN)
    withdraw_invitation(actor=actor, invitation=gone)

    assert refused(lambda: second_invitation(actor=other, invitation=to_other)) == "own_address"
    for invitation in (plain, gone):
        with pytest.raises(WrongState):
            second_invitation(actor=other, invitation=invitation)
    for nobody in (regulator(), hat(Role.AUDIT_ADMIN, national()), make_user()):
        with pytest.raises(NotAllowed):
            second_invitation(actor=nobody, invitation=to_other)


def test_whoever_agreed_must_still_be_able_to():
    actor, other = security_admin(), security_admin()
    user = confirmed("new@example.test")
    invitation = invited(actor, national(), Role.AUDIT_ADMIN, "new@example.test")
    second_invitation(actor=other, invitation=invitation)
    end_hat(actor=actor, membership=other.memberships.get(), reason="r")

    assert refused(lambda: accept(actor=user, invitation=invitation)) == "no_longer_given"


def test_pages_show_who_has_to_agree():
    actor, other = security_admin(), security_admin()
    members = f"/en/members/admin_body/{national().pk}/"
    sender, seconder = signed_in(actor), signed_in(other)
    told = sender.post(members, {"role": "system_admin", "email": "new@example.test"}, follow=True).content.decode()
    address = f"/en/members/invitations/{Invitation.objects.get().pk}/second/"

    assert "when another security administrator has agreed" in told
    assert address not in told
    assert address in seconder.get(members).content.decode()
    sender.post(address)
    assert Invitation.objects.get().seconded_by is None
    assert "You have agreed" in seconder.post(address, follow=True).content.decode()
    assert Invitation.objects.get().seconded_by == other
    assert address not in seconder.get(members).content.decode()
