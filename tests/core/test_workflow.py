"""The engine behind every state, tried with a table of the test's own on enrolments."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.permissions import Permission
from core import audit
from core.errors import NotAllowed, WrongState
from core.models import AuditEntry
from core.workflow import Step, advance, open_steps, steps_for
from courses.models import Enrolment
from tests.builders import base_manager, make_base, regulator
from tests.courses.builders import make_cohort, make_enrolment

STEPS = {
    "propose": Step(frozenset({"applied", "waitlisted"}), "admitted", Permission.ENROLMENT_ADMIT),
    "decide": Step(frozenset({"admitted"}), "completed", Permission.ENROLMENT_ADMIT, apart_from=frozenset({"propose"})),
    "withdraw": Step(frozenset({"applied", "admitted"}), "withdrawn", Permission.ENROLMENT_WITHDRAW),
}


@pytest.fixture
def cohort(db):
    return make_cohort()


@pytest.fixture
def manager(cohort):
    return base_manager(cohort.base)


@pytest.fixture
def enrolment(cohort):
    return make_enrolment(cohort, state="applied")


def entries(enrolment: Enrolment) -> list[AuditEntry]:
    return list(audit.entries_about(enrolment))


def test_advance_saves_the_new_state(enrolment, manager):
    answer = advance(enrolment, "propose", STEPS, actor=manager)

    assert answer.pk == enrolment.pk
    assert answer.state == "admitted"
    assert Enrolment.objects.get(pk=enrolment.pk).state == "admitted"


def test_advance_leaves_the_callers_object_alone_and_reads_afresh(enrolment, manager):
    stale = Enrolment.objects.get(pk=enrolment.pk)
    stale.state = "completed"

    answer = advance(stale, "propose", STEPS, actor=manager)

    assert (stale.state, answer.state) == ("completed", "admitted")


def test_advance_writes_one_line_with_everything(enrolment, manager):
    advance(enrolment, "propose", STEPS, actor=manager, reason="Original seen", seat=3)

    (line,) = entries(enrolment)
    assert (line.actor, line.verb, line.reason) == (manager, "courses.enrolment.propose", "Original seen")
    assert (line.subject_type, line.subject_id) == ("courses.enrolment", str(enrolment.pk))
    assert line.facts == {"before": "applied", "after": "admitted", "seat": 3}


def test_advance_saves_no_other_field(enrolment, manager):
    other = base_manager(make_base())
    enrolment.applicant = other

    advance(enrolment, "propose", STEPS, actor=manager)

    assert Enrolment.objects.get(pk=enrolment.pk).applicant_id != other.pk


@pytest.mark.parametrize("state", ["admitted", "refused", "withdrawn", "completed"])
def test_advance_from_a_wrong_state_is_refused_with_the_facts(state, cohort, manager):
    enrolment = make_enrolment(cohort, state=state)

    with pytest.raises(WrongState) as refusal:
        advance(enrolment, "propose", STEPS, actor=manager)

    assert (refusal.value.code, refusal.value.facts) == ("wrong_state", {"step": "propose", "state": state})
    assert Enrolment.objects.get(pk=enrolment.pk).state == state
    assert entries(enrolment) == []


def test_advance_out_of_reach_is_not_allowed(enrolment):
    stranger = base_manager(make_base())

    with pytest.raises(NotAllowed) as refusal:
        advance(enrolment, "propose", STEPS, actor=stranger)

    assert refusal.value.facts == {"permission": "enrolment_admit"}
    assert Enrolment.objects.get(pk=enrolment.pk).state == "applied"
    assert entries(enrolment) == []


def test_advance_out_of_reach_says_nothing_of_the_state(cohort):
    """Who may not reach the record learns the same whatever state it is in."""
    stranger = base_manager(make_base())
    refusals = set()
    for state in ("applied", "completed"):
        with pytest.raises(NotAllowed) as refusal:
            advance(make_enrolment(cohort, state=state), "propose", STEPS, actor=stranger)
        refusals.add(str(refusal.value))

    assert len(refusals) == 1


def test_advance_with_a_hat_that_lacks_the_permission_is_not_allowed(enrolment):
    with pytest.raises(NotAllowed):
        advance(enrolment, "propose", STEPS, actor=regulator("990000"))


def test_advance_of_ones_own_record(enrolment):
    answer = advance(enrolment, "withdraw", STEPS, actor=enrolment.applicant)

    assert answer.state == "withdrawn"


def test_advance_of_a_removed_record_is_not_allowed(enrolment, manager):
    pk = enrolment.pk
    enrolment.delete()
    enrolment.pk = pk

    with pytest.raises(NotAllowed):
        advance(enrolment, "propose", STEPS, actor=manager)


def test_unknown_step_is_a_mistake_of_the_caller(enrolment, manager):
    with pytest.raises(KeyError):
        advance(enrolment, "promote", STEPS, actor=manager)


# --- two persons ----------------------------------------------------------------------------------------------------
def test_second_step_by_the_same_person_is_refused(enrolment, manager):
    advance(enrolment, "propose", STEPS, actor=manager)

    with pytest.raises(NotAllowed) as refusal:
        advance(enrolment, "decide", STEPS, actor=manager)

    assert (refusal.value.code, refusal.value.facts) == ("same_person_twice", {"steps": ["propose"]})
    assert Enrolment.objects.get(pk=enrolment.pk).state == "admitted"


def test_second_step_by_another_person_goes_through(enrolment, manager, cohort):
    advance(enrolment, "propose", STEPS, actor=manager)

    answer = advance(enrolment, "decide", STEPS, actor=base_manager(cohort.base))

    assert answer.state == "completed"


def test_second_step_counts_only_what_was_done_to_the_same_record(enrolment, manager, cohort):
    advance(make_enrolment(cohort, state="applied"), "propose", STEPS, actor=manager)
    advance(enrolment, "propose", STEPS, actor=base_manager(cohort.base))

    assert advance(enrolment, "decide", STEPS, actor=manager).state == "completed"


def test_without_apart_from_one_person_may_do_both(enrolment, manager):
    """The guard's twin: the same steps, the rule left out."""
    careless = STEPS | {"decide": Step(frozenset({"admitted"}), "completed", Permission.ENROLMENT_ADMIT)}
    advance(enrolment, "propose", careless, actor=manager)

    assert advance(enrolment, "decide", careless, actor=manager).state == "completed"


