"""The institution's cockpit looks ahead: what changes the ratio, whom to train, and an experiment."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import can, holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.selectors import masked_numbers
from accounts.views.trails import trail
from core.errors import NotAllowed
from core.text import name_key
from staffing.forms.ahead import DayAheadForm, ExperimentForm
from staffing.ratio import Experiment
from staffing.selectors import find_institution
from staffing.selectors.ahead import Ahead, Change, Mover
from staffing.selectors.ahead import ahead as days_ahead
from staffing.selectors.known import Known
from staffing.selectors.plans import Plan, plan_for, year_end

# How many changes, people to train and people to try out a page lists.
MOST_CHANGES, MOST_PEOPLE, MOST_TRIED = 60, 50, 200
# How many people a change names: in the table, and in a line of words.
MOST_MOVERS, MOST_IN_WORDS = 20, 3
SHORTEST, LONGEST = timedelta(days=365), timedelta(days=3 * 365)


@require_GET
def own(request: SignedInRequest) -> HttpResponse:
    """The worn institution's own page."""
    hat = request.hat
    if hat is None or hat.institution_id is None:
        raise NotAllowed(permission="ratio_view")
    return redirect("staffing:ahead", id=hat.institution_id)


@require_GET
def ahead(request: SignedInRequest, id: str) -> HttpResponse:
    found = days_ahead(request.user, Known(find_institution(request.user, id)))
    asked = DayAheadForm(request.GET, today=found.today)
    day = asked.day(year_end(found.today))
    form = ExperimentForm(request.GET, today=found.today, people=found.names)
    experiment = form.experiment()
    tried = found.tried(experiment) if experiment else None
    plan, changes = plan_for(found, day), found.changes[:MOST_CHANGES]
    context = {
        "ahead": found,
        "crumbs": _crumbs(found),
        "asked": asked,
        "day": day,
        "year_ends": [year_end(found.today), year_end(found.today).replace(year=found.today.year + 1)],
        "plan": plan,
        "more_people": max(0, len(plan.people) - MOST_PEOPLE),
        **_listed(found, changes, plan),
        "more_changes": max(0, len(found.changes) - MOST_CHANGES),
        "drawn": _drawn(found, tried, day),
        "form": form,
        "experiment": experiment,
        "result": _result(found, tried, plan, experiment) if tried else None,
        "lines": _lines(found, experiment, request.GET),
        "may_enter": holds(request.user, Permission.ROSTER_IMPORT),
        "reserves": (reserves := can(request.user, Permission.SEAT_RESERVE, found.institution)),
        "places": _places(plan) if reserves else [],
    }
    return render(request, "staffing/ahead.html", context)


def _places(plan: Plan) -> list[str]:
    """For the button of whoever may hold seats for the institution: `class:person` of those that are not held."""
    return [f"{one.cohort.pk}:{one.person}" for one in plan.to_reserve if one.cohort and not one.joins]


def _crumbs(found: Ahead) -> list[dict[str, str]]:
    ratio = (_("Trained-staff ratio"), reverse("staffing:ratio", args=[found.institution.pk]))
    return trail(_("Looking ahead"), ratio)


def _listed(found: Ahead, changes: list[Change], plan: Plan) -> dict[str, Any]:
    """What is listed, each person with the masked number that tells namesakes apart."""
    people = plan.people[:MOST_PEOPLE]
    masked = masked_of(changes, [one.person for one in people] if found.named else [])
    return {
        "people": [(one, masked.get(one.person, "")) for one in people],
        "changes": numbered(changes, masked),
        "fall_names": found.first_below.movers[:MOST_IN_WORDS] if found.first_below else [],
        "fall_more": max(0, len(found.first_below.movers) - MOST_IN_WORDS) if found.first_below else 0,
    }


def masked_of(changes: list[Change], others: Iterable[int]) -> dict[int, str]:
    """The masked numbers of those whom changes name in a table, and of others."""
    named = {mover.person for change in changes for mover in change.movers[:MOST_MOVERS] if mover.person}
    return masked_numbers(sorted(named.union(others)))


