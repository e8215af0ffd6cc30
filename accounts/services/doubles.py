"""Doubles of a person: found by name and birth date, joined without moving a row, parted again, or dismissed."""

from django.db import transaction

from accounts.access import office_of, require
from accounts.identifiers import birth_date
from accounts.models import IdentityDocument, NotADouble, Person, PersonMerge, User
from accounts.models.places import Rank
from accounts.permissions import GRANTS, Permission
from core import audit, clock
from core.errors import DomainError, NotAllowed, WrongState
from core.fields import blind_index

# Joining reaches beyond one city: a person may work in two of them.
HIGH_RANKS = frozenset({Rank.NATIONAL, Rank.PROVINCIAL})
# Of a document that holds no birth date; empty is one that nobody has looked at yet.
NO_TWIN = "-"
PER_CALL = 2_000


def index_twins() -> int:
    """Compute what likely doubles share, for documents that have none yet; safe to run twice. Returns how many.

    A keyed index of name and birth date together: whoever steals the table learns neither a birth date nor who shares
    one, but only which two records are alike in both.
    """
    rows = IdentityDocument.objects.filter(twin_index="").select_related("person").order_by("pk")[:PER_CALL]
    documents = list(rows)
    for document in documents:
        born = birth_date(document.type, document.number)
        known = f"{document.person.name_key}:{born:%Y%m%d}" if born else ""
        document.twin_index = blind_index("name_and_birth", known) if known else NO_TWIN
    IdentityDocument.objects.bulk_update(documents, ["twin_index"], batch_size=200)
    return len(documents)


@transaction.atomic
def merge_persons(*, actor: User, merged: Person, into: Person, reason: str) -> PersonMerge:
    """From now on `into` stands for `merged` in every list and figure; no row is moved.

    Raises `reason_missing`, `same_person`, `already_merged` and `has_doubles` (chains are never made),
    `both_have_logins`, `login_would_hide` (join in the other direction), `own_record`, NotAllowed.
    """
    _require_office(actor, merged, into)
    if not reason.strip():
        raise DomainError("reason_missing")
    if merged.pk == into.pk:
        raise DomainError("same_person")
    first, second = _locked(merged, into)
    merged, into = (first, second) if first.pk == merged.pk else (second, first)
    _check(actor, merged, into)
    merged.merged_into = into
    merged.save(update_fields=["merged_into"])
    merge = _write(actor, merged, into, reason)
    audit.record(actor, "accounts.person_merged", merged, reason=reason, into=into.pk)
    audit.record(actor, "accounts.person_took_double", into, reason=reason, merged=merged.pk)
    return merge


@transaction.atomic
def unmerge_persons(*, actor: User, merge: PersonMerge, reason: str) -> PersonMerge:
    """Part them again: what stood with each stands with each. What came in meanwhile stays where it was written.

    Raises `reason_missing`, `own_record`, NotAllowed and WrongState.
    """
    _require_office(actor, merge.merged, merge.into)
    if not reason.strip():
        raise DomainError("reason_missing")
    _refuse_own_record(actor, merge.merged, merge.into)
    first, second = _locked(merge.merged, merge.into)
    merged, into = (first, second) if first.pk == merge.merged_id else (second, first)
    if merge.undoes_id or hasattr(merge, "undone_by") or merged.merged_into_id != into.pk:
        raise WrongState(step="unmerge", state="undone")
    merged.merged_into = None
    merged.save(update_fields=["merged_into"])
    undone = _write(actor, merged, into, reason, undoes=merge)
    audit.record(actor, "accounts.person_unmerged", merged, reason=reason, into=into.pk)
    return undone


@transaction.atomic
def dismiss_double(*, actor: User, first: Person, second: Person, reason: str) -> NotADouble:
    """Two people who happen to be alike; dismissing twice is once.

    Raises `reason_missing`, `own_record` and NotAllowed.
    """
    _require_office(actor, first, second)
    if not reason.strip():
        raise DomainError("reason_missing")
    _refuse_own_record(actor, first, second)
    low, high = sorted((first, second), key=lambda one: one.pk)
    fields = {"reason": reason.strip(), "at": clock.now(), "by": actor}
    dismissed, fresh = NotADouble.objects.get_or_create(first=low, second=high, defaults=fields)
    if fresh:
        audit.record(actor, "accounts.double_dismissed", low, reason=reason, other=high.pk)
    return dismissed


def _require_office(actor: User, *people: Person) -> None:
    """A national or provincial office that reaches both."""
    hats = [hat for hat in actor.worn_memberships() if Permission.PERSON_MERGE in GRANTS[hat.role]]
    if not any(hat.admin_body and hat.admin_body.rank in HIGH_RANKS for hat in hats):
        raise NotAllowed(permission=Permission.PERSON_MERGE.value)
    for person in people:
        require(actor, Permission.PERSON_MERGE, person)


def _locked(*people: Person) -> list[Person]:
    """In one order for everybody; whoever merges one of them into a third waits here and then sees it."""
    keys = [person.pk for person in people]
    return list(Person.objects.filter(pk__in=keys).select_for_update().order_by("pk"))


def _check(actor: User, merged: Person, into: Person) -> None:
    if merged.merged_into_id or into.merged_into_id:
        raise DomainError("already_merged")
    if Person.objects.filter(merged_into=merged).exists():
        # A -> B -> C would leave A with somebody who no longer counts.
        raise DomainError("has_doubles")
    if merged.user_id and into.user_id:
        raise DomainError("both_have_logins")
    if merged.user_id:
        raise DomainError("login_would_hide")
    _refuse_own_record(actor, merged, into)


def _refuse_own_record(actor: User, *people: Person) -> None:
    """Nobody decides about the own record, neither way; a double that was joined into it is the own one too."""
    if any(actor.pk in (one.user_id, one.merged_into.user_id if one.merged_into else None) for one in people):
        raise DomainError("own_record")


def _write(actor: User, merged: Person, into: Person, reason: str, undoes: PersonMerge | None = None) -> PersonMerge:
    return PersonMerge.objects.create(
        merged=merged,
        into=into,
        undoes=undoes,
        reason=reason.strip(),
        at=clock.now(),
        by=actor,
        body_name=office_of(actor, Permission.PERSON_MERGE),
    )
