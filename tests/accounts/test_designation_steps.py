"""The table of states of designations, step by step and state by state."""

import pytest

from accounts.services import (
    grant_designation,
    leave_designation,
    publicise_designation,
    rectify_designation,
    refuse_designation,
    restore_designation,
    resume_designation,
    review_designation,
    revoke_designation,
    suspend_designation,
    withdraw_designation,
)
from accounts.workflow import DESIGNATION_STEPS, DesignationState
from core import clock
from core.errors import DomainError, NotAllowed
from tests.accounts.designating import competent, standing
from tests.builders import base_manager, regulator

pytestmark = pytest.mark.django_db
STEPS = {
    "review": lambda a, d: review_designation(actor=a, designation=d),
    "publicise": lambda a, d: publicise_designation(actor=a, designation=d, document="x"),
    "designate": lambda a, d: grant_designation(actor=a, designation=d, document="x", valid_from=clock.today()),
    "refuse": lambda a, d: refuse_designation(actor=a, designation=d, note="x"),
    "withdraw": lambda a, d: withdraw_designation(actor=a, designation=d),
    "suspend": lambda a, d: suspend_designation(actor=a, designation=d, document="x", note="x"),
    "resume": lambda a, d: resume_designation(actor=a, designation=d, document="x"),
    "rectify": lambda a, d: rectify_designation(actor=a, designation=d, document="x", working_days=5, note="x"),
    "restore": lambda a, d: restore_designation(actor=a, designation=d, document="x"),
    "revoke": lambda a, d: revoke_designation(actor=a, designation=d, document="x", note="x"),
    "leave": lambda a, d: leave_designation(actor=a, designation=d, note="x"),
}


# Written down a second time, from facts h and the plan: whoever changes the table has to change it here too.
#   step: (from, to, by the holder itself)
MEANT = {
    "review": ({"applied"}, "reviewing", False),
    "publicise": ({"reviewing"}, "publicity", False),
    "designate": ({"publicity"}, "designated", False),
    "refuse": ({"applied", "reviewing", "publicity"}, "refused", False),
    "withdraw": ({"applied", "reviewing", "publicity"}, "withdrawn", True),
    "suspend": ({"designated"}, "suspended", False),
    "resume": ({"suspended"}, "designated", False),
    "rectify": ({"designated"}, "rectification", False),
    "restore": ({"rectification"}, "designated", False),
    "revoke": ({"rectification"}, "revoked", False),
    "leave": ({"designated", "rectification", "suspended"}, "exited", True),
}


def test_table_has_no_step_but_those_that_are_meant():
    assert DESIGNATION_STEPS.keys() == MEANT.keys() == STEPS.keys()


@pytest.mark.parametrize("state", DesignationState.values)
@pytest.mark.parametrize("name", MEANT)
def test_step_leaves_from_the_states_of_its_line_alone(name, state, base):
    competent()
    made, (sources, target, by_holder) = standing(base, state), MEANT[name]
    holder, authority = base_manager(base), regulator()
    actor, wrong = (holder, authority) if by_holder else (authority, holder)

    with pytest.raises(NotAllowed):
        STEPS[name](wrong, made)
    if state in sources:
        assert STEPS[name](actor, made).state == target
    else:
        with pytest.raises(DomainError) as refusal:
            STEPS[name](actor, made)
        # What never began has no end either: that is found before the state is looked at.
        assert refusal.value.code in {"wrong_state", *(["ends_before_start"] if name in ("revoke", "leave") else [])}
        made.refresh_from_db()
        assert made.state == state