def numbered(changes: list[Change], masked: Mapping[int, str]) -> list[tuple[Change, list[tuple[Mover, str]], int]]:
    """Each change with whom it names and how many more there are."""
    found = []
    for change in changes:
        movers = change.movers[:MOST_MOVERS]
        pairs = [(mover, masked.get(mover.person or 0, "")) for mover in movers]
        found.append((change, pairs, len(change.movers) - len(movers)))
    return found


# --- the line -------------------------------------------------------------------------------------------------------
def _drawn(found: Ahead, tried: Ahead | None, day: date) -> dict[str, Any]:
    """A year at least, three at most unless a later day is asked for, and a little room behind the last change."""
    coming = [change.day for change in found.changes if change.day <= found.today + LONGEST]
    until = max(day, found.today + SHORTEST, *coming) + timedelta(days=21)
    return {
        "points": points_of(found, until, marked=True),
        "tried": points_of(tried, until) if tried else [],
        "axis": axis_of(found.today, until),
        "threshold": found.rule_on(until).value,
        "day": day,
    }


def points_of(found: Ahead, until: date, *, marked: bool = False) -> list[dict[str, Any]]:
    changes = [change for change in found.changes if change.day <= until]
    last = changes[-1].after if changes else found.now
    return [
        {"on": found.today, "value": found.now.percent_floor, "required": found.now.value},
        *(
            {
                "on": one.day,
                "value": one.after.percent_floor,
                "required": one.after.value,
                "mark": _mark(one) if marked else None,
            }
            for one in changes
        ),
        {"on": until, "value": last.percent_floor, "required": last.value},
    ]


def _mark(change: Change) -> dict[str, Any]:
    """One person is a link to that person's page, several lead to the list; many are told by their number."""
    people = [mover.person for mover in change.movers[:2] if mover.person and mover.reached]
    alone = len(change.movers) == 1 and people
    words = _in_words(change.movers)
    figure = f"{change.after.trained} / {change.after.staff}"
    return {
        "url": reverse("accounts:person", args=people) if alone else "#changes",
        "words": " · ".join(one for one in (date_format(change.day), words, figure) if one),
        "falls": change.falls,
        "rises": change.rises,
    }


def _in_words(movers: list[Mover]) -> str:
    if len(movers) <= MOST_IN_WORDS:
        return ", ".join(f"{mover.name} {mover.cause.label}".strip() for mover in movers)
    causes = Counter(mover.cause for mover in movers)
    return ", ".join(f"{cause.label}: {count}" for cause, count in causes.items())


def axis_of(today: date, until: date) -> list[dict[str, Any]]:
    """Today, the first day of each month, and the end."""
    days, first = [today], today.replace(day=1)
    while (first := (first + timedelta(days=32)).replace(day=1)) < until:
        days.append(first)
    return [{"on": day, "label": f"{day:%Y-%m}"} for day in (*days, until)]


# --- the experiment ---------------------------------------------------------------------------------------------------
def _result(found: Ahead, tried: Ahead, plan: Plan, experiment: Experiment) -> dict[str, Any]:
    days = sorted({experiment.day, plan.day})
    return {
        "days": [
            {"on": day, "before": found.prospect.ratio_on(day), "after": tried.prospect.ratio_on(day)} for day in days
        ],
        "tried": tried,
    }


def _lines(found: Ahead, experiment: Experiment, asked: QueryDict) -> dict[str, Any]:
    """Whom the form offers to leave or to be trained: those chosen, then the untrained, by name; found by name."""
    era, query = found.prospect.era_on(experiment.day), name_key(asked.get("q", ""))
    chosen, counted = experiment.leave | experiment.train, found.prospect.standing_on(experiment.day)
    people = [
        {
            "person": person, "name": name, "trained": era.is_trained(person, experiment.day),
            "leaves": person in experiment.leave, "is_trained": person in experiment.train, "chosen": person in chosen,
        }
        for person, name in found.names.items()
        if person in chosen or (person in counted and query in name_key(name))
    ]  # fmt: skip
    people.sort(key=lambda one: (not one["chosen"], one["trained"], one["name"], one["person"]))
    return {"people": people[:MOST_TRIED], "more": max(0, len(people) - MOST_TRIED), "query": asked.get("q", "")}
