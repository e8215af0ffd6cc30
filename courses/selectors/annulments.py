"""Annulments within reach: those that run, by their day, and those that are decided; one of them, for either side."""

from django.db.models import Q, QuerySet

from accounts.models import Person, User
from accounts.permissions import Permission
from accounts.workflow import OPEN_HEARING
from courses.models import AnnulmentCase, TrainingRecord

ANNULS, OWN = Permission.TRAINING_RECORD_ANNUL, Permission.TRAINING_RECORD_OWN


def annulments(actor: User, *, closed: bool = False) -> QuerySet[AnnulmentCase]:
    """Open ones by their day; closed ones newest first."""
    rows = AnnulmentCase.objects.allowed(actor, ANNULS).select_related("record__person__merged_into", "record__base")
    if closed:
        return rows.exclude(state__in=OPEN_HEARING).order_by("-decided_at", "-pk")
    return rows.filter(state__in=OPEN_HEARING).order_by("answer_until", "pk")


def annulment_case(actor: User, pk: int, permission: Permission = ANNULS) -> AnnulmentCase | None:
    rows = AnnulmentCase.objects.allowed(actor, permission)
    return rows.select_related("record__person__merged_into", "record__base").filter(pk=pk).first()


def record_to_annul(actor: User, pk: int) -> TrainingRecord | None:
    rows = TrainingRecord.objects.allowed(actor, ANNULS)
    return rows.select_related("person__merged_into", "base", "annulment").filter(pk=pk).first()


def running_case(actor: User, record: TrainingRecord) -> AnnulmentCase | None:
    rows = AnnulmentCase.objects.allowed(actor, ANNULS).filter(record=record, state__in=OPEN_HEARING)
    return rows.order_by("pk").first()


def own_annulments(actor: User) -> QuerySet[AnnulmentCase]:
    """Of the person's own records, the newest first."""
    return AnnulmentCase.objects.allowed(actor, OWN).select_related("record").order_by("-pk")


def about_person(person: Person) -> Q:
    return Q(record__person=person) | Q(record__person__merged_into=person)
