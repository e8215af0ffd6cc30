"""Everything the platform holds about one login and its person, read along the data classes of every room."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.models import Person, User
from core.data_classes import HERE, Classified, classified
from core.fields import SealedField
from courses.models import EvidenceScan

# More rows of one table than anybody reads; the page says so.
MOST_ROWS = 20_000


def everything_about(user: User, person: Person | None) -> dict[str, list[dict[str, Any]]]:
    """Table label -> rows with every field of class C0 to C2, and the opened sealed ones of C3.

    Left out: keys and hashes, which are not about anybody, and what may speak of other people.
    """
    people = [] if person is None else [person.pk, *person.merged.values_list("pk", flat=True)]
    found = {}
    for label, entry in sorted(classified().items()):
        rows = [_row(row, entry) for row in _rows(entry, user, people)]
        if rows:
            found[label] = rows
    return found


def _rows(entry: Classified, user: User, people: list[int]) -> Iterator[models.Model]:
    model = apps.get_model(entry.label)
    wanted = Q(pk__in=[])
    if entry.person and people:
        wanted |= Q(**{f"{_path(entry.person)}__in": people})
    if entry.login:
        wanted |= Q(**{_path(entry.login): user.pk})
    if wanted == Q(pk__in=[]):
        return iter(())
    places = [field.name for field in model._meta.concrete_fields if _is_place(field)]
    places += THROUGH.get(entry.label, {}).values()
    rows = (
        model._default_manager.filter(wanted).select_related(*places)
        if places
        else (model._default_manager.filter(wanted))
    )
    return iter(rows.order_by("pk")[:MOST_ROWS])


def _through(row: models.Model, path: str) -> Any:
    for step in path.split("__"):
        row = getattr(row, step)
    return row


def scans_about(person: Person) -> Iterator[EvidenceScan]:
    """One after the other: each may have some megabytes."""
    people = [person.pk, *person.merged.values_list("pk", flat=True)]
    return EvidenceScan.objects.filter(evidence__person__in=people).order_by("pk").iterator(chunk_size=1)


def _path(way: str) -> str:
    return "pk" if way == HERE else way


def _row(row: models.Model, entry: Classified) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field in row._meta.local_concrete_fields:
        name = field.name
        if (
            name in FILES.get(entry.label, ())
            or name in entry.about_others
            or (entry.fields[name] == "c3" and not isinstance(field, SealedField))
        ):
            continue
        if field.is_relation:
            if _is_place(field):
                facts[name] = _called(getattr(row, name))
            continue
        facts[name] = _plain(getattr(row, name))
    return facts | {name: _called(_through(row, path)) for name, path in THROUGH.get(entry.label, {}).items()}


def _called(place: Any) -> str:
    """As people call it: a cohort by its title, not by its number."""
    return "" if place is None else str(getattr(place, "title", "") or place)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)


def _is_place(field: Any) -> bool:
    """Relations that are named in the copy: places, levels, classes; never another person or login."""
    target = field.related_model if field.is_relation else None
    return target is not None and target._meta.label in NAMED


# What lies as a file of its own beside the page.
FILES = {"courses.EvidenceScan": ("scanned",)}
# Places that a row names through another row.
THROUGH = {
    "certificates.BatchCheckLine": {"institution": "check_of__institution"},
    "staffing.RatioProofEntry": {"institution": "proof__institution", "proof": "proof"},
}
NAMED = frozenset(
    {
        "accounts.Institution", "accounts.TrainingBase", "accounts.AdminBody", "accounts.Region",
        "courses.Level", "courses.Module", "courses.Session", "courses.Cohort", "certificates.Certificate",
    }
)  # fmt: skip
