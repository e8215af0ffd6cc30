"""Every row that leads to a person or a place is reached through scope_paths, or stands on one short list."""

from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models

from accounts.access import ITSELF, ScopedQuerySet
from accounts.models import Institution, Person, Region, TrainingBase
from tests.architecture.sources import ROOMS

TARGETS = {Person, Institution, TrainingBase, Region}
WAYS = {"user", "institution", "base", "region"}

# Models without scope_paths although they lead to a person or a place, and why nothing leaks by that.
NOT_SCOPED = {
    "accounts.Region": "reference data that is public",
    "courses.MutualRecognition": "agreements between regions are public; who may enter or end one is asked by itself",
    "courses.SessionShare": "hours of a session; read through the session only",
    "staffing.CountedStay": "follows from appointments and records; counted for whoever reaches the whole region",
    "staffing.InstitutionFigure": "follows from the same; read by kept_region alone, which asks for the whole region",
    "staffing.RegionFigure": "sums of the same, behind the same question",
    "staffing.SharedMember": "numbers of people who are in two sums; never shown",
}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in (*ROOMS, "core")]


def leads_to_people_or_places(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    if model in TARGETS:
        return True
    near = {target for target in _pointed_at(model) if target not in seen}
    return any(leads_to_people_or_places(target, seen | {model}) for target in near)


def _pointed_at(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for field in model._meta.get_fields():
        if field.is_relation and field.concrete and isinstance(field.related_model, type):
            yield field.related_model


def is_scoped(model: type[models.Model]) -> bool:
    return isinstance(model._default_manager.all(), ScopedQuerySet)


def wrong_paths(model: type[models.Model]) -> list[str]:
    """Paths that lead nowhere, unknown ways, and paths that would double rows."""
    queryset = model._default_manager.all()
    found = [f"unknown way {way}" for way in set(queryset.scope_paths) - WAYS]
    for path in queryset.scope_paths.values():
        try:
            sql = str(queryset.filter(**{f"{path}__isnull": False}).query)
        except FieldError:
            found.append(f"{path} leads nowhere")
            continue
        if path != ITSELF and _is_many(model, path) and type(queryset)._within is ScopedQuerySet._within:
            found.append(f"{path} would double rows: {sql[:40]}")
    return [f"{model._meta.label}: {words}" for words in found]


def _is_many(model: type[models.Model], path: str) -> bool:
    current = model
    for name in path.split("__"):
        field = current._meta.get_field(name)
        if field.is_relation and (field.many_to_many or field.one_to_many):
            return True
        current = field.related_model if field.is_relation else current
    return False


def unscoped() -> set[str]:
    return {m._meta.label for m in our_models() if leads_to_people_or_places(m) and not is_scoped(m)}


def test_models_that_lead_to_people_or_places_are_scoped():
    assert unscoped() == set(NOT_SCOPED)


def test_scope_paths_lead_somewhere_and_double_nothing():
    found = [words for model in our_models() if is_scoped(model) for words in wrong_paths(model)]

    assert found == [], "\n".join(found)


def test_a_scoped_model_has_one_way_at_least():
    assert [m._meta.label for m in our_models() if is_scoped(m) and not m._default_manager.all().scope_paths] == []


def test_scoped_managers_are_called_objects():
    """A second manager would be a way round allowed()."""
    names = {m._meta.label: [manager.name for manager in m._meta.managers] for m in our_models() if is_scoped(m)}

    assert {label: found for label, found in names.items() if found != ["objects"]} == {}


# --- negative controls ----------------------------------------------------------------------------------------------
def test_walk_finds_what_hides_behind_other_models():
    assert leads_to_people_or_places(apps.get_model("exams", "AnswerEntry"))
    assert leads_to_people_or_places(apps.get_model("courses", "TrainingRecordAnnulment"))
    assert not leads_to_people_or_places(apps.get_model("core", "SpecialDay"))
    assert not leads_to_people_or_places(apps.get_model("staffing", "RatioRule"))


def test_wrong_paths_are_noticed(monkeypatch):
    queryset = type(Institution.objects.all())

    monkeypatch.setattr(queryset, "scope_paths", {"region": "nowhere__path"})
    assert wrong_paths(Institution) == ["accounts.Institution: nowhere__path leads nowhere"]
    monkeypatch.setattr(queryset, "scope_paths", {"person": "region"})
    assert wrong_paths(Institution) == ["accounts.Institution: unknown way person"]
    monkeypatch.setattr(queryset, "scope_paths", {"user": "appointments__person__user"})
    assert len(wrong_paths(Institution)) == 1
