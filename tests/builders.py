"""Builders of test records: the shortest way to a person, a place, a hat. Identity numbers are impossible in fact."""

from datetime import date
from itertools import count
from typing import Any

from accounts.identifiers import (
    USCC_ALPHABET,
    resident_check_character,
    uscc_check_character,
)
from accounts.models import (
    AdminBody,
    Appointment,
    IdentityCheck,
    IdentityDocument,
    Institution,
    Membership,
    Person,
    PersonMerge,
    Region,
    TrainingBase,
    User,
)
from accounts.permissions import PLACE_OF, Role
from accounts.selectors import document_index
from accounts.workflow import Standing
from core import clock
from core.text import name_key
from staffing.models import RatioRule

_numbers = count(1)


def resident_number(n: int | None = None) -> str:
    """A resident identity number of the impossible area 000000, different for each n. One that ends in 000 is warned
    of as rounded: it is given to those alone who name its n."""
    if n is None:
        return next(one for one in map(resident_number, _numbers) if not one.endswith("000"))
    born = date(1970, 1, 1).toordinal() + n // 999
    body = f"000000{date.fromordinal(born):%Y%m%d}{n % 999 + 1:03d}"
    return body + resident_check_character(body)


def uscc(n: int | None = None) -> str:
    """A unified social credit code of the impossible area 000000, different for each n."""
    n = next(_numbers) if n is None else n
    digits = "".join(USCC_ALPHABET[n // 31**i % 31] for i in range(3, -1, -1))
    body = f"12000000DEM0{digits}0"
    return body[:17] + uscc_check_character(body[:17])


def make_user(email: str = "", **fields: Any) -> User:
    return User.objects.create_user(email or f"user{next(_numbers)}@example.test", "demo-pass-2026", **fields)


def region(code: str = "990000") -> Region:
    """The invented province or a division of it, with what lies above: the same row when asked twice."""
    level = "provincial" if code.endswith("0000") else "municipal" if code.endswith("00") else "county"
    above = {
        "provincial": lambda: Region.objects.get(code="000000"),
        "municipal": lambda: region(code[:2] + "0000"),
        "county": lambda: region(code[:4] + "00"),
    }[level]()
    fields = {
        "name": f"测试{code}",
        "level": level,
        "parent": above,
        "path": f"{above.path}{code}/",
        "demo": True,
    }
    return Region.objects.get_or_create(code=code, defaults=fields)[0]


def make_institution(
    name: str = "",
    *,
    code: str = "990000",
    parent: Institution | None = None,
    **fields: Any,
) -> Institution:
    name = name or f"测试机构{next(_numbers)}"
    kind = "internal_department" if parent else "legal_person"
    defaults = {
        "category": "university",
        "level": "provincial",
        "uscc": None if parent else uscc(),
    }
    return Institution.objects.create(
        name=name,
        name_key=name_key(name),
        kind=kind,
        parent=parent,
        region=region(code),
        **{**defaults, **fields},
    )


def make_base(code: str = "", *, area: str = "990000", **fields: Any) -> TrainingBase:
    code = code or f"{next(_numbers) % 10000:04d}"
    return TrainingBase.objects.create(**{"code": code, "name": f"测试基地{code}", "region": region(area), **fields})


def make_person(
    name: str = "高轩",
    *,
    user: User | None = None,
    number: str = "",
    checked: bool = False,
) -> Person:
    person = Person.objects.create(name=name, name_key=name_key(name), user=user)
    number = number or resident_number()
    IdentityDocument.objects.create(
        person=person,
        type="resident_id",
        number=number,
        number_index=document_index("resident_id", number),
    )
    if checked:
        IdentityCheck.objects.create(
            person=person,
            standing=Standing.CHECKED_AT_DESK,
            checked_at=clock.now(),
            checked_by=user or make_user(),
        )
    return person


def join_records(merged: Person, into: Person) -> None:
    """As an office joins two records, without the office."""
    merged.merged_into = into
    merged.save(update_fields=["merged_into"])
    PersonMerge.objects.create(merged=merged, into=into, reason="同一人", at=clock.now(), by=make_user())


def make_appointment(
    person: Person,
    institution: Institution,
    *,
    start: date = date(2024, 1, 1),
    **fields: Any,
) -> Appointment:
    defaults = {
        "post": "技术经理",
        "professional": True,
        "employment_type": "contract",
        "recorded_at": clock.now(),
    }
    return Appointment.objects.create(
        person=person,
        institution=institution,
        start_date=start,
        **{**defaults, **fields},
    )


def hat(role: Role, place: AdminBody | Institution | TrainingBase, user: User | None = None) -> User:
    """A login that wears one hat."""
    user = user or make_user()
    field = {AdminBody: "admin_body", Institution: "institution", TrainingBase: "base"}[type(place)]
    Membership.objects.create(user=user, role=role, valid_from=date(2020, 1, 1), **{field: place})
    return user


def place_for(role: str) -> AdminBody | Institution | TrainingBase:
    """A place of the kind at which the role sits."""
    if PLACE_OF[role] == "base":
        return make_base()
    return make_institution() if PLACE_OF[role] == "institution" else AdminBody.objects.get(code="NATIONAL")


def base_manager(base: TrainingBase | None = None) -> User:
    return hat(Role.BASE_MANAGER, base or make_base())


def officer(institution: Institution | None = None) -> User:
    return hat(Role.INSTITUTION_OFFICER, institution or make_institution())


def regulator(code: str = "990000") -> User:
    area = region(code)
    body, _ = AdminBody.objects.get_or_create(
        code=f"BODY{code}",
        defaults={
            "name": f"主管部门{code}",
            "rank": area.level,
            "jurisdiction": area.path,
            "parent": None,
        },
    )
    return hat(Role.REGULATOR, body)


def rule_words(**changed: Any) -> dict[str, Any]:
    """Those of the requirement in force, but for what is named; the version's own name follows from its first day."""
    words = RatioRule.objects.get(code="TRAINED_STAFF_70", version="2022-1").words
    return {name: value for name, value in words.items() if name != "version"} | changed


def make_rule(state: str = "draft", **changed: Any) -> RatioRule:
    """A version as a row, whoever may have written it."""
    version = f"2026-{RatioRule.objects.count()}"
    # Two that are in force do not begin on one day.
    words = {"valid_from": date(2026, 1, 1), "binds": "nobody", "binding_designation": "", **changed}
    return RatioRule.objects.create(**{"state": state, "version": version, **rule_words(**words)})
