"""The one engine behind every state: an app's table says from where, to where, who, and apart from whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction

from core import audit
from core.errors import NotAllowed, WrongState
from core.models import AuditEntry

Record = TypeVar("Record", bound=models.Model)


@dataclass(frozen=True)
class Step:
    """One row of a state table. `apart_from` names steps whose actor may not also take this one."""

    sources: frozenset[str]
    target: str
    who: str
    apart_from: frozenset[str] = frozenset()


Steps = Mapping[str, Step]


def advance(
    record: Record,
    name: str,
    steps: Steps,
    *,
    actor: AbstractBaseUser,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Record:
    """Take one step: lock the row, check actor and state, save, write down. Returns the locked, fresh record.

    `changes`: fields that the step sets together with the state, where a constraint ties the two.

    Raises NotAllowed (out of reach, or the actor took a step this one must be apart from) and WrongState.
    """
    step = steps[name]
    with transaction.atomic():
        locked = _locked(record, step, actor)
        if locked.state not in step.sources:  # type: ignore[attr-defined]
            raise WrongState(step=name, state=locked.state)  # type: ignore[attr-defined]
        _check_apart(locked, step, actor)
        before, locked.state = locked.state, step.target  # type: ignore[attr-defined]
        for field, value in (changes or {}).items():
            setattr(locked, field, value)
        locked.save(update_fields=["state", *(changes or {})])
        audit.record(
            actor,
            _verb(locked, name),
            locked,
            reason=reason,
            before=before,
            after=step.target,
            **facts,
        )
    return locked


def open_steps(record: models.Model, steps: Steps) -> list[str]:
    """The steps that leave from the record's state, in table order: what buttons and docs read."""
    return [name for name, step in steps.items() if record.state in step.sources]  # type: ignore[attr-defined]


def steps_for(actor: AbstractBaseUser, record: models.Model, steps: Steps) -> list[str]:
    """Of the open steps those that the actor may still take: without those to be kept apart from an earlier one."""
    return [name for name in open_steps(record, steps) if not took_part(record, steps[name].apart_from, actor)]


def _locked(record: Record, step: Step, actor: AbstractBaseUser) -> Record:
    rows = type(record).objects.allowed(actor, step.who)  # type: ignore[attr-defined]
    found = rows.filter(pk=record.pk).select_for_update(of=("self",)).first()
    if found is None:
        raise NotAllowed(permission=str(step.who))
    return found


def _check_apart(record: models.Model, step: Step, actor: AbstractBaseUser) -> None:
    if took_part(record, step.apart_from, actor):
        raise NotAllowed("same_person_twice", steps=sorted(step.apart_from))


def took_part(record: models.Model, names: Collection[str], actor: AbstractBaseUser) -> bool:
    """Did the actor take one of these steps with the record? By what the audit trail says."""
    verbs = [_verb(record, name) for name in names]
    about = {"subject_type": record._meta.label_lower, "subject_id": str(record.pk)}
    return bool(verbs) and AuditEntry.objects.filter(actor=actor.pk, verb__in=verbs, **about).exists()


def _verb(record: models.Model, name: str) -> str:
    return f"{record._meta.app_label}.{record._meta.model_name}.{name}"
