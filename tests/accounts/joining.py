"""Letters as they come, and logins that have confirmed their address."""

import re

from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import Invitation, Membership, User
from accounts.permissions import Role
from accounts.services import accept_invitation, invite
from accounts.services.invitations import deliver_invitation, token_hash
from accounts.services.memberships import Place
from tests.builders import make_user

INVITED = "zhiyuan@example.test"


def confirmed(email: str = INVITED, *, verified: bool = True) -> User:
    user = make_user(email)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def invited(actor: User, place: Place, role: str = Role.INSTITUTION_OFFICER, email: str = INVITED) -> Invitation:
    return invite(actor=actor, role=role, place=place, email=email)


def letter(invitation: Invitation) -> str:
    """The address inside the letter, without the host."""
    deliver_invitation(invitation_id=invitation.pk)
    return re.findall(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body))[0]


def accept(*, actor: User, invitation: Invitation) -> Membership:
    """With the newest letter in hand, as far as one still goes out."""
    deliver_invitation(invitation_id=invitation.pk)
    words = [word for message in mail.outbox for word in re.findall(r"/letters/([^/\s]+)/", str(message.body))]
    return accept_invitation(actor=actor, invitation=invitation, letter=token_hash("".join(words[-1:])))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
