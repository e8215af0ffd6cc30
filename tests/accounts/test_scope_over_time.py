"""Region scope follows time: institutions and bases move, days pass, and every regulator sees exactly its subtree.

The model is a plain mapping of each place to its region, kept beside the database; what the database shows to a
regulator of any level is compared with it, model by model. SCOPE_RUNS=200 SCOPE_STEPS=50 is the long run.
"""

import os
from datetime import timedelta

import pytest
from django.db import models, transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.access import ScopedQuerySet
from accounts.models import (
    AdminBody,
    AssociationMember,
    Competence,
    Duty,
    Institution,
    Placement,
    Region,
    Restriction,
    User,
)
from accounts.permissions import GRANTS, Permission, Role
from accounts.services import move_place
from core import clock
from credit import models as credit
from staffing.models import FilingCall, RatioRule
from tests.accounts.worlds import World, make_world, scoped_models
from tests.builders import hat, region, regulator

RUNS, STEPS = int(os.environ.get("SCOPE_RUNS", "3")), int(os.environ.get("SCOPE_STEPS", "8"))
CODES = ["990000", "990100", "990121", "990200", "990221", "980000", "980100", "980121"]
PERMISSION = Permission.CREDIT_FILE_VIEW


def ways(model: type[models.Model]) -> set[str]:
    """By what its rows are reached."""
    return set(model._default_manager.all().scope_paths)  # type: ignore[attr-defined]


# Rows of these follow from the region itself, or from a body, and stay where they are.
STANDING_STILL = {
    AdminBody,
    Competence,
    Duty,
    FilingCall,
    RatioRule,
    # Cases go by the body that handles them, evaluations by the region of their round.
    credit.AdministrativeCase,
    credit.ApiToken,
    credit.CaseLetter,
    credit.CaseMeasure,
    credit.CaseReport,
    credit.CatalogueProposal,
    credit.CaseReopening,
    credit.ConflictDeclaration,
    credit.CreditRepair,
    credit.EndNotice,
    credit.OverdueStep,
    credit.EvaluationConsequence,
    credit.EvaluationObjection,
    credit.EvaluationResult,
    credit.EvaluationRound,
    credit.EvaluationScheme,
    credit.EvaluationSubject,
    credit.Evaluator,
    credit.ExchangeGiven,
    credit.ExchangeLine,
    credit.ExchangePartner,
    credit.ExchangeReceipt,
    credit.IndicatorValue,
    credit.Recusal,
    credit.SupervisionItem,
    credit.TokenUse,
}
# Reached from two places, of which one stays when the other moves: see test_associations.py.
OF_TWO_PLACES = {AssociationMember}
BY_REGION = sorted((model for model in scoped_models() if "region" in ways(model)), key=lambda m: m._meta.label)
# Here about a person; of an entity it goes by the entity's region.
ABOUT_A_PERSON = {Restriction}
MOVING = [model for model in BY_REGION if model not in STANDING_STILL | OF_TWO_PLACES | ABOUT_A_PERSON]
places = st.sampled_from(CODES)


def nation() -> User:
    return hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL"))


def wearing(user: User) -> User:
    """The hats as a request reads them once."""
    user.worn = user.valid_memberships()
    return user


