"""Seats of a class that an institution holds for its staff."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.access import ScopedQuerySet
from accounts.models import Institution, Person
from core import clock
from courses.models.delivery import Cohort, Enrolment
from courses.workflow import SeatState


class SeatReservationQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "base": "cohort__base"}

    def live(self, today: Any = None) -> "SeatReservationQuerySet":
        """Those that keep a seat today: the last day passes by itself, nothing has to run."""
        return self.filter(state=SeatState.HELD, held_until__gte=today or clock.today())


class SeatReservation(models.Model):
    """One seat of an open class for one of an institution's staff, named or not, to the end of `held_until`.

    Taken when the base admits somebody for whom it is held; `enrolment` is theirs.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="reservations")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="reservations")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="reservations")
    held_until = models.DateField()
    state = models.CharField(max_length=10, choices=SeatState.choices, default=SeatState.HELD)
    enrolment = models.OneToOneField(
        Enrolment, null=True, blank=True, on_delete=models.PROTECT, related_name="reservation"
    )
    reserved_at = models.DateTimeField(default=clock.now)
    reserved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = SeatReservationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="seat_taken_by_somebody",
                condition=(Q(state=SeatState.TAKEN) & Q(enrolment__isnull=False))
                | (~Q(state=SeatState.TAKEN) & Q(enrolment__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["cohort", "state", "held_until"], name="seats_held_of_cohort")]

    def __str__(self) -> str:
        return f"{self.institution_id} in {self.cohort_id}: {self.state}"

    @property
    def has_lapsed(self) -> bool:
        return self.state == SeatState.HELD and self.held_until < clock.today()
