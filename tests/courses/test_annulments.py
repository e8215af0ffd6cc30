"""Annulling a training record: notice, answer or time for one, somebody else decides; what the database itself
refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import Person
from accounts.selectors import system_user
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, CalendarYear, OutboxEvent
from courses import tasks
from courses.models import AnnulmentCase, TrainingRecord, TrainingRecordAnnulment
from courses.services import (
    Decision,
    PaperAnswer,
    answer_annulment,
    decide_annulment,
    forget_annulment_words,
    notice_annulment,
    record_annulment_answer,
)
from courses.services.annulments import close_periods
from courses.workflow import ANNULMENT_STEPS
from tests.accounts.hearings import BREAKING, broken, closed
from tests.builders import (
    base_manager,
    join_records,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)
from tests.courses.annulling import annul, make_annulment, make_case, notice
from tests.courses.builders import make_record

pytestmark = pytest.mark.django_db
LATER = timedelta(days=40)
WHY = Decision("当事人无异议", "考试由他人代考")


@pytest.fixture
def base():
    return make_base()


@pytest.fixture
def one(base):
    return base_manager(base)


@pytest.fixture
def two(base):
    return base_manager(base)


@pytest.fixture
def person():
    return make_person("周涛", user=make_user())


@pytest.fixture
def record(person, base):
    return make_record(person, base=base, title="初级培训")


@pytest.fixture
def case(one, record):
    return notice_annulment(actor=one, record=record, notice=notice())


def paper(**fields):
    return PaperAnswer(**{"answer": "没有代考", "came": "post", "came_on": clock.today(), **fields})


def counts(record):
    return record in TrainingRecord.objects.standing_facts()


# --- the way of a case ----------------------------------------------------------------------------------------------
def test_notice_changes_nothing_and_gives_ten_working_days(case, record):
    assert (case.state, case.answer_days, counts(record)) == ("noticed", 10, True)
    assert case.answer_until >= case.served_on + timedelta(days=12)


def test_answered_case_is_annulled_by_somebody_else(case, record, person, two):
    answer_annulment(actor=person.user, case=case, answer="没有异议")

    decided = decide_annulment(actor=two, case=case, step="annul", decision=WHY)

    fact = TrainingRecordAnnulment.objects.get()
    assert (decided.state, decided.decided_by, counts(record)) == ("annulled", two, False)
    assert (fact.record, fact.case, fact.reason, fact.annulled_on) == (record, case, WHY.reason, clock.today())
    assert OutboxEvent.objects.filter(kind="courses.training_record_annulled", key=str(record.pk)).exists()


def test_whoever_gave_the_notice_does_not_annul_and_may_drop(case, record, person, one):
    answer_annulment(actor=person.user, case=case, answer="没有异议")
    with pytest.raises(NotAllowed, match="same_person_twice"):
        decide_annulment(actor=one, case=case, step="annul", decision=WHY)

    dropped = decide_annulment(actor=one, case=case, step="drop", decision=WHY)

    assert (dropped.state, counts(record), TrainingRecordAnnulment.objects.count()) == ("dropped", True, 0)


def test_nobody_annuls_while_there_is_time_to_answer(case, record, two):
    with clock.travel(case.answer_until - clock.today()), pytest.raises(DomainError, match="still_time_to_answer"):
        decide_annulment(actor=two, case=case, step="annul", decision=WHY)
    assert counts(record)

    with clock.travel(case.answer_until - clock.today() + timedelta(days=1)):
        decided = decide_annulment(actor=two, case=case, step="annul", decision=Decision("", "逾期未申辩"))
    assert (decided.state, counts(record)) == ("annulled", False)


def test_nothing_lapses_on_a_provisional_day(case, record, two):
    AnnulmentCase.objects.filter(pk=case.pk).update(is_provisional=True)
    CalendarYear.objects.all().delete()

    with clock.travel(LATER):
        assert close_periods(actor=system_user()) == 0
        with pytest.raises(DomainError, match="still_time_to_answer"):
            decide_annulment(actor=two, case=case, step="annul", decision=WHY)
    assert counts(record)


def test_provisional_day_is_counted_anew_once_the_calendar_is_there(case):
    AnnulmentCase.objects.filter(pk=case.pk).update(is_provisional=True)

    close_periods(actor=system_user())

    case.refresh_from_db()
    assert (case.state, case.is_provisional) == ("noticed", False)
    assert AuditEntry.objects.filter(verb="courses.annulment_day_settled").count() == 1


def test_daily_round_lets_the_time_pass_once_and_a_late_answer_still_counts(case, person):
    with clock.travel(LATER):
        tasks.every_day()
        assert close_periods(actor=system_user()) == 0
        case.refresh_from_db()
        assert case.state == "lapsed"
        assert answer_annulment(actor=person.user, case=case, answer="迟到的申辩").state == "answered"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"said": "  "}, "said_missing"),
        ({"served_how": "shouted"}, "served_how_unknown"),
        ({"served_on": clock.today() + timedelta(days=1)}, "served_in_future"),
        ({"served_on": clock.today() - timedelta(days=1)}, "served_before_record"),
    ],
)
def test_faulty_notice_is_refused(one, record, fields, code):
    with pytest.raises(DomainError, match=code):
        notice_annulment(actor=one, record=record, notice=notice(**fields))
    assert AnnulmentCase.objects.count() == 0


def test_one_case_runs_at_a_time_also_across_wordings(case, one, record, person, base):
    corrected = make_record(person, base=base, title="初级培训", replaces=record)

    for wording, code in ((record, "replaced"), (corrected, "annulment_runs")):
        with pytest.raises(DomainError, match=code):
            notice_annulment(actor=one, record=wording, notice=notice())


def test_annulled_record_gets_no_second_notice(one, record):
    make_annulment(record)

    with pytest.raises(DomainError, match="annulled_already"):
        notice_annulment(actor=one, record=record, notice=notice())


def test_every_wording_is_annulled_also_one_that_came_while_the_case_ran(one, two, record, person, base):
    begun = notice_annulment(actor=one, record=record, notice=notice())
    later = make_record(person, base=base, title="初级培训", replaces=record)
    answer_annulment(actor=person.user, case=begun, answer="没有异议")

    decide_annulment(actor=two, case=begun, step="annul", decision=WHY)

    annulled = TrainingRecordAnnulment.objects.order_by("record").values_list("record", "case")
    assert list(annulled) == [(record.pk, begun.pk), (later.pk, begun.pk)]
    assert OutboxEvent.objects.get(kind="courses.training_record_annulled").key == str(later.pk)


def test_decision_says_why_and_weighs_the_answer(case, person, two):
    answer_annulment(actor=person.user, case=case, answer="没有代考")
    for decision, code in ((Decision("已核", " "), "reason_missing"), (Decision(" ", "代考"), "considered_missing")):
        with pytest.raises(DomainError, match=code):
            decide_annulment(actor=two, case=case, step="annul", decision=decision)
    assert AnnulmentCase.objects.get().state == "answered"


def test_answer_that_came_meanwhile_is_read_before_the_decision(case, person, two):
    answer_annulment(actor=person.user, case=case, answer="没有代考")

    with pytest.raises(DomainError, match="answered_meanwhile"):
        decide_annulment(actor=two, case=case, step="drop", decision=WHY, heard="")


def test_closed_case_takes_no_further_step(case, record, person, two):
    """Nothing leads out of "annulled": there is no way back by which a false record could count again."""
    answer_annulment(actor=person.user, case=case, answer="没有异议")
    decided = decide_annulment(actor=two, case=case, step="annul", decision=WHY)

    assert [name for name, step in ANNULMENT_STEPS.items() if "annulled" in step.sources] == []
    for step in ("drop", "annul"):
        with pytest.raises(WrongState):
            decide_annulment(actor=two, case=decided, step=step, decision=WHY)
    with pytest.raises(WrongState):
        answer_annulment(actor=person.user, case=decided, answer="再说一次")
    assert not counts(record)


# --- who ------------------------------------------------------------------------------------------------------------
def test_regulator_whom_the_person_reaches_annuls():
    person = make_person()
    make_appointment(person, make_institution())

    fact = annul(make_record(person), one=regulator("990000"), two=regulator("990000"))

    assert fact.case.state == "annulled"


def test_strangers_neither_notice_nor_answer_nor_decide(case, record, person):
    institution = make_institution(code="990000")
    make_appointment(person, institution)
    for stranger in (base_manager(), officer(institution), regulator("980000"), make_user()):
        for work, given in (
            (notice_annulment, {"record": record, "notice": notice()}),
            (answer_annulment, {"case": case, "answer": "x"}),
            (record_annulment_answer, {"case": case, "paper": paper()}),
            (decide_annulment, {"case": case, "step": "drop", "decision": WHY}),
        ):
            with pytest.raises(NotAllowed):
                work(actor=stranger, **given)
    # Nor does the person decide.
    with pytest.raises(NotAllowed):
        decide_annulment(actor=person.user, case=case, step="drop", decision=WHY)
    assert AnnulmentCase.objects.get().state == "noticed"


def test_nobody_decides_about_the_own_record(case, record, one, two):
    Person.objects.filter(pk=record.person_id).update(user=two)
    own = AnnulmentCase.objects.get()
    for work in (
        lambda: decide_annulment(actor=two, case=own, step="drop", decision=WHY),
        lambda: record_annulment_answer(actor=two, case=own, paper=paper()),
        lambda: notice_annulment(actor=two, record=TrainingRecord.objects.get(), notice=notice()),
    ):
        with pytest.raises(DomainError, match="own_record"):
            work()


def test_person_into_whom_a_double_was_merged_answers(case, person):
    survivor = make_person("周涛", user=make_user())
    Person.objects.filter(pk=person.pk).update(user=None)
    join_records(person, survivor)

    assert answer_annulment(actor=survivor.user, case=case, answer="没有异议").state == "answered"


# --- on paper -------------------------------------------------------------------------------------------------------
def test_answer_on_paper_is_put_down_by_another_and_the_time_runs_on(case, person, one, two):
    with pytest.raises(NotAllowed, match="same_person_twice"):
        record_annulment_answer(actor=one, case=case, paper=paper())
    recorded = record_annulment_answer(actor=two, case=case, paper=paper())

    assert (recorded.state, recorded.answer_recorded_by) == ("answered", two)
    with pytest.raises(DomainError, match="still_time_to_answer"):
        decide_annulment(actor=two, case=recorded, step="annul", decision=WHY)
    own = answer_annulment(actor=person.user, case=recorded, answer="这是我本人的话")
    assert own.is_answered_by_holder
    assert own.answer.count("\n\n") == 1
    assert decide_annulment(actor=two, case=own, step="annul", decision=WHY).state == "annulled"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"answer": " "}, "answer_missing"),
        ({"came": "shouted"}, "answer_came_unknown"),
        ({"came_on": clock.today() - timedelta(days=1)}, "answer_day_wrong"),
        ({"came_on": clock.today() + timedelta(days=1)}, "answer_day_wrong"),
    ],
)
def test_faulty_answer_on_paper_is_refused(case, two, fields, code):
    with pytest.raises(DomainError, match=code):
        record_annulment_answer(actor=two, case=case, paper=paper(**fields))


# --- words to the person --------------------------------------------------------------------------------------------
def test_person_is_told_at_the_notice_and_at_the_decision(case, person, two, mailoutbox):
    answer_annulment(actor=person.user, case=case, answer="没有异议")
    decide_annulment(actor=two, case=case, step="annul", decision=WHY)
    for kind in ("courses.annulment_noticed", "courses.annulment_decided"):
        tasks.tell_of_annulment(OutboxEvent.objects.get(kind=kind))

    assert [one.to for one in mailoutbox] == [[person.user.email]] * 2
    assert all(f"/annulments/{case.pk}/answer/" in one.body and "代考" not in one.body for one in mailoutbox)


def test_whoever_has_no_login_is_told_by_nobody(one, base, mailoutbox):
    notice_annulment(actor=one, record=make_record(make_person(), base=base), notice=notice())
    tasks.tell_of_annulment(OutboxEvent.objects.get(kind="courses.annulment_noticed"))

    assert mailoutbox == []


def test_words_of_an_erased_person_go_and_the_days_stay(case, record, person, two):
    answer_annulment(actor=person.user, case=case, answer="没有异议")
    decide_annulment(actor=two, case=case, step="annul", decision=WHY)

    with pytest.raises(NotAllowed):
        forget_annulment_words(actor=two, person=person)
    assert forget_annulment_words(actor=system_user(), person=person) == 1

    case.refresh_from_db()
    assert (case.said, case.answer, case.considered) == ("", "", "")
    assert (case.state, case.decided_on) == ("annulled", clock.today())


# --- the database ---------------------------------------------------------------------------------------------------
WHOLE = {"answer": "x", "considered": "x", "reason": "x"}


@pytest.mark.parametrize("name", BREAKING)
def test_database_refuses(name, record, one, two):
    for fields in broken(name, one, two, done="annulled", **WHOLE):
        with pytest.raises(IntegrityError, match=f"annulment_{name}"), transaction.atomic():
            make_case(record, noticed_by=one, **fields)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("says_something", {"said": ""}),
        ("answer_has_words", {"answer": ""}),
        ("decision_says_why", {"reason": ""}),
        ("considers_the_answer", {"considered": ""}),
    ],
)
def test_database_wants_words(name, wrong, record, one, two):
    for state in ("annulled", "dropped"):
        fields = {**closed(two, state, answered_at=clock.now()), **WHOLE, **wrong}
        with pytest.raises(IntegrityError, match=f"annulment_{name}"), transaction.atomic():
            make_case(record, noticed_by=one, **fields)
        make_case(record, noticed_by=one, words_erased_at=clock.now(), **fields)


def test_every_constraint_is_tried():
    tried = {*BREAKING, "says_something", "answer_has_words", "decision_says_why", "considers_the_answer", "once_open"}

    assert {one.name for one in AnnulmentCase._meta.constraints} == {f"annulment_{name}" for name in tried}


def test_database_takes_what_is_whole_and_one_open_case(record, one, two):
    make_case(record, noticed_by=one, **closed(two, "annulled", answered_at=clock.now()), **WHOLE)
    late = {"decided_on": clock.today() + timedelta(days=15), "reason": "x"}
    make_case(record, noticed_by=one, **{**closed(two, "annulled"), **late})
    make_case(record, noticed_by=one, **closed(one, "dropped"), reason="x")
    make_case(record, noticed_by=one)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_case(record, noticed_by=one)


def test_given_notice_is_frozen_and_never_deleted(case):
    for fields in ({"said": "另一种说法"}, {"served_on": clock.today() - timedelta(days=1)}, {"noticed_by": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            AnnulmentCase.objects.filter(pk=case.pk).update(**fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        AnnulmentCase.objects.filter(pk=case.pk).delete()


def test_no_annulment_comes_without_a_case_but_those_of_before(record, person, base, case):
    facts = {"annulled_on": clock.today(), "recorded_at": clock.now(), "recorded_by": system_user(), "reason": "x"}
    for wrong in ({}, {"case": case, "predates_cases": True}):
        with pytest.raises(IntegrityError, match="annulment_comes_of_a_case"), transaction.atomic():
            TrainingRecordAnnulment.objects.create(record=record, **facts, **wrong)

    assert TrainingRecordAnnulment.objects.create(record=record, **facts, predates_cases=True).case is None
