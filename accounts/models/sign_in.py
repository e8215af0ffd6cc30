"""Where a login is signed in: one row per session, for its owner to look at and to end."""

from typing import ClassVar

from django.db import models

from accounts.access import ScopedQuerySet
from accounts.models.people import User


class SignInQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"user": "user"}


class SignIn(models.Model):
    """A session from its beginning to its end. The key of the session stands nowhere but in the session's own table."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    device = models.CharField(max_length=60, blank=True)
    # The login's count of ended sessions at that time: with an older one the session is over.
    epoch = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user", "-seen_at"], name="sign_in_latest")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.started_at:%Y-%m-%d %H:%M}"
