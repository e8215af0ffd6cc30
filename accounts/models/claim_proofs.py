"""What claims leave behind on the person's side: wrong tries, and invitations by an institution."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models.people import Person, User
from accounts.models.places import Institution


class ClaimTryQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"user": "person__user"}


class ClaimTry(models.Model):
    """Somebody tried to claim the person and was wrong (append-only). Who it was stands in the audit trail alone."""

    class What(models.TextChoices):
        NAME = "name", _("right number, wrong name")
        CODE = "code", _("wrong code")
        INVITATION = "invitation", _("wrong invitation")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claim_tries")
    what = models.CharField(max_length=12, choices=What.choices)
    at = models.DateTimeField()

    objects = ClaimTryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["person", "at"], name="claim_tries_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.what}"


class ClaimInvitationQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "person__user", "institution": "institution", "region": "institution__region__path",
    }  # fmt: skip


class ClaimInvitation(models.Model):
    """A code that an institution hands to somebody on its roster: together with document and name it proves a claim."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claim_invitations")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = ClaimInvitationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["person", "expires_at"], name="invitations_by_person")]

    def __str__(self) -> str:
        return f"{self.institution_id} -> {self.person_id}"
