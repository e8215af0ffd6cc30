"""Designations for tests: who is competent, and one of each state."""

from datetime import date, timedelta

from accounts.models import AdminBody, Competence, Designation, TrainingBase, User
from accounts.models.bodies import Matter
from accounts.selectors.designations import period_end
from accounts.services import (
    apply_for_designation,
    grant_designation,
    publicise_designation,
    review_designation,
)
from core import clock
from tests.builders import base_manager, region, regulator

DAY = timedelta(days=1)


def body(code: str = "990000") -> AdminBody:
    return regulator(code).valid_memberships()[0].admin_body


def competent(code: str = "990000", where: AdminBody | None = None, *matters: str) -> None:
    for matter in matters or tuple(Matter):
        Competence.objects.create(
            matter=matter,
            region=region(code),
            body=where or body(code),
            valid_from=date(2020, 1, 1),
            document="x",
            recorded_at=clock.now(),
        )


def asked(base: TrainingBase, actor: User | None = None) -> Designation:
    return apply_for_designation(
        actor=actor or base_manager(base), subject=base, kind="provincial_base", statement="条件具备"
    )


def published(base: TrainingBase, first: User) -> Designation:
    made = review_designation(actor=first, designation=asked(base))
    return publicise_designation(actor=first, designation=made, document="公示〔2026〕1号")


def after(designation: Designation, extra: int = 1) -> timedelta:
    return period_end(designation).day + extra * DAY - clock.today()


def granted(base: TrainingBase, deciders: tuple[User, User]) -> Designation:
    first, second = deciders
    made = published(base, first)
    with clock.travel(after(made)):
        return grant_designation(
            actor=second, designation=made, document="认定〔2026〕2号", valid_from=clock.today(), valid_to=None
        )


def standing(base: TrainingBase, state: str) -> Designation:
    """In this state since long ago."""
    day = date(2026, 1, 5)
    has_dates = state in ("designated", "rectification", "suspended", "revoked", "exited")
    runs = state in ("publicity", "rectification")
    return Designation.objects.create(
        base=base,
        kind="provincial_base",
        state=state,
        valid_from=day if has_dates else None,
        valid_to=day + 30 * DAY if state in ("revoked", "exited") else None,
        period_from=day if runs else None,
        period_days=7 if runs else None,
    )
