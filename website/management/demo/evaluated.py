"""The evaluation of the demo's bases, lived through on its days: final, answered, with what followed from it."""

import copy
from datetime import date
from typing import Any

import yaml

from accounts.models import Region
from core import clock
from core.calendar import working_days_between
from credit import services
from credit.models import EvaluationRound, EvaluationScheme, EvaluationSubject
from credit.rules.evaluation import Value
from credit.selectors.evaluations import publicity_end
from credit.workflow import RoundState
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import World


def happen(world: World) -> None:
    """After the cohorts: what the platform knows of the bases is computed from them."""
    Evaluated(world).happen()


class Evaluated:
    def __init__(self, world: World) -> None:
        self.world = world
        self.told = yaml.safe_load((FOLDER / "evaluations.yaml").read_text(encoding="utf-8"))
        self.plan: dict[str, Any] = self.told["round"]

    def happen(self) -> None:
        self._adopt_scheme(self.told["scheme"])
        self._begin()
        for key, own in self.told["own"].items():
            self._evaluate_oneself(key, own)
        self._step("scoring", services.begin_scoring)
        self._score()
        self._step("proposed", services.propose_result)
        self._step("publicised", services.publicise_result)
        self._object()
        with on_day(self.world, self._day(self.plan["final"]["day"])):
            end = publicity_end(self._round())
            over = end is not None and end.has_passed(clock.today())
        if over:
            self._step("final", services.finalise_result)
            for consequence in self.told["consequences"]:
                self._follow(dict(consequence))
        self._supervise(dict(self.told["item"]))
        self._write(self.scheme, self.told["replay"])

    def _begin(self) -> None:
        plan = self.plan
        actor = self.world.users[plan["begun"]["who"]]
        first, last = (self._day(text) for text in plan["period"])
        with on_day(self.world, self._day(plan["begun"]["day"])):
            self.round = services.begin_round(
                actor=actor,
                scheme=self.scheme,
                kind=plan["kind"],
                region=Region.objects.get(code=plan["region"]),
                period_from=first,
                period_to=last,
            )
            bases = [self.world.bases[key] for key in plan["bases"]]
            services.add_subjects(actor=actor, evaluation_round=self.round, subjects=bases)
            scorer = self.world.users[plan["evaluator"]]
            services.assign_evaluator(actor=actor, evaluation_round=self.round, user=scorer)
            services.open_round(actor=actor, evaluation_round=self.round)

    def _step(self, name: str, take: Any) -> None:
        step = self.plan[name]
        with on_day(self.world, self._day(step["day"])):
            take(actor=self.world.users[step["who"]], evaluation_round=self._round())

    def _evaluate_oneself(self, key: str, own: dict[str, Any]) -> None:
        codes = self.told["scores"][key]
        with on_day(self.world, self._day(own["day"])):
            services.evaluate_oneself(
                actor=self.world.users[own["who"]],
                subject=self._subject(key),
                values={code: (Value(own["value"]), own["evidence"]) for code in codes},
            )

    def _score(self) -> None:
        scorer = self.world.users[self.plan["evaluator"]]
        with on_day(self.world, self._day(self.plan["scored"])):
            for key, found in self.told["scores"].items():
                subject = self._subject(key)
                services.declare_conflict(actor=scorer, subject=subject, has_conflict=False)
                values = {code: (Value(value), evidence) for code, (value, evidence) in found.items()}
                services.score(actor=scorer, subject=subject, values=values)

    def _object(self) -> None:
        plan = self.told["objection"]
        with on_day(self.world, self._day(plan["day"])):
            made = services.file_objection(
                actor=self.world.users[plan["who"]], subject=self._subject(plan["base"]), words=plan["words"]
            )
        answer = plan["answer"]
        with on_day(self.world, self._day(answer["day"])):
            services.answer_objection(
                actor=self.world.users[answer["who"]], objection=made, upheld=answer["upheld"], answer=answer["words"]
            )

    def _follow(self, plan: dict[str, Any]) -> None:
        day, actor = self._day(plan.pop("day")), self.world.users[plan.pop("who")]
        if "left" in plan:
            plan["working_days"] = working_days_between(day, self.world.day) + plan.pop("left")
        with on_day(self.world, day):
            services.decide_consequence(actor=actor, subject=self._subject(plan.pop("base")), **plan)

    def _supervise(self, plan: dict[str, Any]) -> None:
        subject = self._subject(plan["base"])
        consequence = subject.consequences.exclude(due_on=None).first()
        with on_day(self.world, self._day(plan["day"])):
            services.open_item(
                actor=self.world.users[plan["who"]],
                region=self.round.region,
                issue=plan["issue"],
                owner=plan["owner"],
                due_on=consequence.due_on if consequence and consequence.due_on else self.world.day,
                place=subject.base,
                subject=subject,
            )

    def _adopt_scheme(self, plan: dict[str, Any]) -> None:
        """Of the province, as a zone runs its own (R48): written by one, adopted by another."""
        draft = self._write(EvaluationScheme.objects.get(code=plan["from"]), plan)
        with on_day(self.world, self._day(plan["adopted"]["day"])):
            adopter = self.world.users[plan["adopted"]["who"]]
            self.scheme = services.adopt_scheme(actor=adopter, scheme=draft)

    def _write(self, begun: EvaluationScheme, plan: dict[str, Any]) -> EvaluationScheme:
        """A version with other weights and targets, proposed."""
        words = copy.deepcopy({name: value for name, value in begun.words.items() if name != "version"})
        words |= {"document_number": plan["document_number"], "valid_from": self._day(plan["written"]["day"])}
        if "region" in plan:
            words |= {"code": plan["code"], "region_path": Region.objects.get(code=plan["region"]).path}
        for language, title in plan.get("titles", {}).items():
            words["texts"][language]["title"] = title
        for leaf in (leaf for group in words["tree"] for leaf in group["indicators"]):
            leaf["weight"] = plan["weights"].get(leaf["code"], leaf["weight"])
            leaf["full"] = plan["full"].get(leaf["code"], leaf["full"])
        actor = self.world.users[plan["written"]["who"]]
        with on_day(self.world, self._day(plan["written"]["day"])):
            draft = services.write_scheme(actor=actor, words=words, drafted_from=begun)
            return services.propose_scheme(actor=actor, scheme=draft)

    def _round(self) -> EvaluationRound:
        rows = EvaluationRound.objects.select_related("scheme", "region").exclude(state=RoundState.DROPPED)
        self.round = rows.get(pk=self.round.pk)
        return self.round

    def _subject(self, key: str) -> EvaluationSubject:
        rows = EvaluationSubject.objects.select_related("evaluation_round__scheme", "base")
        return rows.get(evaluation_round=self.round, base=self.world.bases[key])

    def _day(self, text: str) -> date:
        return day_of(text, loaded_on=self.world.day)
