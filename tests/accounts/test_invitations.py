"""Invitations: who may send which, to whom they hold, how long, and how often."""

from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import AdminBody, Invitation
from accounts.permissions import ADMINISTRATORS, Role
from accounts.selectors import system_user
from accounts.services import (
    decline_invitation,
    end_hat,
    second_invitation,
    withdraw_invitation,
)
from accounts.services.invitations import A_DAY, VALID_FOR, close_those, expire_invitations
from accounts.workflow import InvitationState
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, OutboxEvent
from tests.accounts.joining import INVITED, accept, confirmed, invited, letter, signed_in
from tests.builders import (
    base_manager,
    hat,
    make_base,
    make_institution,
    make_user,
    officer,
    regulator,
)

pytestmark = pytest.mark.django_db


def national() -> AdminBody:
    return AdminBody.objects.get(code="NATIONAL")


def refused(act) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


# --- who may invite to what -----------------------------------------------------------------------------------------
def test_officer_invites_to_the_own_institution_alone():
    own, other = make_institution(), make_institution()
    actor = officer(own)

    assert invited(actor, own).state == InvitationState.OPEN
    with pytest.raises(NotAllowed):
        invited(actor, other)


@pytest.mark.parametrize("role", [Role.BASE_MANAGER, Role.INSTRUCTOR, Role.INVIGILATOR])
def test_base_manager_invites_to_the_roles_of_the_own_base(role):
    own = make_base()
    actor = base_manager(own)

    assert invited(actor, own, role).role == role
    with pytest.raises(NotAllowed):
        invited(actor, make_base(), role)


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.INVIGILATOR])
def test_instructors_and_invigilators_invite_nobody(role):
    own = make_base()

    with pytest.raises(NotAllowed):
        invited(hat(role, own), own, Role.INSTRUCTOR)


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS | {Role.REGULATOR, Role.EVALUATOR, Role.AUDITOR, Role.EDITOR}))
def test_bodies_and_administrators_are_the_security_administrators_business(role):
    actor = hat(Role.SECURITY_ADMIN, national())

    assert invited(actor, national(), role).role == role
    for other in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.REGULATOR):
        with pytest.raises(NotAllowed):
            invited(hat(other, national()), national(), role)


def test_nobody_invites_to_the_systems_own_role():
    for actor in (hat(Role.SECURITY_ADMIN, national()), system_user()):
        with pytest.raises(NotAllowed):
            invited(actor, national(), Role.SYSTEM)


def test_regulator_invites_the_first_officer_of_the_region():
    here, there = make_institution(code="990100"), make_institution(code="980000")
    actor = regulator("990000")

    assert invited(actor, here).place == here
    with pytest.raises(NotAllowed):
        invited(actor, there)


def test_regulator_does_not_invite_a_second_officer():
    here = make_institution(code="990100")
    officer(here)

    with pytest.raises(NotAllowed):
        invited(regulator("990000"), here)


@pytest.mark.parametrize(("level", "allowed"), [("national", False), ("provincial", True), ("county", True)])
def test_regulator_reaches_the_own_rank_and_below(level, allowed):
    here = make_institution(code="990100", level=level)
    actor = regulator("990000")

    if allowed:
        assert invited(actor, here).state == InvitationState.OPEN
    else:
        with pytest.raises(NotAllowed):
            invited(actor, here)


def test_nobody_invites_oneself():
    own = make_institution()
    actor = officer(own)

    assert refused(lambda: invited(actor, own, email=actor.email.upper())) == "own_address"


def test_only_the_worn_hat_invites():
    own, other = make_institution(), make_base()
    actor = hat(Role.BASE_MANAGER, other, officer(own))
    actor.worn = [one for one in actor.valid_memberships() if one.base_id]

    with pytest.raises(NotAllowed):
        invited(actor, own)


# --- the letter -----------------------------------------------------------------------------------------------------
def test_letter_goes_out_after_the_commit_and_holds_no_more_than_it_must():
    institution = make_institution("岚江大学")
    invitation = invited(officer(institution), institution)

    assert OutboxEvent.objects.get(kind="accounts.send_invitation").key == str(invitation.pk)
    letter(invitation)
    (sent,) = mail.outbox
    assert sent.to == [INVITED]
    assert "岚江大学" in sent.subject
    assert "机构管理员" in sent.body


def test_address_and_word_of_the_letter_are_nowhere_in_clear():
    institution = make_institution()
    invitation = invited(officer(institution), institution)
    token = letter(invitation).split("/")[-2]
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    trail = " ".join(str(entry.facts) for entry in AuditEntry.objects.all())

    assert INVITED not in str(row)
    assert token not in str(row)
    assert INVITED not in trail
    assert Invitation.objects.get(pk=invitation.pk).email == INVITED


def test_newest_letter_holds():
    institution = make_institution()
    invitation = invited(officer(institution), institution)
    first, second = letter(invitation), letter(invitation)
    client = signed_in(confirmed())

    assert client.get(first).status_code == 404
    assert client.get(second).url == f"/hats/invitations/{invitation.uuid}/"


def test_answered_invitation_sends_no_letter():
    institution = make_institution()
    actor = officer(institution)
    invitation = invited(actor, institution)
    withdraw_invitation(actor=actor, invitation=invitation)

    with pytest.raises(IndexError):
        letter(invitation)


def test_letters_a_day_are_counted():
    institution = make_institution()
    actor = officer(institution)
    for number in range(A_DAY):
        invited(actor, institution, email=f"n{number}@example.test")

    assert refused(lambda: invited(actor, institution)) == "too_many_invitations"
    with clock.travel(timedelta(days=1, minutes=1)):
        assert invited(actor, institution)


