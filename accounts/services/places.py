"""Places: regions of the demo, institutions and bases as they are entered; logins and persons of commands."""

from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.identifiers import check_uscc
from accounts.models import (
    IdentityDocument,
    Institution,
    Person,
    Region,
    TrainingBase,
    User,
)
from accounts.models.places import Rank
from accounts.permissions import GRANTS, Permission, Role
from accounts.rules import code_fault, days_fault, host_fault
from accounts.selectors import document_index, known_areas
from core import audit, outbox
from core.errors import DomainError, NotAllowed
from core.text import mask_name, name_key, normal_name

RANKS = [str(rank) for rank in Rank]


@transaction.atomic
def create_region(
    *, actor: User, code: str, name: str, level: str, parent: Region, name_en: str = "", name_ja: str = ""
) -> Region:
    """An invented division of the demo; the real ones come with a migration."""
    require_system(actor)
    region = Region.objects.create(
        code=code,
        name=name,
        name_en=name_en,
        name_ja=name_ja,
        level=level,
        parent=parent,
        path=f"{parent.path}{code}/",
        demo=True,
    )
    audit.record(actor, "accounts.region_created", region, code=code)
    return region


@transaction.atomic
def create_institution(
    *,
    actor: User,
    name: str,
    category: str,
    level: str,
    region: Region,
    uscc: str = "",
    parent: Institution | None = None,
    demo: bool = False,
) -> Institution:
    """One institution; without a code it is an internal department of `parent`.

    Raises `uscc_wrong`, `needs_parent`, `uscc_taken`, `department_exists`, `level_above_own_rank`.
    """
    require_region(actor, Permission.INSTITUTION_IMPORT, region)
    if not may_set_levels(actor, Permission.INSTITUTION_IMPORT, level):
        raise DomainError("level_above_own_rank")
    checked = check_uscc(uscc, known_areas=known_areas()) if uscc else None
    if checked and not checked.ok:
        raise DomainError("uscc_wrong", reasons=checked.errors)
    if not checked and parent is None:
        raise DomainError("needs_parent")
    require_free(name=name, uscc=checked.value if checked else None, parent=parent)
    institution = Institution.objects.create(
        name=normal_name(name),
        name_key=name_key(name),
        kind=Institution.Kind.LEGAL_PERSON if checked else Institution.Kind.INTERNAL_DEPARTMENT,
        category=category,
        level=level,
        uscc=checked.value if checked else None,
        region=region,
        parent=parent,
        demo=demo,
    )
    audit.record(actor, "accounts.institution_created", institution, uscc=institution.uscc)
    return institution


@transaction.atomic
def create_base(
    *, actor: User, code: str, name: str, region: Region, host: Institution | None, **fields: Any
) -> TrainingBase:
    """A base with the code that stands in its certificates' numbers, of the legal person that answers for it.

    Raises `code_taken`, `base_code`, `host_missing`, `host_is_a_department`, `ends_before_start`.
    """
    require_region(actor, Permission.BASE_REGISTER, region)
    require_sound_base(code=code, host=host, begins=fields.get("qualified_from"), ends=fields.get("qualified_to"))
    if TrainingBase.objects.filter(code=code).exists():
        raise DomainError("code_taken", taken=code)
    base = TrainingBase.objects.create(code=code, name=name, region=region, host=host, **fields)
    audit.record(actor, "accounts.base_created", base, code=code)
    return base


def require_free(*, name: str, uscc: str | None, parent: Institution | None, but: Institution | None = None) -> None:
    """Nobody else has this code, no other department of the parent this name."""
    others = Institution.objects.exclude(pk=but.pk) if but else Institution.objects.all()
    if uscc and others.filter(uscc=uscc).exists():
        raise DomainError("uscc_taken")
    if not uscc and others.filter(parent=parent, name_key=name_key(name), uscc=None).exists():
        raise DomainError("department_exists")


def require_sound_base(
    *, host: Institution | None, begins: date | None, ends: date | None, code: str | None = None, wanted: bool = True
) -> None:
    """As a file is judged (accounts.imports.bases). `wanted`: a base from before may still have no host."""
    faults = (
        code_fault(code) if code is not None else "",
        host_fault(host.is_legal_person if host else None, wanted=wanted),
        days_fault(begins, ends),
    )
    for fault in filter(None, faults):
        raise DomainError(fault)


@transaction.atomic
def create_login(*, actor: User, email: str, password: str | None) -> User:
    """A login whose address counts as confirmed; without a password nobody can enter with it."""
    require_system(actor)
    user = User.objects.create_user(email, password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    audit.record(actor, "accounts.login_created", user)
    return user


@transaction.atomic
def add_person(
    *,
    actor: User,
    name: str,
    document_type: str,
    number: str,
    country: str = "CHN",
    user: User | None = None,
) -> Person:
    """A person with one document, known before any login. Numbers are checked by the caller (importers do)."""
    require_system(actor)
    person = Person.objects.create(name=normal_name(name), name_key=name_key(name), user=user)
    index = document_index(document_type, number)
    IdentityDocument.objects.create(
        person=person,
        type=document_type,
        country=country,
        number=number,
        number_index=index,
    )
    audit.record(actor, "accounts.person_added", person, document_type=document_type)
    return person


@transaction.atomic
def correct_name(*, actor: User, person: Person, name: str, reason: str) -> Person:
    """Put a wrongly written name right. Documents already issued keep what they say; they are superseded."""
    require_system(actor)
    before = person.name
    write_name(person, name)
    changed = {"before": mask_name(before), "after": mask_name(person.name)}
    audit.record(actor, "accounts.name_corrected", person, reason=reason, **changed)
    return person


def write_name(person: Person, name: str) -> None:
    """Part of a correction that has been allowed: the name, what is found by it, and whoever must hear of it."""
    person.name, person.name_key = normal_name(name), name_key(name)
    person.save(update_fields=["name", "name_key"])
    # Another name has other doubles.
    person.documents.update(twin_index="")
    outbox.add("accounts.name_corrected", person.pk)


def require_region(actor: User, permission: Permission, region: Region) -> None:
    """For records that do not exist yet: does a worn hat's jurisdiction hold the region?"""
    for membership in actor.worn_memberships():
        body = membership.admin_body
        if body and permission in GRANTS[membership.role] and region.path.startswith(body.jurisdiction):
            return
    raise NotAllowed(permission=str(permission), region=region.code)


def may_set_levels(actor: User, permission: Permission, *levels: str) -> bool:
    """The level of an institution says which rank of bodies gives hats there: whoever sets it stands at that level or
    above, and whoever changes it at the old one too. Otherwise a county would lower a national institution to itself.
    """
    bodies = (hat.admin_body for hat in actor.worn_memberships() if permission in GRANTS[hat.role])
    return any(RANKS.index(body.rank) <= min(map(RANKS.index, levels)) for body in bodies if body)


def require_system(actor: User) -> None:
    if not any(membership.role == Role.SYSTEM for membership in actor.worn_memberships()):
        raise NotAllowed(permission="system")
