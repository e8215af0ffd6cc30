"""What cases may rest on: items of catalogues and measures of the list, proposed by one officer, adopted by another.

National items and measures belong to nationwide bodies, items of a local catalogue to the bodies of the region. An
item, a measure or its end is there only from the adoption on: nothing can rest on what is merely proposed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from accounts.access import require, require_everywhere, worn_bodies
from accounts.models import Region, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError, NotAllowed
from core.workflow import advance
from credit.models import CatalogueItem, CatalogueProposal, Measure
from credit.rules.lists import speaks_of_a_list
from credit.services.case_common import filled, refuse
from credit.workflow import CATALOGUE_PROPOSAL_STEPS, ProposalState
from credit.workflow.cases import SEVERITIES

MANAGES = Permission.RULE_MANAGE
What = CatalogueProposal.What
Row = TypeVar("Row", CatalogueItem, Measure)


@dataclass(frozen=True)
class Listed:
    """An item as its catalogue has it. `region`: of a local catalogue; None: of the national one."""

    catalogue: str
    edition: str
    number: str
    conduct: str
    basis: str
    highest: str
    valid_from: date
    region: Region | None = None


@dataclass(frozen=True)
class ListedMeasure:
    """A measure as its list has it. `title`: {zh, en, ja}."""

    code: str
    title: Mapping[str, str]
    listed_in: str
    basis: str
    severities: list[str]
    restricts: str
    valid_from: date


# --- one officer proposes -------------------------------------------------------------------------------------------
@transaction.atomic
def propose_item(*, actor: User, listed: Listed) -> CatalogueProposal:
    """Raises `<text>_missing`, `severity_unknown`, `is_a_list`, `item_listed`, NotAllowed."""
    path = listed.region.path if listed.region else ""
    _require(actor, path)
    refuse(filled(catalogue=listed.catalogue, edition=listed.edition, number=listed.number))
    refuse(filled(conduct=listed.conduct, basis=listed.basis) | {"severity_unknown": listed.highest not in SEVERITIES})
    words = {name: value for name, value in vars(listed).items() if name != "region"}
    _check_item(words)
    return _propose(actor, What.ITEM, path, words | {"valid_from": str(listed.valid_from)})


@transaction.atomic
def propose_measure(*, actor: User, listed: ListedMeasure) -> CatalogueProposal:
    """Raises `title_missing`, `basis_missing`, `listed_in_missing`, `is_a_list`, `measure_listed`, NotAllowed."""
    require_everywhere(actor, MANAGES)
    refuse(filled(title=listed.title.get("zh", ""), basis=listed.basis, listed_in=listed.listed_in))
    words = dict(vars(listed))
    _check_measure(words)
    return _propose(actor, What.MEASURE, "", words | {"valid_from": str(listed.valid_from)})


@transaction.atomic
def propose_item_end(*, actor: User, item: CatalogueItem, last_day: date, reason: str) -> CatalogueProposal:
    """Raises `reason_missing`, `ends_in_past`, `ended_already`, `end_waits`, NotAllowed."""
    _require(actor, item.region_path)
    return _propose_end(actor, CatalogueItem.objects.select_for_update().get(pk=item.pk), last_day, reason)


@transaction.atomic
def propose_measure_end(*, actor: User, measure: Measure, last_day: date, reason: str) -> CatalogueProposal:
    """Raises the same."""
    require_everywhere(actor, MANAGES)
    return _propose_end(actor, Measure.objects.select_for_update().get(pk=measure.pk), last_day, reason)


# --- another one adopts or refuses ----------------------------------------------------------------------------------
@transaction.atomic
def adopt_proposal(*, actor: User, proposal: CatalogueProposal) -> CatalogueProposal:
    """The item or measure is there, or the end holds, from now on. What stood in the way of proposing it still does.

    Raises `same_person_twice`, `item_listed`, `measure_listed`, `is_a_list`, `ends_in_past`, `ended_already`,
    WrongState.
    """
    require(actor, MANAGES, proposal)
    # First the step, which locks it: what comes of it bears both names.
    found = CatalogueProposal.objects.select_for_update().get(pk=proposal.pk)
    made = _CARRY_OUT[found.what](found, actor) if found.state == ProposalState.PROPOSED else {}
    return advance(proposal, "adopt", CATALOGUE_PROPOSAL_STEPS, actor=actor, changes=_decided(actor) | made)


@transaction.atomic
def refuse_proposal(*, actor: User, proposal: CatalogueProposal, reason: str) -> CatalogueProposal:
    """Raises `reason_missing`, `same_person_twice`, WrongState."""
    require(actor, MANAGES, proposal)
    refuse(filled(reason=reason))
    changes = _decided(actor) | {"reason": reason.strip()}
    return advance(proposal, "refuse", CATALOGUE_PROPOSAL_STEPS, actor=actor, changes=changes)


@transaction.atomic
def withdraw_proposal(*, actor: User, proposal: CatalogueProposal) -> CatalogueProposal:
    """By whoever proposed it alone: everybody else says why."""
    require(actor, MANAGES, proposal)
    if proposal.proposed_by_id != actor.pk:
        raise NotAllowed("not_the_proposer", proposal=proposal.pk)
    return advance(proposal, "withdraw", CATALOGUE_PROPOSAL_STEPS, actor=actor, changes=_decided(actor))


def may_write(actor: User, region_path: str) -> bool:
    """Of the national catalogue ("") or of a local one."""
    bodies = worn_bodies(actor, MANAGES)
    return any(region_path.startswith(body.jurisdiction) and (region_path or not body.jurisdiction) for body in bodies)


def _require(actor: User, region_path: str) -> None:
    if not may_write(actor, region_path):
        raise NotAllowed(permission=MANAGES.value)


def _propose(actor: User, what: str, path: str, words: Mapping[str, Any], **row: Any) -> CatalogueProposal:
    made = CatalogueProposal.objects.create(
        what=what, region_path=path, words=words, proposed_by=actor, proposed_at=clock.now(), **row
    )
    # The verb of a step, so that the table keeps apart who proposes and who adopts.
    audit.record(actor, "credit.catalogueproposal.propose", made, what=what)
    return made


def _propose_end(actor: User, row: CatalogueItem | Measure, last_day: date, reason: str) -> CatalogueProposal:
    refuse(filled(reason=reason))
    _check_end(row, last_day)
    waits = row.proposals.filter(what__in=[What.ITEM_END, What.MEASURE_END], state=ProposalState.PROPOSED)
    refuse({"end_waits": waits.exists()})
    words = {"last_day": str(last_day), "reason": reason.strip()}
    if isinstance(row, Measure):
        return _propose(actor, What.MEASURE_END, "", words, measure=row)
    return _propose(actor, What.ITEM_END, row.region_path, words, item=row)


def _decided(actor: User) -> dict[str, Any]:
    return {"decided_by": actor, "decided_at": clock.now()}


# A legal basis is not looked at: laws have such words in their titles.
def _check_item(words: Mapping[str, Any]) -> None:
    keys = {name: words[name].strip() for name in ("catalogue", "edition", "number")}
    listing = speaks_of_a_list(*keys.values(), words["conduct"], on=clock.today())
    refuse({"is_a_list": listing, "item_listed": CatalogueItem.objects.filter(**keys).exists()})


def _check_measure(words: Mapping[str, Any]) -> None:
    listing = speaks_of_a_list(words["code"], *words["title"].values(), words["listed_in"], on=clock.today())
    refuse({"is_a_list": listing, "measure_listed": Measure.objects.filter(code=words["code"]).exists()})


def _check_end(row: CatalogueItem | Measure, last_day: date) -> None:
    refuse({"ended_already": row.valid_to is not None, "ends_in_past": last_day < clock.today()})


# --- what comes of an adoption --------------------------------------------------------------------------------------
def _enter_item(proposal: CatalogueProposal, actor: User) -> dict[str, Any]:
    words = _dated(proposal.words)
    _check_item(words)
    scope = CatalogueItem.Scope.LOCAL if proposal.region_path else CatalogueItem.Scope.NATIONAL
    of_place = {"scope": scope, "region_path": proposal.region_path}
    made = _made("item_listed", lambda: CatalogueItem.objects.create(
        recorded_at=clock.now(), **_by_two(proposal, actor), **of_place, **words
    ))  # fmt: skip
    audit.record(actor, "credit.item_listed", made)
    return {"item": made}


def _enter_measure(proposal: CatalogueProposal, actor: User) -> dict[str, Any]:
    words = _dated(proposal.words)
    _check_measure(words)
    words["title_zh"] = words["title"]["zh"]
    made = _made("measure_listed", lambda: Measure.objects.create(**_by_two(proposal, actor), **words))
    audit.record(actor, "credit.measure_listed", made)
    return {"measure": made}


def _end_item(proposal: CatalogueProposal, actor: User) -> dict[str, Any]:
    """Cases filed until then keep it."""
    _end(actor, _row(CatalogueItem, proposal), proposal, "credit.item_ended")
    return {}


def _end_measure(proposal: CatalogueProposal, actor: User) -> dict[str, Any]:
    """Decisions until then keep it."""
    _end(actor, _row(Measure, proposal), proposal, "credit.measure_ended")
    return {}


_CARRY_OUT: Mapping[str, Callable[[CatalogueProposal, User], dict[str, Any]]] = {
    What.ITEM: _enter_item,
    What.MEASURE: _enter_measure,
    What.ITEM_END: _end_item,
    What.MEASURE_END: _end_measure,
}


def _dated(words: Mapping[str, Any]) -> dict[str, Any]:
    return {**words, "valid_from": date.fromisoformat(words["valid_from"])}


def _by_two(proposal: CatalogueProposal, actor: User) -> dict[str, Any]:
    # The state table says it, too; the database would only break here.
    if proposal.proposed_by_id == actor.pk:
        raise NotAllowed("same_person_twice", steps=["propose"])
    return {"proposed_by_id": proposal.proposed_by_id, "adopted_by": actor}


def _made(taken: str, create: Callable[[], Any]) -> Any:
    """Two proposals of one number may be adopted at the same moment; the second finds the first."""
    try:
        with transaction.atomic():
            return create()
    except IntegrityError as error:
        raise DomainError(taken) from error


def _row(model: type[Row], proposal: CatalogueProposal) -> Row:
    """What is to be ended, locked."""
    return model.objects.select_for_update(of=("self",)).get(proposals=proposal)


def _end(actor: User, row: CatalogueItem | Measure, proposal: CatalogueProposal, verb: str) -> None:
    """`valid_to` is the first day on which it no longer holds."""
    last_day = date.fromisoformat(proposal.words["last_day"])
    _check_end(row, last_day)
    row.valid_to = max(last_day + timedelta(days=1), row.valid_from)
    row.save(update_fields=["valid_to"])
    audit.record(actor, verb, row, last_day=str(last_day), reason=proposal.words["reason"])
