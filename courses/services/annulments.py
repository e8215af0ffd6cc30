"""Annulling a false training record: notice, the person's answer or the time for it, the decision of somebody else.

Not a sanction (practice 1.3): a certificate is revoked by a decision of its own, a credit case decides about neither,
and no repair undoes it.
"""

from dataclasses import dataclass

from django.db import transaction

from accounts.access import require
from accounts.models import Person, User
from accounts.permissions import Permission
from accounts.services import hearings
from accounts.services.hearings import Notice, PaperAnswer, check_heard, require_other
from accounts.workflow import OPEN_HEARING
from core import audit, clock, outbox
from core.errors import DomainError
from core.workflow import advance
from courses.models import AnnulmentCase, ExternalEvidence, TrainingRecord, TrainingRecordAnnulment
from courses.rules import figure
from courses.selectors.annulments import about_person
from courses.selectors.evidence import present_wording, wordings
from courses.services.evidence import RELATED, require_may_decide
from courses.services.telling import EVIDENCE_DECIDED
from courses.workflow import ANNULMENT_STEPS, AnnulmentState

NOTICED = "courses.annulment_noticed"
RECORDED = "courses.annulment_answer_recorded"
DECIDED = "courses.annulment_decided"
# Heard by the rooms above: what counted the record is put right, or gets a note.
ANNULLED = "courses.training_record_annulled"
ANNUL, DROP = "annul", "drop"


@dataclass(frozen=True)
class Decision:
    """What was made of the answer, point by point, and why it is decided so."""

    considered: str
    reason: str


@transaction.atomic
def notice_annulment(*, actor: User, record: TrainingRecord, notice: Notice) -> AnnulmentCase:
    """Say that a record is false: by the base that made it, or by the regulator whom it reaches. It counts until
    somebody has decided. Raises `own_record`, `replaced`, `annulled_already`, `annulment_runs`, `said_missing`,
    `served_how_unknown`, `served_in_future`, `served_before_record`, and of a record that came of evidence from
    elsewhere as `require_may_decide` does."""
    require(actor, Permission.TRAINING_RECORD_ANNUL, record)
    locked = TrainingRecord.objects.select_for_update(of=("self",)).select_related("person").get(pk=record.pk)
    _require_may_annul(actor, locked)
    _check(locked, notice)
    days = figure("annulment_answer_working_days", on=notice.served_on)
    case = AnnulmentCase.objects.create(record=locked, **hearings.noticed(actor, notice, days))
    # The verb of a step, so that the table can keep apart who gave the notice and who annuls.
    audit.record(actor, "courses.annulmentcase.notice", case, until=str(case.answer_until))
    outbox.add(NOTICED, case.pk)
    return case


@transaction.atomic
def answer_annulment(*, actor: User, case: AnnulmentCase, answer: str) -> AnnulmentCase:
    """The person's own words, once; also after the period, as long as nothing is decided. They stand below an answer
    that somebody else put down. Raises `answer_missing`, WrongState."""
    require(actor, Permission.TRAINING_RECORD_OWN, case)
    said = hearings.own_answer(hearings.locked(case), answer)
    return advance(case, "answer", ANNULMENT_STEPS, actor=actor, changes=said)


@transaction.atomic
def record_annulment_answer(*, actor: User, case: AnnulmentCase, paper: PaperAnswer) -> AnnulmentCase:
    """The answer that came past this platform, put down by somebody else than who gave the notice. The time to answer
    runs on, and the person is told.

    Raises `answer_missing`, `answer_came_unknown`, `answer_day_wrong`, `own_record`, NotAllowed (`same_person_twice`).
    """
    require(actor, Permission.TRAINING_RECORD_ANNUL, case)
    require_other(actor, case.record.person)
    said = hearings.paper_answer(actor, case, paper)
    outbox.add(RECORDED, case.pk)
    return advance(case, "record", ANNULMENT_STEPS, actor=actor, changes=said)


