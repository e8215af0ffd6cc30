"""Pages of the ratio, and of what is to come, for the walk."""

from typing import TYPE_CHECKING

from accounts.models import Institution
from courses.models import Cohort
from staffing.models import RatioProof, RatioReturn

if TYPE_CHECKING:
    from tests.e2e.pages import Tour


def cockpits(made: "Tour", own: Institution, leaves: int, officer: str, regulator: str) -> None:
    """`leaves`: the person who leaves in an experiment."""
    nobody = Institution.objects.get(name="石桥县生产力促进中心")
    tried = f"?trained=2&untrained=1&leave={leaves}&on=2200-12-31"
    made.add(officer, "staffing:ratio", own.pk)
    made.add(officer, "staffing:people", own.pk)
    made.add(officer, "staffing:people", own.pk, query="?standing=out", name="people who do not count")
    made.add(officer, "staffing:ahead", own.pk)
    made.add(officer, "staffing:ahead", own.pk, query=tried, name="looking ahead with an experiment")
    made.add(regulator, "staffing:ratio", nobody.pk, name="ratio, not applicable")
    made.add(regulator, "staffing:ahead", nobody.pk, name="looking ahead, not applicable")


def papers_of_the_ratio(made: "Tour", own: Institution, officer: str, regulator: str) -> None:
    """The return, the proof, held seats, and what a region is short of."""
    proof = RatioProof.objects.get(institution=own)
    states = {one.state: one.pk for one in RatioReturn.objects.order_by("pk")}
    open_class = Cohort.objects.filter(state="open").latest("pk")
    made.add(officer, "staffing:returns")
    made.add(officer, "staffing:return", RatioReturn.objects.filter(institution=own).latest("pk").pk)
    made.add(officer, "staffing:proofs", own.pk)
    made.add(officer, "staffing:proof", proof.reference)
    made.add(officer, "courses:seats")
    made.add(officer, "courses:reserve", open_class.pk)
    made.add(regulator, "staffing:returns_desk")
    made.add(regulator, "staffing:returns_desk", query="?region=990100", name="desk of returns of a city")
    for state, pk in sorted(states.items()):
        made.add(regulator, "staffing:return", pk, name=f"return, {state}")
    made.add(regulator, "staffing:draw_sample", proof.reference)
    made.add(regulator, "oversight:shortfall", "990000")
    made.add("", "v:by_code", proof.reference, name="verify: a proof")
