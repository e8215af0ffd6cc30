"""An employer's batch check: previewed, confirmed, then asked row by row in the background as anybody asks at /verify/.

By code a row is answered as to everybody. By name and document it is answered for people who have agreed to be checked
by this employer; for anybody else as if there were no such certificate.
"""

from collections import Counter
from datetime import datetime, time

from django.db import transaction
from django.db.models import Sum

from accounts.access import require
from accounts.models import Institution, User
from accounts.permissions import Permission
from certificates.exports import check_table
from certificates.imports import CheckPlan, CheckRow, plan_check, read_check
from certificates.models import BatchCheck, BatchCheckLine, Certificate
from certificates.models.checks import Way
from certificates.rules import figure
from certificates.selectors import verify, verify_by_name
from certificates.selectors.checks import agrees_to_check, lines_of_check, shown_lines, stopped_check
from certificates.selectors.verification import Answer, could_not_check
from certificates.services.throttle import NotCounted, wait_by_number
from certificates.services.wallet import count_verification
from core import audit, clock, jobs, uploads
from core.errors import DomainError
from core.models import Job

CHECK = "certificates.check"
PORTION = 10


def preview_check(*, actor: User, institution: Institution, content: bytes) -> CheckPlan:
    """What was understood of the file; nothing is asked yet. Raises TableUnreadable."""
    require(actor, Permission.CERTIFICATE_CHECK, institution)
    return _plan(content)


@transaction.atomic
def start_check(*, actor: User, institution: Institution, content: bytes) -> BatchCheck:
    """Begin the job for a file; a second click finds the check of the first, and the same file goes on with a check
    that has stopped: its answers stay, and its rows are counted once.

    Raises `rows_with_errors`, `nothing_to_check` and `too_many_today`.
    """
    require(actor, Permission.CERTIFICATE_CHECK, institution)
    # Two files at once are counted one after the other.
    Institution.objects.select_for_update().get(pk=institution.pk)
    plan = _plan(content)
    if stopped := stopped_check(actor, institution, plan.sha256):
        return _go_on(actor, stopped, content)
    if made := _same_click(actor, institution, plan.sha256):
        return made
    _check_size(institution, plan)
    check = BatchCheck.objects.create(
        institution=institution, asked_by=actor, asked_at=clock.now(), sha256=plan.sha256, size=len(plan.rows)
    )
    return _begin(actor, check, content, rows=check.size)


