"""THE place of scoping: which rows reach an actor. Views and exports get rows only through `allowed()`.

A model says once, in scope_paths, how its rows reach a person, an institution, a base and a region. Paths follow
foreign keys only (a many-to-many would duplicate rows); models that need more override `_within` with Exists(...).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import GRANTS, OWN_RECORDS, Permission
from core.errors import NotAllowed

if TYPE_CHECKING:
    from accounts.models import AdminBody, Membership, User

NOTHING = Q(pk__in=[])
# The value of a scope path that means: the row is itself that place.
ITSELF = "pk"


class ScopedQuerySet(models.QuerySet):
    """scope_paths: {"user"?, "institution"?, "base"?, "region"?} -> lookup; a missing key reaches nobody that way.

    "user" leads to the login of the person concerned, "region" to a region path ("990000/990100/").
    """

    scope_paths: ClassVar[dict[str, str]]

    def allowed(self, actor: User, permission: Permission | str) -> Self:
        # Q(pk__in=[]) | Q() would be *nothing*: "nationwide" is a jurisdiction of "", never an empty condition.
        own = permission in OWN_RECORDS and not actor.looks_as_a_place
        reach = self._own(actor) if own else NOTHING
        for membership in actor.worn_memberships():
            if permission in GRANTS[membership.role]:
                reach |= self._reached(membership, permission)
        return self.filter(reach)

    def _own(self, actor: User) -> Q:
        path = self.scope_paths.get("user")
        return Q(**{path: actor.pk}) | _of_merged(path, actor) if path else NOTHING

    def _reached(self, membership: Membership, _permission: Permission | str) -> Q:
        """What a hat reaches; the same for every permission that it grants, where a queryset says nothing else."""
        return self._within(membership)

    def _within(self, membership: Membership) -> Q:
        if membership.base_id:
            return self._at("base", membership.base_id)
        if membership.institution_id:
            return self._at("institution", membership.institution_id)
        path, body = self.scope_paths.get("region"), membership.admin_body
        # Region paths end in "/", so that 330000/ does not also match 3300001/.
        return Q(**{f"{path}__startswith": body.jurisdiction}) if path and body else NOTHING

    def _at(self, place: str, pk: int) -> Q:
        path = self.scope_paths.get(place)
        return Q(**{path: pk}) if path else NOTHING


def _of_merged(path: str, actor: User) -> Q:
    """What stands with a double that was merged into the actor's person is the actor's own; nothing was moved."""
    to_person, _, login = path.rpartition("__")
    return Q(**{f"{to_person}__merged_into__{login}": actor.pk}) if to_person.endswith("person") else NOTHING


def can(actor: User, permission: Permission | str, record: models.Model) -> bool:
    """Does this record reach the actor with this permission?"""
    return type(record).objects.filter(pk=record.pk).allowed(actor, permission).exists()  # type: ignore[attr-defined]


def jurisdictions(actor: User, permission: Permission) -> list[str]:
    """Region paths of the bodies for which the actor wears a hat that grants the permission."""
    hats = (hat for hat in actor.worn_memberships() if permission in GRANTS[hat.role])
    return [hat.admin_body.jurisdiction for hat in hats if hat.admin_body]


def require(actor: User, permission: Permission | str, record: models.Model) -> None:
    """The first line of every service. Raises NotAllowed, which views answer with 404."""
    if not can(actor, permission, record):
        raise NotAllowed(permission=str(permission), record=record._meta.label_lower)


def holds(actor: User, permission: Permission | str) -> bool:
    """Does any worn hat grant this at all? For menus and for pages that list; rows still go through allowed()."""
    return any(permission in GRANTS[membership.role] for membership in actor.worn_memberships())


def office_of(actor: User, permission: Permission | str) -> str:
    """The name of the place for which the actor does this: the first worn hat that grants it; no login's address."""
    places = (str(hat.place) for hat in actor.worn_memberships() if permission in GRANTS[hat.role])
    return next(places, "")[:150]


def worn_bodies(actor: User, permission: Permission | str) -> list[AdminBody]:
    """The bodies of the administration for which the actor may do this."""
    hats = (hat for hat in actor.worn_memberships() if permission in GRANTS[hat.role])
    return [hat.admin_body for hat in hats if hat.admin_body]


def reaches_all(actor: User, permission: Permission | str, region_path: str) -> bool:
    """Does one worn hat grant this for the whole region, so that a sum over it hides nothing?"""
    return any(region_path.startswith(body.jurisdiction) for body in worn_bodies(actor, permission))


def require_everywhere(actor: User, permission: Permission | str) -> None:
    """For what belongs to no place (logins, the audit trail, jobs): a hat of a nationwide body must grant it."""
    if not any(body.jurisdiction == "" for body in worn_bodies(actor, permission)):
        raise NotAllowed(permission=str(permission))
