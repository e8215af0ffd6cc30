"""Reads about one institution or one base: who may correct it, where it stood, what it is qualified for."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.models import Designation, Institution, Placement, TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors import find_institution
from core.errors import DomainError, NotAllowed


@dataclass(frozen=True)
class BaseCard:
    base: TrainingBase
    designations: list[Designation]
    placements: list[Placement]


def institution_to_manage(actor: User, pk: int) -> Institution:
    """Raises NotAllowed, also when there is none."""
    rows = Institution.objects.allowed(actor, Permission.PLACE_MANAGE).select_related("region", "parent")
    if (found := rows.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=Permission.PLACE_MANAGE.value)
    return found


def base_for(actor: User, pk: int, permission: Permission = Permission.BASE_VIEW) -> TrainingBase:
    rows = TrainingBase.objects.allowed(actor, permission).select_related("region", "host")
    if (found := rows.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=permission.value)
    return found


def bases(actor: User, query: str = "") -> QuerySet[TrainingBase]:
    rows = TrainingBase.objects.allowed(actor, Permission.BASE_VIEW).select_related("region", "host")
    return (rows.filter(base_named(query)) if query else rows).order_by("code")


def base_named(query: str, prefix: str = "") -> Q:
    """A part of the name in any of its languages; `prefix` is the way to the base, e.g. "base__"."""
    names = (Q(**{f"{prefix}{name}__icontains": query}) for name in ("name", "name_en", "name_ja"))
    return reduce(or_, names)


def base_card(actor: User, pk: int) -> BaseCard:
    found = base_for(actor, pk)
    granted = Designation.objects.allowed(actor, Permission.BASE_VIEW).filter(base=found)
    return BaseCard(found, list(granted.order_by("-pk")), placements(actor, found))


def placements(actor: User, subject: Institution | TrainingBase) -> list[Placement]:
    """The moves of an institution or base that reaches the actor, the newest first."""
    permission = Permission.INSTITUTION_VIEW if isinstance(subject, Institution) else Permission.BASE_VIEW
    rows = Placement.objects.allowed(actor, permission).filter(pk__in=subject.placements.values("pk"))
    return list(rows.select_related("region", "moved_from").order_by("-valid_from", "-pk"))


def named_institution(code: str) -> Institution | None:
    """By credit code; institutions are public. Raises `unknown_institution`; nothing given is nobody."""
    if not code.strip():
        return None
    if (found := find_institution(code)) is None:
        raise DomainError("unknown_institution")
    return found
