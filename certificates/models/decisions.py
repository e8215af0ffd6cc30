"""A revocation as it is prepared: what is said, how the holder was told, what the holder answered, who decided."""

from typing import ClassVar

from django.db import models

from accounts.access import ScopedQuerySet
from accounts.models.hearings import Hearing, hearing_constraints
from certificates.workflow import RevocationState


class RevocationQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "certificate__person__user",
        "base": "certificate__base",
        "region": "certificate__base__region__path",
    }


class RevocationCase(Hearing):
    """The issuer says that a certificate rests on a false fact. The notice is frozen; answer and decision follow it."""

    certificate = models.ForeignKey(
        "certificates.Certificate", on_delete=models.PROTECT, related_name="revocation_cases"
    )
    state = models.CharField(max_length=12, choices=RevocationState.choices, default=RevocationState.NOTICED)

    objects = RevocationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = hearing_constraints("revocation", about="certificate", done=RevocationState.REVOKED)
        indexes = [models.Index(fields=["state", "answer_until"], name="revocations_by_day")]

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.state}"
