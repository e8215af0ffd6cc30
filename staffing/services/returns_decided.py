"""Returns by the authority that receives them: accepted, sent back with questions, corrected; anomalies judged.

Never by the institution's own people, and only by the body that the table of competences names that day.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction

from accounts.access import office_of, require
from accounts.models import Institution, User
from accounts.models.bodies import Matter
from accounts.permissions import Permission
from accounts.selectors.bodies import competent_body
from accounts.selectors.own import is_own
from core import audit, clock
from core.errors import DomainError, NotAllowed, WrongState
from core.workflow import advance, took_part
from staffing.models import RatioReturn, ReturnAnomaly, ReturnCheck, ReturnDecision, ReturnVersion
from staffing.rules.anomalies import Judgement
from staffing.selectors.returns import officers_of
from staffing.selectors.returns_desk import own_bodies, unjudged
from staffing.services.returns import figures_of, file_version, frozen, frozen_numbers, locked_return, require_printable
from staffing.services.returns_told import tell_officers
from staffing.workflow import FILING, RATIO_RETURN_STEPS, ReturnState

DECIDED = "staffing.return_decided"


@dataclass
class Accepted:
    """Of a list that was shown: what was accepted, and what was left out, each with the code of why."""

    accepted: list[RatioReturn] = field(default_factory=list)
    left_out: list[tuple[RatioReturn, str]] = field(default_factory=list)


@transaction.atomic
def accept_return(*, actor: User, ratio_return: RatioReturn, version: int) -> RatioReturn:
    """`version`: the one that was read. Raises `version_moved`, `anomalies_unjudged`, `own_institution`,
    `nobody_competent`, `other_body_competent`, `same_person_twice`, WrongState."""
    seen = _read(actor, ratio_return, version)
    if unjudged(seen):
        raise DomainError("anomalies_unjudged")
    return _decide(actor, ratio_return, seen, "accept")


def accept_returns(*, actor: User, listed: Collection[tuple[RatioReturn, int]]) -> Accepted:
    """All clean ones of a list in one confirmed step, each by itself with its own line in the trail.

    What changed since the list was shown (another version, an anomaly, a figure that moved, a decision) is left out and
    said; nothing else is held up by it.
    """
    done = Accepted()
    for found, version in listed:
        try:
            with transaction.atomic():
                _require_same_figure(actor, found, version)
                done.accepted.append(accept_return(actor=actor, ratio_return=found, version=version))
        except DomainError as refusal:
            done.left_out.append((found, refusal.code))
    return done


@transaction.atomic
def send_back_return(*, actor: User, ratio_return: RatioReturn, version: int, questions: str) -> RatioReturn:
    """With questions; the institution files again, and both versions stay. Raises `reason_missing`, …"""
    seen = _read(actor, ratio_return, version)
    if not questions.strip():
        raise DomainError("reason_missing")
    return _decide(actor, ratio_return, seen, "return", questions)


@transaction.atomic
def correct_return(
    *, actor: User, ratio_return: RatioReturn, version: int, name: str, post: str, reason: str
) -> ReturnVersion:
    """The authority puts the figure right as it is known now: a version of its own, with its reason and receipt.

    Raises `nothing_to_correct`, `reason_missing`, `attester_missing`, `glyphs_missing`, …
    """
    seen = _read(actor, ratio_return, version)
    if not reason.strip():
        raise DomainError("reason_missing")
    if not name.strip() or not post.strip():
        raise DomainError("attester_missing")
    require_printable(name, post, reason)
    answer = figures_of(ratio_return)
    if frozen_numbers(answer) == seen.numbers:
        raise DomainError("nothing_to_correct")
    taken = _decide(actor, ratio_return, seen, "correct", reason, filed_turn=seen.turn + 1)
    check = ReturnCheck.objects.create(ratio_return=taken, checked_by=actor, **frozen(answer))
    office = office_of(actor, Permission.RETURN_DECIDE)
    return file_version(
        taken, check, actor=actor, name=name, post=post, office=office, reason=reason, by_authority=True
    )


@transaction.atomic
def judge_anomaly(*, actor: User, anomaly: ReturnAnomaly, judgement: str, because: str) -> ReturnAnomaly:
    """A person's word about a question that was answered; no figure and no state follows from it.

    Raises `reason_missing`, `same_person_twice`, WrongState (not of the version that waits for a decision), …
    """
    require(actor, Permission.RETURN_DECIDE, anomaly)
    found = locked_return(anomaly.check_of.ratio_return)
    require_may_decide(actor, found)
    if judgement not in Judgement.values or not because.strip():
        raise DomainError("reason_missing")
    standing = found.versions.order_by("-turn").first()
    if standing is None or standing.check_of_id != anomaly.check_of_id or found.state != ReturnState.FILED:
        raise WrongState(step="judge", state=found.state)
    anomaly.judgement, anomaly.judged_because = judgement, because.strip()
    anomaly.judged_at, anomaly.judged_by = clock.now(), actor
    anomaly.save(update_fields=["judgement", "judged_because", "judged_at", "judged_by"])
    audit.record(
        actor,
        "staffing.return_anomaly_judged",
        found,
        reason=because.strip(),
        kind=anomaly.kind,
        judgement=judgement,
    )
    return anomaly


def _read(actor: User, ratio_return: RatioReturn, version: int) -> ReturnVersion:
    """The version that was read, if it is still the last one and the actor may decide on it."""
    require(actor, Permission.RETURN_DECIDE, ratio_return)
    found = locked_return(ratio_return)
    require_may_decide(actor, found)
    standing = found.versions.order_by("-turn").first()
    if standing is None or standing.pk != version:
        raise DomainError("version_moved")
    return standing


def require_may_decide(actor: User, found: RatioReturn) -> None:
    """Nobody on the own legal person, nobody who had a hand in it, and only the body that receives it."""
    institution = Institution.objects.select_related("region").get(pk=found.institution_id)
    if is_own(actor, institution):
        raise NotAllowed("own_institution")
    if took_part(found, FILING, actor):
        raise NotAllowed("same_person_twice")
    body = competent_body(Matter.RECEIVE_RETURNS, institution.region, clock.today())
    if body is None:
        raise DomainError("nobody_competent")
    if body.pk not in own_bodies(actor):
        raise DomainError("other_body_competent", body=body.name)


def _require_same_figure(actor: User, found: RatioReturn, version: int) -> None:
    seen = _read(actor, found, version)
    if frozen_numbers(figures_of(found)) != seen.numbers:
        raise DomainError("figures_moved")


def _decide(
    actor: User, ratio_return: RatioReturn, seen: ReturnVersion, step: str, reason: str = "", **changes: int
) -> RatioReturn:
    taken = advance(
        ratio_return,
        step,
        RATIO_RETURN_STEPS,
        actor=actor,
        reason=reason.strip(),
        changes=changes,
        institution=ratio_return.institution_id,
        version=seen.turn,
    )
    decision = ReturnDecision.objects.create(
        version=seen,
        step=step,
        reason=reason.strip(),
        office=office_of(actor, Permission.RETURN_DECIDE),
        decided_by=actor,
        decided_at=clock.now(),
    )
    place = ratio_return.institution_id
    tell_officers(DECIDED, decision.pk, officers_of([place])[place])
    return taken
