"""Hats given at the same moment, by two ways or by two bodies: the place is locked, so one of them comes second."""

import pytest

from accounts.models import Invitation, JoinRequest, Membership, User
from accounts.permissions import Role
from accounts.services import accept_invitation, accept_request, ask_to_join
from tests.accounts.joining import confirmed, invited, letter
from tests.builders import make_institution, officer, regulator
from tests.courses.test_race import together

pytestmark = pytest.mark.django_db(transaction=True)


def accept(invitation):
    fresh = Invitation.objects.get(pk=invitation.pk)
    user = User.objects.get(emailaddress__email=fresh.email)
    accept_invitation(actor=user, invitation=fresh, letter=fresh.token_hash)


def test_invitation_and_request_answered_at_once_give_one_hat():
    institution = make_institution()
    host, user = officer(institution), confirmed()
    request = ask_to_join(actor=user, role=Role.INSTITUTION_OFFICER, place=institution)
    invitation = invited(host, institution)
    letter(invitation)

    def answer(way):
        if way == "letter":
            accept(invitation)
        else:
            accept_request(actor=User.objects.get(pk=host.pk), request=JoinRequest.objects.get(pk=request.pk))

    together(answer, ["letter", "request"])

    assert Membership.objects.filter(user=user).count() == 1


def test_two_bodies_give_the_first_hat_once():
    institution = make_institution(code="990100", level="municipal")
    invitations = [
        invited(regulator("990000"), institution),
        invited(regulator("990100"), institution, email="b@x.test"),
    ]
    for one, email in zip(invitations, ("", "b@x.test"), strict=True):
        letter(one)
        confirmed(email) if email else confirmed()

    together(accept, invitations)

    assert Membership.objects.at(institution).count() == 1


def test_two_requests_are_first_once():
    institution = make_institution(code="990100")
    actor = regulator("990000")
    asked = [
        ask_to_join(actor=confirmed(f"n{n}@x.test"), role=Role.INSTITUTION_OFFICER, place=institution) for n in "12"
    ]

    def answer(request):
        accept_request(actor=User.objects.get(pk=actor.pk), request=JoinRequest.objects.get(pk=request.pk))

    together(answer, asked)

    assert Membership.objects.at(institution).count() == 1
