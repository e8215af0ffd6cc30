"""The association of the demo and its members, each lived through step by step on its days."""

from typing import Any

import yaml

from accounts import services
from accounts.models import AssociationMember, Institution, User
from core import clock
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import World


def happen(world: World) -> None:
    plan = yaml.safe_load((FOLDER / "associations.yaml").read_text(encoding="utf-8"))
    association, keeper = world.institutions[plan["association"]], world.users[plan["keeper"]]
    for row in plan["members"]:
        _live_through(world, association, keeper, world.institutions[row["institution"]], row["steps"])


def _live_through(
    world: World, association: Institution, keeper: User, institution: Institution, steps: list[dict[str, Any]]
) -> None:
    found: AssociationMember | None = None
    for step in steps:
        # An institution without a login in the demo is spoken for by the loader.
        joiner = world.users[step["who"]] if "who" in step else world.actor
        with on_day(world, day_of(step["day"], loaded_on=world.day)):
            match step["step"]:
                case "propose":
                    found = services.propose_member(actor=keeper, association=association, code=str(institution.uscc))
                case "apply":
                    found = services.apply_for_membership(
                        actor=joiner, institution=institution, association=association
                    )
                case "admit":
                    found = services.admit_member(actor=keeper, member=_made(found))
                case "accept":
                    found = services.accept_proposal(actor=joiner, member=_made(found))
                case "leave":
                    found = services.leave_association(
                        actor=joiner, member=_made(found), valid_to=clock.today(), reason=step["reason"]
                    )


def _made(found: AssociationMember | None) -> AssociationMember:
    assert found is not None  # noqa: S101 - a plan begins with a question
    return found
