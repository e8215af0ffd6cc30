"""The demo's numbers are promises of the story; they hold before and after the guided tour."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import Institution, LeaveOfAbsence, User
from accounts.selectors import system_user
from certificates.models import BatchCheck, Certificate, FilingList
from certificates.selectors.filing import awards_to_file
from certificates.selectors.handouts import certificates_to_hand_out
from certificates.services import issue_certificate
from core import clock, outbox
from core.models import AuditEntry
from courses.exams.models import Sitting
from courses.models import AnnulmentCase, Cohort, Enrolment, ExternalEvidence
from courses.services import complete_enrolments
from credit.models import EvaluationRound, EvaluationScheme
from credit.selectors.evaluations import replayed, result_of, subjects_of, worked_out_again
from staffing.models import RatioReturn
from staffing.selectors import institution_ratio, region_ratios
from staffing.selectors.receipts import receipt_bytes
from staffing.selectors.returns import current_standing, history_before, reminders_of
from staffing.selectors.then_now import then_now
from tests.tlog.logs import witnessed
from website.management.demo.anchors import last_year_end
from website.management.demo.story import sit

# name, trained, staff, percent, outcome, binding
STANDINGS = [
    ("岚江大学技术转移中心", 69, 99, "69.6", "not_met", True),
    ("岚江理工大学技术转移有限公司", 70, 100, "70.0", "met", True),
    ("望海师范大学技术转移办公室", 69, 99, "69.6", "not_met", True),
    ("赤坎医学院成果转化中心", 27, 40, "67.5", "not_met", True),
    ("望海海洋研究院成果转化处", 34, 40, "85.0", "met", False),
    ("启明光电技术转移部", 23, 30, "76.6", "met", False),
    ("岚江省技术转移协会", 12, 16, "75.0", "met", False),
    ("石桥县生产力促进中心", 0, 0, None, "not_applicable", False),
    ("岚州知识产权运营有限公司", 9, 12, "75.0", "met", False),
]


def standing(name, **moments):
    answer = institution_ratio(Institution.objects.get(name=name), **moments)
    ratio = answer.ratio
    return (name, ratio.trained, ratio.staff, ratio.percent_floor, ratio.outcome.value, answer.binding)


def province():
    figure, _ = region_ratios(system_user(), "990000/")
    ratio = figure.ratio
    return ratio.trained, ratio.staff, ratio.percent_floor, figure.binding_met, figure.binding


@pytest.mark.django_db
def test_story_holds_before_and_after_the_tour(tmp_path, settings):
    call_command("load_demo", verbosity=0)

    assert [standing(name) for name, *_ in STANDINGS] == STANDINGS
    assert province() == (312, 435, "71.7", 1, 4)
    _check_what_was_known_then()
    _check_who_is_away_and_who_was_trained_elsewhere()
    _check_retirement()
    _check_returns()
    _check_the_evaluation()
    _check_cohorts()
    _check_certificates()
    _check_seats_and_the_sheet_to_sign()
    _check_the_employer_s_check(tmp_path, settings)
    _check_that_a_second_load_changes_nothing()

    _take_the_tour()

    assert standing("岚江大学技术转移中心") == ("岚江大学技术转移中心", 70, 99, "70.7", "met", True)
    assert province() == (313, 435, "71.9", 2, 4)


def _check_the_evaluation():
    """11 excellent, 12 pass with rectification, 13 exit; what waits for a second person would move 11."""
    found = EvaluationRound.objects.get()
    results = [(one.name, result_of(one).grade, one.consequences.get().kind) for one in subjects_of(found)]
    assert (found.state, results) == (
        "final",
        [
            ("岚江大学培训基地", "A", "commend"),
            ("望海海洋产业培训基地", "C", "rectify"),
            ("岚州企业学院基地", "C", "remove"),
        ],
    )
    assert all(worked_out_again(one, result_of(one)).points == result_of(one).points for one in subjects_of(found))
    proposed = EvaluationScheme.objects.get(state="proposed")
    answer = replayed(User.objects.get(email="shenyanqiu@demo.invalid"), proposed)
    assert [(move.subject.name, move.before.grade, move.after.grade) for move in answer.moves if move.moves] == [
        ("岚江大学培训基地", "A", "C")
    ]


def _check_what_was_known_then():
    year_end = last_year_end(clock.today())
    then = standing("赤坎医学院成果转化中心", as_of=year_end, known_at=clock.end_of_day(year_end))
    assert then == ("赤坎医学院成果转化中心", 28, 40, "70.0", "met", True)
    assert standing("赤坎医学院成果转化中心", as_of=year_end)[1:3] == (27, 40)


def _check_who_is_away_and_who_was_trained_elsewhere():
    """Neither moves a figure: nobody is out of the count by a leave, and the training is somebody's second one."""
    [leave] = LeaveOfAbsence.objects.believed()
    assert (leave.appointment.person.name, leave.kind, leave.start_date < clock.today()) == ("杜承远", "study", True)
    [evidence] = ExternalEvidence.objects.filter(kind="mutual")
    assert (evidence.state, evidence.agreement.other.name) == ("accepted", "云屏省")
    assert evidence.person.training_records.standing_facts().count() == 2