@transaction.atomic
def decide_annulment(
    *, actor: User, case: AnnulmentCase, step: str, decision: Decision, heard: str | None = None
) -> AnnulmentCase:
    """`annul`: the record, and the wordings it replaced, never counted; by somebody else than who gave the notice, once
    the person has spoken or had the time to. `drop`: it stays as it is; also by who gave the notice.

    `heard`: what the decision was taken on (AnnulmentCase.heard); None: as it stands. Raises `answered_meanwhile`,
    `reason_missing`, `considered_missing`, `still_time_to_answer`, `annulled_already`, `own_record`, NotAllowed
    (`same_person_twice`), WrongState, KeyError for a step that is none, and as `require_may_decide` does.
    """
    require(actor, Permission.TRAINING_RECORD_ANNUL, case)
    check_heard(case, heard)
    settled = _heard(actor, case, strict=step == ANNUL)
    _require_may_annul(actor, settled.record)
    hearings.refuse(
        {
            "reason_missing": not decision.reason.strip(),
            "considered_missing": settled.answered_at is not None and not decision.considered.strip(),
        }
    )
    changes = {**hearings.decided(actor, decision.considered), "reason": decision.reason.strip()}
    decided = advance(settled, {ANNUL: ANNUL, DROP: DROP}[step], ANNULMENT_STEPS, actor=actor, changes=changes)
    if decided.state == AnnulmentState.ANNULLED:
        _annul(actor, decided)
    outbox.add(DECIDED, decided.pk)
    return decided


def close_periods(*, actor: User) -> int:
    """Once a day: cases whose time to answer is over lapse; a provisional last day is counted anew first."""
    lapsed = 0
    cases = AnnulmentCase.objects.allowed(actor, Permission.TRAINING_RECORD_ANNUL)
    for case in cases.filter(state=AnnulmentState.NOTICED).order_by("pk"):
        with transaction.atomic():
            lapsed += _heard(actor, case, strict=False).state == AnnulmentState.LAPSED
    return lapsed


@transaction.atomic
def forget_annulment_words(*, actor: User, person: Person) -> int:
    """Of an erased person: what was said and answered goes, days and steps stay. How many cases."""
    require(actor, Permission.DATA_REQUEST_REVIEW, person)
    theirs = AnnulmentCase.objects.filter(about_person(person))
    return theirs.update(said="", answer="", considered="", words_erased_at=clock.now())


def _require_may_annul(actor: User, record: TrainingRecord) -> None:
    """Nobody decides about oneself; where evidence from elsewhere led to the record, only who decides on that."""
    require_other(actor, record.person)
    if evidence := _evidence(record):
        require_may_decide(actor, evidence)


def _evidence(record: TrainingRecord) -> ExternalEvidence | None:
    rows = ExternalEvidence.objects.filter(record__in=wordings(record)).select_related(*RELATED)
    return rows.order_by("-pk").first()


def _check(record: TrainingRecord, notice: Notice) -> None:
    hearings.check_notice(notice)
    running = AnnulmentCase.objects.filter(record__in=wordings(record), state__in=OPEN_HEARING)
    hearings.refuse(
        {
            "served_before_record": notice.served_on < clock.day_of(record.recorded_at),
            "replaced": TrainingRecord.objects.filter(replaces=record).exists(),
            "annulled_already": TrainingRecordAnnulment.objects.filter(record=record).exists(),
            "annulment_runs": running.exists(),
        }
    )


def _heard(actor: User, case: AnnulmentCase, *, strict: bool) -> AnnulmentCase:
    """The case once the person has answered, or once the time for that is over; a provisional day ends nothing."""
    locked = hearings.locked(case)
    if not locked.is_open:
        return locked
    if hearings.settle_day(locked):
        audit.record(actor, "courses.annulment_day_settled", locked, until=str(locked.answer_until))
    if hearings.may_lapse(locked):
        return advance(locked, "lapse", ANNULMENT_STEPS, actor=actor)
    if strict:
        hearings.require_time_over(locked)
    return locked


def _annul(actor: User, case: AnnulmentCase) -> None:
    """A correction that came while the case ran is reached, too; so is evidence that led to the record."""
    record = TrainingRecord.objects.select_for_update(of=("self",)).get(pk=present_wording(case.record).pk)
    if TrainingRecordAnnulment.objects.filter(record=record).exists():
        raise DomainError("annulled_already")
    for wording in wordings(record):
        TrainingRecordAnnulment.objects.create(
            record=wording,
            case=case,
            annulled_on=clock.today(),
            recorded_at=clock.now(),
            recorded_by=actor,
            reason=case.reason,
        )
        audit.record(actor, "courses.training_record_annulled", wording, case=case.pk)
    outbox.add(ANNULLED, record.pk)
    if evidence := _evidence(record):
        outbox.add(EVIDENCE_DECIDED, evidence.pk)
