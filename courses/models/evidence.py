"""Training from elsewhere: agreements of mutual recognition, evidence that is submitted, and its scans."""

import base64
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import Institution, Membership, Person, Region, User
from accounts.models.bodies import DatedFact
from core import clock
from core.fields import SealedField
from courses.models.curriculum import Level
from courses.models.evidence_batches import EvidenceBatch
from courses.models.records import Track, TrainingRecord
from courses.workflow import EvidenceState


class EvidenceKind(models.TextChoices):
    DEGREE = "degree", _("degree education")
    EARLIER = "earlier", _("training before the platform")
    MUTUAL = "mutual", _("another region, under mutual recognition")


class MutualRecognition(DatedFact):
    """Two regions recognise one another's trainings (frozen but for its end): of a day on which it holds."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="recognition_between_two_regions", condition=~Q(region=F("other"))),
            models.CheckConstraint(
                name="recognition_ends_not_before_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(name="recognition_has_a_document", condition=~Q(document="") & ~Q(title="")),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.document})"


class ExternalEvidenceQuerySet(ScopedQuerySet):
    """Scans are seen by the person, by the institution that submitted them, and by the authorities of where it stands
    today; of what a person submitted, by those of the region of that day."""

    scope_paths: ClassVar = {
        "user": "person__user", "institution": "institution", "region": "institution__region__path",
    }  # fmt: skip
    to_evidence: ClassVar = ""

    def _within(self, membership: Membership) -> Q:
        reach = super()._within(membership)
        if body := membership.admin_body:
            by_the_person = {
                f"{self.to_evidence}institution__isnull": True,
                f"{self.to_evidence}region__path__startswith": body.jurisdiction,
            }
            reach |= Q(**by_the_person)
        return reach


class ExternalEvidence(models.Model):
    """Somebody was trained elsewhere, with scans: submitted, then accepted, refused or withdrawn.

    `claimed` is the record that stands meanwhile and never counts; `record` the one that replaces it once accepted.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="external_evidence")
    # Who submitted it; none: the person.
    institution = models.ForeignKey(
        Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="external_evidence"
    )
    # In which it is decided.
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=EvidenceKind.choices)
    track = models.CharField(max_length=8, choices=Track.choices)
    level = models.ForeignKey(Level, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    provider = models.CharField(max_length=200)
    hours = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    completed_on = models.DateField()
    agreement = models.ForeignKey(
        MutualRecognition, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    state = models.CharField(max_length=12, choices=EvidenceState.choices, default=EvidenceState.SUBMITTED)
    # Handed in with others; `place` is that in the table, from 1.
    batch = models.ForeignKey(EvidenceBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    # Of one that was drawn: does it agree with its scans, as an officer of the authority found?
    agrees = models.BooleanField(null=True, blank=True)
    claimed = models.ForeignKey(TrainingRecord, on_delete=models.PROTECT, related_name="external_evidence")
    record = models.OneToOneField(
        TrainingRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="accepted_evidence"
    )
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # When it was decided or withdrawn: the period of its scans counts from then.
    closed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    body_name = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)

    objects = ExternalEvidenceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["claimed"], condition=Q(state=EvidenceState.SUBMITTED), name="evidence_waits_once_a_claim"
            ),
            models.UniqueConstraint(fields=["batch", "place"], name="evidence_has_its_place_in_a_batch"),
            models.CheckConstraint(
                name="evidence_of_a_batch_has_a_place",
                condition=Q(batch__isnull=True, place__isnull=True) | Q(batch__isnull=False, place__gte=1),
            ),
            models.CheckConstraint(
                name="evidence_accepted_has_record",
                condition=Q(state=EvidenceState.ACCEPTED, record__isnull=False)
                | ~Q(state=EvidenceState.ACCEPTED) & Q(record__isnull=True),
            ),
            models.CheckConstraint(
                name="evidence_decided_by_somebody",
                condition=Q(state__in=[EvidenceState.ACCEPTED, EvidenceState.REFUSED], decided_by__isnull=False)
                | Q(state__in=[EvidenceState.SUBMITTED, EvidenceState.WITHDRAWN], decided_by__isnull=True),
            ),
            models.CheckConstraint(
                name="evidence_decided_by_somebody_else",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="evidence_refused_has_a_reason", condition=~Q(state=EvidenceState.REFUSED) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="evidence_closed_at_some_time",
                condition=Q(state=EvidenceState.SUBMITTED, closed_at__isnull=True)
                | ~Q(state=EvidenceState.SUBMITTED) & Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="evidence_under_an_agreement",
                condition=Q(kind=EvidenceKind.MUTUAL, agreement__isnull=False)
                | ~Q(kind=EvidenceKind.MUTUAL) & Q(agreement__isnull=True),
            ),
            models.CheckConstraint(
                name="evidence_of_a_degree_is_degree_education",
                condition=~Q(kind=EvidenceKind.DEGREE) | Q(track=Track.DEGREE),
            ),
        ]
        indexes = [models.Index(fields=["region", "state", "submitted_at"], name="evidence_of_region")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.title} {self.completed_on} {self.state}"

    @property
    def name(self) -> str:
        """Of the person, who may have been joined with another record since."""
        return (self.person.merged_into or self.person).name

    @property
    def competent_region(self) -> Region:
        """Whose body decides: an institution that moves takes what waits along."""
        return self.institution.region if self.institution else self.region

    @property
    def days_waited(self) -> int:
        end = clock.day_of(self.closed_at) if self.closed_at else clock.today()
        return (end - clock.day_of(self.submitted_at)).days


class EvidenceScanQuerySet(ExternalEvidenceQuerySet):
    scope_paths: ClassVar = {
        "user": "evidence__person__user", "institution": "evidence__institution",
        "region": "evidence__institution__region__path",
    }  # fmt: skip
    to_evidence: ClassVar = "evidence__"


class EvidenceScan(models.Model):
    """One scan, sealed in its row: keys are changed, and backups made, as of any sealed column."""

    # What is encrypted is bound to it.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    evidence = models.ForeignKey(ExternalEvidence, on_delete=models.CASCADE, related_name="scans")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=15)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    # Base64: sealed columns hold text.
    scanned = SealedField()

    objects = EvidenceScanQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["evidence", "sha256"], name="evidence_scan_once"),
            models.CheckConstraint(name="evidence_scan_has_bytes", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id}: {self.sha256[:12]}"

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.scanned)
