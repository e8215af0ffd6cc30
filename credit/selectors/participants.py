"""Who can take part in a round: the places and people of its region, and those who may score there."""

from typing import Any

from accounts.models import Designation, Institution, Membership, Person, TrainingBase, User
from accounts.models.bodies import holding_on
from accounts.permissions import Permission, Role
from accounts.selectors import identified_as
from accounts.selectors.hats import shown_name
from core import clock
from core.text import name_key
from credit.models import EvaluationRound, EvaluationScheme

Subject = Institution | TrainingBase | Person
Kind, By = EvaluationScheme.SubjectKind, EvaluationScheme.ScoredBy
SCORERS: dict[str, frozenset[str]] = {
    By.AUTHORITY: frozenset({Role.REGULATOR}),
    By.THIRD_PARTY: frozenset({Role.EVALUATOR}),
    By.BOTH: frozenset({Role.REGULATOR, Role.EVALUATOR}),
}


def scoring_roles(evaluation_round: EvaluationRound) -> frozenset[str]:
    """By what the scheme says. From outside nobody sees persons."""
    roles = SCORERS[evaluation_round.scheme.scored_by]
    return roles - {Role.EVALUATOR} if evaluation_round.is_of_persons else roles


def scoring_hat(user: User, evaluation_round: EvaluationRound) -> Membership | None:
    """By which hat somebody could score."""
    roles = scoring_roles(evaluation_round)
    fitting = (hat for hat in user.valid_memberships() if hat.role in roles and _holds(hat, evaluation_round))
    return next(fitting, None)


def possible_evaluators(evaluation_round: EvaluationRound) -> dict[int, tuple[User, str]]:
    """{id: (login, name and office)} of those who could be assigned and are not, by office and name."""
    assigned = evaluation_round.evaluators.values("user")
    hats = Membership.objects.running(clock.today()).filter(
        role__in=scoring_roles(evaluation_round), admin_body__isnull=False
    )  # fmt: skip
    rows = hats.exclude(user__in=assigned).select_related("user__person", "admin_body").order_by("admin_body", "pk")
    fitting = [hat for hat in rows if _holds(hat, evaluation_round)]
    return {hat.user_id: (hat.user, f"{shown_name(hat.user)} · {hat.place}") for hat in fitting}


def subjects_named(actor: User, evaluation_round: EvaluationRound, lines: list[str]) -> tuple[list[Subject], list[str]]:
    """Those named by code or by full name, and the lines that name nobody or more than one in the actor's reach."""
    found: list[Subject] = []
    unknown: list[str] = []
    for line in dict.fromkeys(line.strip() for line in lines if line.strip()):
        rows = list(_named(actor, evaluation_round.scheme.subject_kind, line)[:2])
        if len(rows) == 1:
            found.append(rows[0])
        else:
            unknown.append(line)
    return found, unknown


def designated_in(actor: User, evaluation_round: EvaluationRound) -> list[Subject]:
    """All of the kind that hold a designation on the last day that is looked at."""
    held = Designation.objects.filter(holding_on(evaluation_round.period_to))
    inside = {"region__path__startswith": evaluation_round.region.path}
    if evaluation_round.scheme.subject_kind == Kind.BASE:
        bases = TrainingBase.objects.allowed(actor, Permission.BASE_VIEW)
        return list(bases.filter(pk__in=held.filter(base__isnull=False).values("base"), **inside).order_by("pk"))
    places = Institution.objects.allowed(actor, Permission.INSTITUTION_VIEW)
    named = held.filter(institution__isnull=False).values("institution")
    return list(places.filter(pk__in=named, **inside).order_by("pk"))


def _named(actor: User, kind: str, line: str) -> Any:
    if kind == Kind.BASE:
        rows = TrainingBase.objects.allowed(actor, Permission.BASE_VIEW)
        return (rows.filter(code=line) | rows.filter(name=line)).order_by("pk")
    if kind == Kind.INSTITUTION:
        places = Institution.objects.allowed(actor, Permission.INSTITUTION_VIEW)
        return (places.filter(identified_as(line)) | places.filter(name=line)).order_by("pk")
    people = Person.objects.allowed(actor, Permission.PERSON_VIEW)
    return people.filter(name_key=name_key(line), merged_into__isnull=True).distinct().order_by("pk")


def _holds(hat: Membership, evaluation_round: EvaluationRound) -> bool:
    body = hat.admin_body
    return body is not None and evaluation_round.region.path.startswith(body.jurisdiction)