def do_check(*, job: Job, reach: jobs.Milestones) -> None:
    """Every row that has no answer yet; a job that was killed goes on where it was. Raises `file_gone`, NotAllowed."""
    check = BatchCheck.objects.select_related("institution").get(pk=job.subject_id)
    require(job.owner, Permission.CERTIFICATE_CHECK, check.institution)
    if check.finished_at:
        return
    content = uploads.kept(job.owner_id, check.sha256)
    if content is None:
        raise DomainError("file_gone")
    answered = set(check.lines.values_list("line", flat=True))
    new = 0
    for place, row in enumerate(_plan(content).rows):
        if place % PORTION == 0:
            reach(place // PORTION, moved_on=new > 0)
            new = 0
        if row.row not in answered:
            _answer_row(check, row)
            new += 1
    _finish(job.owner, check)


@transaction.atomic
def forget_file(job: Job) -> None:
    """After the job is done: what was typed is kept no longer than it is needed, by any check that asks the same."""
    check = BatchCheck.objects.filter(pk=job.subject_id, finished_at__isnull=False).first()
    if check is None:
        return
    # A check of the same file that is being started keeps it first and is seen afterwards.
    Institution.objects.select_for_update().get(pk=check.institution_id)
    same = BatchCheck.objects.filter(job__owner=job.owner_id, sha256=check.sha256, finished_at__isnull=True)
    # A job that was refused is over for good; one that was stopped may be started again.
    if not same.exclude(job__state=Job.State.DONE).exists():
        uploads.forget(job.owner_id, check.sha256)


@transaction.atomic
def export_check(*, actor: User, check: BatchCheck) -> bytes:
    """Every answer as a table, with the names that the page shows."""
    require(actor, Permission.CERTIFICATE_CHECK, check)
    rows = list(lines_of_check(actor, check))
    audit.record(actor, "certificates.check_exported", check, rows=len(rows))
    return check_table(shown_lines(check, rows))


def _plan(content: bytes) -> CheckPlan:
    return plan_check(read_check(content), most=figure("check_rows", on=clock.today()))


def _go_on(actor: User, stopped: BatchCheck, content: bytes) -> BatchCheck:
    return _begin(actor, stopped, content, rows=stopped.size - stopped.lines.count())


def _begin(actor: User, check: BatchCheck, content: bytes, *, rows: int) -> BatchCheck:
    uploads.keep(actor.pk, content)
    marks = [str(first + 1) for first in range(0, check.size, PORTION)]
    check.job = jobs.start(actor=actor, kind=CHECK, subject_id=check.pk, keys=marks)
    check.save(update_fields=["job"])
    audit.record(actor, "certificates.check_started", check, rows=rows, sha256=check.sha256)
    return check


def _same_click(actor: User, institution: Institution, sha256: str) -> BatchCheck | None:
    since = clock.now() - jobs.SAME_CLICK
    mine = BatchCheck.objects.filter(asked_by=actor, institution=institution, sha256=sha256, asked_at__gte=since)
    return mine.order_by("-pk").first()


def _check_size(institution: Institution, plan: CheckPlan) -> None:
    if plan.has_errors:
        raise DomainError("rows_with_errors", count=plan.counts["error"])
    if not plan.rows:
        raise DomainError("nothing_to_check")
    most = figure("check_rows_a_day", on=clock.today())
    midnight = datetime.combine(clock.today(), time.min, clock.SHANGHAI)
    today = BatchCheck.objects.filter(institution=institution, asked_at__gte=midnight)
    asked = today.aggregate(rows=Sum("size"))["rows"] or 0
    if asked + len(plan.rows) > most:
        raise DomainError("too_many_today", most=most, left=max(most - asked, 0))


@transaction.atomic
def _answer_row(check: BatchCheck, row: CheckRow) -> BatchCheckLine:
    """The answer and the holder's count in one step, so that a row is counted as often as it is answered: once."""
    found: list[Certificate] = []
    answer = _asked(check.institution, row, found)
    count_verification(answer.certificate or next(iter(found), None))
    return BatchCheckLine.objects.create(
        check_of=check,
        line=row.row,
        number=row.number,
        way=row.way,
        outcome=answer.outcome,
        certificate=answer.certificate,
        ended_on=answer.ended_on,
        ground=answer.ground,
        superseded_by=answer.superseded_by,
        checked_at=answer.checked_at,
    )


def _asked(institution: Institution, row: CheckRow, found: list[Certificate]) -> Answer:
    if row.way == Way.CODE:
        return verify(code=row.code, number=row.number)

    def may_tell(certificate: Certificate) -> bool:
        found.append(certificate)
        return agrees_to_check(certificate.person, institution)

    try:
        # With the page's own tries: ends of a number are not tried out here instead.
        wait = wait_by_number(row.number)
    except NotCounted:
        return could_not_check()
    if wait:
        return could_not_check()
    return verify_by_name(number=row.number, name=row.name, tail=row.tail, may_tell=may_tell)


@transaction.atomic
def _finish(actor: User, check: BatchCheck) -> None:
    if BatchCheck.objects.filter(pk=check.pk, finished_at__isnull=True).update(finished_at=clock.now()):
        outcomes = Counter(check.lines.values_list("outcome", flat=True))
        audit.record(actor, "certificates.check_made", check, rows=check.size, outcomes=dict(sorted(outcomes.items())))