# --- answering ------------------------------------------------------------------------------------------------------
def test_accepting_gives_the_hat_once():
    institution = make_institution()
    invitation = invited(officer(institution), institution)
    user = confirmed()

    membership = accept(actor=user, invitation=invitation)

    assert (membership.role, membership.place, membership.user) == (Role.INSTITUTION_OFFICER, institution, user)
    with pytest.raises(WrongState):
        accept(actor=user, invitation=invitation)
    assert user.memberships.count() == 1


@pytest.mark.parametrize(
    "somebody",
    [
        lambda: confirmed("other@example.test"),
        lambda: confirmed(verified=False),
        lambda: make_user(INVITED),
        lambda: hat(Role.REGULATOR, national()),
    ],
    ids=["another address", "not confirmed", "address without confirmation", "nation"],
)
def test_nobody_else_answers(somebody):
    institution = make_institution()
    invitation = invited(officer(institution), institution)
    user = somebody()

    for answer in (accept, decline_invitation):
        with pytest.raises(NotAllowed):
            answer(actor=user, invitation=invitation)
    assert Invitation.objects.get(pk=invitation.pk).state == InvitationState.OPEN


def test_the_one_who_invites_does_not_accept():
    institution = make_institution()
    actor = officer(institution)
    invitation = invited(actor, institution)

    with pytest.raises(NotAllowed):
        accept(actor=actor, invitation=invitation)


def test_declined_and_withdrawn_invitations_are_over():
    institution = make_institution()
    actor, user = officer(institution), confirmed()
    declined = invited(actor, institution)
    decline_invitation(actor=user, invitation=declined)
    withdrawn = invited(actor, institution)
    withdraw_invitation(actor=actor, invitation=withdrawn)

    for invitation in (declined, withdrawn):
        with pytest.raises(WrongState):
            accept(actor=user, invitation=invitation)


def test_invitation_holds_for_seven_days():
    institution = make_institution()
    invitation = invited(officer(institution), institution)
    user = confirmed()

    with clock.travel(VALID_FOR):
        assert refused(lambda: accept(actor=user, invitation=invitation)) == "expired"
    with clock.travel(VALID_FOR - timedelta(seconds=5)):
        assert accept(actor=user, invitation=invitation).place == institution


def test_timer_closes_what_nobody_answered():
    institution = make_institution()
    actor = officer(institution)
    old = invited(actor, institution)

    with clock.travel(VALID_FOR):
        fresh = invited(actor, institution, email="b@example.test")
        assert expire_invitations(actor=system_user()) == 1
        assert expire_invitations(actor=system_user()) == 0

    assert Invitation.objects.get(pk=old.pk).state == InvitationState.EXPIRED
    assert Invitation.objects.get(pk=fresh.pk).state == InvitationState.OPEN


def test_one_that_was_answered_meanwhile_does_not_stop_the_others():
    """The timer has read the list; before it comes to the first one, somebody declines."""
    institution = make_institution()
    actor = officer(institution)
    first = invited(actor, institution)
    second = invited(actor, institution, email="b@example.test")

    with clock.travel(VALID_FOR):
        decline_invitation(actor=confirmed(), invitation=first)
        assert close_those(actor=system_user(), due=[first, second]) == 1

    assert [Invitation.objects.get(pk=one.pk).state for one in (first, second)] == ["declined", "expired"]


def test_address_is_invited_again_after_the_time_and_not_before():
    institution = make_institution()
    actor = officer(institution)
    invited(actor, institution)

    assert refused(lambda: invited(actor, institution, email=INVITED.upper())) == "invited_already"
    with clock.travel(VALID_FOR):
        assert invited(actor, institution).state == InvitationState.OPEN


def test_invitation_of_somebody_who_left_no_longer_holds():
    institution = make_institution()
    actor = officer(institution)
    invitation = invited(actor, institution)
    end_hat(actor=officer(institution), membership=actor.memberships.get(), reason="moved on")

    assert refused(lambda: accept(actor=confirmed(), invitation=invitation)) == "no_longer_given"


def test_first_officer_comes_first_once():
    """Two authorities invite; whoever is second finds the place taken."""
    institution = make_institution(code="990100", level="municipal")
    ours, theirs = regulator("990000"), regulator("990100")
    one, other = invited(ours, institution), invited(theirs, institution, email="b@example.test")
    accept(actor=confirmed(), invitation=one)

    assert refused(lambda: accept(actor=confirmed("b@example.test"), invitation=other)) == "no_longer_given"


@pytest.mark.parametrize("first", sorted(ADMINISTRATORS))
def test_administrator_accepts_no_second_office(first):
    user = hat(first, national(), confirmed())
    second = next(role for role in sorted(ADMINISTRATORS) if role != first)
    invitation = invited(hat(Role.SECURITY_ADMIN, national()), national(), second)
    second_invitation(actor=hat(Role.SECURITY_ADMIN, national()), invitation=invitation)

    assert refused(lambda: accept(actor=user, invitation=invitation)) == "another_administrator"
    assert [one.role for one in user.valid_memberships()] == [first]
    assert Invitation.objects.get(pk=invitation.pk).state == InvitationState.OPEN


def test_every_step_is_written_down():
    institution = make_institution()
    invitation = invited(officer(institution), institution)
    accept(actor=confirmed(), invitation=invitation)

    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [
        "accounts.invited",
        "accounts.invitation.accept",
        "accounts.membership_granted",
        "accounts.sessions_ended",
    ]
