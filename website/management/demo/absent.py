"""Leaves of absence in the demo, each entered by the officer of the institution on its day."""

from typing import Any

import yaml

from accounts.services import record_leave
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import World


def happen(world: World) -> None:
    for scene in yaml.safe_load((FOLDER / "leaves.yaml").read_text(encoding="utf-8")):
        _leave(world, scene)


def _leave(world: World, told: dict[str, Any]) -> None:
    place = world.institutions[told["who"]["institution"]]
    start, back = (day_of(told[name], loaded_on=world.day).isoformat() for name in ("from", "back"))
    with on_day(world, day_of(told["day"], loaded_on=world.day)):
        record_leave(
            actor=world.users[told["by"]],
            appointment=place.appointments.get(person__name=told["who"]["name"]),
            values={"kind": told["kind"], "start_date": start, "end_date": back},
        )
