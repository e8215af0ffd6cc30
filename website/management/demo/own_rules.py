"""What the association of the demo handles by its own rules, each case lived through step by step on its days."""

from typing import Any

import yaml

from accounts.models import Institution
from core import clock
from credit import services
from credit.models import SelfRegulatoryCase
from credit.rules.self_regulation import Result
from credit.services.escalation import escalate
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import World


def happen(world: World) -> None:
    plan = yaml.safe_load((FOLDER / "own_rules.yaml").read_text(encoding="utf-8"))
    body = world.institutions[plan["body"]]
    for row in plan["cases"]:
        report = _reported(world, body, row["report"])
        case: SelfRegulatoryCase | None = None
        for step in row["steps"]:
            with on_day(world, day_of(step["day"], loaded_on=world.day)):
                case = _taken(world, step, case) if case else _opened(world, row, report, step)

    with on_day(world, day_of(plan["counted"], loaded_on=world.day)):
        escalate(actor=world.actor)


def _reported(world: World, body: Institution, said: dict[str, Any]) -> Any:
    happened = day_of(said["happened"], loaded_on=world.day)
    words = services.Said(said["said_of"], "", body.region, said["ground"], said["said"], happened)
    with on_day(world, day_of(said["day"], loaded_on=world.day)):
        return services.make_report(actor=world.users[said["who"]], said=words, addressee=body)


def _opened(world: World, row: dict[str, Any], report: Any, step: dict[str, Any]) -> SelfRegulatoryCase:
    unit = world.bases[row["base"]] if "base" in row else None
    opening = services.Opening(row["number"], world.institutions[row["subject"]], services.Rule(**row["rule"]), unit)
    return services.open_self_case(actor=world.users[step["who"]], report=report, opening=opening)


def _taken(world: World, step: dict[str, Any], case: SelfRegulatoryCase) -> SelfRegulatoryCase:
    actor = world.users[step["who"]]
    letter = services.Letter("agreed", "会员入会书面约定", clock.today())
    match step["step"]:
        case "notice":
            words = {"facts": step["facts"], "intended": step["intended"]}
            return services.give_self_notice(actor=actor, case=case, letter=letter, **words)
        case "answer":
            return services.answer_self_notice(actor=actor, case=case, answer=step["text"])
        case "decide":
            by = day_of(step["correct_by"], loaded_on=world.day) if "correct_by" in step else None
            decision = services.Decision(Result(step["outcome"], correct_by=by), step["considered"], step["reasons"])
            return services.decide_self_case(actor=actor, case=case, decision=decision)
        case "tell":
            return services.hand_over_decision(actor=actor, case=case, letter=letter)
    services.ask_self_review(actor=actor, case=case, grounds=step["text"])
    return case
