"""The still part of a demo: places, bodies, institutions, bases, logins with hats, written content, programme."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from accounts.models import AdminBody, Institution, Region, TrainingBase, User
from accounts.services import (
    assign_duty,
    create_admin_body,
    create_base,
    create_institution,
    create_login,
    create_region,
    designate,
    grant_membership,
    name_competent_body,
    save_profile,
)
from core import clock
from courses.exams.imports import read_blueprint, read_questions
from courses.exams.services import create_blueprint, load_questions
from courses.models import Level, Programme
from courses.services import create_programme
from courses.services.content import load_course
from website.management.demo.anchors import day_of
from website.services import load_home

Say = Callable[[str], None]
PROGRAMME = "JUNIOR-2026"
# Without a written course of its own; its written examination draws from the same bank.
HIGHER = "INTERMEDIATE-2026"
SETTLED_SINCE = timedelta(days=730)
PASSWORD = "Lanjiang-2026"  # noqa: S105 - everybody's password in the demo, printed on its own page


@dataclass
class World:
    """What has been built so far, by the keys of the file."""

    actor: User
    day: date
    say: Say
    regions: dict[str, Region] = field(default_factory=dict)
    bodies: dict[str, AdminBody] = field(default_factory=dict)
    institutions: dict[str, Institution] = field(default_factory=dict)
    bases: dict[str, TrainingBase] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def place(self, text: str) -> AdminBody | Institution | TrainingBase:
        """`base:KEY`, `institution:KEY` or `body:CODE`."""
        kind, _, key = text.partition(":")
        return {"base": self.bases, "institution": self.institutions, "body": self.bodies}[kind][key]  # type: ignore[index]


def build_world(*, actor: User, file: Path, day: date, say: Say) -> World:
    """Carry out one world file. Needs an empty platform (after migrate); the caller holds the transaction."""
    plan = yaml.safe_load(file.read_text(encoding="utf-8"))
    world = World(actor, day, say)
    world.bodies["NATIONAL"] = AdminBody.objects.get(code="NATIONAL")
    for section, build in SECTIONS.items():
        if rows := plan.get(section):
            say(section)
            # Places and hats are older than anything that is told of them.
            with clock.travel(timedelta() if section == "content" else -SETTLED_SINCE):
                build(world, rows)
    return world


def _regions(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        parent = world.regions.get(row["parent"]) or Region.objects.get(code=row["parent"])
        world.regions[row["code"]] = create_region(actor=world.actor, **row | {"parent": parent})


def _bodies(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        area = row.pop("jurisdiction")
        jurisdiction = world.regions[area].path if area else ""
        above = world.bodies[row.pop("parent", "NATIONAL")]
        world.bodies[row["code"]] = create_admin_body(actor=world.actor, jurisdiction=jurisdiction, parent=above, **row)


def _duties(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assign_duty(
            actor=world.actor,
            body=world.bodies[row["body"]],
            line=row["line"],
            valid_from=clock.today(),
            document=row["document"],
        )


def _competences(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        for matter in row["matters"]:
            name_competent_body(
                actor=world.actor,
                matter=matter,
                region=world.regions.get(row["region"]) or Region.objects.get(code=row["region"]),
                body=world.bodies[row["body"]],
                valid_from=clock.today(),
                document=row["document"],
            )


def _institutions(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        institution = create_institution(
            actor=world.actor,
            name=row["name"],
            category=row["category"],
            level=row["level"],
            region=world.regions[row["region"]],
            uscc=row.get("uscc", ""),
            parent=world.institutions.get(row.get("parent", "")),
            demo=True,
        )
        world.institutions[row["key"]] = institution
        for granted in row.get("designations", []):
            valid_from = day_of(granted.pop("from"), loaded_on=world.day)
            designate(actor=world.actor, subject=institution, valid_from=valid_from, **granted)


def _bases(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        key, region = row.pop("key"), world.regions[row.pop("region")]
        row["host"] = world.institutions.get(row.get("host") or "")
        world.bases[key] = create_base(actor=world.actor, region=region, demo=True, **row)


def _logins(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        user = create_login(actor=world.actor, email=row["email"], password=row.get("password", PASSWORD))
        world.users[row["email"]] = user
        if number := row.get("number"):
            save_profile(actor=user, name=row["name"], document_type="resident_id", number=number, country="CHN")
        if role := row.get("role"):
            grant_membership(actor=world.actor, user=user, role=role, place=world.place(row["place"]))


def _content(world: World, wanted: bool) -> None:
    """Home pages, the written course, the question bank and the programme that joins them."""
    load_home(actor=world.actor, folder=settings.ROOT / "demo" / "website")
    course = load_course(actor=world.actor, folder=settings.ROOT / "demo" / "courses" / "junior")
    folder = settings.ROOT / "demo" / "questions"
    load_questions(actor=world.actor, questions=read_questions(folder), level="JUNIOR")
    blueprint = create_blueprint(actor=world.actor, **vars(read_blueprint(folder / "blueprint.yaml")))
    for code, level_code, key in [(PROGRAMME, "JUNIOR", course.translation_key), (HIGHER, "INTERMEDIATE", None)]:
        level = Level.objects.get(code=level_code)
        if not Programme.objects.filter(code=code).exists():
            create_programme(
                actor=world.actor,
                code=code,
                level=level,
                titles={"zh": level.full_title_zh, "en": level.full_title_en, "ja": level.full_title_ja},
                valid_from=date(2026, 1, 1),
                course_key=key,
                blueprint=blueprint,
            )


SECTIONS: dict[str, Callable[[World, Any], None]] = {
    "regions": _regions,
    "admin_bodies": _bodies,
    "duties": _duties,
    "competences": _competences,
    "institutions": _institutions,
    "bases": _bases,
    "logins": _logins,
    "content": _content,
}
