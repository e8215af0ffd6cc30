"""A revocation as it is prepared: what is said, how the holder was told, what the holder answered, who decided."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from certificates.workflow import AnswerCame, RevocationState, ServedHow
from core import clock

OPEN_REVOCATIONS = (RevocationState.NOTICED, RevocationState.ANSWERED, RevocationState.LAPSED)
CLOSED_REVOCATIONS = (RevocationState.REVOKED, RevocationState.DROPPED)


class RevocationQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "certificate__person__user",
        "base": "certificate__base",
        "region": "certificate__base__region__path",
    }


class RevocationCase(models.Model):
    """The issuer says that a certificate rests on a false fact. The notice is frozen; answer and decision follow it."""

    certificate = models.ForeignKey(
        "certificates.Certificate", on_delete=models.PROTECT, related_name="revocation_cases"
    )
    state = models.CharField(max_length=12, choices=RevocationState.choices, default=RevocationState.NOTICED)
    # What is said to be false and what shows it: the holder reads these words.
    said = models.TextField()
    served_how = models.CharField(max_length=12, choices=ServedHow.choices)
    served_on = models.DateField()
    # The period by the rule of that day, in working days, and its last day as far as the calendar knows it.
    answer_days = models.PositiveSmallIntegerField()
    answer_until = models.DateField()
    is_provisional = models.BooleanField(default=False)
    noticed_at = models.DateTimeField(default=clock.now)
    noticed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # An answer that came on paper: how and when it came, and who put it down here; never who gave the notice.
    answer_came = models.CharField(max_length=12, choices=AnswerCame.choices, blank=True)
    answer_came_on = models.DateField(null=True, blank=True)
    answer_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Why it is decided so, and what was made of the answer.
    considered = models.TextField(blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RevocationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state__in=OPEN_REVOCATIONS), name="revocation_once_open"
            ),
            models.CheckConstraint(name="revocation_gives_time", condition=Q(answer_until__gt=F("served_on"))),
            models.CheckConstraint(
                name="revocation_answer_is_there",
                condition=~Q(state=RevocationState.ANSWERED) | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="revocation_closed_by_somebody",
                condition=Q(
                    state__in=CLOSED_REVOCATIONS,
                    decided_on__isnull=False,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | Q(
                    state__in=OPEN_REVOCATIONS,
                    decided_on__isnull=True,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="revocation_paper_answer_is_whole",
                condition=Q(answer_came="", answer_came_on__isnull=True, answer_recorded_by__isnull=True)
                | Q(
                    ~Q(answer_came=""),
                    answered_at__isnull=False,
                    answer_came_on__isnull=False,
                    answer_came_on__gte=F("served_on"),
                    answer_recorded_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="revocation_answer_recorded_by_another",
                condition=Q(answer_recorded_by__isnull=True) | ~Q(answer_recorded_by=F("noticed_by")),
            ),
            # Nobody revokes alone, and nobody revokes before the holder has spoken or had the time to; what somebody
            # else put down as the holder's words does not shorten that time.
            models.CheckConstraint(
                name="revocation_decided_by_another",
                condition=~Q(state=RevocationState.REVOKED) | ~Q(decided_by=F("noticed_by")),
            ),
            models.CheckConstraint(
                name="revocation_after_hearing",
                condition=~Q(state=RevocationState.REVOKED)
                | Q(answered_at__isnull=False, answer_came="")
                | Q(is_provisional=False, decided_on__gt=F("answer_until")),
            ),
        ]
        indexes = [models.Index(fields=["state", "answer_until"], name="revocations_by_day")]

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.state}"

    @property
    def heard(self) -> str:
        """What of the hearing was known: a decision is taken on what its page showed."""
        return self.answered_at.isoformat() if self.answered_at else ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_REVOCATIONS

    @property
    def is_answered_by_holder(self) -> bool:
        """Words that somebody else put down are no reason to wait no longer: the holder may still speak."""
        return self.answered_at is not None and not self.answer_came
