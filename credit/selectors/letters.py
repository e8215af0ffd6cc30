"""Reads of letters: which a case has to have by now, those there are, and one for whoever may read it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from accounts.permissions import Permission
from core.errors import NotAllowed
from credit.models import AdministrativeCase, CaseLetter, CreditRepair, LetterKind, SelfRegulatoryCase, SelfReview
from credit.workflow.cases import HEARING, RepairState
from credit.workflow.self_regulation import SelfReviewState

K = LetterKind
REVIEWED = (SelfReviewState.MAINTAINED, SelfReviewState.CHANGED, SelfReviewState.SET_ASIDE)


@dataclass(frozen=True)
class Due:
    """A letter whose text a step has fixed. `about`: the repair that was decided."""

    kind: LetterKind
    about: CreditRepair | None = None


@dataclass(frozen=True)
class Shown:
    """A letter as a page lists it: the edition that stands, and those in whose place it stands."""

    letter: CaseLetter
    earlier: tuple[CaseLetter, ...]


def due_in_case(case: AdministrativeCase) -> list[Due]:
    there = {
        K.FILING: True,
        K.NOTICE: case.notice_written_on is not None or case.noticed_at is not None,
        K.NOTICE_SERVICE: case.notice_served_on is not None,
        K.HEARING: case.hearing_on is not None,
        K.HEARING_SERVICE: case.hearing_served_on is not None,
        K.DECISION: case.decided_on is not None,
        K.REPAIR_NOTICE: case.decided_on is not None and case.is_adverse,
        K.DECISION_SERVICE: case.served_on is not None,
    }
    found = [Due(kind) for kind, holds in there.items() if holds]
    decided = case.repairs.filter(state__in=[RepairState.GRANTED, RepairState.REFUSED]).order_by("pk")
    found += [Due(K.REPAIR, repair) for repair in decided]
    return [*found, Due(K.ANNULMENT)] if case.annulled_on else found


def open_kinds(case: AdministrativeCase) -> list[LetterKind]:
    """Letters whose words may still change: nobody was served with them, or the hearing was put off."""
    to_be_held = case.hearing_on is not None and not case.hearing_record and case.state in HEARING
    open_now = {
        K.NOTICE: case.notice_written_on is not None and case.noticed_at is None,
        K.HEARING: to_be_held and case.hearing_served_on is None,
        K.HEARING_SERVICE: to_be_held and case.hearing_served_on is not None,
    }
    return [kind for kind, holds in open_now.items() if holds]


def due_in_self_case(case: SelfRegulatoryCase) -> list[Due]:
    """Nobody is written to about what ended before a notice."""
    there = {
        K.SELF_NOTICE: case.noticed_at is not None,
        K.SELF_OUTCOME: case.noticed_at is not None and case.decided_on is not None,
        K.SELF_REVIEW: decided_review(case) is not None,
    }
    return [Due(kind) for kind, holds in there.items() if holds]


def decided_review(case: SelfRegulatoryCase) -> SelfReview | None:
    return case.reviews.filter(state__in=REVIEWED).order_by("pk").first()


def missing_letters(case: AdministrativeCase | SelfRegulatoryCase) -> list[Due]:
    """Due, and in no edition there."""
    due = due_in_case(case) if isinstance(case, AdministrativeCase) else due_in_self_case(case)
    made = set(case.letters.values_list("kind", "repair"))
    return [one for one in due if (one.kind, one.about and one.about.pk) not in made]


def letters_of(actor: User, case: AdministrativeCase | SelfRegulatoryCase, permission: Permission) -> list[Shown]:
    """Those that reach the actor, in the order in which their steps came."""
    of = {"case" if isinstance(case, AdministrativeCase) else "self_case": case}
    rows = CaseLetter.objects.allowed(actor, permission).filter(**of).select_related("superseded_by").order_by("pk")
    return _by_edition(rows)


def _by_edition(rows: Iterable[CaseLetter]) -> list[Shown]:
    found: dict[tuple[str, int | None], list[CaseLetter]] = defaultdict(list)
    for letter in rows:
        found[letter.kind, letter.repair_id].append(letter)
    return [Shown(last, tuple(before)) for *before, last in found.values()]


def find_letter(actor: User, uuid: UUID, *, under_own_rules: bool, handles: bool) -> CaseLetter:
    """For whoever handles the case, or for whom it concerns. Raises NotAllowed, also when there is none."""
    handling = Permission.SELF_CASE_VIEW if under_own_rules else Permission.CASE_VIEW
    permission = handling if handles else Permission.CASE_ANSWER
    rows = CaseLetter.objects.allowed(actor, permission).filter(uuid=uuid, self_case__isnull=not under_own_rules)
    if (found := rows.select_related("case", "self_case").first()) is None:
        raise NotAllowed(permission=permission.value)
    return found