def _check_retirement():
    retired = clock.today() + timedelta(days=41)
    assert standing("岚江理工大学技术转移有限公司", as_of=retired)[1:5] == (69, 99, "69.6", "not_met")


# period, name, state, versions as filed (trained, staff)
RETURNS = [
    ("LJ_YEAR_END", "赤坎医学院成果转化中心", "accepted", [(28, 40)]),
    ("LJ_REVIEW", "岚江大学技术转移中心", "filed", [(69, 99)]),
    ("LJ_REVIEW", "岚江理工大学技术转移有限公司", "accepted", [(70, 100)]),
    ("LJ_REVIEW", "望海师范大学技术转移办公室", "accepted", [(69, 99)]),
    ("LJ_REVIEW", "望海海洋研究院成果转化处", "filed", [(34, 40)]),
    ("LJ_REVIEW", "岚江省技术转移协会", "accepted", [(13, 16), (12, 16)]),
    ("LJ_REVIEW", "石桥县生产力促进中心", "accepted", [(0, 0)]),
    ("LJ_REVIEW", "岚州知识产权运营有限公司", "returned", [(9, 12)]),
]


def _check_returns():
    """Filed, corrected, sent back; one not filed, which has words and reminders and no figure."""
    for code, name, state, filed in RETURNS:
        found = RatioReturn.objects.get(period__code=code, institution__name=name)
        versions = found.versions.order_by("turn")
        assert (found.state, [(one.trained, one.staff) for one in versions]) == (state, filed)
        assert [receipt_bytes(one.receipt)[:5] == b"%PDF-" for one in versions] == [True] * len(filed)
    then = then_now(
        RatioReturn.objects.get(period__code="LJ_YEAR_END", state="accepted", versions__staff=40).versions.get()
    )
    assert (then.differs, then.now.ratio.trained, then.untrained, len(then.annulled)) == (True, 27, 1, 1)
    # 周涛's, after an answer, and one degree, after the time to answer: each with a notice before.
    cases = AnnulmentCase.objects.order_by("pk")
    assert [(one.state, one.answered_at is not None) for one in cases] == [("annulled", True), ("annulled", False)]
    late = Institution.objects.get(name="启明光电技术转移部")
    review = current_standing(late)
    assert (review.period.row.code, review.filed, review.version) == ("LJ_REVIEW", False, None)
    # A last day in a year whose calendar is not out yet makes nobody late.
    certain = not review.period.due.provisional
    assert (review.days_late, reminders_of(late, review.period.row)) == ((12, 3) if certain else (0, 2))
    assert history_before(late, review.period.row).ratio_return.period.code == "LJ_YEAR_END"


