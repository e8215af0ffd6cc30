"""The request centre's one record: what somebody asked about their own data, until when, and what came of it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.access import ScopedQuerySet
from accounts.models import Membership, Person, User
from core.fields import SealedField
from oversight.workflow import OPEN, RequestKind, RequestState


class DataRequestQuerySet(ScopedQuerySet):
    """One's own; an authority reaches those of its people, the national one also of logins without a person."""

    scope_paths: ClassVar = {"user": "user", "region": "person"}

    def _within(self, membership: Membership) -> Q:
        body = membership.admin_body
        if body is None:
            return Q(pk__in=[])
        if body.jurisdiction == "":
            return Q(pk__isnull=False)
        return Q(person__in=Person.objects.filter(Person.objects.all()._within(membership)))


class DataRequest(models.Model):
    """A request with a clock. `wanted` is what a correction asks for, erased with the answer; of an erasure that is
    done, where its last letter goes, erased when that has gone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="data_requests")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=12, choices=RequestKind.choices)
    state = models.CharField(max_length=12, choices=RequestState.choices, default=RequestState.ASKED)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    wanted = SealedField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # Shown to the person: why it was refused, or what was done.
    answer = models.TextField(blank=True)
    # A copy lies sealed under its hash until then.
    file_sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(state__in=sorted(OPEN)), name="one_open_request_of_a_kind"
            ),
            models.CheckConstraint(name="refusal_has_reasons", condition=~Q(state="refused") | ~Q(answer="")),
            models.CheckConstraint(
                name="request_is_due_after_it_was_asked", condition=Q(due_at__gt=models.F("asked_at"))
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="data_requests_by_clock")]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}: {self.state}"
