"""The subject's voice: statements and objections, their days, and who decides."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, CalendarYear
from credit import services
from credit.models import CreditObjection, CreditRecord, ObjectionDecision, SubjectStatement
from credit.selectors.lines import lines_of, with_voice
from credit.selectors.statements import objections_to_decide, with_days
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator
from tests.credit.builders import make_credit_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject():
    return make_user()


@pytest.fixture
def record(subject):
    person = make_person(user=subject)
    make_appointment(person, make_institution(code="990100"))
    return make_credit_record(person, facts={"title": {"zh": "初级培训"}})


def shown(record, audience="region"):
    (line,) = lines_of(with_voice(CreditRecord.objects.filter(pk=record.pk)), audience)
    return line.fields


def objected(subject, record, words="学时有误"):
    return services.object_to(actor=subject, record=record, words=words)


def decide(objection, *, actor=None, upheld=True, **told):
    fields = {"reason": "核实有误", "document": "岚科〔2026〕9号", **told}
    return services.decide_objection(actor=actor or regulator("990100"), objection=objection, upheld=upheld, **fields)


# --- statements ---------------------------------------------------------------------------------------------
def test_newest_version_of_a_statement_is_shown(subject, record):
    services.write_statement(actor=subject, record=record, text="第一版")
    services.write_statement(actor=subject, record=record, text="第二版")

    assert shown(record)["statement"] == "第二版"
    assert list(SubjectStatement.objects.order_by("turn").values_list("turn", "text")) == [(1, "第一版"), (2, "第二版")]


def test_same_words_are_no_new_version(subject, record):
    services.write_statement(actor=subject, record=record, text="一版")
    services.write_statement(actor=subject, record=record, text=" 一版 ")

    assert SubjectStatement.objects.count() == 1


def test_empty_statement_takes_it_back_and_none_writes_nothing(subject, record):
    services.write_statement(actor=subject, record=record, text="")
    assert SubjectStatement.objects.count() == 0
    services.write_statement(actor=subject, record=record, text="说明")
    services.write_statement(actor=subject, record=record, text="")

    assert shown(record)["statement"] == ""


def test_statement_has_five_hundred_characters(subject, record):
    services.write_statement(actor=subject, record=record, text="字" * 500)

    with pytest.raises(DomainError, match="too_long"):
        services.write_statement(actor=subject, record=record, text="字" * 501)


def test_statement_is_not_rewritten(subject, record):
    services.write_statement(actor=subject, record=record, text="说明")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE credit_subjectstatement SET text = 'x'")


def test_hidden_statement_is_shown_to_nobody_and_may_be_written_anew(subject, record):
    statement = services.write_statement(actor=subject, record=record, text="是张三的错")
    hidden = services.hide_statement(actor=regulator("990100"), statement=statement, reason="写有他人姓名")

    assert hidden.body_name
    assert shown(record)["statement"] == ""
    with pytest.raises(DomainError, match="already_hidden"):
        services.hide_statement(actor=regulator("990000"), statement=statement, reason="又一次")
    services.write_statement(actor=subject, record=record, text="不是我的错")
    assert shown(record)["statement"] == "不是我的错"


def test_statement_is_hidden_for_a_reason_by_the_region_alone(subject, record):
    statement = services.write_statement(actor=subject, record=record, text="说明")

    with pytest.raises(DomainError, match="reason_missing"):
        services.hide_statement(actor=regulator("990100"), statement=statement, reason=" ")
    for actor in (regulator("990200"), subject, make_user()):
        with pytest.raises(NotAllowed):
            services.hide_statement(actor=actor, statement=statement, reason="不中听")


@pytest.mark.parametrize("make_actor", [make_user, officer, regulator])
def test_nobody_else_speaks_for_the_subject(record, make_actor):
    with pytest.raises(NotAllowed):
        services.write_statement(actor=make_actor(), record=record, text="代言")
    with pytest.raises(NotAllowed):
        services.object_to(actor=make_actor(), record=record, words="代言")


def test_employer_does_not_speak_for_its_people(record):
    employer = officer(record.person.appointments.get().institution)

    with pytest.raises(NotAllowed):
        services.object_to(actor=employer, record=record, words="代言")


def test_officers_of_an_entity_speak_for_it():
    entity = make_institution()
    record = make_credit_record(None, institution=entity)

    services.write_statement(actor=officer(entity), record=record, text="我单位说明")

    assert shown(record)["statement"] == "我单位说明"
    with pytest.raises(NotAllowed):
        services.object_to(actor=officer(make_institution()), record=record, words="代言")


# --- objections ---------------------------------------------------------------------------------------------
def test_objection_marks_the_entry_at_once(subject, record):
    assert shown(record)["disputed"] is False

    objection = objected(subject, record)

    assert shown(record)["disputed"] is True
    assert (objection.state, objection.working_days) == ("open", 5)
    assert list(objections_to_decide(regulator("990100"))) == [objection]
    assert list(objections_to_decide(regulator("990200"))) == []


def test_one_objection_at_a_time(subject, record):
    objected(subject, record)

    with pytest.raises(DomainError, match="already_open"):
        objected(subject, record)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditObjection.objects.create(record=record, words="再", opened_by=subject, working_days=5)


def test_objection_says_what_is_wrong(subject, record):
    with pytest.raises(DomainError, match="words_missing"):
        objected(subject, record, words=" ")


def test_objection_taken_back_leaves_no_mark(subject, record):
    services.take_back(actor=subject, objection=objected(subject, record))

    assert shown(record)["disputed"] is False


def test_upheld_objection_corrects_by_a_second_entry(subject, record):
    decision = decide(objected(subject, record), changes={"title": "中级培训"})

    assert (decision.upheld, decision.entry.corrects, decision.entry.title) == (True, record, "中级培训")
    fields = shown(record)
    assert (fields["standing"], fields["disputed"]) == ("corrected", False)


def test_upheld_objection_without_a_better_text_withdraws(subject, record):
    decision = decide(objected(subject, record))

    assert decision.entry.kind == "withdrawal"
    assert shown(record)["standing"] == "withdrawn"
    with pytest.raises(DomainError, match="already_corrected"):
        objected(subject, record)


def test_rejected_objection_leaves_the_entry_with_a_reason(subject, record):
    decision = decide(objected(subject, record), upheld=False, reason="原始材料一致")

    assert (decision.upheld, decision.entry, decision.reason) == (False, None, "原始材料一致")
    assert (shown(record)["standing"], shown(record)["disputed"]) == ("in_force", False)
    assert objected(subject, record, "有新材料").state == "open"


def test_decision_needs_a_reason_and_an_upheld_one_a_document(subject, record):
    objection = objected(subject, record)

    with pytest.raises(DomainError, match="reason_missing"):
        decide(objection, reason=" ")
    with pytest.raises(DomainError, match="document_missing"):
        decide(objection, document=" ")
    objection.refresh_from_db()
    assert (objection.state, ObjectionDecision.objects.count()) == ("open", 0)


def test_whoever_made_the_entry_does_not_judge_it(subject):
    maker, person = regulator("990100"), make_person(user=subject)
    make_appointment(person, make_institution(code="990100"))
    record = services.enter_record(
        actor=maker, subject=person, kind="award", title="奖", occurred_on=clock.today(), document="文"
    )
    objection = objected(subject, record)

    for upheld in (True, False):
        with pytest.raises(DomainError, match="same_person_twice"):
            decide(objection, actor=maker, upheld=upheld)
    with pytest.raises(DomainError, match="same_person_twice"):
        services.ask_others(actor=maker, objection=objection, whom="基地")
    assert decide(objection).upheld is True


def test_nobody_judges_an_objection_about_oneself():
    officer_of_region = regulator("990100")
    person = make_person(user=officer_of_region)
    make_appointment(person, make_institution(code="990100"))
    record = make_credit_record(person)
    objection = objected(officer_of_region, record)

    with pytest.raises(DomainError, match="own_record"):
        decide(objection, actor=officer_of_region)


def test_another_region_and_the_subject_do_not_decide(subject, record):
    objection = objected(subject, record)

    for actor in (regulator("990200"), subject):
        with pytest.raises(NotAllowed):
            decide(objection, actor=actor)


def test_decided_objection_is_not_decided_again(subject, record):
    objection = objected(subject, record)
    decide(objection, upheld=False)

    with pytest.raises(WrongState):
        decide(objection)
    with pytest.raises(WrongState):
        services.take_back(actor=subject, objection=objection)


def test_asking_others_gives_seven_working_days_more_once(subject, record):
    objection = objected(subject, record)

    asked = services.ask_others(actor=regulator("990100"), objection=objection, whom="岚江培训基地")

    assert (asked.state, asked.working_days, asked.asked) == ("checking", 12, "岚江培训基地")
    assert shown(record)["disputed"] is True
    with pytest.raises(WrongState):
        services.ask_others(actor=regulator("990100"), objection=objection, whom="又一家")
    with pytest.raises(DomainError, match="words_missing"):
        services.ask_others(actor=regulator("990100"), objection=objection, whom=" ")


def test_objection_is_overdue_after_its_working_days(subject, record):
    CalendarYear.objects.get_or_create(year=clock.today().year)
    CalendarYear.objects.get_or_create(year=clock.today().year + 1)
    objection = objected(subject, record)

    (line,) = with_days([objection])
    assert (line.is_overdue, line.due.provisional) == (False, False)
    with clock.travel(timedelta(days=30)):
        assert with_days([objection])[0].is_overdue is True


def test_nothing_is_overdue_by_a_provisional_day(subject, record):
    CalendarYear.objects.all().delete()
    objection = objected(subject, record)

    with clock.travel(timedelta(days=30)):
        (line,) = with_days([objection])

    assert (line.due.provisional, line.is_overdue) == (True, False)


def test_steps_stand_in_the_audit_trail(subject, record):
    decide(objected(subject, record), upheld=False)

    verbs = set(AuditEntry.objects.filter(verb__startswith="credit.").values_list("verb", flat=True))
    assert verbs == {"credit.objection_opened", "credit.creditobjection.reject"}


def test_words_go_with_an_erased_person(subject, record):
    services.write_statement(actor=subject, record=record, text="说明")
    objection = objected(subject, record)
    decide(objection, upheld=False)

    assert services.forget_words(actor=regulator("990100"), person=record.person) == 2

    objection.refresh_from_db()
    assert (objection.words, SubjectStatement.objects.get().text) == ("", "")
    assert ObjectionDecision.objects.count() == 1
    assert services.forget_words(actor=regulator("990100"), person=record.person) == 0
