"""Rosters of many rows: previewed and carried out as background jobs that people watch.

The file, and for every institution it is meant for what was ticked and the preview, lie sealed in core.uploads and are
gone within a day. Every stage tells how
far it is; writing is one transaction, so a killed worker leaves all or nothing, and the file again finds nothing to
change.
"""

from collections.abc import Container, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.imports.decisions import DecidedPlan, RosterChoices, kept_plan, plan_to_keep
from accounts.imports.roster import COLUMNS
from accounts.models import Institution, User
from accounts.permissions import Permission
from accounts.selectors.rosters import remembered_heads
from accounts.services.imports import import_roster, preview_roster
from core import clock, jobs, uploads
from core.columns import PORTION, row_count
from core.errors import DomainError
from core.models import Job
from core.plans import Stage, Told

PREVIEW = "accounts.preview_roster"
IMPORT = "accounts.import_roster"
# Files with more rows are worked on in the background.
MANY_ROWS = 2_000
PLAN, ORDER, ROWS = "plan", "order", "rows"
PREVIEW_STAGES, IMPORT_STAGES = (Stage.READ, Stage.PLAN), tuple(Stage)
# The beginning of a SHA-256 that fits beside the institution into a job's subject.
PREFIX = 20


def is_large(*, actor: User, institution: Institution, content: bytes) -> bool:
    """Is this file too long to be read while somebody waits? Raises TableUnreadable, HeadsUnsure."""
    require(actor, Permission.ROSTER_IMPORT, institution)
    return row_count(content, COLUMNS, remembered_heads(institution)) > MANY_ROWS


@transaction.atomic
def start_preview(*, actor: User, institution: Institution, sha256: str) -> Job:
    """Read the kept file in the background; the preview is kept beside it."""
    require(actor, Permission.ROSTER_IMPORT, institution)
    content = uploads.kept(actor.pk, sha256)
    if content is None:
        raise DomainError("file_gone")
    rows = row_count(content, COLUMNS, remembered_heads(institution))
    uploads.keep_beside(actor.pk, sha256, _of(institution.pk, ROWS), {"rows": rows})
    subject = _subject_id(institution, sha256)
    return _running(actor, PREVIEW, subject) or jobs.start(
        actor=actor, kind=PREVIEW, subject_id=subject, keys=_milestones(rows, PREVIEW_STAGES)
    )


@transaction.atomic
def start_import(
    *, actor: User, institution: Institution, sha256: str, file_name: str, choices: RosterChoices, seen: str
) -> Job:
    """Carry the kept file out in the background, with what was ticked."""
    require(actor, Permission.ROSTER_IMPORT, institution)
    kept = uploads.kept_beside(actor.pk, sha256, _of(institution.pk, ROWS))
    if kept is None:
        raise DomainError("file_gone")
    order = {"file_name": file_name, "seen": seen, "choices": _choices_to_keep(choices)}
    uploads.keep_beside(actor.pk, sha256, _of(institution.pk, ORDER), order)
    subject = _subject_id(institution, sha256)
    return _running(actor, IMPORT, subject) or jobs.start(
        actor=actor, kind=IMPORT, subject_id=subject, keys=_milestones(kept["rows"], IMPORT_STAGES)
    )


def previewed(*, actor: User, institution: Institution, sha256: str) -> DecidedPlan | None:
    """The preview of a large file as it was made; None when there is none."""
    require(actor, Permission.ROSTER_IMPORT, institution)
    kept = uploads.kept_beside(actor.pk, sha256, _of(institution.pk, PLAN))
    return kept_plan(kept) if kept else None


def do_preview(job: Job, reach: jobs.Milestones) -> None:
    institution, sha256, content = _subject(job)
    told = _told(reach, len(PREVIEW_STAGES))
    plan = preview_roster(actor=job.owner, institution=institution, content=content, progress=told)
    uploads.keep_beside(job.owner_id, sha256, _of(institution.pk, PLAN), plan_to_keep(plan))


def do_import(job: Job, reach: jobs.Milestones) -> None:
    institution, sha256, content = _subject(job)
    order = uploads.kept_beside(job.owner_id, sha256, _of(institution.pk, ORDER))
    if order is None:
        raise DomainError("file_gone")
    plan = import_roster(
        actor=job.owner,
        institution=institution,
        content=content,
        file_name=order["file_name"],
        choices=_kept_choices(order["choices"]),
        seen=order["seen"],
        progress=_told(reach, len(IMPORT_STAGES), within=frozenset({Stage.PLAN, Stage.WRITE})),
    )
    if plan.has_errors:
        raise DomainError("rows_with_errors", count=plan.counts["error"])


def forget_file(job: Job) -> None:
    """After the job is done, not before: a worker killed between the two finds the file again, and nothing to do."""
    place, sha256 = place_of(job)
    if sha256 and not job.items.exclude(error="").exists():
        uploads.forget_beside(job.owner_id, sha256, *(_of(place, what) for what in (PLAN, ORDER, ROWS)))


def place_of(job: Job) -> tuple[int, str]:
    """(institution, SHA-256 of the kept file or "") of a job."""
    place, _colon, beginning = job.subject_id.partition(":")
    return int(place), uploads.begins_with(job.owner_id, beginning)


def _of(institution: int, what: str) -> str:
    """One login may mean the same file for two institutions: each has its own preview of it and its own order."""
    return f"{what}-{institution}"


def _subject_id(institution: Institution, sha256: str) -> str:
    return f"{institution.pk}:{sha256[:PREFIX]}"


def _running(actor: User, kind: str, subject: str) -> Job | None:
    """A second click finds the job of the first."""
    waiting = Job.objects.filter(owner=actor, kind=kind, subject_id=subject).exclude(state__in=Job.OVER)
    return waiting.filter(created_at__gte=clock.now() - jobs.SAME_CLICK).order_by("-pk").first()


def _milestones(rows: int, stages: Sequence[Stage]) -> list[str]:
    return [*(f"{stage} {first + 1}" for stage in stages for first in range(0, rows, PORTION)), "last"]


def _subject(job: Job) -> tuple[Institution, str, bytes]:
    place, sha256 = place_of(job)
    content = uploads.kept(job.owner_id, sha256)
    if content is None:
        raise DomainError("file_gone")
    return Institution.objects.get(pk=place), sha256, content


def _told(reach: jobs.Milestones, stages: int, within: Container[Stage] = ()) -> Told:
    """`within`: the stages that lie inside of the import's transaction."""
    portions = (reach.job.total - 1) // stages

    def told(stage: Stage, rows: int) -> None:
        count = list(Stage).index(stage) * portions + min(rows // PORTION, portions)
        (reach.within if stage in within else reach)(count)

    return told


def _choices_to_keep(choices: RosterChoices) -> dict[str, Any]:
    return vars(choices) | {
        "overwrite": sorted(choices.overwrite),
        "end_missing": sorted(choices.end_missing),
        "enter_again": sorted(choices.enter_again),
        "end_on": choices.end_on and choices.end_on.isoformat(),
    }


def _kept_choices(kept: dict[str, Any]) -> RosterChoices:
    return RosterChoices(
        overwrite=frozenset(kept["overwrite"]),
        overwrite_all=kept["overwrite_all"],
        end_missing=frozenset(kept["end_missing"]),
        end_all_missing=kept["end_all_missing"],
        end_on=kept["end_on"] and date.fromisoformat(kept["end_on"]),
        enter_again=frozenset(kept.get("enter_again", ())),
    )
