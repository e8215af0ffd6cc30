"""Evaluation schemes written, proposed and adopted: nobody adopts what he wrote, and what is adopted never changes."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.models import Region, User
from accounts.permissions import Permission
from accounts.services.places import require_region
from core import audit, clock
from core.errors import DomainError, WrongState
from core.workflow import advance
from credit.models import EvaluationScheme
from credit.rules.evaluation import WORDS, scheme_faults
from credit.workflow import EVALUATION_SCHEME_STEPS, SchemeState

MANAGES = Permission.SCHEME_MANAGE


@transaction.atomic
def write_scheme(
    *,
    actor: User,
    words: Mapping[str, Any],
    draft: EvaluationScheme | None = None,
    drafted_from: EvaluationScheme | None = None,
) -> EvaluationScheme:
    """A new draft, or other words for one. Nobody is evaluated by it before it is adopted.

    The nation's schemes are its body's alone; a province or a zone runs schemes of its own (R48).

    `words`: all of credit.rules.evaluation.WORDS but the version's own name, which follows from its first day. Raises
    `scheme_faulty` with its faults, `scheme_of_another_region`, `no_such_region`, WrongState.
    """
    region = Region.objects.filter(path=words["region_path"]).first()
    if region is None:
        raise DomainError("no_such_region", path=words["region_path"])
    require_region(actor, MANAGES, region)
    if draft is not None:
        require(actor, MANAGES, draft)
    if faults := scheme_faults(words):
        raise DomainError("scheme_faulty", faults=faults)
    _check_region(words["code"], words["region_path"])
    given = {name: words[name] for name in WORDS if name != "version"} | {"written_by": actor}
    scheme = _changed(draft, given) if draft else EvaluationScheme(drafted_from=drafted_from, **given)
    scheme.version = _next_version(scheme)
    scheme.save()
    # The verb of a step, so that the table keeps apart who wrote and who adopts.
    audit.record(actor, "credit.evaluationscheme.write", scheme, code=scheme.code, version=scheme.version)
    return scheme


@transaction.atomic
def propose_scheme(*, actor: User, scheme: EvaluationScheme) -> EvaluationScheme:
    """The words stand from now on; a second person adopts or refuses them. Raises `scheme_faulty` with its faults:
    its indicators may have been changed one by one, and the weights of a draft need not add up."""
    require(actor, MANAGES, scheme)
    _lock(scheme)
    _check_words(EvaluationScheme.objects.get(pk=scheme.pk))
    changes = {"version": _next_version(scheme)}
    return advance(scheme, "propose", EVALUATION_SCHEME_STEPS, actor=actor, changes=changes)


@transaction.atomic
def adopt_scheme(*, actor: User, scheme: EvaluationScheme) -> EvaluationScheme:
    """From now on rounds can be begun by it. Raises `same_person_twice`, `scheme_of_another_region`, WrongState."""
    require(actor, MANAGES, scheme)
    _lock(scheme)
    _check_region(scheme.code, scheme.region_path)
    changes = {"adopted_at": clock.now(), "adopted_by": actor}
    return advance(scheme, "adopt", EVALUATION_SCHEME_STEPS, actor=actor, changes=changes, code=scheme.code)


@transaction.atomic
def refuse_scheme(*, actor: User, scheme: EvaluationScheme, reason: str) -> EvaluationScheme:
    require(actor, MANAGES, scheme)
    if not reason.strip():
        raise DomainError("reason_missing")
    return advance(scheme, "refuse", EVALUATION_SCHEME_STEPS, actor=actor, reason=reason.strip())


@transaction.atomic
def withdraw_scheme(*, actor: User, scheme: EvaluationScheme) -> EvaluationScheme:
    require(actor, MANAGES, scheme)
    return advance(scheme, "withdraw", EVALUATION_SCHEME_STEPS, actor=actor)


def _check_words(scheme: EvaluationScheme) -> None:
    if faults := scheme_faults(scheme.words):
        raise DomainError("scheme_faulty", faults=faults)


def _check_region(code: str, region_path: str) -> None:
    """A short name belongs to one region: a province adds no version to a scheme of the nation."""
    standing = EvaluationScheme.objects.filter(code=code, state__in=[SchemeState.PROPOSED, SchemeState.ADOPTED])
    if standing.exclude(region_path=region_path).exists():
        raise DomainError("scheme_of_another_region", scheme=code)


def _changed(draft: EvaluationScheme, given: Mapping[str, Any]) -> EvaluationScheme:
    locked = EvaluationScheme.objects.select_for_update().get(pk=draft.pk)
    if locked.state != SchemeState.DRAFT:
        raise WrongState(step="write", state=locked.state)
    for name, value in given.items():
        setattr(locked, name, value)
    return locked


def _next_version(scheme: EvaluationScheme) -> str:
    """The year of its first day and a number: 2026-2."""
    others = EvaluationScheme.objects.filter(code=scheme.code).exclude(pk=scheme.pk)
    standing = others.filter(state__in=[SchemeState.PROPOSED, SchemeState.ADOPTED])
    taken = set(standing.values_list("version", flat=True))
    number = 1
    while (name := f"{scheme.valid_from.year}-{number}") in taken:
        number += 1
    return name


def _lock(scheme: EvaluationScheme) -> None:
    """Two versions of one scheme are proposed and adopted one after the other."""
    list(EvaluationScheme.objects.select_for_update().filter(code=scheme.code).order_by("pk").values_list("pk"))
