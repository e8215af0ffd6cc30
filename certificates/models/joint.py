"""Bodies that issue the certificates of a class together with its training base."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.access import ScopedQuerySet
from core import clock
from courses.models import Cohort


class CoIssuersQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": "cohort__base", "region": "cohort__base__region__path"}


class CoIssuers(models.Model):
    """Who else issues the certificates of a class, in the order of print (append-only): the newest row holds.

    `bodies`: [{zh, en, ja}, …]; an empty list takes back what was named. `basis`: the document that says so.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="co_issuers")
    bodies = models.JSONField(default=list, blank=True)
    basis = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = CoIssuersQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="co_issuers_have_a_basis", condition=~Q(basis=""))]
        indexes = [models.Index(fields=["cohort", "-id"], name="co_issuers_of_cohort")]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {len(self.bodies)}"
