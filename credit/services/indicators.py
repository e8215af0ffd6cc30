"""Indicators of a draft added, changed and removed one by one; their weights need not add up before it is proposed."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from core import audit
from core.errors import DomainError, WrongState
from credit.models import EvaluationScheme
from credit.rules.evaluation import WHOLE, leaves_of, scheme_faults, unit_of
from credit.workflow import SchemeState

MANAGES = Permission.SCHEME_MANAGE
# What a draft may lack and a proposal may not.
ONLY_WHEN_PROPOSED = frozenset({"weights_not_whole"})


@dataclass(frozen=True)
class IndicatorWords:
    """`group`: code of a group of the scheme; empty: of a new one, which `group_titles` name. Texts by language."""

    code: str
    titles: Mapping[str, str]
    definition: Mapping[str, str]
    evidence: Mapping[str, str]
    weight: int
    source: str
    begins: int
    full: int
    # Of what evaluators enter: a score, or a count of something.
    unit: str = "score"
    group: str = ""
    group_titles: Mapping[str, str] | None = None


@transaction.atomic
def put_indicator(
    *, actor: User, scheme: EvaluationScheme, indicator: IndicatorWords, instead_of: str = ""
) -> EvaluationScheme:
    """Adds it, or puts it in the place of the one of this code.

    Raises `scheme_faulty` with its faults, `weight_cannot_be`, `no_such_indicator`, `no_such_group`, WrongState.
    """
    draft, tree = _draft(actor, scheme, instead_of)
    if not 1 <= indicator.weight <= WHOLE:
        raise DomainError("weight_cannot_be", weight=indicator.weight)
    group = _group(tree, indicator)
    leaves = group["indicators"]
    place = next((at for at, one in enumerate(leaves) if one["code"] == instead_of), None)
    if place is None:
        _take_out(tree, instead_of)
        leaves.append(_leaf(indicator))
    else:
        leaves[place] = _leaf(indicator)
    return _kept(actor, draft, tree, code=indicator.code)


@transaction.atomic
def remove_indicator(*, actor: User, scheme: EvaluationScheme, code: str) -> EvaluationScheme:
    """With the last one of a group the group goes. Raises `no_such_indicator`, WrongState."""
    draft, tree = _draft(actor, scheme, code)
    _take_out(tree, code)
    return _kept(actor, draft, tree, code=code)


def _draft(actor: User, scheme: EvaluationScheme, code: str) -> tuple[EvaluationScheme, list[dict[str, Any]]]:
    """The draft, locked, and a tree of its own."""
    require(actor, MANAGES, scheme)
    draft = EvaluationScheme.objects.select_for_update().get(pk=scheme.pk)
    if draft.state != SchemeState.DRAFT:
        raise WrongState(step="write", state=draft.state)
    if code and code not in {one["code"] for one in leaves_of(draft.tree)}:
        raise DomainError("no_such_indicator", indicator=code)
    return draft, copy.deepcopy(draft.tree)


def _group(tree: list[dict[str, Any]], indicator: IndicatorWords) -> dict[str, Any]:
    if indicator.group:
        found = next((one for one in tree if one["code"] == indicator.group), None)
        if found is None:
            raise DomainError("no_such_group", group=indicator.group)
        return found
    made = {"code": _free_code(tree), "titles": dict(indicator.group_titles or {}), "indicators": []}
    tree.append(made)
    return made


def _free_code(tree: list[dict[str, Any]]) -> str:
    taken, number = {one["code"] for one in tree}, 1
    while (code := f"group_{number}") in taken:
        number += 1
    return code


def _leaf(indicator: IndicatorWords) -> dict[str, Any]:
    texts = {name: dict(getattr(indicator, name)) for name in ("titles", "definition", "evidence")}
    numbers = {name: getattr(indicator, name) for name in ("weight", "begins", "full")}
    return {
        "code": indicator.code,
        **texts,
        **numbers,
        "source": indicator.source,
        "unit": unit_of(indicator.source, indicator.unit),
    }


def _take_out(tree: list[dict[str, Any]], code: str) -> None:
    """A group that it leaves empty goes with it."""
    for group in tree:
        if code in [one["code"] for one in group["indicators"]]:
            group["indicators"] = [one for one in group["indicators"] if one["code"] != code]
            if not group["indicators"]:
                tree.remove(group)
            return


def _kept(actor: User, draft: EvaluationScheme, tree: list[dict[str, Any]], **facts: Any) -> EvaluationScheme:
    faults = [one for one in scheme_faults(draft.words | {"tree": tree}) if one not in ONLY_WHEN_PROPOSED]
    if faults:
        raise DomainError("scheme_faulty", faults=faults)
    draft.tree, draft.written_by = tree, actor
    draft.save(update_fields=["tree", "written_by"])
    # The verb of a step, so that the table keeps apart who wrote and who adopts.
    audit.record(actor, "credit.evaluationscheme.write", draft, **facts)
    return draft
