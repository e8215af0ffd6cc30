"""What is put right about one institution or base, and its move to another region."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.identifiers import check_uscc
from accounts.models import Institution, Placement, Region, TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors import known_areas
from accounts.services.bodies import change_fields
from accounts.services.places import may_set_levels, require_free, require_region, require_sound_base
from accounts.workflow import MemberState
from core import audit, clock
from core.errors import DomainError, NotAllowed
from core.text import name_key, normal_name


@transaction.atomic
def correct_institution(
    *,
    actor: User,
    institution: Institution,
    reason: str,
    name: str,
    category: str,
    level: str,
    uscc: str = "",
    parent: Institution | None = None,
) -> Institution:
    """Put the entry right; old and new stand in the audit trail. The region changes by a move only.

    Raises `reason_missing`, `uscc_wrong`, `needs_parent`, `uscc_taken`, `department_exists`, `circle`,
    `level_above_own_rank`, `association_has_members`.
    """
    require(actor, Permission.PLACE_MANAGE, institution)
    _require_reason(reason)
    locked = Institution.objects.select_for_update().get(pk=institution.pk)
    if level != locked.level and not may_set_levels(actor, Permission.PLACE_MANAGE, level, locked.level):
        raise DomainError("level_above_own_rank")
    _require_no_members(locked, category)
    code = _checked(uscc)
    if code is None and parent is None:
        raise DomainError("needs_parent")
    _refuse_circle(locked, parent)
    require_free(name=name, uscc=code, parent=parent, but=locked)
    wanted = {
        "name": normal_name(name),
        "name_key": name_key(name),
        "category": category,
        "level": level,
        "uscc": code,
        "parent": parent,
        "kind": Institution.Kind.LEGAL_PERSON if code else Institution.Kind.INTERNAL_DEPARTMENT,
    }
    changes = change_fields(locked, wanted)
    if changes:
        audit.record(actor, "accounts.institution_corrected", locked, reason=reason.strip(), changes=changes)
    return locked


def _require_no_members(institution: Institution, category: str) -> None:
    """What has members, or is asked to have them, stays an association."""
    if Institution.Category.ASSOCIATION in (institution.category, category) and institution.category != category:
        rows = institution.member_rows.exclude(state__in=[MemberState.DECLINED, MemberState.WITHDRAWN])
        if rows.exclude(valid_to__lte=clock.today()).exists():
            raise DomainError("association_has_members")


@transaction.atomic
def correct_base(*, actor: User, base: TrainingBase, reason: str, **values: Any) -> TrainingBase:
    """Names, host, and what the base is qualified to train. Code and region are no slips of the pen.

    Raises `reason_missing`, `host_missing` (one is changed and never taken away), `host_is_a_department`,
    `ends_before_start`.
    """
    require(actor, Permission.PLACE_MANAGE, base)
    _require_reason(reason)
    begins, ends = values.get("qualified_from"), values.get("qualified_to")
    require_sound_base(host=values.get("host"), begins=begins, ends=ends, wanted=base.host_id is not None)
    locked = TrainingBase.objects.select_for_update().get(pk=base.pk)
    changes = change_fields(locked, {name: values[name] for name in BASE_PROFILE})
    if changes:
        audit.record(actor, "accounts.base_corrected", locked, reason=reason.strip(), changes=changes)
    return locked


BASE_PROFILE = (
    "name", "name_en", "name_ja", "host", "qualification", "training_scope", "qualified_from", "qualified_to",
)  # fmt: skip


@transaction.atomic
def move_place(
    *, actor: User, subject: Institution | TrainingBase, region: Region, on: date, document: str
) -> Placement:
    """From today on it stands in another region, and the powers over it are those of the new one.

    Whoever moves it oversees both regions. Raises `document_missing`, `region_out_of_reach`, `region_not_in_use`,
    `same_region`, `move_in_future`, `move_in_past` (scope follows at once, and never backwards).
    """
    require(actor, Permission.PLACE_MANAGE, subject)
    if not document.strip():
        raise DomainError("document_missing")
    _check_day(on)
    _check_region(actor, region)
    locked = type(subject).objects.select_for_update().get(pk=subject.pk)
    if locked.region_id == region.pk:
        raise DomainError("same_region")
    made = _placement(locked, locked.region_id, region.pk, document.strip())
    made.save()
    left, locked.region = locked.region, region
    locked.save(update_fields=["region"])
    audit.record(actor, "accounts.place_moved", locked, reason=made.document, before=left.code, after=region.code)
    return made


def note_moves(moved: Iterable[tuple[Institution, int]], document: str) -> None:
    """For an import that has changed the regions of many (institution, region before): the same history."""
    Placement.objects.bulk_create(
        [_placement(one, before, one.region_id, document) for one, before in moved if one.region_id != before],
        batch_size=500,
    )


def _placement(subject: Institution | TrainingBase, before: int, after: int, document: str) -> Placement:
    place = "institution" if isinstance(subject, Institution) else "base"
    return Placement(
        moved_from_id=before,
        region_id=after,
        valid_from=clock.today(),
        document=document,
        recorded_at=clock.now(),
        **{place: subject},
    )


def _check_day(on: date) -> None:
    if on != clock.today():
        raise DomainError("move_in_future" if on > clock.today() else "move_in_past")


def _check_region(actor: User, region: Region) -> None:
    try:
        require_region(actor, Permission.PLACE_MANAGE, region)
    except NotAllowed:
        raise DomainError("region_out_of_reach", region=region.code) from None
    if region.statistical or region.valid_to or region.replaced_by:
        raise DomainError("region_not_in_use", region=region.code)


def _checked(uscc: str) -> str | None:
    if not uscc.strip():
        return None
    checked = check_uscc(uscc, known_areas=known_areas())
    if not checked.ok:
        raise DomainError("uscc_wrong", reasons=checked.errors)
    return checked.value


def _refuse_circle(institution: Institution, parent: Institution | None) -> None:
    above, seen = parent, set()
    while above is not None and above.pk not in seen:
        if above.pk == institution.pk:
            raise DomainError("circle")
        seen.add(above.pk)
        above = above.parent


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError("reason_missing")
