"""Returns of the ratio: the period that asks for one, the return, its checks, its versions, and what was decided."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from accounts.access import ScopedQuerySet
from accounts.models import Institution, User
from certificates.models import Seal
from staffing.models.versions import RatioRule
from staffing.ratio import Comparator, Outcome, Ratio
from staffing.rules.anomalies import AnomalyKind, Judgement
from staffing.rules.calendar import Obliges
from staffing.workflow import ReturnState

FILED_ONCE = (ReturnState.FILED, ReturnState.RETURNED, ReturnState.ACCEPTED, ReturnState.CORRECTED)


class FilingPeriod(models.Model):
    """The ratio of one day is asked for (append-only): of whom, by when, and how long it can be corrected.

    Periods are counted in working days from the day; the days follow from the calendar, which may not know a year yet.
    """

    code = models.CharField(max_length=40)
    as_of = models.DateField()
    opens_on = models.DateField()
    due_working_days = models.PositiveSmallIntegerField()
    correct_working_days = models.PositiveSmallIntegerField()
    obliges = models.CharField(max_length=8, choices=Obliges.choices)
    # Of which categories and which region; none named and "": all of them.
    categories = models.JSONField(default=list, blank=True)
    region_path = models.CharField(max_length=30, blank=True)
    rule_code = models.CharField(max_length=40)
    published = models.BooleanField()
    reminder_days = models.JSONField(default=list, blank=True)
    # {language: {title, basis}}
    texts = models.JSONField()
    opened_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["code", "as_of"], name="filing_period_once"),
            models.CheckConstraint(name="filing_period_opens_in_time", condition=Q(opens_on__lte=F("as_of"))),
            models.CheckConstraint(
                name="filing_period_correct_after_due",
                condition=Q(correct_working_days__gte=F("due_working_days"), due_working_days__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.as_of}"

    def text(self, name: str) -> str:
        texts = self.texts.get(get_language() or "zh-hans") or self.texts["zh-hans"]
        return texts.get(name) or ""

    @property
    def title(self) -> str:
        return self.text("title")

    @property
    def basis(self) -> str:
        return self.text("basis")


class RatioReturnQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": "institution", "region": "institution__region__path"}


class OfReturnQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "institution": "ratio_return__institution", "region": "ratio_return__institution__region__path",
    }  # fmt: skip


class OfCheckQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "institution": "check_of__ratio_return__institution",
        "region": "check_of__ratio_return__institution__region__path",
    }  # fmt: skip


class OfVersionQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "institution": "version__ratio_return__institution",
        "region": "version__ratio_return__institution__region__path",
    }  # fmt: skip


class RatioReturn(models.Model):
    """One institution's return of one period; `filed_turn` is that of its last version, 0 while nothing was filed."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="returns")
    period = models.ForeignKey(FilingPeriod, on_delete=models.PROTECT, related_name="returns")
    state = models.CharField(max_length=12, choices=ReturnState.choices, default=ReturnState.DECLARED)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_turn = models.PositiveSmallIntegerField(default=0)

    objects = RatioReturnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["institution", "period"], name="ratio_return_once_a_period"),
            models.CheckConstraint(
                name="ratio_return_filed_has_version", condition=~Q(state__in=FILED_ONCE) | Q(filed_turn__gte=1)
            ),
            models.CheckConstraint(
                name="ratio_return_declared_has_none", condition=~Q(state="declared") | Q(filed_turn=0)
            ),
        ]
        indexes = [models.Index(fields=["period", "state"], name="ratio_returns_of_period")]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.period_id} {self.state}"


class Figures(models.Model):
    """A ratio with all that makes it checkable, frozen: computed, never typed."""

    NUMBERS: ClassVar = ("staff", "trained", "sealed_staff", "sealed_trained", "rule_id", "binding")

    as_of = models.DateField()
    known_at = models.DateTimeField()
    rule = models.ForeignKey(RatioRule, on_delete=models.PROTECT, related_name="+")
    binding = models.BooleanField()
    staff = models.PositiveIntegerField()
    trained = models.PositiveIntegerField()
    # Those of the two numbers that are people in secret posts.
    sealed_staff = models.PositiveIntegerField()
    sealed_trained = models.PositiveIntegerField()
    value = models.PositiveSmallIntegerField()
    comparator = models.CharField(max_length=3, choices=Comparator.choices)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)

    class Meta:
        abstract = True

    @property
    def ratio(self) -> Ratio:
        return Ratio(self.trained, self.staff, self.value, self.comparator)

    @property
    def numbers(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.NUMBERS)


def _trained_among_staff(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(trained__lte=F("staff"), sealed_trained__lte=F("sealed_staff"), sealed_staff__lte=F("staff")),
    )


class ReturnCheck(Figures):
    """What the figures were when somebody looked, and what was found odd about them (append-only)."""

    ratio_return = models.ForeignKey(RatioReturn, on_delete=models.PROTECT, related_name="checks")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OfReturnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [_trained_among_staff("return_check_trained_among_staff")]

    def __str__(self) -> str:
        return f"{self.ratio_return_id}: {self.trained}/{self.staff} {self.known_at}"


