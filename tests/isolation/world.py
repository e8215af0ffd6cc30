"""The world of the matrix: five trainees with their places in five regions, and a login for every kind of reader."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model

from accounts.models import AdminBody, Membership, Region, User
from accounts.permissions import PLACE_OF, Role
from accounts.services.memberships import EDITORS
from certificates.models import CertificateCredential
from certificates.tlog import services as tlog
from core import jobs
from core.models import OutboxEvent
from courses.models import Cohort, CoursePage
from credit.models import SelfRegulatoryCase
from tests.accounts.world_letters import letter_of
from tests.accounts.worlds import World, make_world
from tests.builders import make_user, region
from tests.courses.pages import lesson_of, make_course
from tests.isolation.addresses import missing_value
from website.models import HomePage


class Owner(StrEnum):
    """Whose row an address names."""

    HOME = "home"
    # Another trainee at the same institution and base.
    COLLEAGUE = "colleague"
    # At the places of the province itself, above home's county.
    PARENT = "parent"
    # In another city of the same province.
    SIBLING = "sibling"
    # In another province.
    FOREIGN = "foreign"
    MISSING = "missing"


REGIONS = {
    Owner.HOME: "990101",
    Owner.COLLEAGUE: "990101",
    Owner.PARENT: "990000",
    Owner.SIBLING: "990200",
    Owner.FOREIGN: "980101",
}
OWNERS = tuple(REGIONS)
# Rows of one trainee are seen by officers and bases of the same places, too.
HERE = {Owner.HOME, Owner.COLLEAGUE}
PROVINCE = HERE | {Owner.PARENT, Owner.SIBLING}
ANONYMOUS = "anonymous"
SHORT = "990000/9902/"


@dataclass(frozen=True)
class Login:
    """A reader: its kind (the word of a declaration), the hats it wears, and whose rows reach it."""

    name: str
    kind: str
    reach: frozenset[Owner]
    # (role, the place: an owner's institution or base, or a jurisdiction); the first one is worn.
    hats: tuple[tuple[Role, Owner | str], ...] = ()
    trainee: Owner | None = None
    expired: bool = False


def _login(name: str, kind: str, reach: Iterable[Owner] = (), *hats: tuple[Role, Owner | str], **more: Any) -> Login:
    return Login(name, kind, frozenset(reach), hats, **more)


LOGINS = {
    login.name: login
    for login in (
        _login(ANONYMOUS, "public"),
        _login("newcomer", "newcomer"),
        *(_login(f"trainee {owner}", "trainee", {owner}, trainee=owner) for owner in OWNERS[:2]),
        _login("trainee foreign", "trainee", {Owner.FOREIGN}, trainee=Owner.FOREIGN),
        _login("officer home", "officer", HERE, (Role.INSTITUTION_OFFICER, Owner.HOME)),
        _login("officer foreign", "officer", {Owner.FOREIGN}, (Role.INSTITUTION_OFFICER, Owner.FOREIGN)),
        _login("officer parent", "officer", {Owner.PARENT}, (Role.INSTITUTION_OFFICER, Owner.PARENT)),
        _login("base home", "base", HERE, (Role.BASE_MANAGER, Owner.HOME)),
        _login("base foreign", "base", {Owner.FOREIGN}, (Role.BASE_MANAGER, Owner.FOREIGN)),
        _login("regulator national", "regulator", OWNERS, (Role.REGULATOR, "")),
        _login("regulator province", "regulator", PROVINCE, (Role.REGULATOR, "990000/")),
        _login("regulator foreign province", "regulator", {Owner.FOREIGN}, (Role.REGULATOR, "980000/")),
        _login("regulator city", "regulator", HERE, (Role.REGULATOR, "990000/990100/")),
        _login("regulator sibling city", "regulator", {Owner.SIBLING}, (Role.REGULATOR, "990000/990200/")),
        _login("regulator county", "regulator", HERE, (Role.REGULATOR, "990000/990100/990101/")),
        # Its number begins the sibling city's: without the closing slash it would reach that city.
        _login("regulator short number", "regulator", (), (Role.REGULATOR, SHORT)),
        _login("instructor home", "instructor", HERE, (Role.INSTRUCTOR, Owner.HOME)),
        _login("invigilator home", "invigilator", HERE, (Role.INVIGILATOR, Owner.HOME)),
        _login("evaluator province", "evaluator", PROVINCE, (Role.EVALUATOR, "990000/")),
        _login("auditor province", "auditor", PROVINCE, (Role.AUDITOR, "990000/")),
        _login("system administrator", "system_admin", OWNERS, (Role.SYSTEM_ADMIN, "")),
        _login("security administrator", "security_admin", OWNERS, (Role.SECURITY_ADMIN, "")),
        _login("audit administrator", "audit_admin", OWNERS, (Role.AUDIT_ADMIN, "")),
        _login("editor", "editor", (), (Role.EDITOR, "")),
        # Wears the officer's hat; the base's hat of the other province hangs on the hook.
        _login("two hats", "officer", HERE, (Role.INSTITUTION_OFFICER, Owner.HOME), (Role.BASE_MANAGER, Owner.FOREIGN)),
        _login("former officer", "newcomer", (), (Role.INSTITUTION_OFFICER, Owner.FOREIGN), expired=True),
        _login("former regulator", "newcomer", (), (Role.REGULATOR, ""), expired=True),
    )
}
KINDS = {login.kind for login in LOGINS.values()}
# Nobody wears it: commands act as it.
ROLES_WITHOUT_LOGIN = {Role.SYSTEM}


@dataclass
class Isolation:
    """What was built: a world of rows per owner, a user per login."""

    worlds: dict[Owner, World]
    users: dict[str, User]
    rows: dict[Owner, dict[str, Any]] = field(default_factory=dict)

    def value(self, owner: Owner, path: str) -> object:
        """`cohort` is the id of the owner's cohort, `attempt.uuid` a field of the owner's attempt."""
        if owner == Owner.MISSING:
            return missing_value(self.value(Owner.HOME, path))
        name, *steps = path.split(".")
        found = self.rows[owner][name]
        for step in steps or ["pk"]:
            found = getattr(found, step)
        return found


def build(folder: Path) -> Isolation:
    """`folder` holds the files of a small course while it is loaded."""
    course = make_course(folder)
    nation = Region.objects.get(code="000000")
    Region.objects.create(code="9902", name="测试9902", level="municipal", parent=nation, path=SHORT, demo=True)
    worlds: dict[Owner, World] = {}
    for owner, code in REGIONS.items():
        worlds[owner] = make_world(code, beside=worlds[Owner.HOME] if owner == Owner.COLLEAGUE else None)
    isolation = Isolation(worlds, {})
    for owner, world in worlds.items():
        rows = {model._meta.model_name: row for model, row in world.rows.items()}
        isolation.rows[owner] = rows | _more_rows(world, course)
    for login in LOGINS.values():
        if login.name != ANONYMOUS:
            user = isolation.users[login.name] = _user(login, worlds)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    _put_down()
    # What the building rang for is nobody's answer.
    OutboxEvent.objects.update(state=OutboxEvent.State.DONE)
    return isolation


def _put_down() -> None:
    """Certificates of the worlds are rows past the services, which the public log would not know."""
    with transaction.atomic():
        for one in CertificateCredential.objects.select_related("certificate"):
            named = {"kind": "cert.issued", "ref": str(one.certificate.uuid)}
            tlog.append(**named, commitment=bytes.fromhex(one.commitment), issuer="B01", policy="1")


def _more_rows(world: World, course: CoursePage) -> dict[str, Model]:
    """Rows that addresses name and that no scope leads to."""
    programme = world.rows[Cohort].programme
    programme.course_key = course.translation_key
    programme.save()
    job = jobs.start(actor=world.user, kind="certificates.issue", subject_id=world.rows[Cohort].pk, keys=[])
    return {
        "job": job,
        "user": world.user,
        "page": HomePage.objects.get(locale__language_code="zh-hans"),
        "lesson": lesson_of(course, 1),
        # Of the other track; the world's own letter is an authority's.
        "selfletter": letter_of(world.rows[SelfRegulatoryCase]),
    }


def _user(login: Login, worlds: dict[Owner, World]) -> User:
    if login.trainee:
        return worlds[login.trainee].user
    user = make_user(f"{login.name.replace(' ', '-')}@example.test")
    if login.kind == "editor":
        # As the service does that gives this hat; without it Wagtail answers nothing, and nothing would be tried.
        user.groups.add(Group.objects.get(name=EDITORS))
    for role, place in login.hats:
        until = date(2026, 1, 1) if login.expired else None
        Membership.objects.create(
            user=user, role=role, valid_from=date(2020, 1, 1), valid_to=until, **_place(role, place, worlds)
        )
    return user


def _place(role: Role, place: Owner | str, worlds: dict[Owner, World]) -> dict[str, Any]:
    if (name := PLACE_OF[role]) != "admin_body":
        return {name: getattr(worlds[Owner(place)], name)}
    rank = ("national", "provincial", "municipal", "county")[str(place).count("/")]
    if place and not Region.objects.filter(path=place).exists():
        region(str(place).split("/")[-2])
    made, _ = AdminBody.objects.get_or_create(
        code=f"ISO-{place or 'nation'}",
        defaults={"name": f"测试主管部门{place}", "rank": rank, "jurisdiction": place},
    )
    return {"admin_body": made}
