"""What a decision about a false fact is prepared by, whichever room decides: the notice, the answer, who decided."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.workflow import OPEN_HEARING, AnswerCame, HearingState, ServedHow
from core import clock


class Hearing(models.Model):
    """An office says that something rests on a false fact. The notice is frozen; answer and decision follow it.

    A room adds what it is about, its states, and `hearing_constraints` under its own names.
    """

    # What is said to be false and what shows it: whom it concerns reads these words.
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
    # What was made of the answer.
    considered = models.TextField(blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def heard(self) -> str:
        """What of the hearing was known: a decision is taken on what its page showed."""
        return self.answered_at.isoformat() if self.answered_at else ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_HEARING  # type: ignore[attr-defined]

    @property
    def is_answered_by_holder(self) -> bool:
        """Words that somebody else put down are no reason to wait no longer: whom it concerns may still speak."""
        return self.answered_at is not None and not self.answer_came

    @property
    def waits(self) -> bool:
        """Is there still time to answer? A provisional day ends nothing."""
        return not self.is_answered_by_holder and (self.is_provisional or clock.today() <= self.answer_until)


def hearing_constraints(name: str, *, about: str, done: str) -> list[models.BaseConstraint]:
    """What the database promises of a hearing: `name` begins the names, `about` is the field of its subject, `done` the
    state in which what was said holds.

    Nobody decides so alone, and nobody before whom it concerns has spoken or had the time to; what somebody else put
    down as the answer does not shorten that time.
    """
    decided = ("decided_on", "decided_at", "decided_by")
    on_paper = ("answer_came_on", "answer_recorded_by")
    return [
        models.UniqueConstraint(fields=[about], condition=Q(state__in=OPEN_HEARING), name=f"{name}_once_open"),
        models.CheckConstraint(name=f"{name}_gives_time", condition=Q(answer_until__gt=F("served_on"))),
        models.CheckConstraint(
            name=f"{name}_answer_is_there",
            condition=~Q(state=HearingState.ANSWERED) | Q(answered_at__isnull=False),
        ),
        models.CheckConstraint(
            name=f"{name}_closed_by_somebody",
            condition=Q(state__in=(done, HearingState.DROPPED), **_empty(decided, no=True))
            | Q(state__in=OPEN_HEARING, **_empty(decided)),
        ),
        models.CheckConstraint(
            name=f"{name}_paper_answer_is_whole",
            condition=Q(answer_came="", **_empty(on_paper))
            | Q(
                ~Q(answer_came=""),
                answered_at__isnull=False,
                answer_came_on__gte=F("served_on"),
                **_empty(on_paper, no=True),
            ),
        ),
        models.CheckConstraint(
            name=f"{name}_answer_recorded_by_another",
            condition=Q(answer_recorded_by__isnull=True) | ~Q(answer_recorded_by=F("noticed_by")),
        ),
        models.CheckConstraint(
            name=f"{name}_decided_by_another",
            condition=~Q(state=done) | ~Q(decided_by=F("noticed_by")),
        ),
        models.CheckConstraint(
            name=f"{name}_after_hearing",
            condition=~Q(state=done)
            | Q(answered_at__isnull=False, answer_came="")
            | Q(is_provisional=False, decided_on__gt=F("answer_until")),
        ),
    ]


def _empty(fields: tuple[str, ...], *, no: bool = False) -> dict[str, bool]:
    return {f"{field}__isnull": not no for field in fields}
