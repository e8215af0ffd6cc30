"""What pages of the catalogues say: why something was refused, and what a proposal holds, in the reader's words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models.restrictions import RestrictionKind
from core.errors import DomainError
from credit.models import CatalogueProposal
from credit.views.case_words import NOT_NOW
from credit.workflow.cases import CaseOutcome

What = CatalogueProposal.What
REFUSALS: dict[str, Promise] = {
    "item_listed": gettext_lazy("This edition of the catalogue has an item of this number already."),
    "measure_listed": gettext_lazy("There is a measure of this short name already."),
    "is_a_list": gettext_lazy(
        "This speaks of a list of dishonest subjects. It is no item and no measure: such lists are made by law alone."
    ),
    "ends_in_past": gettext_lazy("The last day cannot lie in the past: cases may rest on it."),
    "ended_already": gettext_lazy("Its end is entered already."),
    "end_waits": gettext_lazy("Its end is proposed already, and waits for a second officer."),
    "reason_missing": gettext_lazy("Please give the reason. Nothing was changed."),
    "same_person_twice": gettext_lazy("You proposed this: another officer adopts or refuses it."),
    "wrong_state": gettext_lazy("Somebody has moved this on in the meantime. Nothing was changed."),
    "not_the_proposer": gettext_lazy("Only whoever proposed it withdraws it; refuse it with a reason."),
}
LABELS: dict[str, Promise] = {
    "catalogue": gettext_lazy("Catalogue"),
    "edition": gettext_lazy("Edition"),
    "number": gettext_lazy("Number of the item"),
    "conduct": gettext_lazy("Conduct"),
    "code": gettext_lazy("Short name"),
    "listed_in": gettext_lazy("List and edition"),
    "basis": gettext_lazy("Legal basis"),
    "highest": gettext_lazy("Highest severity"),
    "severities": gettext_lazy("May follow from"),
    "restricts": gettext_lazy("What it restricts here"),
    "valid_from": gettext_lazy("In force from"),
    "last_day": gettext_lazy("Last day in force"),
    "reason": gettext_lazy("Reason"),
}
# As it was typed, and not in the reader's language.
CHINESE = frozenset({"catalogue", "edition", "number", "conduct", "listed_in", "basis", "reason"})


def refusal(error: DomainError) -> str:
    return str(REFUSALS.get(error.code, NOT_NOW))


def words_of(proposal: CatalogueProposal, regions: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """Label, value, and whether the value is Chinese whatever the reader's language is."""
    rows = [(str(LABELS[name]), _said(name, value), name in CHINESE) for name, value in _shown(proposal).items()]
    if proposal.what == What.MEASURE:
        titles = {"zh": _("Title in Chinese"), "en": _("Title in English"), "ja": _("Title in Japanese")}
        rows = [(label, proposal.words["title"].get(name) or "–", False) for name, label in titles.items()] + rows
    if proposal.region_path:
        rows.append((_("Region"), regions.get(proposal.region_path, proposal.region_path), True))
    return rows


def _shown(proposal: CatalogueProposal) -> dict[str, Any]:
    """Of an end, what is to end before the day and the reason."""
    of_item = {name: getattr(proposal.item, name) for name in ("conduct", "basis")} if proposal.item else {}
    of_measure = {name: getattr(proposal.measure, name) for name in ("listed_in", "basis")} if proposal.measure else {}
    words = {**of_item, **of_measure, **proposal.words}
    return {name: words[name] for name in LABELS if name in words}


def _said(name: str, value: Any) -> str:
    if name in ("valid_from", "last_day"):
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if name == "highest":
        return str(CaseOutcome(value).label)
    if name == "severities":
        return ", ".join(str(CaseOutcome(one).label) for one in value)
    if name == "restricts":
        return str(RestrictionKind(value).label) if value else "–"
    return str(value)
