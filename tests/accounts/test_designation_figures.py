"""What a designation counts for: the ratio's duty, the public lists, entries and exits by year."""

import itertools
from datetime import date

import pytest

from accounts.models import Designation
from accounts.selectors import system_user
from accounts.selectors.designations import in_force, in_publicity, years
from accounts.services import (
    apply_for_designation,
    designate,
    grant_designation,
    leave_designation,
    publicise_designation,
    review_designation,
)
from core import clock
from staffing.selectors import institution_ratio
from tests.accounts.designating import DAY, after, published, standing
from tests.builders import make_base, make_institution, officer

pytestmark = pytest.mark.django_db


def test_pilot_on_its_way_does_not_bind_and_a_revoked_one_bound_until_its_end(deciders):
    institution = make_institution(code="990100")
    on_its_way = apply_for_designation(
        actor=officer(institution), subject=institution, kind="pilot_university", statement="x"
    )
    assert not institution_ratio(institution).binding

    first, second = deciders
    made = review_designation(actor=first, designation=on_its_way)
    made = publicise_designation(actor=first, designation=made, document="1号")
    assert not institution_ratio(institution).binding
    with clock.travel(after(made)):
        begun = clock.today()
        made = grant_designation(actor=second, designation=made, document="2号", valid_from=begun)
        assert institution_ratio(institution).binding
        with clock.travel(30 * DAY):
            leave_designation(actor=officer(institution), designation=made, note="x")
            ended = clock.today()
            assert not institution_ratio(institution).binding
            assert institution_ratio(institution, as_of=ended - DAY).binding


def test_public_lists_show_what_is_in_force_and_what_is_in_publicity(base, deciders):
    waiting = published(base, deciders[0])
    other = make_base(area="980000")
    held = designate(
        actor=system_user(), subject=other, kind="provincial_base", document="1号", valid_from=date(2026, 1, 1)
    )
    for state in ("applied", "refused", "withdrawn", "revoked"):
        standing(make_base(), state)

    assert list(in_force(clock.today())) == [held]
    assert list(in_publicity()) == [waiting]


def test_entries_and_exits_stand_in_their_years():
    def entry(kind: str, begun: int, ended: int | None = None, state: str = "designated") -> None:
        Designation.objects.create(
            base=make_base(),
            kind=kind,
            state=state,
            valid_from=date(begun, 3, 1),
            valid_to=date(ended, 3, 1) if ended else None,
        )

    entry("provincial_base", 2023)
    entry("provincial_base", 2023, 2025, "revoked")
    entry("provincial_base", 2024, 2025, "exited")
    entry("national_base", 2024, 2025)
    standing(make_base(), "applied")

    found = {one.year: one for one in years(today=date(2026, 5, 1))}

    def figures(year: int, kind: str) -> tuple[int, ...]:
        line = next(line for line in found[year].lines if line.kind == kind)
        return (line.granted, line.revoked, line.exited, line.expired, line.in_force)

    assert list(found) == [2026, 2025, 2024, 2023]
    assert [figures(year, "provincial_base") for year in (2023, 2024, 2025, 2026)] == [
        (2, 0, 0, 0, 2),
        (1, 0, 0, 0, 3),
        (0, 1, 1, 0, 1),
        (0, 0, 0, 0, 1),
    ]
    assert figures(2025, "national_base") == (0, 0, 0, 1, 0)
    assert (found[2025].total.ended, found[2025].total.in_force) == (3, 1)


def test_years_balance():
    """In force at the end = in force a year before + granted - ended."""
    for begun, ended, state in ((2022, 2024, "revoked"), (2022, None, "designated"), (2023, 2026, "exited")):
        Designation.objects.create(
            base=make_base(),
            kind="provincial_base",
            state=state,
            valid_from=date(begun, 1, 1),
            valid_to=date(ended, 1, 1) if ended else None,
        )

    lines = [one.total for one in reversed(years(today=date(2026, 5, 1)))]

    for before, now in itertools.pairwise(lines):
        assert now.in_force == before.in_force + now.granted - now.ended
