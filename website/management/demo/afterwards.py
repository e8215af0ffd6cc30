"""What happened to some certificates and records after they were made: each state of the story once."""

from datetime import timedelta

from accounts.identifiers import resident_check_character
from accounts.models import AppointmentNotice, Person, User
from accounts.models.notices import notice_token
from accounts.selectors.consents import PUBLIC_ROSTER
from accounts.services import agree, answer_by_link, correct_name, hand_out_notices, record_joining
from accounts.services.hearings import Notice
from accounts.workflow import ServedHow
from certificates.models import Certificate, RevocationCase
from certificates.services import (
    answer_revocation,
    count_verification,
    deregister_certificate,
    give_notice,
    revoke_by_case,
    share_certificate,
    supersede_certificate,
    suspend_certificate,
)
from certificates.workflow import CertificateState, Ground
from core import clock
from courses.models import AnnulmentCase, TrainingRecord
from courses.services import Decision, answer_annulment, decide_annulment, notice_annulment
from staffing.services import enter_sealed_count, make_proof
from website.management.demo import checks
from website.management.demo.story import on_day
from website.management.demo.world import World

MANAGER = "qinwen@demo.invalid"
# Whoever gave a notice does not decide.
SECOND = "luyi@demo.invalid"
PROVINCE = ("weilan@demo.invalid", "maxiao@demo.invalid")
# So many days ago: ten working days are over on the day of the decision, whatever holidays lie between.
DEGREE_DOUBTED = 36


def happen(world: World) -> None:
    manager = world.users[MANAGER]
    with on_day(world, world.day - timedelta(days=120)):
        wrong = _certificate("chenmo@demo.invalid", world)
        correct_name(actor=world.actor, person=wrong.person, name="陈默", reason="登记时误作陈黙")
        supersede_certificate(actor=manager, certificate=wrong, note="登记时误作陈黙")
    with on_day(world, world.day - timedelta(days=60)):
        wished = _certificate("sunli@demo.invalid", world)
        deregister_certificate(actor=manager, certificate=wished, ground=Ground.OWN_REQUEST)
    _somebody_else_sat_the_exam(world, manager)
    # Today: on an earlier day there may have been no text to agree to.
    for email in ("heya@demo.invalid", "chenmo@demo.invalid"):
        agree(actor=world.users[email], code=PUBLIC_ROSTER, parts=["name", "level", "certificate_number"])
    with on_day(world, world.day - timedelta(days=DEGREE_DOUBTED)):
        degree = _doubt_a_degree(world)
    with on_day(world, world.day - timedelta(days=10)):
        said = Decision("", "学历未能核实")
        decide_annulment(actor=world.users[PROVINCE[1]], case=degree, step="annul", decision=said)
    with on_day(world, world.day - timedelta(days=9)):
        _deny_an_appointment(world)
        _enter_a_double(world)
        _enter_secret_posts(world)
    with on_day(world, world.day - timedelta(days=8)):
        doubted = _certificate("guoqi@demo.invalid", world)
        suspend_certificate(
            actor=manager,
            certificate=doubted,
            ground=Ground.IDENTITY_UNDER_CHECK,
            until=world.day + timedelta(days=5),
        )
        _share(world.users["yoshida@demo.invalid"])
        checks.agree_to_be_checked(world.users)
    with on_day(world, world.day - timedelta(days=3)):
        _notice(manager, doubted, "录取时提交的身份证件与公安核验结果不一致，核验单编号岚核〔演示〕12号。")
    # As known before the tour: the guided tour makes the figure of the day another one.
    make_proof(actor=world.users["hemin@demo.invalid"], institution=world.institutions["lanjiang-university"])


def _somebody_else_sat_the_exam(world: World, manager: User) -> None:
    """Certificate and training record are two decisions, each with its own notice and answer."""
    with on_day(world, world.day - timedelta(days=60)):
        case = _notice(
            manager, _certificate("zhoutao@demo.invalid", world), "经调查，该证书所依据的结业考试由他人代考。"
        )
        answer_revocation(
            actor=world.users["zhoutao@demo.invalid"], case=case, answer="本人承认考试由他人代考，无异议。"
        )
        false = _say_false(manager, case.certificate.training_record, "经调查，该培训记录所依据的结业考试由他人代考。")
        answer_annulment(
            actor=world.users["zhoutao@demo.invalid"], case=false, answer="本人承认考试由他人代考，无异议。"
        )
    with on_day(world, world.day - timedelta(days=40)):
        revoke_by_case(actor=world.users[SECOND], case=case, considered="当事人承认，事实清楚，决定撤销。")
        said = Decision("当事人承认由他人代考，对事实无异议。", "考试由他人代考，不符合结业条件")
        decide_annulment(actor=world.users[SECOND], case=false, step="annul", decision=said)


def _notice(manager: User, certificate: Certificate, said: str) -> RevocationCase:
    return give_notice(actor=manager, certificate=certificate, notice=Notice(said, ServedHow.IN_PERSON, clock.today()))


def _share(holder: User) -> None:
    """A link for an employer, who has opened it twice."""
    certificate = Certificate.objects.get(person__user=holder)
    share_certificate(actor=holder, certificate=certificate)
    for _visit in range(2):
        count_verification(certificate)


def _certificate(email: str, world: World) -> Certificate:
    person = Person.objects.get(user=world.users[email])
    return Certificate.objects.get(person=person, state=CertificateState.ISSUED)


def _enter_a_double(world: World) -> None:
    """The same name and birth date with another number, at another institution: a pair to look at. Counts nowhere."""
    body = "00000019950122713"
    values = {
        "name": "谢知颖",
        "id_type": "resident_id",
        "id_number": body + resident_check_character(body),
        "post": "行政",
        "professional": "false",
        "employment_type": "contract",
        "start_date": f"{world.day - timedelta(days=30):%Y-%m-%d}",
    }
    place = world.institutions["lanzhou-ip"]
    made = record_joining(actor=world.actor, institution=place, values=values)
    hand_out_notices(actor=world.actor, institution=place, notice_ids=[made.notice.pk])


def _deny_an_appointment(world: World) -> None:
    """Somebody named at the enterprise answers by the link on the paper; the row waits for the province's officer."""
    notice = AppointmentNotice.objects.get(
        appointment__institution=world.institutions["qiming"], appointment__person__name="潘夏琳"
    )
    document = notice.appointment.person.documents.get()
    answer_by_link(
        actor=world.actor,
        token=notice_token(notice),
        tail=document.number[-4:],
        denies=True,
        words="本人从未在该公司任职，名册所载与事实不符。",
    )


def _say_false(actor: User, record: TrainingRecord, said: str) -> AnnulmentCase:
    notice = Notice(said, ServedHow.IN_PERSON, clock.today())
    return notice_annulment(actor=actor, record=record, notice=notice)


def _doubt_a_degree(world: World) -> AnnulmentCase:
    """One degree that the association had reported could not be confirmed; the person lets the time to answer pass."""
    records = TrainingRecord.objects.filter(
        track="DEGREE", person__appointments__institution=world.institutions["association"]
    )
    said = "经向学校核实，未查到该学位记录。"
    return _say_false(world.users[PROVINCE[0]], records.order_by("pk")[0], said)


def _enter_secret_posts(world: World) -> None:
    """A number that waits for the authority: shown beside the fraction and not yet counted in it."""
    enter_sealed_count(
        actor=world.users["jialin@demo.invalid"],
        institution=world.institutions["qiming"],
        staff=2,
        trained=2,
        valid_from=world.day - timedelta(days=30),
    )
