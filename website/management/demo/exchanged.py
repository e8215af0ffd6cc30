"""The exchange of the demo with its partners: who they are, what they were given, what came in and what was refused."""

import json
from typing import Any

import yaml

from accounts.models import AdminBody, Institution, User
from core import clock
from credit import services
from credit.models import EndNotice, ExchangePartner
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import World

BODY = "LANJIANG"


def begin(world: World) -> None:
    """Partners, before any entry that they are given."""
    for row in _told()["partners"]:
        told = {name: value for name, value in row.items() if name not in ("key", "from")}
        day = day_of(row["from"], loaded_on=world.day)
        with on_day(world, day):
            partner = services.Partner(**told, valid_from=day)
            services.enter_partner(actor=world.users["shenyanqiu@demo.invalid"], body=_body(), partner=partner)


def give(actor: User, entity: Institution, step: dict[str, Any]) -> None:
    """While an entry stands: the file for a partner, who is told of the end."""
    services.send_records(
        actor=actor,
        partner=_partner(step["partner"]),
        form=step["form"],
        purpose=step["purpose"],
        uscc=entity.uscc or "",
    )


def happen(world: World) -> None:
    """After the cases: acknowledgements of what has ended, and the notices that came in."""
    told = _told()
    for row in told["acknowledged"]:
        with on_day(world, day_of(row["day"], loaded_on=world.day)):
            told_by_then = EndNotice.objects.filter(told_at__lte=clock.now(), acknowledged_at=None)
            notice = told_by_then.get(told=_partner(row["partner"]))
            services.acknowledge_end(actor=world.users[row["who"]], notice=notice, how=row["how"])
    for row in told["received"]:
        with on_day(world, day_of(row["day"], loaded_on=world.day)):
            _receive(world, row)


def _receive(world: World, row: dict[str, Any]) -> None:
    call: dict[str, Any] = {
        "actor": world.users[row["who"]],
        "partner": _partner(row["partner"]),
        "content": json.dumps([_record(world, one) for one in row["records"]], ensure_ascii=False).encode(),
    }
    plan = services.preview_file(**call)
    services.receive_file(**call, seen=plan.fingerprint)


def _record(world: World, told: dict[str, Any]) -> dict[str, Any]:
    record = {name: value for name, value in told.items() if name not in ("from", "to", "institution")}
    if "institution" in told:
        record["uscc"] = world.institutions[told["institution"]].uscc
    days = {"valid_from": told["from"], "valid_to": told["to"]}
    return record | {name: day_of(text, loaded_on=world.day).isoformat() for name, text in days.items()}


def _partner(key: str) -> ExchangePartner:
    name = next(row["name"] for row in _told()["partners"] if row["key"] == key)
    return ExchangePartner.objects.select_related("kept_by").get(name=name)


def _body() -> AdminBody:
    return AdminBody.objects.get(code=BODY)


def _told() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((FOLDER / "exchange.yaml").read_text(encoding="utf-8"))
    return told
