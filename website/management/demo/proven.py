"""Evidence from elsewhere in the demo, each lived through on its days: accepted, refused, waiting, many at once."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml
from PIL import Image, ImageDraw

from core.scans import Scan, checked_scan
from courses import services
from courses.models import ExternalEvidence, MutualRecognition
from courses.selectors.evidence import staff_by_tail
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import World

HEADS = ("证件类型", "证件号码", "姓名", "培训类别", "培训名称", "培训机构", "完成日期")


def happen(world: World) -> None:
    told = yaml.safe_load((FOLDER / "evidence.yaml").read_text(encoding="utf-8"))
    agreements = {key: _agree(world, facts) for key, facts in told["agreements"].items()}
    for scene in told["story"]:
        _live(world, scene, agreements)
    _hand_in(world, told["batch"])


def _hand_in(world: World, told: dict[str, Any]) -> None:
    """A table with its scans, as an office would send them."""
    training = told["training"]
    facts = [training["title"], training["provider"], _day(world, training["completed"]).isoformat()]
    lines = [f"居民身份证,{one['number']},{one['name']},社会化培训,{','.join(facts)}" for one in told["people"]]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for one in told["people"]:
            scan = _scan({"name": one["name"], "tail": one["number"][-6:]})
            archive.writestr(scan.name, scan.content)
    with on_day(world, _day(world, told["day"])):
        plan = services.submit_batch(
            actor=world.users[told["by"]],
            institution=world.institutions[told["institution"]],
            table="\n".join([",".join(HEADS), *lines]).encode("utf-8-sig"),
            scans=out.getvalue(),
        )
    if plan.has_errors:
        raise ValueError([problem for row in plan.rows for problem in row.errors])


def _agree(world: World, told: dict[str, str]) -> MutualRecognition:
    """Both provinces are the demo's own: of no real one is said what it recognises."""
    with on_day(world, _day(world, told["day"])):
        return services.enter_recognition(
            actor=world.users[told["by"]],
            region=world.regions[told["region"]],
            other=world.regions[told["other"]],
            title=told["title"],
            document=told["document"],
            valid_from=_day(world, told["from"]),
        )


def _live(world: World, scene: dict[str, Any], agreements: Mapping[str, MutualRecognition]) -> None:
    evidence = _submit(world, scene["who"], scene["submit"], agreements.get(scene["submit"].get("agreement")))
    if decided := scene.get("accept"):
        with on_day(world, _day(world, decided["day"])):
            services.accept_evidence(actor=world.users[decided["by"]], evidence=evidence)
    if decided := scene.get("refuse"):
        with on_day(world, _day(world, decided["day"])):
            services.refuse_evidence(actor=world.users[decided["by"]], evidence=evidence, reason=decided["reason"])


def _submit(
    world: World, who: dict[str, str], told: dict[str, Any], agreement: MutualRecognition | None
) -> ExternalEvidence:
    place = world.institutions[who["institution"]]
    with on_day(world, _day(world, told["day"])):
        person = staff_by_tail(place, who["name"], who["tail"])
        if person is None:
            raise LookupError(f"evidence.yaml: {who['name']} does not work there")
        facts = {name: told[name] for name in ("kind", "track", "title", "provider")}
        facts |= {"hours": told.get("hours"), "completed_on": _day(world, told["completed"]), "agreement": agreement}
        training = services.Training(**facts)
        return services.submit_evidence(
            actor=world.users[told["by"]], person=person, training=training, scans=[_scan(who)], institution=place
        )


def _scan(who: dict[str, str]) -> Scan:
    """A sheet that nobody takes for a certificate."""
    sheet = Image.new("L", (620, 440), 245)
    ImageDraw.Draw(sheet).multiline_text((40, 180), f"DEMO SHEET\nNOT A CERTIFICATE\n... {who['tail']}", fill=60)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return checked_scan(f"{who['name']}-{who['tail']}.png", out.getvalue())


def _day(world: World, text: str) -> date:
    return day_of(text, loaded_on=world.day)
