"""Builders of evaluations: a round of bases in each of its states, by the services that people use."""

from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import yaml

from accounts.models import AdminBody, User
from accounts.permissions import Role
from core import clock
from core.calendar import working_day_deadline
from credit import services
from credit.models import EvaluationRound, EvaluationScheme, EvaluationSubject
from credit.rules.evaluation import Source, Value, leaves_of
from credit.selectors.evaluations import unscored
from tests.builders import hat, make_base, make_person, make_user, region, regulator

EVIDENCE = "现场查验记录第1号"
UNSCORED = "评审期间停业整顿"


def scheme(code: str = "BASE_ANNUAL") -> EvaluationScheme:
    return EvaluationScheme.objects.get(code=code, version="2026-1")


def scheme_words(like: str = "BASE_ANNUAL", **changed: Any) -> dict[str, Any]:
    """Those of an example, deep enough to be changed, but for the version's own name."""
    words = yaml.safe_load(yaml.safe_dump({**scheme(like).words, "valid_from": None}))
    words = {**words, "valid_from": date(2026, 6, 1), **changed}
    return {name: value for name, value in words.items() if name != "version"}


def make_scheme(state: str = "draft", **changed: Any) -> EvaluationScheme:
    words = scheme_words(**changed)
    return EvaluationScheme.objects.create(state=state, version=f"2026-{EvaluationScheme.objects.count()}", **words)


def evaluator(path: str = "990000/") -> User:
    region()
    body, _made = AdminBody.objects.get_or_create(
        code=f"EVAL{path}", defaults={"name": "第三方评估机构", "rank": "provincial", "jurisdiction": path}
    )
    return hat(Role.EVALUATOR, body)


class Evaluation:
    """A round of a province with two officers, one evaluator from outside, and who is evaluated."""

    def __init__(self, code: str = "BASE_ANNUAL", *places: Any, scorer: User | None = None) -> None:
        self.first, self.second = regulator(), regulator()
        self.scorer = scorer or (regulator() if code == "PERSON_PRACTICE" else evaluator())
        today = clock.today()
        self.round = services.begin_round(
            actor=self.first,
            scheme=scheme(code),
            kind="annual",
            region=region(),
            period_from=today - timedelta(days=365),
            period_to=today - timedelta(days=1),
        )
        services.add_subjects(actor=self.first, evaluation_round=self.round, subjects=places or [make_base()])
        services.assign_evaluator(actor=self.first, evaluation_round=self.round, user=self.scorer)

    @property
    def subject(self) -> EvaluationSubject:
        return self.subjects[0]

    @property
    def subjects(self) -> list[EvaluationSubject]:
        return list(EvaluationSubject.objects.filter(evaluation_round=self.round).order_by("pk"))

    def at(self, state: str) -> "Evaluation":
        """Goes on to this state, step by step."""
        while self.reread().state != state:
            {
                "draft": self.open,
                "self": self.begin_scoring,
                "scoring": self.propose,
                "proposed": self.publicise,
                "publicity": self.finalise,
            }[self.round.state]()
        return self

    def reread(self) -> EvaluationRound:
        self.round = EvaluationRound.objects.select_related("scheme", "region").get(pk=self.round.pk)
        return self.round

    def open(self) -> None:
        services.open_round(actor=self.first, evaluation_round=self.round)

    def begin_scoring(self) -> None:
        services.begin_scoring(actor=self.first, evaluation_round=self.round)

    def propose(self) -> None:
        """Whom nobody scored in the test is left without a grade."""
        reasons = {one.subject.pk: UNSCORED for one in unscored(self.reread())}
        services.propose_result(actor=self.first, evaluation_round=self.round, unrated=reasons)

    def publicise(self) -> None:
        services.publicise_result(actor=self.first, evaluation_round=self.round)

    def finalise(self) -> None:
        with after_publicity(self.round):
            services.finalise_result(actor=self.second, evaluation_round=self.round)

    def score(self, points: int = 90, subject: EvaluationSubject | None = None, by: User | None = None) -> None:
        """Every entered indicator with one value."""
        scorer, subject = by or self.scorer, subject or self.subject
        services.declare_conflict(actor=scorer, subject=subject, has_conflict=False)
        values = {code: (Value(points), EVIDENCE) for code in entered(self.round.scheme)}
        services.score(actor=scorer, subject=subject, values=values)


def entered(found: EvaluationScheme) -> list[str]:
    return [leaf["code"] for leaf in leaves_of(found.tree) if leaf["source"] == Source.ENTERED]


@contextmanager
def after_publicity(found: EvaluationRound):
    """The first day on which nobody can object any more."""
    end = working_day_deadline(found.publicity_from, found.publicity_days).day
    with clock.travel(timedelta(days=(end - clock.today()).days + 1)):
        yield


def someone_rated(user: User | None = None) -> Evaluation:
    return Evaluation("PERSON_PRACTICE", make_person("何磊", user=user or make_user()))
