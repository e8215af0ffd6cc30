"""The demo shows a designation in every state, and the story's three bases stand where it says."""

import pytest
from django.core.management import call_command

from accounts.models import Designation, Region
from accounts.models.bodies import Matter
from accounts.selectors.bodies import competent_body
from accounts.selectors.designations import period_end
from accounts.workflow import DesignationState
from core import clock
from core.calendar import working_days_between


def standing(base: str) -> list[tuple[str, str]]:
    rows = Designation.objects.filter(base__name=base, kind="provincial_base")
    return [(row.state, str(row.valid_to or "")) for row in rows]


@pytest.mark.django_db
def test_demo_holds_every_state_and_the_storys_bases():
    call_command("load_demo", verbosity=0)

    assert set(Designation.objects.values_list("state", flat=True)) == set(DesignationState)
    assert standing("岚江大学培训基地") == [("designated", "")]
    assert [state for state, _end in standing("岚州企业学院基地")] == ["exited"]
    rectified = Designation.objects.get(base__name="望海海洋产业培训基地", state="rectification")
    assert working_days_between(clock.today(), period_end(rectified).day) == 9
    wanghai = Region.objects.get(code="990200")
    bodies = {matter: competent_body(matter, wanghai, clock.today()) for matter in Matter}
    assert (bodies[Matter.RECEIVE_RETURNS].code, bodies[Matter.BASES].code) == ("WANGHAI", "LANJIANG")