class Moves(RuleBasedStateMachine):
    """Worlds (an institution and a base with everything around them) that move between eight regions."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.travelled: list[object] = []
        self.worlds: list[World] = []
        # (world, "institution" | "base") -> region path: what ought to be true.
        self.where: dict[tuple[int, str], str] = {}

    def teardown(self) -> None:
        for journey in reversed(self.travelled):
            journey.__exit__(None, None, None)  # type: ignore[attr-defined]
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(first=places, second=places)
    def settle(self, first: str, second: str) -> None:
        self.mover = wearing(nation())
        self.watchers = {"": self.mover, **{region(code).path: wearing(regulator(code)) for code in CODES}}
        for code in (first, second):
            self.worlds.append(make_world(code))
            self.where |= {(len(self.worlds) - 1, place): region(code).path for place in ("institution", "base")}
        self.sides = [sides(world) for world in self.worlds]

    @rule(world=st.integers(0, 1), place=st.sampled_from(["institution", "base"]), code=places)
    def move(self, world: int, place: str, code: str) -> None:
        target = region(code)
        if self.where[world, place] == target.path:
            return
        subject = getattr(self.worlds[world], place)
        made = move_place(actor=self.mover, subject=subject, region=target, on=clock.today(), document="文")
        self.worlds[world].rows.setdefault(Placement, made)
        self.where[world, place] = target.path

    @rule(days=st.integers(1, 120))
    def days_pass(self, days: int) -> None:
        journey = clock.travel(timedelta(days=days))
        journey.__enter__()
        self.travelled.append(journey)

    @invariant()
    def every_regulator_sees_exactly_its_subtree(self) -> None:
        if self.worlds:
            assert self.leaks() == []

    def leaks(self) -> list[str]:
        """Rows seen that ought not to be, and rows missing, of any regulator."""
        return [
            f"{path or 'nation'} {'sees' if row in seen else 'misses'} {model._meta.label}"
            for path, actor in self.watchers.items()
            for model in MOVING
            if model in self.worlds[0].rows
            for seen, wanted in [(self.seen(actor, model), self.wanted(path, model))]
            for row in seen ^ wanted
        ]

    def rows(self, model: type[models.Model]) -> list[int]:
        return [world.rows[model].pk for world in self.worlds]

    def seen(self, actor: User, model: type[models.Model]) -> set[int]:
        rows = model._default_manager.filter(pk__in=self.rows(model))
        return set(rows.allowed(actor, PERMISSION).values_list("pk", flat=True))  # type: ignore[attr-defined]

    def wanted(self, path: str, model: type[models.Model]) -> set[int]:
        return {
            world.rows[model].pk
            for number, world in enumerate(self.worlds)
            if any(self.where[number, place].startswith(path) for place in self.sides[number][model])
        }


def sides(world: World) -> dict[type[models.Model], set[str]]:
    """By which of the world's two places each row is reached."""
    found: dict[type[models.Model], set[str]] = {}
    for model in MOVING:
        if model._meta.label in BY_BOTH:
            found[model] = {"institution", "base"}
        elif model._meta.label in BY_THE_PERSON or "institution" in ways(model):
            found[model] = {"institution"}
        else:
            found[model] = {"base"}
    return found


# Where the person works, which no scope path says; and training: where it was given, and where the person works.
BY_THE_PERSON = frozenset({"accounts.Person", "credit.CreditRecord", "oversight.DataRequest"})
BY_BOTH = frozenset({"courses.AnnulmentCase", "courses.TrainingRecord", "courses.TrainingRecordAnnulment"})


def run(machine: type[RuleBasedStateMachine], runs: int = RUNS, steps: int = STEPS) -> None:
    """Without a search for a shorter way there: each step asks the database some two hundred times."""
    chosen = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, database=None, phases=[Phase.generate]
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.django_db
def test_regulators_see_exactly_the_subtree_of_the_moment():
    assert PERMISSION in GRANTS[Role.REGULATOR]
    run(Moves)


@pytest.mark.django_db
def test_scope_that_stays_where_a_place_once_was_is_found(monkeypatch):
    """The twin: rows reached by the region in which they stood first."""
    first: dict[tuple[str, int], str] = {}
    asked = ScopedQuerySet._within

    def frozen(self, membership):
        body = membership.admin_body
        if body is None or self.model._meta.label != "accounts.Institution":
            return asked(self, membership)
        for row in self.model._default_manager.select_related("region"):
            first.setdefault(("institution", row.pk), row.region.path)
        inside = [pk for (_kind, pk), path in first.items() if path.startswith(body.jurisdiction)]
        return models.Q(pk__in=inside)

    monkeypatch.setattr(type(Institution.objects.all()), "_within", frozen)

    with pytest.raises(AssertionError, match=r"(sees|misses) accounts\.Institution"):
        run(Moves, runs=20, steps=10)


@pytest.mark.django_db
def test_most_models_that_a_region_reaches_are_watched():
    """Which rows a world has to hold is said in test_access.py."""
    rows = make_world("990100").rows

    assert len([model for model in MOVING if model in rows]) > 20


@pytest.mark.django_db
def test_regions_of_the_machine_have_four_levels():
    levels = {region(code).level for code in CODES} | {Region.objects.get(code="000000").level}

    assert levels == {"national", "provincial", "municipal", "county"}