def _check_cohorts():
    states = sorted(Cohort.objects.values_list("state", flat=True))
    assert states == ["assessing", "cancelled", "closed", "closed", "closed", "draft", "filed", "open", "running"]
    running = Cohort.objects.get(state="running").enrolments
    assert running.filter(state="attending").count() == 30
    waiting = list(
        running.filter(state="waitlisted").order_by("applied_at", "pk").values_list("person__name", flat=True)
    )
    assert (len(waiting), waiting[1]) == (4, "林知夏")
    opened = Cohort.objects.get(state="open")
    assert opened.capacity - opened.enrolments.filter(state="admitted").count() == 6


def _check_certificates():
    states = dict(
        Certificate.objects.filter(person__name__in=["陈默", "郭启", "周涛", "孙立", "𠮷田美咲"])
        .exclude(state="superseded")
        .values_list("person__name", "state")
    )
    assert states == {
        "陈默": "issued", "郭启": "suspended", "周涛": "revoked", "孙立": "deregistered", "𠮷田美咲": "issued",
    }  # fmt: skip
    filed = Certificate.objects.filter(level="INTERMEDIATE").order_by("filing_number")
    assert [(one.holder_name, one.filing_number, one.state) for one in filed] == [
        ("何雅", "HJ-ZJ-2026-00001", "issued"), ("阿卜杜热西提·买买提", "HJ-ZJ-2026-00002", "issued"),
    ]  # fmt: skip
    assert sorted(FilingList.objects.values_list("state", flat=True)) == ["closed", "sent"]
    assert awards_to_file(User.objects.get(email="qinwen@demo.invalid")).count() == 2
    joint = [one for one in Certificate.objects.order_by("pk") if one.co_issuers]
    assert {one.base.code for one in joint} == {"9903"}
    assert [(one.holder_name, [body["zh"] for body in one.facts["co_issuers"]]) for one in joint] == [
        (name, ["岚江省技术转移协会", "岚州市产学研合作促进会"]) for name in ("洪岩松", "覃舒雨")
    ]
    superseded = Certificate.objects.get(state="superseded")
    assert (superseded.holder_name, superseded.person.name) == ("陈黙", "陈默")


def _check_seats_and_the_sheet_to_sign():
    manager = User.objects.get(email="qinwen@demo.invalid")
    assessing = Sitting.objects.get(cohort__state="assessing")
    assert sorted(assessing.candidates.values_list("seat", flat=True)) == list(range(1, 11))
    cohort = Certificate.objects.get(person__name="𠮷田美咲").training_record.enrolment.cohort
    rows = list(certificates_to_hand_out(manager, cohort))
    assert rows
    assert None not in [row.seat for row in rows]


def _check_the_employer_s_check(tmp_path, settings):
    """Nothing before the log vouches for what was loaded; then every outcome that the story has."""
    call_command("demo_check", wait=0, verbosity=0)
    assert BatchCheck.objects.count() == 0
    witnessed(tmp_path, settings)
    for _ in range(2):
        call_command("demo_check", wait=0, verbosity=0)
    check = BatchCheck.objects.get()
    assert (check.asked_by.email, check.finished_at is not None) == ("hemin@demo.invalid", True)
    assert Counter(check.lines.values_list("outcome", flat=True)) == {
        "valid": 3, "never_issued": 2, "superseded": 1, "suspended": 1, "revoked": 1, "deregistered": 1,
    }  # fmt: skip


def _check_that_a_second_load_changes_nothing():
    before = [model.objects.count() for model in (User, Certificate, Enrolment, AuditEntry)]
    call_command("load_demo", verbosity=0)
    assert [model.objects.count() for model in (User, Certificate, Enrolment, AuditEntry)] == before


def _take_the_tour():
    """高轩 sits the exam, 秦雯 completes and issues."""
    trainee, manager = (User.objects.get(email=f"{name}@demo.invalid") for name in ("gaoxuan", "qinwen"))
    enrolment = Enrolment.objects.get(applicant=trainee)
    sit(trainee, enrolment.cohort, right=24)
    done = complete_enrolments(actor=manager, cohort=enrolment.cohort, enrolment_ids=[enrolment.pk])
    issue_certificate(actor=manager, training_record=done.records[0])
    for event_id in outbox.undelivered():
        outbox.deliver_event(event_id)