# --- what buttons read ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "expected"),
    [("applied", ["propose", "withdraw"]), ("admitted", ["decide", "withdraw"]), ("completed", [])],
)
def test_open_steps_are_those_that_leave_from_the_state(state, expected):
    assert open_steps(Enrolment(state=state), STEPS) == expected


def test_steps_for_somebody_leave_out_what_must_be_kept_apart(enrolment, manager, cohort):
    proposed = advance(enrolment, "propose", STEPS, actor=manager)

    assert steps_for(manager, proposed, STEPS) == ["withdraw"]
    assert steps_for(base_manager(cohort.base), proposed, STEPS) == ["decide", "withdraw"]


# --- all or nothing, one at a time ----------------------------------------------------------------------------------
def test_state_and_line_are_taken_back_together(enrolment, manager):
    with transaction.atomic():
        advance(enrolment, "propose", STEPS, actor=manager)
        # What an error in the rest of the service does.
        transaction.set_rollback(True)

    assert Enrolment.objects.get(pk=enrolment.pk).state == "applied"
    assert entries(enrolment) == []


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite locks the whole database at BEGIN")
def test_advance_locks_the_row_and_no_other_table(enrolment, manager):
    with CaptureQueriesContext(connection) as queries:
        advance(enrolment, "propose", STEPS, actor=manager)

    locking = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]
    assert len(locking) == 1
    assert locking[0].endswith('FOR UPDATE OF "courses_enrolment"')


@pytest.mark.django_db(transaction=True)
def test_two_hands_at_once_take_one_step():
    cohort = make_cohort()
    manager = base_manager(cohort.base)
    enrolment = make_enrolment(cohort, state="applied")
    together, outcomes = threading.Barrier(2), []

    def take() -> None:
        together.wait()
        try:
            advance(Enrolment.objects.get(pk=enrolment.pk), "propose", STEPS, actor=User.objects.get(pk=manager.pk))
            outcomes.append("taken")
        except WrongState:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["taken", "too late"]
    assert len(entries(enrolment)) == 1