class ReturnAnomaly(models.Model):
    """A question about the figures of a check: the institution answers in words, an officer of the authority judges."""

    check_of = models.ForeignKey(ReturnCheck, on_delete=models.PROTECT, related_name="anomalies")
    kind = models.CharField(max_length=12, choices=AnomalyKind.choices)
    facts = models.JSONField()
    # Whom it is about: ids of persons, for whoever may read the roster.
    people = models.JSONField(default=list)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    judgement = models.CharField(max_length=12, choices=Judgement.choices, blank=True)
    judged_because = models.TextField(blank=True)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfCheckQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["check_of", "kind"], name="return_anomaly_once_a_check"),
            models.CheckConstraint(
                name="return_anomaly_answered_by_somebody",
                condition=Q(answer="", answered_by__isnull=True) | ~Q(answer="") & Q(answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="return_anomaly_judged_by_somebody",
                condition=Q(judgement="", judged_by__isnull=True)
                | ~Q(judgement="") & ~Q(judged_because="") & ~Q(answer="") & Q(judged_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_of_id}: {self.kind}"


class ReturnVersion(Figures):
    """What was filed (append-only): by whom it was attested, or by which officer of the authority it was corrected."""

    ratio_return = models.ForeignKey(RatioReturn, on_delete=models.PROTECT, related_name="versions")
    turn = models.PositiveSmallIntegerField()
    check_of = models.OneToOneField(ReturnCheck, on_delete=models.PROTECT, related_name="version")
    filed_at = models.DateTimeField()
    attested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    attested_name = models.CharField(max_length=60)
    attested_post = models.CharField(max_length=60)
    office = models.CharField(max_length=150, blank=True)
    by_authority = models.BooleanField(default=False)
    # Why there is another version.
    reason = models.TextField(blank=True)

    objects = OfReturnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["ratio_return", "turn"], name="return_version_once"),
            models.CheckConstraint(
                name="return_version_has_attester", condition=~Q(attested_name="") & ~Q(attested_post="")
            ),
            models.CheckConstraint(
                name="return_version_later_has_reason", condition=Q(turn=1, by_authority=False) | ~Q(reason="")
            ),
            models.CheckConstraint(name="return_version_from_one", condition=Q(turn__gte=1)),
            _trained_among_staff("return_version_trained_among_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.ratio_return_id} v{self.turn}: {self.trained}/{self.staff}"


class ReturnReceipt(models.Model):
    """The receipt of a version, sealed (append-only): a later download is the same bytes, or nothing.

    `document`: what was filed and the hash of the file, in its canonical form; with `salt` it opens the entry in the
    log. From before receipts were sealed there is a `body` alone.
    """

    version = models.OneToOneField(ReturnVersion, on_delete=models.PROTECT, related_name="receipt")
    uuid = models.UUIDField(null=True, unique=True, editable=False)
    reference = models.CharField(max_length=40, null=True, blank=True, unique=True)
    document = models.TextField(blank=True)
    salt = models.CharField(max_length=64, blank=True)
    storage_name = models.CharField(max_length=200, null=True, blank=True, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(null=True)
    fonts_sha256 = models.CharField(max_length=64, blank=True)
    seal = models.ForeignKey(Seal, null=True, on_delete=models.PROTECT, related_name="+")
    stamped_until = models.DateTimeField(null=True)
    body = models.BinaryField(null=True)
    stored_at = models.DateTimeField()

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="return_receipt_has_hash", condition=~Q(sha256="")),
            models.CheckConstraint(
                name="return_receipt_sealed_or_from_before",
                condition=Q(body__isnull=False, uuid__isnull=True, storage_name__isnull=True)
                | Q(
                    ~Q(document="") & ~Q(salt=""),
                    body__isnull=True,
                    uuid__isnull=False,
                    reference__isnull=False,
                    storage_name__isnull=False,
                    size__gt=0,
                    seal__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.sha256[:12]}"


class ReturnDecision(models.Model):
    """What the authority did with a version (append-only)."""

    version = models.ForeignKey(ReturnVersion, on_delete=models.PROTECT, related_name="decisions")
    step = models.CharField(max_length=12)
    reason = models.TextField(blank=True)
    office = models.CharField(max_length=150, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="return_decision_says_why",
                condition=Q(step="accept") | Q(step__in=["return", "correct"]) & ~Q(reason=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.step}"


class ReturnReminder(models.Model):
    """An institution was reminded so many days before the last day, or after it (below zero): once for each number."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="return_reminders")
    period = models.ForeignKey(FilingPeriod, on_delete=models.PROTECT, related_name="reminders")
    days = models.SmallIntegerField()
    at = models.DateTimeField()

    objects = RatioReturnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["institution", "period", "days"], name="return_reminder_once")]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.period_id} {self.days}"
