"""Completion (结业): who meets every condition gets a training record; the others are named with what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from core import audit, clock, outbox
from core.errors import DomainError, WrongState
from core.workflow import advance
from courses.models import Cohort, Enrolment, TrainingRecord
from courses.models.records import Track
from courses.rules import Missing, Progress
from courses.selectors.completion import has_open_claim, reviews
from courses.services.apart import require_others
from courses.workflow import ENROLMENT_STEPS, STUDYING, UNDER_WAY, RecordStanding


@dataclass
class Completion:
    """What came of a completion: the new records, and per enrolment id what kept the others from one."""

    records: list[TrainingRecord] = field(default_factory=list)
    refused: dict[int, tuple[Missing, ...]] = field(default_factory=dict)


@transaction.atomic
def complete_enrolments(*, actor: User, cohort: Cohort, enrolment_ids: Iterable[int]) -> Completion:
    """Complete those of the given trainees who meet every condition. Completed ones are passed over.

    Raises WrongState unless the cohort runs or is being assessed, `own_record`, and `claim_open` for somebody whose
    document nobody has seen: the record would be that of the person they say they are.
    """
    require(actor, Permission.COMPLETION_REVIEW, cohort)
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if locked.state not in UNDER_WAY:
        raise WrongState(step="complete", state=locked.state)
    chosen = _chosen(locked, enrolment_ids)
    require_others(actor, *chosen)
    if unconfirmed := [one.pk for one in chosen if has_open_claim(one)]:
        raise DomainError("claim_open", enrolments=unconfirmed)
    outcome = Completion()
    for review in reviews(chosen):
        if review.missing:
            outcome.refused[review.enrolment.pk] = review.missing
        else:
            outcome.records.append(_complete(actor, review.enrolment, review.progress))
    return outcome


def _chosen(cohort: Cohort, enrolment_ids: Iterable[int]) -> list[Enrolment]:
    """Locked, so that no attendance is corrected between the review and the record."""
    rows = Enrolment.objects.filter(cohort=cohort, pk__in=list(enrolment_ids), state__in=STUDYING)
    rows = rows.select_related("person__merged_into", "claim", "cohort__base", "cohort__programme__level")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _complete(actor: User, enrolment: Enrolment, progress: Progress) -> TrainingRecord:
    advance(enrolment, "complete", ENROLMENT_STEPS, actor=actor)
    cohort = enrolment.cohort
    record = TrainingRecord.objects.create(
        person=enrolment.person,
        track=Track.SOCIAL,
        level=cohort.programme.level,
        title=cohort.programme.title_zh,
        base=cohort.base,
        provider=cohort.base.name,
        hours=progress.hours,
        completed_on=clock.today(),
        standing=RecordStanding.ISSUED,
        enrolment=enrolment,
        recorded_at=clock.now(),
        recorded_by=actor,
    )
    audit.record(actor, "courses.training_record_added", record, enrolment=enrolment.pk, score=progress.score)
    outbox.add("courses.training_record_added", record.pk)
    return record
