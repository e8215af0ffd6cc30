"""Pages of the ratio, and of what is to come, for the walk."""

from typing import TYPE_CHECKING

from accounts.models import Institution

if TYPE_CHECKING:
    from tests.e2e.pages import Tour


def cockpits(made: "Tour", own: Institution, leaves: int, officer: str, regulator: str) -> None:
    """`leaves`: the person who leaves in an experiment."""
    nobody = Institution.objects.get(name="石桥县生产力促进中心")
    tried = f"?trained=2&untrained=1&leave={leaves}&on=2200-12-31"
    made.add(officer, "staffing:ratio", own.pk)
    made.add(officer, "staffing:ahead", own.pk)
    made.add(officer, "staffing:ahead", own.pk, query=tried, name="looking ahead with an experiment")
    made.add(regulator, "staffing:ratio", nobody.pk, name="ratio, not applicable")
    made.add(regulator, "staffing:ahead", nobody.pk, name="looking ahead, not applicable")
