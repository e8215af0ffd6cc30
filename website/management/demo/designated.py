"""The designations of the demo, each lived through step by step on its days: one in every state."""

from collections.abc import Callable
from datetime import date
from typing import Any

import yaml

from accounts import services
from accounts.models import Designation, User
from accounts.selectors.designations import period_end
from core import clock
from core.calendar import working_days_between
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import World

STEPS: dict[str, Callable[..., Designation]] = {
    "review": services.review_designation,
    "publicise": services.publicise_designation,
    "refuse": services.refuse_designation,
    "withdraw": services.withdraw_designation,
    "suspend": services.suspend_designation,
    "rectify": services.rectify_designation,
    "revoke": services.revoke_designation,
    "leave": services.leave_designation,
}


def happen(world: World) -> None:
    for plan in yaml.safe_load((FOLDER / "designations.yaml").read_text(encoding="utf-8")):
        found: Designation | None = None
        for step in plan["steps"]:
            day = day_of(step.pop("day"), loaded_on=world.day)
            with on_day(world, day):
                found = _lived(world, plan, step, found, day)


def _lived(world: World, plan: dict[str, Any], step: dict[str, Any], found: Designation | None, day: date) -> Any:
    name = step.pop("step")
    subject, kind = world.place(plan["subject"]), plan["kind"]
    if name == "entered":
        return services.designate(actor=world.actor, subject=subject, kind=kind, valid_from=day, **step)  # type: ignore[arg-type]
    actor: User = world.users[step.pop("who")]
    if name == "apply":
        return services.apply_for_designation(actor=actor, subject=subject, kind=kind, statement=step["note"])  # type: ignore[arg-type]
    assert found is not None  # noqa: S101 - a plan begins with one of the two above
    if name == "revoke" and not period_end(found).has_passed(clock.today()):
        # The working days of that year are not published where the demo is loaded: it stays in rectification.
        return found
    if "left" in step:
        step["working_days"] = working_days_between(day, world.day) + step.pop("left")
    if "days" in step:
        step["working_days"] = step.pop("days")
    return STEPS[name](actor=actor, designation=found, **step)
