"""Evidence from elsewhere: claimed until an officer of the competent body decides, and never by one's own house."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AccessEntry, Membership
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, OutboxEvent
from courses.models import EvidenceScan, ExternalEvidence, Level, TrainingRecord
from courses.selectors.evidence import annulled, evidence_desk, staff_by_tail, to_annul
from courses.services import (
    Decision,
    accept_evidence,
    decide_annulment,
    forget_scans,
    import_training_records,
    notice_annulment,
    open_scan,
    refuse_evidence,
    submit_evidence,
    withdraw_evidence,
)
from courses.workflow import RecordStanding
from staffing.selectors.ratios import institution_ratio
from tests.builders import (
    base_manager,
    hat,
    join_records,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
)
from tests.courses.annulling import annul, notice
from tests.courses.builders import make_record
from tests.courses.evidence import NUMBER, agreement, competent, make_case, scan, training
from tests.courses.training_files import file, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case()


def refused(work, **given):
    with pytest.raises(DomainError) as refusal:
        work(**given)
    return refusal.value.code


def trained(case):
    return institution_ratio(case.institution).ratio.trained


# --- submitting -----------------------------------------------------------------------------------------------------
def test_submitted_evidence_claims_and_counts_nothing(case):
    evidence = case.submit(level=Level.objects.get(code="JUNIOR"), hours=48)

    claimed = TrainingRecord.objects.get()
    assert (evidence.state, evidence.claimed, evidence.record) == ("submitted", claimed, None)
    assert (claimed.standing, claimed.person, claimed.title, claimed.level.code, claimed.hours) == (
        "claimed", case.person, "技术经纪人培训班", "JUNIOR", 48,
    )  # fmt: skip
    assert (evidence.region, trained(case)) == (case.institution.region, 0)
    assert [one.content for one in evidence.scans.all()] == [scan().content]


def test_scans_are_sealed_at_rest(case):
    case.submit()

    stored = EvidenceScan.objects.values_list("scanned", flat=True).get()
    assert stored.startswith("v")
    assert "JVBERi" not in stored


def test_claim_that_stands_is_pointed_to(case):
    claimed = make_record(case.person, title=training().title, completed_on=date(2019, 6, 1), standing="claimed")

    assert (case.submit().claimed, TrainingRecord.objects.count()) == (claimed, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"scans": []}, "scans_missing"),
        ({"scans": [scan("a.pdf"), scan("b.pdf")]}, "scan_twice"),
        ({"scans": [scan("a.pdf", b"%PDF-" + bytes([n])) for n in range(7)]}, "scans_too_many"),
        ({"kind": "degree"}, "track_wrong"),
        ({"kind": "mutual"}, "agreement_wrong"),
        ({"completed_on": date(2999, 1, 1)}, "in_future"),
    ],
)
def test_evidence_that_cannot_be_is_refused(case, given, code):
    assert refused(case.submit, **given) == code
    assert (ExternalEvidence.objects.count(), TrainingRecord.objects.count()) == (0, 0)


def test_same_training_waits_once(case):
    case.submit()

    assert refused(case.submit) == "evidence_waiting"


def test_training_that_counts_is_not_submitted(case):
    make_record(case.person, title=training().title, completed_on=date(2019, 6, 1))

    assert refused(case.submit) == "counted_already"


def test_institution_submits_for_its_own_staff_only(case):
    stranger = make_person("欧阳修远")
    make_appointment(stranger, make_institution())

    assert refused(case.submit, person=stranger) == "not_allowed"
    assert refused(case.submit, actor=officer()) == "not_allowed"
    assert refused(case.submit, actor=base_manager()) == "not_allowed"


def test_staff_are_found_by_name_and_tail(case):
    make_appointment(make_person("高轩", number="000000199001010026"), case.institution)
    elsewhere = make_person("何敏", number="000000199001010034")
    make_appointment(elsewhere, make_institution())

    found = [staff_by_tail(case.institution, "高轩", tail) for tail in ("0018", "010018", "9999", "018")]

    assert found == [case.person, case.person, None, None]
    assert staff_by_tail(case.institution, "何敏", "0034") is None


# --- deciding -------------------------------------------------------------------------------------------------------
def test_accepted_evidence_counts(case):
    evidence = accept_evidence(actor=case.decider, evidence=case.submit(hours=48))

    record = evidence.record
    assert (record.standing, record.replaces, record.hours) == ("confirmed_by_regulator", evidence.claimed, 48)
    assert (evidence.state, evidence.decided_by, bool(evidence.body_name)) == ("accepted", case.decider, True)
    assert trained(case) == 1
    kinds = set(OutboxEvent.objects.values_list("kind", "key"))
    assert kinds >= {
        ("courses.training_record_added", str(record.pk)),
        ("courses.evidence_decided", str(evidence.pk)),
    }
    verbs = set(AuditEntry.objects.filter(actor=case.decider.pk).values_list("verb", flat=True))
    assert verbs == {"courses.externalevidence.accept", "courses.training_record_added"}


def test_refused_evidence_stays_claimed_and_can_be_submitted_anew(case):
    evidence = refuse_evidence(actor=case.decider, evidence=case.submit(), reason="看不清")

    assert (evidence.state, evidence.reason, evidence.record) == ("refused", "看不清", None)
    assert trained(case) == 0
    again = case.submit(scans=[scan(content=b"%PDF-1.7 better")])
    assert (again.claimed, accept_evidence(actor=case.decider, evidence=again).state) == (evidence.claimed, "accepted")


def test_refusal_needs_a_reason(case):
    assert refused(refuse_evidence, actor=case.decider, evidence=case.submit(), reason=" ") == "reason_missing"


def test_what_is_decided_is_not_decided_again(case):
    evidence = case.submit()
    accept_evidence(actor=case.decider, evidence=evidence)

    for work in (accept_evidence, lambda **given: refuse_evidence(reason="x", **given)):
        with pytest.raises(WrongState):
            work(actor=case.decider, evidence=evidence)
    with pytest.raises(WrongState):
        withdraw_evidence(actor=case.officer, evidence=evidence)


def test_withdrawn_evidence_stays_claimed(case):
    evidence = withdraw_evidence(actor=case.officer, evidence=case.submit())

    assert (evidence.state, trained(case)) == ("withdrawn", 0)
    assert refused(accept_evidence, actor=case.decider, evidence=evidence) == "wrong_state"
    assert case.submit().state == "submitted"


def test_another_body_does_not_decide(case):
    evidence, city = case.submit(), regulator("990100")

    assert refused(accept_evidence, actor=city, evidence=evidence) == "other_body_competent"
    assert refused(accept_evidence, actor=regulator("990200"), evidence=evidence) == "not_allowed"
    assert refused(accept_evidence, actor=case.officer, evidence=evidence) == "not_allowed"
    assert list(evidence_desk(city)) == []
    competent(city, "990100")
    assert list(evidence_desk(city)) == [evidence]
    # The nearer body decides.
    assert refused(accept_evidence, actor=case.decider, evidence=evidence) == "other_body_competent"
    assert list(evidence_desk(case.decider)) == []
    assert accept_evidence(actor=city, evidence=evidence).state == "accepted"


def test_what_waits_goes_with_an_institution_that_moves(case):
    evidence, there = case.submit(), regulator("980000")
    competent(there, "980000")
    case.institution.region = region("980100")
    case.institution.save()

    assert (list(evidence_desk(there)), list(evidence_desk(case.decider))) == ([evidence], [])
    assert refused(accept_evidence, actor=case.decider, evidence=evidence) == "not_allowed"
    assert accept_evidence(actor=there, evidence=evidence).state == "accepted"


def test_where_no_body_is_entered_nobody_decides():
    case = make_case()
    far = make_institution(code="980100")
    person = make_person("欧阳修远")
    make_appointment(person, far)
    evidence = case.submit(actor=officer(far), institution=far, person=person)

    assert refused(accept_evidence, actor=regulator("980000"), evidence=evidence) == "nobody_competent"


def test_nobody_of_the_house_decides(case):
    evidence = case.submit()
    parent = make_institution(code="990100")
    department = make_institution(code="990100", parent=parent)
    make_appointment(case.person, department)
    Membership.objects.create(
        user=case.decider, role="institution_officer", institution=parent, valid_from=date(2020, 1, 1)
    )

    for work in (accept_evidence, lambda **given: refuse_evidence(reason="x", **given)):
        assert refused(work, actor=case.decider, evidence=evidence) == "own_institution"
    assert TrainingRecord.objects.filter(standing="confirmed_by_regulator").count() == 0


def test_nobody_decides_about_oneself(case):
    case.person.user = case.decider
    case.person.save()

    assert refused(accept_evidence, actor=case.decider, evidence=case.submit()) in ("own_evidence",)


def test_nobody_decides_what_they_submitted(case):
    """Somebody who wore the institution's hat then and wears the authority's now."""
    hat = Membership.objects.create(
        user=case.decider, role="institution_officer", institution=case.institution, valid_from=date(2020, 1, 1)
    )
    evidence = case.submit(actor=case.decider)
    hat.delete()

    assert refused(accept_evidence, actor=case.decider, evidence=evidence) == "same_person_twice"
    with pytest.raises(IntegrityError, match="evidence_decided_by_somebody_else"), transaction.atomic():
        ExternalEvidence.objects.update(state="refused", reason="x", decided_by=case.decider, closed_at=clock.now())


def test_claim_that_was_confirmed_by_a_file_meanwhile_is_told(case):
    evidence = case.submit(title="国家技术转移人才培养基地初级班", completed_on=date(2024, 6, 1))
    import_training_records(
        actor=case.decider, content=file(row("高轩", NUMBER)), standing=RecordStanding.CONFIRMED_BY_REGULATOR
    )

    assert refused(accept_evidence, actor=case.decider, evidence=evidence) == "counted_already"


def test_what_is_accepted_goes_to_the_person_who_stands_for_the_double(case):
    evidence, survivor = case.submit(), make_person("高轩")
    join_records(case.person, survivor)

    assert accept_evidence(actor=case.decider, evidence=evidence).record.person == survivor


def test_annulled_evidence_never_counted(case):
    evidence = accept_evidence(actor=case.decider, evidence=case.submit())
    body = case.decider.worn_memberships()[0].admin_body
    OutboxEvent.objects.all().delete()

    annul(to_annul(evidence), one=case.decider, two=hat("regulator", body), reason="伪造")

    shown = annulled(ExternalEvidence.objects.get())
    assert (shown.reason, shown.on, trained(case)) == ("伪造", clock.today(), 0)
    assert to_annul(ExternalEvidence.objects.get()) is None
    assert OutboxEvent.objects.filter(kind="courses.evidence_decided", key=str(evidence.pk)).exists()


def test_record_of_evidence_is_annulled_by_the_competent_body_alone(case):
    record = accept_evidence(actor=case.decider, evidence=case.submit()).record

    assert (
        refused(notice_annulment, actor=regulator("990100"), record=record, notice=notice()) == "other_body_competent"
    )
    begun = notice_annulment(actor=case.decider, record=record, notice=notice())
    decision = {"case": begun, "step": "drop", "decision": Decision("", "x")}
    assert refused(decide_annulment, actor=regulator("990100"), **decision) == "other_body_competent"


def test_only_what_was_accepted_can_be_annulled(case):
    assert to_annul(case.submit()) is None


# --- mutual recognition ---------------------------------------------------------------------------------------------
DAY = date(2019, 6, 1)


def mutual(case, paper, **given):
    return case.submit(kind="mutual", agreement=paper, **given)


def test_agreement_of_the_province_holds_for_its_cities(case):
    paper = agreement(region("990000"), region("980000"))

    assert accept_evidence(actor=case.decider, evidence=mutual(case, paper)).state == "accepted"


@pytest.mark.parametrize(
    "fields",
    [{"valid_from": DAY + timedelta(days=1)}, {"valid_from": date(2018, 1, 1), "valid_to": DAY}],
)
def test_agreement_does_not_hold_outside_its_days(case, fields):
    paper = agreement(region("990000"), region("980000"), **fields)

    assert refused(mutual, case=case, paper=paper) == "agreement_wrong"


def test_last_day_of_an_agreement_is_the_one_before_its_end(case):
    paper = agreement(region("990000"), region("980000"), valid_from=DAY, valid_to=DAY + timedelta(days=1))

    assert mutual(case, paper).state == "submitted"


def test_agreement_of_other_regions_is_none(case):
    assert refused(mutual, case=case, paper=agreement(region("970000"), region("980000"))) == "agreement_wrong"


def test_agreement_is_asked_again_when_it_is_decided(case):
    paper = agreement(region("990000"), region("980000"))
    evidence = mutual(case, paper)
    paper.valid_to = DAY
    paper.save()

    assert refused(accept_evidence, actor=case.decider, evidence=evidence) == "agreement_wrong"
    assert refuse_evidence(actor=case.decider, evidence=evidence, reason="协议已终止").state == "refused"


# --- scans ----------------------------------------------------------------------------------------------------------
def test_person_reads_who_opened_a_scan(case):
    found = case.submit().scans.get()

    assert open_scan(actor=case.decider, scan=found) == scan().content
    look = AccessEntry.objects.get()
    assert (look.person, look.actor, look.what, look.purpose) == (
        case.person, case.decider, "evidence", "技术经纪人培训班",
    )  # fmt: skip


def test_own_look_is_nobodys_news(case):
    user = make_user()
    case.person.user = user
    case.person.save()

    open_scan(actor=user, scan=case.submit().scans.get())

    assert AccessEntry.objects.count() == 0


@pytest.mark.parametrize("stranger", [officer, make_user, base_manager, lambda: regulator("980000")])
def test_scan_is_not_there_for_strangers(case, stranger):
    found = case.submit().scans.get()

    assert refused(open_scan, actor=stranger(), scan=found) == "not_allowed"
    assert AccessEntry.objects.count() == 0


def test_scans_of_an_erased_person_go_and_nothing_is_accepted_without_them(case):
    evidence = case.submit()

    assert refused(forget_scans, actor=case.officer, person=case.person) == "not_allowed"
    assert forget_scans(actor=case.decider, person=case.person) == 1
    assert (EvidenceScan.objects.count(), ExternalEvidence.objects.count()) == (0, 1)
    assert refused(accept_evidence, actor=case.decider, evidence=evidence) == "scans_missing"


def test_actor_out_of_reach_is_answered_like_a_missing_row(case):
    with pytest.raises(NotAllowed):
        submit_evidence(actor=make_user(), person=case.person, training=training(), scans=[scan()])
