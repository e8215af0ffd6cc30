"""The two state tables: every listed step goes through, every other one is refused."""

import pytest

from core.errors import WrongState
from core.workflow import advance
from courses.workflow import COHORT_STEPS, ENROLMENT_STEPS, CohortState, EnrolmentState
from tests.builders import base_manager
from tests.courses.builders import make_cohort, make_enrolment

pytestmark = pytest.mark.django_db


def cases(steps, states, *, listed):
    return [(name, str(state)) for name, step in steps.items() for state in states if (state in step.sources) is listed]


@pytest.mark.parametrize(("name", "state"), cases(COHORT_STEPS, CohortState, listed=True))
def test_cohort_step_leads_to_its_target(name, state):
    cohort = make_cohort(state=state)

    advanced = advance(cohort, name, COHORT_STEPS, actor=base_manager(cohort.base))

    assert advanced.state == COHORT_STEPS[name].target


@pytest.mark.parametrize(("name", "state"), cases(COHORT_STEPS, CohortState, listed=False))
def test_cohort_step_from_elsewhere_is_refused(name, state):
    cohort = make_cohort(state=state)

    with pytest.raises(WrongState):
        advance(cohort, name, COHORT_STEPS, actor=base_manager(cohort.base))

    cohort.refresh_from_db()
    assert cohort.state == state


@pytest.mark.parametrize(("name", "state"), cases(ENROLMENT_STEPS, EnrolmentState, listed=True))
def test_enrolment_step_leads_to_its_target(name, state):
    enrolment = make_enrolment(make_cohort(), state=state)

    advanced = advance(enrolment, name, ENROLMENT_STEPS, actor=base_manager(enrolment.cohort.base))

    assert advanced.state == ENROLMENT_STEPS[name].target


@pytest.mark.parametrize(("name", "state"), cases(ENROLMENT_STEPS, EnrolmentState, listed=False))
def test_enrolment_step_from_elsewhere_is_refused(name, state):
    enrolment = make_enrolment(make_cohort(), state=state)

    with pytest.raises(WrongState):
        advance(enrolment, name, ENROLMENT_STEPS, actor=base_manager(enrolment.cohort.base))

    enrolment.refresh_from_db()
    assert enrolment.state == state
