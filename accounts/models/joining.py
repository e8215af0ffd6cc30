"""How people come to a hat: invitations to an address, and requests to act for a place."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from allauth.account.models import EmailAddress
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare

from accounts.models.people import User
from accounts.models.places import AdminBody, Institution, TrainingBase
from accounts.models.positions import OfPlaceQuerySet
from accounts.permissions import ADMINISTRATORS, PLACE_OF, Role
from accounts.workflow import InvitationState, JoinState
from core import clock
from core.fields import SealedField, blind_index
from core.text import mask_email, mask_phone


def address_index(address: str) -> str:
    """Of a mail address, or of a mobile number in E.164 form."""
    return blind_index("invited_address", address.strip().lower())


class RoleAtPlace(models.Model):
    """Which role, at which place: the place's kind is that of the role."""

    role = models.CharField(max_length=24, choices=Role.choices)
    admin_body = models.ForeignKey(AdminBody, null=True, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey(TrainingBase, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True

    @property
    def place(self) -> AdminBody | Institution | TrainingBase:
        return self.base or self.institution or self.admin_body  # type: ignore[return-value]


def _role_at_its_place() -> Q:
    fits = Q(pk__in=[])
    kinds = sorted(set(PLACE_OF.values()))
    for kind in kinds:
        roles = sorted(str(role) for role, where in PLACE_OF.items() if where == kind)
        fits |= Q(role__in=roles, **{f"{name}__isnull": name != kind for name in kinds})
    return fits


def is_number(address: str) -> bool:
    """A mobile number stands where a mail address may; a mail address may begin with a plus as well."""
    return "@" not in address


class InvitationQuerySet(OfPlaceQuerySet):
    """Also reached by whoever has confirmed the invited address as the own one."""

    def _own(self, actor: User) -> Q:
        confirmed = EmailAddress.objects.filter(user=actor.pk, verified=True).values_list("email", flat=True)
        numbers = [actor.phone] if actor.phone and actor.phone_verified else []
        return Q(email_index__in=[address_index(one) for one in (*confirmed, *numbers)])

    def to_addresses_of(self, actor: User) -> Self:
        return self.filter(self._own(actor))


class Invitation(RoleAtPlace):
    """An address is asked to act for a place; answered once, within a week, by whoever has confirmed that address;
    accepted with the letter in hand."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # A mail address, or a mobile number in E.164 form: the one the letter goes to by mail, the other by text message.
    email = SealedField()
    email_index = models.CharField(max_length=64, db_index=True)
    # Of the newest letter; the word itself is nowhere kept.
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=InvitationState.choices, default=InvitationState.OPEN)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Another security administrator, without whose yes no administrator's office is given.
    seconded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="invitation_role_at_its_place", condition=_role_at_its_place()),
            models.CheckConstraint(
                name="invitation_seconded_by_another",
                condition=Q(seconded_by__isnull=True) | ~Q(seconded_by=F("invited_by")),
            ),
            models.CheckConstraint(
                name="administrators_are_seconded",
                condition=~Q(role__in=sorted(ADMINISTRATORS), state=InvitationState.ACCEPTED, seconded_by__isnull=True),
            ),
            *(
                models.UniqueConstraint(
                    fields=["email_index", "role", kind],
                    condition=Q(state=InvitationState.OPEN),
                    name=f"one_open_invitation_to_{kind}",
                )
                for kind in ("admin_body", "institution", "base")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.place}: {self.state}"

    @property
    def masked(self) -> str:
        return mask_phone(self.email) if self.is_to_a_number else mask_email(self.email)

    @property
    def is_to_a_number(self) -> bool:
        return is_number(self.email)

    def is_open_at(self, moment: datetime) -> bool:
        return self.state == InvitationState.OPEN and moment < self.expires_at

    @property
    def waits_for_a_second(self) -> bool:
        return self.role in ADMINISTRATORS and self.seconded_by_id is None

    def is_opened_by(self, letter: str) -> bool:
        return bool(self.token_hash) and constant_time_compare(letter, self.token_hash)


class JoinRequestQuerySet(OfPlaceQuerySet):
    scope_paths: ClassVar = {**OfPlaceQuerySet.scope_paths, "user": "user"}


class JoinRequest(RoleAtPlace):
    """A login asks to act for an institution or a base; those who may invite there answer."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="join_requests")
    message = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=JoinState.choices, default=JoinState.OPEN)
    # Why it was refused: the one who asked reads it.
    answer = models.CharField(max_length=300, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="join_request_role_at_its_place", condition=_role_at_its_place()),
            models.CheckConstraint(name="join_request_not_to_bodies", condition=Q(admin_body__isnull=True)),
            *(
                models.UniqueConstraint(
                    fields=["user", "role", kind], condition=Q(state=JoinState.OPEN), name=f"one_open_request_to_{kind}"
                )
                for kind in ("institution", "base")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} asks for {self.role} of {self.place}: {self.state}"
