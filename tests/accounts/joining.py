"""Letters as they come, and logins that have confirmed their address."""

import re

from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import Invitation, User
from accounts.permissions import Role
from accounts.services import invite
from accounts.services.invitations import deliver_invitation
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


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
