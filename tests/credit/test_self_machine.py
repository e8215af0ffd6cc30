"""Self-regulation by chance: whoever does whatever in whichever order, no measure comes about without due course.

The machine keeps a plain account of what really happened beside the database: who gave notice and when, whether the one
concerned spoke, who decided. SELF_RUNS=500 SELF_STEPS=60 is the long run.
"""

import os
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from accounts.selectors.restrictions import restricted
from core import calendar, clock, workflow
from core.errors import DomainError
from core.models import CalendarYear
from credit import services
from credit.models import SelfRegulatoryCase, SelfReview
from credit.rules.self_regulation import Result
from credit.services import Decision, Finding, Opening, self_cases, self_reviews
from credit.workflow.self_regulation import FIRMNESS, MEASURES
from tests.builders import make_base, make_institution, make_person, make_user
from tests.credit.own_rules import RULE, acting_for, letter, paper, rules_of

RUNS, STEPS = int(os.environ.get("SELF_RUNS", "4")), int(os.environ.get("SELF_STEPS", "25"))
actors = st.sampled_from(["first", "second", "third", "subject", "stranger"])
outcomes = st.sampled_from([str(one) for one in MEASURES])
texts = st.sampled_from(["说明", "说明", "说明", " "])


class OwnWay(RuleBasedStateMachine):
    """A base, three people who act for it, one of whom a case may be about, and somebody from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.travelled: list[object] = []
        self.years: list[CalendarYear] = []
        self.case: SelfRegulatoryCase | None = None
        # What really happened to the case.
        self.noticed: tuple[str, date, str] | None = None
        self.spoke = False
        self.decided: str | None = None
        self.asked = False

    def teardown(self) -> None:
        for journey in reversed(self.travelled):
            journey.__exit__(None, None, None)  # type: ignore[attr-defined]
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize()
    def settle(self) -> None:
        base, teacher = make_base(host=make_institution()), make_user()
        self.track = rules_of(base, make_person("何讲师", user=teacher), teacher)
        self.people: dict[str, User] = {
            "first": self.track.first,
            "second": self.track.second,
            "third": self.track.third,
            "subject": acting_for(base, teacher),
            "stranger": acting_for(make_base()),
        }
        for user in self.people.values():
            user.worn = user.valid_memberships()

    def tried(self, act) -> object:  # type: ignore[no-untyped-def]
        """What the service gives, or None where it refuses. Anything but a refusal of ours ends the run."""
        try:
            return act()
        except DomainError:
            return None

    # --- what anybody may try ---------------------------------------------------------------------------------------
    @rule(who=actors)
    def open_case(self, who: str) -> None:
        if self.case and self.case.is_open:
            return
        opening = Opening(f"自律{SelfRegulatoryCase.objects.count()}号", self.track.subject, RULE)
        made = self.tried(
            lambda: services.open_self_case(actor=self.people[who], report=self.track.report(), opening=opening)
        )
        if made:
            self.case, self.noticed, self.spoke, self.decided, self.asked = made, None, False, None, False  # type: ignore[assignment]

    @rule(who=actors, facts=texts, intended=outcomes)
    def give_notice(self, who: str, facts: str, intended: str) -> None:
        if self.case and self.tried(
            lambda: services.give_self_notice(
                actor=self.people[who], case=self.case, facts=facts, intended=intended, letter=letter()
            )
        ):
            self.noticed = (who, clock.today(), intended)

    @rule(who=actors, words=texts)
    def answer(self, who: str, words: str) -> None:
        if self.case and self.tried(
            lambda: services.answer_self_notice(actor=self.people[who], case=self.case, answer=words)
        ):
            assert who == "subject"
            self.spoke = True

    @rule(who=actors, words=texts)
    def record_from_paper(self, who: str, words: str) -> None:
        if self.case and self.tried(
            lambda: services.record_self_answer(actor=self.people[who], case=self.case, answer=words, paper=paper())
        ):
            assert self.noticed is not None
            assert who not in ("subject", "stranger", self.noticed[0])

    @rule(who=actors, outcome=outcomes, considered=texts, days=st.integers(1, 60))
    def decide(self, who: str, outcome: str, considered: str, days: int) -> None:
        if self.case is None:
            return
        decision = Decision(self.result(outcome, days), considered, "公约第七条。")
        if self.tried(lambda: services.decide_self_case(actor=self.people[who], case=self.case, decision=decision)):
            self.decided = who
            assert self.was_due_course(), (who, outcome)

    def result(self, outcome: str, days: int) -> Result:
        day = clock.today() + timedelta(days=days)
        if outcome == "exclusion":
            return Result(outcome, "teaching", day)
        return Result(outcome, correct_by=day if outcome == "correction" else None)

    def was_due_course(self) -> bool:
        """Notice by somebody else, and an own answer or the whole time, by a calendar that knew the days."""
        if self.noticed is None or self.noticed[0] == self.decided:
            return False
        start, yesterday = self.noticed[1], clock.today() - timedelta(days=1)
        span = set(range(start.year, clock.today().year + 1))
        known = span <= set(CalendarYear.objects.values_list("year", flat=True))
        return self.spoke or (known and calendar.working_days_between(start, yesterday) >= 5)

    @rule(who=actors)
    def dismiss(self, who: str) -> None:
        if self.case and self.tried(
            lambda: services.dismiss_self_case(actor=self.people[who], case=self.case, reasons="查无依据。")
        ):
            assert who not in ("subject", "stranger")

    @rule(who=actors)
    def hand_over(self, who: str) -> None:
        if self.case:
            self.tried(lambda: services.hand_over_decision(actor=self.people[who], case=self.case, letter=letter()))

    @rule(who=actors, grounds=texts)
    def ask_review(self, who: str, grounds: str) -> None:
        if self.case and self.tried(
            lambda: services.ask_self_review(actor=self.people[who], case=self.case, grounds=grounds)
        ):
            assert who == "subject"
            self.asked = True

    @rule(
        who=actors, step=st.sampled_from(["maintain", "change", "set_aside"]), outcome=outcomes, days=st.integers(1, 60)
    )
    def decide_review(self, who: str, step: str, outcome: str, days: int) -> None:
        review = SelfReview.objects.filter(case=self.case, state="asked").first() if self.case else None
        if review is None:
            return
        finding = Finding(step, "已复核。", self.result(outcome, days) if step == "change" else None)
        if self.tried(lambda: services.decide_self_review(actor=self.people[who], review=review, finding=finding)):
            assert self.noticed is not None
            assert who not in (self.noticed[0], self.decided, "subject", "stranger")

    @rule(who=actors)
    def withdraw_review(self, who: str) -> None:
        review = SelfReview.objects.filter(case=self.case, state="asked").first() if self.case else None
        if review and self.tried(lambda: services.withdraw_self_review(actor=self.people[who], review=review)):
            assert who == "subject"

    # --- time -------------------------------------------------------------------------------------------------------
    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        journey = clock.travel(timedelta(days=days))
        journey.__enter__()
        self.travelled.append(journey)

    @rule()
    def calendar_is_taken_back_or_loaded(self) -> None:
        if self.years:
            CalendarYear.objects.bulk_create(self.years)
            self.years = []
        else:
            self.years = list(CalendarYear.objects.all())
            CalendarYear.objects.all().delete()

    # --- what always holds ------------------------------------------------------------------------------------------
    @invariant()
    def every_measure_came_about_in_due_course(self) -> None:
        if self.case is None:
            return
        self.case.refresh_from_db()
        if self.case.outcome in MEASURES:
            assert self.decided is not None
            assert self.noticed is not None
            assert self.case.considered.strip()
            assert self.case.reasons.strip()
            assert self.case.firmness <= FIRMNESS[self.noticed[2]]
        else:
            assert self.case.state in ("opened", "noticed", "answered", "dismissed")

    @invariant()
    def no_review_makes_it_worse(self) -> None:
        for review in SelfReview.objects.filter(state="changed").select_related("case"):
            shorter = review.excluded_until and review.excluded_until < review.case.excluded_until
            assert review.firmness < review.case.firmness or shorter

    @invariant()
    def nobody_is_restricted_but_by_a_decision_that_stands(self) -> None:
        if self.case is None:
            return
        kept = restricted("no_teaching", person=self.track.subject, at=self.track.body)  # type: ignore[arg-type]
        assert kept == any(self.excludes(one) for one in SelfRegulatoryCase.objects.filter(outcome="exclusion"))

    def excludes(self, case: SelfRegulatoryCase) -> bool:
        until = case.excluded_until
        if case.state == "set_aside":
            return False
        if case.state == "changed":
            until = case.reviews.get(state="changed").excluded_until
        return until is not None and clock.today() < until


def run(machine: type[RuleBasedStateMachine] = OwnWay, runs: int = RUNS, steps: int = STEPS) -> None:
    chosen = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, database=None, phases=[Phase.generate]
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.django_db
def test_no_measure_without_due_course():
    run()


class Guided(OwnWay):
    """The same, led on to the place where a guard stands: what is switched off is met soon."""

    @rule(who=st.sampled_from(["first", "second", "third"]))
    def rush(self, who: str) -> None:
        """A whole case by one person, as fast as can be."""
        if self.case is None or not self.case.is_open:
            self.open_case(who)
        self.give_notice(who, "说明", "exclusion")
        self.decide(who, "reminder", "说明", 5)
        self.answer("subject", "说明")
        self.decide(who, "reminder", "说明", 5)

    @rule(considered=texts)
    def in_turn(self, considered: str) -> None:
        """A decision in due course, and a review by whoever comes first."""
        if self.case is None or not self.case.is_open:
            self.open_case("first")
        self.give_notice("first", "说明", "exclusion")
        self.answer("subject", "说明")
        self.decide("second", "exclusion", considered, 50)
        self.ask_review("subject", "说明")
        for who in ("first", "second", "third"):
            self.decide_review(who, "set_aside", "talk", 5)

    @rule(considered=texts)
    def at_once(self, considered: str) -> None:
        """A decision on the day of the notice, before anybody could speak."""
        if self.case is None or not self.case.is_open:
            self.open_case("first")
        self.give_notice("first", "说明", "exclusion")
        self.decide("second", "exclusion", considered, 50)


def apart_from_nobody(monkeypatch):
    monkeypatch.setattr(workflow, "_check_apart", lambda *args: None)


def no_time_to_answer(monkeypatch):
    asked = self_cases.refuse
    monkeypatch.setattr(
        self_cases, "refuse", lambda wrong: asked({k: v for k, v in wrong.items() if k != "still_time_to_answer"})
    )


def reviewed_by_anybody(monkeypatch):
    monkeypatch.setattr(self_reviews, "took_part_before", lambda *args: False)
    monkeypatch.setattr(workflow, "_check_apart", lambda *args: None)


def nothing_considered(monkeypatch):
    monkeypatch.setattr(self_cases, "filled", lambda **texts: {})


def nothing_lifted(monkeypatch):
    monkeypatch.setattr(self_reviews, "lift", lambda **given: 0)


def restricted_by_nothing(monkeypatch):
    monkeypatch.setattr(self_cases, "restrict", lambda **given: None)


# A walk by chance may miss a guard that is off; so many walks in a row do not. The first that hits ends it.
ROUNDS = 8


def walk_until_hit() -> None:
    for _round in range(ROUNDS):
        run(Guided, runs=60, steps=30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "switch",
    [
        apart_from_nobody,
        no_time_to_answer,
        reviewed_by_anybody,
        nothing_considered,
        nothing_lifted,
        restricted_by_nothing,
    ],
)
def test_a_guard_switched_off_is_found(switch, monkeypatch):
    """By the account beside the database, or by the database itself, which holds a second line."""
    switch(monkeypatch)
    with pytest.raises((AssertionError, IntegrityError)):
        walk_until_hit()
