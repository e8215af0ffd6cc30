"""Reads of associations: whose members there are, which associations one belongs to, what waits for an answer."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from accounts.models import AssociationMember, Institution, User
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.workflow import ASSOCIATION_STEPS, MemberState
from core.errors import NotAllowed
from core.models import AuditEntry
from core.text import compact, name_key

ASSOCIATION = Institution.Category.ASSOCIATION
OPEN = (MemberState.PROPOSED, MemberState.APPLIED)
# The steps that make a record; some of the others are kept apart from them.
ASKING = frozenset().union(*(step.apart_from for step in ASSOCIATION_STEPS.values()))
# Of the two sides of a record, that which a permission speaks for.
SIDES: dict[str, str] = {Permission.ASSOCIATION_KEEP: "association", Permission.ASSOCIATION_JOIN: "institution"}


def own_association(actor: User) -> Institution:
    """The association for which the actor acts. Raises NotAllowed, also for institutions of another category."""
    found = reached_institution(actor, Permission.ASSOCIATION_KEEP)
    if found.category != ASSOCIATION:
        raise NotAllowed(permission=Permission.ASSOCIATION_KEEP.value)
    return found


def member_rows(actor: User, association: Institution, chosen: Mapping[str, str]) -> QuerySet[AssociationMember]:
    """All that was ever asked, filtered; what waits for the association first, then members, then what is over."""
    rows = _rows(actor).filter(association=association)
    if state := chosen.get("state"):
        rows = rows.filter(state=state)
    if text := chosen.get("q", ""):
        rows = rows.filter(Q(institution__name_key__contains=name_key(text)) | Q(institution__uscc=compact(text)))
    return _in_order(rows, MemberState.APPLIED, "institution__name")


def association_rows(actor: User, institution: Institution) -> QuerySet[AssociationMember]:
    """The same from the other side."""
    return _in_order(_rows(actor).filter(institution=institution), MemberState.PROPOSED, "association__name")


def waiting_for_answer(actor: User) -> QuerySet[AssociationMember]:
    """Proposals to the own institution, and applications to the own association."""
    places = {name: Institution.objects.allowed(actor, permission) for permission, name in SIDES.items()}
    mine = Q(state=MemberState.PROPOSED, institution__in=places["institution"])
    mine |= Q(state=MemberState.APPLIED, association__in=places["association"])
    return _rows(actor).filter(mine)


def member_for(actor: User, pk: int, step: str) -> AssociationMember:
    """For a step of the table, by somebody of the side whose step it is. Raises NotAllowed."""
    if step not in ASSOCIATION_STEPS:
        raise NotAllowed(step=step)
    permission = ASSOCIATION_STEPS[step].who
    places = Institution.objects.allowed(actor, permission)
    found = _rows(actor).filter(pk=pk, **{f"{SIDES[permission]}__in": places}).first()
    if found is None:
        raise NotAllowed(permission=permission)
    return found


def asked_by(actor: User, rows: Iterable[AssociationMember]) -> set[int]:
    """Of these, those that the actor asked for: who asks for one side does not answer for the other. One statement."""
    verbs = [f"accounts.associationmember.{step}" for step in sorted(ASKING)]
    about = {"subject_type": "accounts.associationmember", "subject_id__in": [str(one.pk) for one in rows]}
    found = AuditEntry.objects.filter(actor=actor.pk, verb__in=verbs, **about).order_by("pk")
    return {int(pk) for pk in found.values_list("subject_id", flat=True)}


def associations_to_join(institution: Institution, text: str) -> QuerySet[Institution]:
    """Associations are on the public register; those where nothing is open or running with the institution."""
    own = AssociationMember.objects.filter(association=OuterRef("pk"), institution=institution)
    busy = own.filter(state__in=[*OPEN, MemberState.MEMBER])
    rows = Institution.objects.filter(~Exists(busy), category=ASSOCIATION).exclude(pk=institution.pk)
    if text:
        rows = rows.filter(Q(name_key__contains=name_key(text)) | Q(uscc=compact(text)))
    return rows.select_related("region").order_by("name", "pk")


def association(pk: int) -> Institution:
    """One of the public register. Raises NotAllowed."""
    found = Institution.objects.select_related("region").filter(pk=pk, category=ASSOCIATION).first()
    if found is None:
        raise NotAllowed(association=pk)
    return found


# --- public: who is a member is no secret, what was asked and declined is -------------------------------------------
def members_on(association: Institution, on: date, text: str = "") -> QuerySet[AssociationMember]:
    rows = AssociationMember.objects.filter(association=association).running(on)
    if text:
        rows = rows.filter(institution__name_key__contains=name_key(text))
    return rows.select_related("institution__region").order_by("institution__name", "pk")


def associations_on(institution: Institution, on: date) -> list[AssociationMember]:
    rows = AssociationMember.objects.filter(institution=institution).running(on)
    return list(rows.select_related("association").order_by("association__name", "pk"))


def _rows(actor: User) -> QuerySet[AssociationMember]:
    rows = AssociationMember.objects.allowed(actor, Permission.INSTITUTION_VIEW)
    return rows.select_related("association__region", "institution__region")


def _in_order(rows: QuerySet[AssociationMember], first: str, name: str) -> QuerySet[AssociationMember]:
    places = [first, MemberState.PROPOSED, MemberState.APPLIED, MemberState.MEMBER]
    whens = [When(state=state, then=Value(place)) for place, state in enumerate(places)]
    order = Case(*whens, default=Value(len(places)), output_field=IntegerField())
    return rows.annotate(place=order).order_by("place", name, "-asked_at", "pk")
