"""A look into a credit file is written down before it happens; whom it is about reads of it, of refused tries too."""

from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.access import can, holds
from accounts.models import AccessEntry, Institution, Person, User
from accounts.permissions import Permission
from accounts.services import note_access
from core import audit, clock
from core.errors import NotAllowed
from credit.models import EntityLook, EvaluationSubject
from credit.selectors.evaluations import find_subject, is_told

# So many refused looks of one login are written down in 24 hours.
REFUSED_A_DAY = 10


@transaction.atomic
def open_file(*, actor: User, person_id: int, purpose: str) -> AccessEntry | None:
    """Write down a look before it happens; the person sees it. Raises NotAllowed when there is no such person.

    A refused try is an entry with `granted` False, or None when enough is written down about it: raising would roll
    the entry back, so the caller refuses.
    """
    person = Person.objects.select_related("merged_into").filter(pk=person_id).first()
    if person is None:
        raise NotAllowed(permission=Permission.CREDIT_FILE_VIEW.value)
    # The file of a merged double is shown with the surviving person's, who has to read of the look.
    concerned = person.merged_into or person
    if not can(actor, Permission.CREDIT_FILE_VIEW, person):
        return _note_refused(actor, concerned, purpose)
    what = AccessEntry.What.CREDIT_FILE
    entry = note_access(actor=actor, person=concerned, what=what, purpose=purpose)
    audit.record(actor, "credit.file_opened", concerned, purpose=purpose)
    return entry


@transaction.atomic
def open_evaluation(*, actor: User, subject_id: int, purpose: str) -> AccessEntry | None:
    """A look into the evaluation of a person: written down where looks into the file are, so that the person sees it,
    and a refused try as there. Nothing is written while nobody is told of the round.

    Raises NotAllowed for what is about no person, and out of reach for what nobody is told of yet.
    """
    subject = EvaluationSubject.objects.select_related("person__merged_into").filter(pk=subject_id).first()
    if subject is None or subject.person is None:
        raise NotAllowed(permission=Permission.EVALUATION_VIEW.value)
    concerned = subject.person.merged_into or subject.person
    if not can(actor, Permission.EVALUATION_VIEW, subject):
        return _note_refused_evaluation(actor, subject, concerned, purpose)
    find_subject(actor, subject.pk)
    words = _of_evaluation(purpose)
    entry = note_access(actor=actor, person=concerned, what=AccessEntry.What.CREDIT_FILE, purpose=words)
    audit.record(actor, "credit.evaluation_opened", subject, purpose=words)
    return entry


@transaction.atomic
def open_entity_file(*, actor: User, institution_id: int, purpose: str) -> EntityLook | None:
    """The same for an entity with a credit code; its officers read of it."""
    entity = Institution.objects.exclude(uscc=None).filter(pk=institution_id).first()
    if entity is None:
        raise NotAllowed(permission=Permission.CREDIT_FILE_VIEW.value)
    if not can(actor, Permission.CREDIT_FILE_VIEW, entity):
        return _note_refused_entity(actor, entity, purpose)
    look = _noted(actor, entity, purpose, granted=True)
    audit.record(actor, "credit.entity_file_opened", entity, purpose=purpose)
    return look


def _note_refused(actor: User, person: Person, purpose: str) -> AccessEntry | None:
    """The words of somebody whose office opens no files at all are not kept."""
    words = purpose if holds(actor, Permission.CREDIT_FILE_VIEW) else ""
    if _is_enough(actor, person):
        return None
    what = AccessEntry.What.CREDIT_FILE
    entry = note_access(actor=actor, person=person, what=what, purpose=words, granted=False)
    audit.record(actor, "credit.file_refused", person, purpose=words)
    return entry


def _note_refused_evaluation(
    actor: User, subject: EvaluationSubject, person: Person, purpose: str
) -> AccessEntry | None:
    """Nor are those of an office that evaluates nobody."""
    if not is_told(subject):
        raise NotAllowed(permission=Permission.EVALUATION_VIEW.value)
    if _is_enough(actor, person):
        return None
    words = _of_evaluation(purpose if holds(actor, Permission.EVALUATION_SCORE) else "")
    what = AccessEntry.What.CREDIT_FILE
    entry = note_access(actor=actor, person=person, what=what, purpose=words, granted=False)
    audit.record(actor, "credit.evaluation_refused", subject, purpose=words)
    return entry


def _is_enough(actor: User, person: Person) -> bool:
    """Once a day and person, and for a few persons a day: nobody's list of looks is a way to write to them."""
    since = clock.now() - timedelta(days=1)
    lately = AccessEntry.objects.filter(actor=actor, granted=False, at__gt=since)
    return lately.filter(person=person).exists() or lately.count() >= REFUSED_A_DAY


def _of_evaluation(purpose: str) -> str:
    """In the language of the records: an evaluation stands beside looks into the file."""
    with translation.override("zh-hans"):
        kind = gettext("Evaluation")
    return f"{kind} · {purpose}"[:200] if purpose else kind


def _note_refused_entity(actor: User, entity: Institution, purpose: str) -> EntityLook | None:
    words = purpose if holds(actor, Permission.CREDIT_FILE_VIEW) else ""
    since = clock.now() - timedelta(days=1)
    lately = EntityLook.objects.filter(actor=actor, granted=False, at__gt=since)
    if lately.filter(institution=entity).exists() or lately.count() >= REFUSED_A_DAY:
        return None
    look = _noted(actor, entity, words, granted=False)
    audit.record(actor, "credit.entity_file_refused", entity, purpose=words)
    return look


def _noted(actor: User, entity: Institution, purpose: str, *, granted: bool) -> EntityLook:
    hats = actor.worn_memberships()
    office = str(hats[0].place)[:150] if hats else ""
    return EntityLook.objects.create(
        institution=entity, actor=actor, body_name=office, purpose=purpose[:200], granted=granted
    )
