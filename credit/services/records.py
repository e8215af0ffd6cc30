"""Facts from the rooms below become records of the credit file."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Consent, Institution, Person, TrainingBase, User
from accounts.permissions import Role
from certificates.models import Certificate
from core import audit, clock
from core.errors import DomainError, NotAllowed
from courses.models import Enrolment, Level, TrainingRecord
from courses.workflow import COUNTED
from credit.models import COMMITMENTS, CreditRecord
from credit.selectors.files import CERTIFICATE_ISSUED, CONSENT_GIVEN, TRAINING_RECORD_ADDED, source_of

Category, Kind = CreditRecord.Category, CreditRecord.Kind


@transaction.atomic
def record_fact(
    *,
    actor: User,
    subject: Person | Institution,
    category: str,
    kind: str,
    occurred_on: date,
    publisher: str,
    source: str,
    facts: dict[str, Any],
) -> CreditRecord:
    """One basic or positive fact, once per source. An entity needs a credit code (practice 1.2): `no_credit_code`."""
    _require_system(actor)
    if isinstance(subject, Institution) and not subject.uscc:
        raise DomainError("no_credit_code", institution=subject.pk)
    place = "institution" if isinstance(subject, Institution) else "person"
    wording = {"category": category, "kind": kind, "occurred_on": occurred_on, "publisher": publisher, "facts": facts}
    record, fresh = CreditRecord.objects.get_or_create(source=source, defaults={place: subject, **wording})
    if fresh:
        audit.record(actor, "credit.recorded", record, kind=str(kind), source=source)
    return record


@transaction.atomic
def record_consent(*, actor: User, consent_id: int) -> list[CreditRecord]:
    """Somebody agreed to a text. Before the login has a person nothing is written; admission and training ask again."""
    return _record_commitments(actor, Consent.objects.select_related("user").get(pk=consent_id).user)


@transaction.atomic
def record_admission(*, actor: User, enrolment_id: int) -> list[CreditRecord]:
    """Admission may just have confirmed who the applicant is: commitments given earlier find their file now."""
    return _record_commitments(actor, Enrolment.objects.select_related("applicant").get(pk=enrolment_id).applicant)


@transaction.atomic
def record_training(*, actor: User, training_record_id: int) -> CreditRecord | None:
    """A verified training is a positive fact; a merely claimed one is none."""
    rows = TrainingRecord.objects.select_related("person__user", "base", "level", "enrolment__cohort__programme")
    training = rows.get(pk=training_record_id)
    if training.standing not in COUNTED:
        return None
    if training.person.user:
        _record_commitments(actor, training.person.user)
    return record_fact(
        actor=actor,
        subject=training.person,
        category=Category.POSITIVE,
        kind=Kind.TRAINING_COMPLETED,
        occurred_on=training.completed_on,
        publisher=training.base.name if training.base else training.provider,
        source=source_of(TRAINING_RECORD_ADDED, training.pk),
        facts={
            "title": _training_titles(training),
            "level": _level_titles(training.level),
            "publisher": _base_names(training.base),
            "hours": None if training.hours is None else str(training.hours),
            "standing": training.standing,
        },
    )


@transaction.atomic
def record_certificate(*, actor: User, certificate_id: int) -> CreditRecord:
    certificate = Certificate.objects.select_related("person").get(pk=certificate_id)
    return record_fact(
        actor=actor,
        subject=certificate.person,
        category=Category.POSITIVE,
        kind=Kind.CERTIFICATE_ISSUED,
        occurred_on=certificate.issued_on,
        publisher=certificate.facts["issuer"]["zh"],
        source=source_of(CERTIFICATE_ISSUED, certificate.pk),
        facts={
            "number": certificate.number,
            "title": certificate.facts["title"],
            "level": certificate.facts["level"],
            "publisher": certificate.facts["issuer"],
        },
    )


def _record_commitments(actor: User, user: User) -> list[CreditRecord]:
    person = Person.objects.filter(user=user).first()
    if person is None:
        return []
    given = Consent.objects.filter(user=user, text__in=COMMITMENTS, given=True).order_by("at", "pk")
    platform = _platform_names()
    return [
        record_fact(
            actor=actor,
            subject=person,
            category=Category.BASIC,
            kind=Kind.COMMITMENT_ACCEPTED,
            occurred_on=clock.day_of(consent.at),
            publisher=platform["zh"],
            source=source_of(CONSENT_GIVEN, consent.pk),
            facts={"text": consent.text, "version": consent.version, "publisher": platform},
        )
        for consent in given
    ]


def _platform_names() -> dict[str, str]:
    """Commitments are given to the platform itself, under its name in each language."""
    names = {}
    for key, language in {"zh": "zh-hans", "en": "en", "ja": "ja"}.items():
        with translation.override(language):
            names[key] = gettext("Technology Manager Platform")
    return names


def _training_titles(training: TrainingRecord) -> dict[str, str]:
    """The record holds the Chinese title; the others come from the programme, if it was one of ours."""
    if training.enrolment is None:
        return {"zh": training.title}
    programme = training.enrolment.cohort.programme
    return {"zh": training.title, "en": programme.title_en, "ja": programme.title_ja}


def _level_titles(level: Level | None) -> dict[str, str]:
    return {language: level.title_in(language) for language in ("zh", "en", "ja")} if level else {}


def _base_names(base: TrainingBase | None) -> dict[str, str]:
    return {"zh": base.name, "en": base.name_en, "ja": base.name_ja} if base else {}


def _require_system(actor: User) -> None:
    """Facts come from the rooms below, never from a person's hand."""
    if not any(membership.role == Role.SYSTEM for membership in actor.worn_memberships()):
        raise NotAllowed(permission="system")
