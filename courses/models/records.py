"""The dated fact "has been trained" (培训记录): what the ratio counts and certificates attest."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Appointment, Membership, Person, TrainingBase, User
from accounts.models.people import named_in
from courses.models.curriculum import Level
from courses.models.delivery import Enrolment
from courses.workflow import RecordStanding


class Track(models.TextChoices):
    SOCIAL = "SOCIAL", _("social training")
    DEGREE = "DEGREE", _("degree education")


class TrainingRecordQuerySet(ScopedQuerySet):
    """Reached by the person, by the base that trained, and wherever the person holds an appointment."""

    scope_paths: ClassVar = {
        "user": "person__user", "base": "base", "institution": "person", "region": "person",
    }  # fmt: skip
    # The way from the row to the training record; empty for the record itself.
    to_record: ClassVar = ""

    def _within(self, membership: Membership) -> Q:
        if membership.base_id:
            return Q(**{f"{self.to_record}base": membership.base_id})
        appointments = Appointment.objects.holding()
        if membership.institution_id:
            return self._of_people(appointments.filter(institution=membership.institution_id))
        jurisdiction = membership.admin_body.jurisdiction  # type: ignore[union-attr]
        if jurisdiction == "":
            return Q(pk__isnull=False)
        inside = appointments.filter(institution__region__path__startswith=jurisdiction)
        trained_here = Q(**{f"{self.to_record}base__region__path__startswith": jurisdiction})
        return self._of_people(inside) | trained_here

    def _of_people(self, appointments: models.QuerySet) -> Q:
        return named_in(appointments, f"{self.to_record}person__")

    def standing_facts(self) -> Self:
        """Records that nothing has annulled and no correction has replaced."""
        # By the column that joins: by another one PostgreSQL expects a single row, and asks the whole staff for each
        # record of the country.
        return self.latest_wordings().filter(annulment__record__isnull=True)

    def latest_wordings(self) -> Self:
        return self.filter(replaced_by__replaces__isnull=True)


class AnnulmentQuerySet(TrainingRecordQuerySet):
    scope_paths: ClassVar = {
        "user": "record__person__user", "base": "record__base", "institution": "record__person",
        "region": "record__person",
    }  # fmt: skip
    to_record: ClassVar = "record__"


class TrainingRecord(models.Model):
    """Somebody completed a training on a day (append-only). An expired certificate untrains nobody."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="training_records")
    track = models.CharField(max_length=8, choices=Track.choices)
    level = models.ForeignKey(Level, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    # Who trained: a base of this platform, or (training before the platform) a name as written.
    base = models.ForeignKey(TrainingBase, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=200)
    hours = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    completed_on = models.DateField()
    standing = models.CharField(max_length=24, choices=RecordStanding.choices)
    enrolment = models.OneToOneField(
        Enrolment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="training_record",
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # A correction is a new row that points to the one it replaces.
    replaces = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )

    objects = TrainingRecordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person", "track", "title", "completed_on", "standing"],
                # A correction repeats these fields; a record is replaced at most once (`replaces` is unique).
                condition=Q(replaces__isnull=True),
                name="training_record_once",
            ),
        ]
        indexes = [models.Index(fields=["person", "completed_on"], name="training_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.title} {self.completed_on}"


class TrainingRecordAnnulment(models.Model):
    """A record turned out to be false: it never counted. A dated fact of its own (append-only)."""

    record = models.OneToOneField(TrainingRecord, on_delete=models.PROTECT, related_name="annulment")
    annulled_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    # What led to it. Rows from before there were cases say so; no other row goes without.
    case = models.ForeignKey(
        "courses.AnnulmentCase", null=True, blank=True, on_delete=models.PROTECT, related_name="annulments"
    )
    predates_cases = models.BooleanField(default=False)

    objects = AnnulmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="annulment_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="annulment_comes_of_a_case",
                condition=Q(predates_cases=True, case__isnull=True) | Q(predates_cases=False, case__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} annulled {self.annulled_on}"
