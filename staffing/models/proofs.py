"""Proofs of a ratio: the signed statement, its lines without names, its bytes, and samples drawn from it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from accounts.models import Institution, Person, User
from certificates.models import IssuerKey, Seal
from core import clock
from core.fields import SealedField
from staffing.models.versions import RatioRule
from staffing.ratio import Comparator, Outcome, Ratio


class RatioProofQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "region": "institution__region__path"}


class PartQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "proof__institution", "region": "proof__institution__region__path"}


class RatioProof(models.Model):
    """What the ratio of a day was, as known at a moment, by a rule: signed, and put down in the log (frozen).

    `staff` and `trained` hold people in secret posts, too, who have no line. `document` is the signed statement in its
    canonical form; `secret` is what the salts of the lines are derived from.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=40, unique=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="ratio_proofs")
    rule = models.ForeignKey(RatioRule, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    known_at = models.DateTimeField()
    staff = models.PositiveIntegerField()
    trained = models.PositiveIntegerField()
    sealed_staff = models.PositiveIntegerField(default=0)
    sealed_trained = models.PositiveIntegerField(default=0)
    value = models.PositiveSmallIntegerField()
    comparator = models.CharField(max_length=3, choices=Comparator.choices)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    binding = models.BooleanField()
    # Over the lines, of which there are as many as people who are no secret; hexadecimal digits.
    root = models.CharField(max_length=64)
    key = models.ForeignKey(IssuerKey, on_delete=models.PROTECT, related_name="+")
    document = models.TextField()
    token = models.TextField()
    # What opens the entry in the log; it travels with the statement.
    salt = models.CharField(max_length=64)
    secret = SealedField()
    json_sha256 = models.CharField(max_length=64)
    csv_sha256 = models.CharField(max_length=64)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # For which place the login asked, as it was called.
    made_for = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    objects = RatioProofQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            # Asked again it is the same proof.
            models.UniqueConstraint(fields=["institution", "rule", "as_of", "known_at"], name="ratio_proof_once"),
            models.CheckConstraint(name="ratio_proof_trained_among_staff", condition=Q(trained__lte=F("staff"))),
            models.CheckConstraint(
                name="ratio_proof_sealed_among_staff",
                condition=Q(
                    sealed_staff__lte=F("staff"),
                    sealed_trained__lte=F("trained"),
                    sealed_trained__range=(0, F("sealed_staff")),
                ),
            ),
            models.CheckConstraint(
                name="ratio_proof_of_nobody_is_never_met",
                condition=Q(staff=0, outcome=Outcome.NOT_APPLICABLE)
                | Q(Q(staff__gt=0), ~Q(outcome=Outcome.NOT_APPLICABLE)),
            ),
            models.CheckConstraint(
                name="ratio_proof_is_signed", condition=~Q(document="") & ~Q(token="") & ~Q(salt="")
            ),
        ]
        indexes = [models.Index(fields=["institution", "made_at"], name="ratio_proof_of_place")]

    def __str__(self) -> str:
        return self.reference

    @property
    def ratio(self) -> Ratio:
        return Ratio(self.trained, self.staff, self.value, self.comparator)

    @property
    def lines_count(self) -> int:
        return self.staff - self.sealed_staff


class RatioProofEntry(models.Model):
    """One counted person, without a name: two salted hashes (frozen but for `opening`, which an erasure empties).

    `place` is random: the order says nothing. `opening`: what both hashes are over, for an audit; encrypted.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proof = models.ForeignKey(RatioProof, on_delete=models.PROTECT, related_name="entries")
    place = models.PositiveIntegerField()
    trained = models.BooleanField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person_commitment = models.CharField(max_length=64)
    # Empty for somebody without evidence.
    evidence_commitment = models.CharField(max_length=64, blank=True)
    opening = SealedField(blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["proof", "place"], name="ratio_proof_entry_has_its_place"),
            models.UniqueConstraint(fields=["proof", "person"], name="ratio_proof_entry_once_a_person"),
            models.CheckConstraint(name="ratio_proof_entry_counts_from_one", condition=Q(place__gte=1)),
            models.CheckConstraint(
                name="ratio_proof_entry_trained_by_evidence",
                condition=Q(Q(trained=True), ~Q(evidence_commitment="")) | Q(trained=False, evidence_commitment=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proof_id}: {self.place}"


class RatioProofFile(models.Model):
    """The sealed PDF of a proof (append-only): what is served again is what was stored, or nothing."""

    proof = models.OneToOneField(RatioProof, on_delete=models.PROTECT, related_name="file")
    storage_name = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    fonts_sha256 = models.CharField(max_length=64)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="+")
    stamped_until = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField(default=clock.now)

    objects = PartQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="ratio_proof_file_has_bytes", condition=Q(size__gt=0))]

    def __str__(self) -> str:
        return self.storage_name


class RatioProofSample(models.Model):
    """A draw of lines for an audit, which anybody can draw again from its seed (append-only)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proof = models.ForeignKey(RatioProof, on_delete=models.PROTECT, related_name="samples")
    turn = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()
    # Size and root of the signed head that the seed is made of; without one, a random number and no size.
    head_size = models.BigIntegerField(null=True)
    head = models.CharField(max_length=64)
    seed = models.CharField(max_length=64)
    places = models.JSONField()
    purpose = models.CharField(max_length=200)
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    objects = PartQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["proof", "turn"], name="ratio_sample_turn_once"),
            models.CheckConstraint(name="ratio_sample_of_somebody", condition=Q(size__gte=1, turn__gte=1)),
            models.CheckConstraint(name="ratio_sample_has_a_purpose", condition=~Q(purpose="")),
        ]

    def __str__(self) -> str:
        return f"{self.proof_id}: {self.turn}"
