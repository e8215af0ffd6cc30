"""Every page of the journey as the people of the demo meet it: who looks, and at which address."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import AdminBody, AppointmentDispute, AssociationMember, Designation, Institution, Person, User
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.selectors.doubles import likely_doubles
from accounts.services import ask_to_join, create_login, invite, save_profile
from accounts.services.viewing import start_viewing
from certificates.models import Certificate
from certificates.services import start_issue
from core import outbox
from courses.exams.models import Attempt
from courses.exams.services import start_attempt
from courses.models import Cohort, CoursePage, Enrolment, LessonPage
from courses.services import complete_enrolments
from oversight.services import ask_for_correction
from staffing.models import SealedCount
from tests.e2e.certificates import certificate_desks, one_of_each_today, public_log
from tests.e2e.cockpits import cockpits, papers_of_the_ratio
from tests.e2e.offices import offices

VISITOR = ""
TRAINEE = "gaoxuan@demo.invalid"
GRADUATE = "heya@demo.invalid"
NEWCOMER = "newcomer@demo.invalid"
APPLICANT = "applicant@demo.invalid"
CLAIMANT = "claimant@demo.invalid"
TEACHER = "qinwen@demo.invalid"
OFFICER = "hemin@demo.invalid"
PROVINCE = "shenyanqiu@demo.invalid"
NATION = "songyuan@demo.invalid"
AUDITOR = "fangzheng@demo.invalid"
EDITOR = "editor@demo.invalid"
LANGUAGES = ("zh-hans", "en", "ja")

ROSTER = """姓名,证件类型,证件号码,岗位,专业人员,用工形式,入职日期,备注
高轩,居民身份证,000000199001010018,首席供需对接顾问,是,合同,{known},升任
阿卜杜热西提·买买提江·阿卜杜克里木·艾尔肯,护照,DEMO12345,技术评估,是,编制,2026-03-01,
何磊,居民身份证,000000199001010019,技术评估,是,编制,2026-03-01,末位不符
"""
INSTITUTIONS = """名称,统一社会信用代码,类别,级别,行政区划代码,上级单位
岚江省农业科学院成果转化中心,,科研院所,省,990100,12000000DEM000014Q
没有代码的机构,,高校,省,990100,
"""
TRAINING = """证件类型,证件号码,姓名,培训类别,培训名称,培训机构,完成日期
居民身份证,000000199001010018,高轩,SOCIAL,技术转移实务培训,岚江大学培训基地,2025-06-01
居民身份证,000000199001010018,高萱,SOCIAL,技术转移实务培训,岚江大学培训基地,2025-06-02
"""


@dataclass(frozen=True)
class Stop:
    """One page for one reader. `paths` by language; `status` is what it has to answer."""

    name: str
    who: str
    paths: dict[str, str]
    status: int = 200


class Tour:
    """The stops, and the browser sessions of those who take them."""

    def __init__(self) -> None:
        self.stops: list[Stop] = []
        self.clients: dict[str, Client] = {}

    def session(self, who: str) -> str:
        return self.client(who).cookies["sessionid"].value

    def client(self, who: str) -> Client:
        if who not in self.clients:
            client = Client(SERVER_NAME="127.0.0.1")
            client.force_login(User.objects.get(email=who), backend=settings.AUTHENTICATION_BACKENDS[-1])
            self.clients[who] = client
        return self.clients[who]

    def add(self, who: str, view: str, *arguments: object, query: str = "", status: int = 200, name: str = "") -> None:
        paths = {}
        for language in LANGUAGES:
            with translation.override(language):
                paths[language] = reverse(view, args=arguments) + query
        self.stops.append(Stop(name or view, who, paths, status))

    def add_page(self, name: str, page: CoursePage | LessonPage) -> None:
        paths = {one.locale.language_code: one.get_url() for one in page.get_translations(inclusive=True)}
        self.stops.append(Stop(name, VISITOR, paths))

    def add_upload(self, who: str, view: str, content: str, name: str) -> None:
        """Upload as the page does it; the preview lies where the answer leads."""
        address = reverse(view)
        answer = self.client(who).post(address, {"file": SimpleUploadedFile(name, content.encode())})
        assert answer.status_code == 302, answer.content.decode()
        path = answer.url
        self.stops.append(
            Stop(
                f"{view} preview",
                who,
                {code: path if code == "zh-hans" else f"/{code}{path}" for code in LANGUAGES},
            )
        )


def tour() -> Tour:
    """Bring the demo to the states it does not hold by itself, and list every page."""
    made = Tour()
    with translation.override("zh-hans"):
        public_log(made, VISITOR)
        _newcomers(made)
        _trainees(made)
        _bases(made)
        _visitors(made)
        _institutions(made)
        _regulators(made)
        _hats(made)
        _rosters(made)
        _own_data(made)
        _decisions(made)
        offices(made, TRAINEE, OFFICER)
    return made


def _visitors(made: Tour) -> None:
    made.stops.append(Stop("home", VISITOR, {"zh-hans": "/", "en": "/en/", "ja": "/ja/"}))
    made.add(VISITOR, "courses:catalogue")
    made.add(VISITOR, "courses:catalogue", query="?q=成果评价", name="catalogue with search")
    course = CoursePage.objects.filter(locale__language_code="zh-hans", level__code="JUNIOR").get()
    made.add_page("course page", course)
    for lesson in LessonPage.objects.child_of(course).order_by("number")[:2]:
        made.add_page(f"lesson page {lesson.number}", lesson)
    made.add(VISITOR, "courses:cohort_public", _cohort("open").pk)
    made.add(VISITOR, "account_signup")
    made.add(VISITOR, "account_login")
    made.add(VISITOR, "account_request_login_code")
    made.add(VISITOR, "account_reset_password")
    made.add(VISITOR, "certificates:verify")
    made.add(VISITOR, "certificates:offline")
    for outcome, certificate in one_of_each_today().items():
        query = f"?number={certificate.number}&code={certificate.code}"
        made.add(VISITOR, "certificates:verify", query=query, name=f"verify: {outcome}")
    made.add(VISITOR, "certificates:verify", query="?number=TM-J-2026-9901-000000-X&code=0", name="verify: refused")
    made.add(VISITOR, "certificates:verify", query="?code=ABCDEFGHJKMNPQRS", name="verify: never issued")
    made.add(VISITOR, "website:rules")
    made.add(VISITOR, "website:bases")
    made.add(VISITOR, "website:institutions")
    made.add(VISITOR, "website:designations")
    made.add(VISITOR, "website:designation_years")
    made.add(VISITOR, "certificates:roster")
    made.add(VISITOR, "website:search", query="?q=岚江")
    made.add(VISITOR, "website:search", query="?q=nothing-of-this-name", name="search without answer")
    made.add(VISITOR, "website:demo")
    made.stops.append(Stop("mails", VISITOR, dict.fromkeys(LANGUAGES, "/dev/mail/")))
    missing = {code: f"/{code}/nothing-here/" if code != "zh-hans" else "/nothing-here/" for code in LANGUAGES}
    made.stops.append(Stop("not found", VISITOR, missing, 404))


def _newcomers(made: Tour) -> None:
    for email in (NEWCOMER, APPLICANT, CLAIMANT):
        if not User.objects.filter(email=email).exists():
            create_login(actor=system_user(), email=email, password=None)
            if email == APPLICANT:
                _profile(email, "林·知夏", "000000198506300024")
            if email == CLAIMANT:
                _profile(email, "祝一松", "000000198007241250")
    made.add(NEWCOMER, "accounts:home", name="home of a newcomer")
    made.add(NEWCOMER, "accounts:profile", name="profile form")
    made.add(CLAIMANT, "accounts:claim")
    made.add(APPLICANT, "accounts:profile")
    made.add(APPLICANT, "courses:apply", _cohort("open").pk)
    made.add(APPLICANT, "courses:my_cohorts", name="my cohorts without any")
    made.add(APPLICANT, "certificates:mine", name="no certificates")


def _trainees(made: Tour) -> None:
    enrolment = _enrolment(TRAINEE)
    lesson = LessonPage.objects.filter(locale__language_code="zh-hans", number=3).first()
    attempt = start_attempt(actor=_user(TRAINEE), sitting=enrolment.cohort.sitting)
    made.add(TRAINEE, "accounts:home", name="home of a trainee")
    made.add(TRAINEE, "courses:my_cohorts")
    made.add(TRAINEE, "courses:my_cohort", enrolment.pk)
    made.add(TRAINEE, "courses:lesson", enrolment.pk, lesson.translation_key)
    unread = _enrolment("trainee023@demo.invalid")
    last = LessonPage.objects.filter(locale__language_code="zh-hans", number=8).first()
    made.add("trainee023@demo.invalid", "courses:lesson", unread.pk, last.translation_key, name="lesson with check")
    made.add("trainee023@demo.invalid", "courses:my_cohort", unread.pk, name="my cohort, running")
    made.add("linzhixia@demo.invalid", "courses:my_cohorts", name="my cohorts, waiting")
    made.add(TRAINEE, "exams:exam", enrolment.cohort.sitting.pk)
    made.add(TRAINEE, "exams:attempt", attempt.uuid, query="?q=1")
    made.add(TRAINEE, "exams:attempt", attempt.uuid, query="?q=30", name="exams:attempt last")
    made.add(TRAINEE, "exams:submit", attempt.uuid)
    marked = Attempt.objects.filter(person__user__email=GRADUATE, state="marked").first()
    made.add(GRADUATE, "exams:result", marked.uuid)
    made.add(GRADUATE, "certificates:mine")
    made.add(
        GRADUATE,
        "certificates:certificate",
        Certificate.objects.filter(person__user__email=GRADUATE).latest("pk").number,
    )
    made.add(GRADUATE, "credit:my_file")
    made.add(TRAINEE, "accounts:access_log")
    made.add(TRAINEE, "accounts:security")
    made.add(TRAINEE, "mfa_activate_totp")
    made.add(TRAINEE, "account_change_phone")
    made.add(TRAINEE, "core:jobs", name="no jobs")
    made.add(TRAINEE, "certificates:issued", status=404, name="not for a trainee")


def _bases(made: Tour) -> None:
    assessing, running, opened = _cohort("assessing"), _cohort("running"), _cohort("open")
    made.add(TEACHER, "accounts:home", name="home of a base")
    made.add(TEACHER, "courses:cohorts")
    made.add(TEACHER, "courses:create_cohort")
    for cohort in (opened, running, assessing, _cohort("filed"), _cohort("closed"), _cohort("cancelled")):
        made.add(TEACHER, "courses:cohort", cohort.pk, name=f"cohort, {cohort.state}")
    made.add(TEACHER, "courses:cohort_exam", assessing.pk)
    made.add(TEACHER, "courses:release_number", opened.pk)
    made.add(TEACHER, "courses:cohort_step", opened.pk, "cancel")
    session = running.sessions.order_by("number").first()
    made.add(TEACHER, "courses:session", session.pk)
    made.add(TEACHER, "courses:attendance", session.pk)
    made.add(TEACHER, "courses:completion_review", assessing.pk)
    made.add(TEACHER, "certificates:issue", _cohort("closed").pk, name="issue: nobody left")
    made.add(TEACHER, "core:job", _issued(assessing))
    made.add(TEACHER, "certificates:issue", assessing.pk)
    made.add(TEACHER, "core:jobs")
    certificate_desks(made, TEACHER, _cohort("closed").pk)


def _institutions(made: Tour) -> None:
    own = Institution.objects.get(name="岚江大学技术转移中心")
    gao = Person.objects.get(user__email=TRAINEE)
    known = gao.appointments.get(institution=own).start_date
    made.add(OFFICER, "accounts:home", name="home of an institution")
    made.add(OFFICER, "certificates:checks", name="no checks")
    made.add(OFFICER, "certificates:new_check")
    cockpits(made, own, gao.pk, OFFICER, PROVINCE)
    papers_of_the_ratio(made, own, OFFICER, PROVINCE)
    made.add(OFFICER, "accounts:roster")
    made.add(OFFICER, "accounts:roster", query="?q=nobody", name="roster without rows")
    made.add(OFFICER, "accounts:import_roster")
    made.add_upload(OFFICER, "accounts:import_roster", ROSTER.format(known=known), "名单.csv")
    made.add(OFFICER, "accounts:person", gao.pk)
    made.add(OFFICER, "courses:training_records")
    made.add(OFFICER, "courses:import_training_records")
    made.add_upload(OFFICER, "courses:import_training_records", TRAINING, "培训记录.csv")


def _regulators(made: Tour) -> None:
    own = Institution.objects.get(name="岚江大学技术转移中心")
    gao = Person.objects.get(user__email=TRAINEE)
    other = own.appointments.exclude(person=gao).order_by("pk").first().person
    made.add(PROVINCE, "accounts:home", name="home of a regulator")
    made.add(PROVINCE, "oversight:regions")
    made.add(PROVINCE, "oversight:region", "990200")
    made.add(PROVINCE, "oversight:institution", own.pk)
    made.add(PROVINCE, "credit:file", other.pk, name="purpose")
    opened = made.client(PROVINCE).post(
        reverse("credit:open_file", args=[gao.pk]), {"purpose": "supervision", "about": "年度检查"}
    )
    assert opened.status_code == 302, opened.content.decode()
    made.add(PROVINCE, "credit:file", gao.pk)
    made.add(PROVINCE, "accounts:import_bases")
    made.add(PROVINCE, "accounts:import_institutions")
    made.add_upload(PROVINCE, "accounts:import_institutions", INSTITUTIONS, "机构.csv")
    _places(made, own)
    made.add(NATION, "oversight:regions", name="regions of the nation")
    made.add(AUDITOR, "oversight:institution", own.pk, name="institution for an auditor")
    made.add(EDITOR, "accounts:home", name="home of an editor")


def _places(made: Tour, own: Institution) -> None:
    """Bodies, competences, designations, one institution, one base."""
    body = AdminBody.objects.get(code="LANJIANG")
    asked = Designation.objects.get(state="applied")
    rectified = Designation.objects.get(state="rectification")
    made.add(PROVINCE, "accounts:bodies")
    made.add(PROVINCE, "accounts:body", body.pk)
    made.add(PROVINCE, "accounts:assign_duty", AdminBody.objects.get(code="WANGHAI").pk)
    made.add(PROVINCE, "accounts:competences", query="?region=990200")
    made.add(PROVINCE, "accounts:change_competence", "990200", "bases")
    made.add(PROVINCE, "accounts:designations")
    made.add(PROVINCE, "accounts:designation", asked.pk)
    made.add(PROVINCE, "accounts:designation", rectified.pk, name="designation in rectification")
    made.add(PROVINCE, "accounts:designation_step", asked.pk, "review")
    made.add(OFFICER, "accounts:apply_for_designation")
    member = AssociationMember.objects.get(institution__name="岚江大学技术转移中心")
    made.add(OFFICER, "accounts:associations")
    made.add(OFFICER, "accounts:find_association")
    made.add(OFFICER, "accounts:association_step", member.pk, "leave")
    made.add("xiehui@demo.invalid", "accounts:association_members")
    made.add(VISITOR, "website:institution_members", member.association_id)
    made.add(PROVINCE, "oversight:institution", member.association_id, name="association")
    made.add(PROVINCE, "accounts:create_institution")
    made.add(PROVINCE, "accounts:correct_institution", own.pk)
    made.add(PROVINCE, "accounts:move_institution", own.pk)
    made.add(PROVINCE, "accounts:bases")
    made.add(PROVINCE, "accounts:base", rectified.base_id)
    made.add(PROVINCE, "accounts:correct_base", rectified.base_id)


def _hats(made: Tour) -> None:
    """Who acts for whom: members, invitations, requests, the own hats, the table of powers, looking as another."""
    own = Institution.objects.get(name="岚江大学技术转移中心")
    asked = ask_to_join(actor=_user(APPLICANT), role=Role.INSTITUTION_OFFICER, place=own, message="负责人事工作")
    invite(actor=_user(OFFICER), role=Role.INSTITUTION_OFFICER, place=own, email=NEWCOMER)
    looked = start_viewing(actor=_user(PROVINCE), role=Role.INSTITUTION_OFFICER, place=own, reason="年度检查")
    hat = _user(OFFICER).memberships.order_by("pk").first()
    made.add(OFFICER, "accounts:members", "institution", own.pk)
    made.add(OFFICER, "accounts:join_requests")
    made.add(OFFICER, "accounts:answer_request", asked.pk)
    made.add(OFFICER, "accounts:my_hats")
    made.add(OFFICER, "accounts:leave_hat", hat.pk)
    made.add(OFFICER, "accounts:viewed_pages", looked.pk)
    made.add(NEWCOMER, "accounts:my_hats", name="hats of one who is invited")
    made.add(APPLICANT, "accounts:join", query="?q=岚江")
    made.add(TRAINEE, "accounts:ask_to_join", "institution", own.pk)
    made.add(
        PROVINCE,
        "accounts:members",
        "admin_body",
        AdminBody.objects.get(code="LANJIANG").pk,
        name="members of an office",
    )
    made.add(PROVINCE, "accounts:powers")
    made.add(PROVINCE, "accounts:view_as", "institution", own.pk)


def _rosters(made: Tour) -> None:
    """Changes line by line, and the people who are told of them."""
    own = Institution.objects.get(name="岚江大学技术转移中心")
    held = own.appointments.get(person__user__email=TRAINEE)
    made.add(OFFICER, "accounts:roster", query="?as_of=2026-06-30&known_at=2026-07-31", name="roster as it was known")
    made.add(OFFICER, "staffing:changes")
    made.add(OFFICER, "staffing:joined")
    for step in ("left", "changed", "corrected"):
        made.add(OFFICER, f"staffing:{step}", held.pk)
    made.add(PROVINCE, "staffing:moved", held.pk)
    made.add(OFFICER, "accounts:notices")
    made.add(OFFICER, "accounts:print_notices")


def _own_data(made: Tour) -> None:
    """What everybody may do about the own record."""
    made.add(TRAINEE, "oversight:my_data")
    made.add(TRAINEE, "oversight:ask_correction")
    made.add(TRAINEE, "oversight:ask_erasure")
    made.add(TRAINEE, "accounts:consents")
    made.add(TRAINEE, "accounts:my_institutions")


def _decisions(made: Tour) -> None:
    """What waits for an officer: denied rows, doubles, requests, sealed counts."""
    count = SealedCount.objects.order_by("pk").first()
    first, second = (one.pk for one in likely_doubles(_user(PROVINCE))[0])
    wanted = ask_for_correction(actor=_user(GRADUATE), name="何·雅")
    made.add(PROVINCE, "accounts:disputes")
    made.add(PROVINCE, "accounts:dispute", AppointmentDispute.objects.order_by("pk").first().pk)
    made.add(PROVINCE, "accounts:doubles")
    made.add(PROVINCE, "accounts:double_pair", first, second)
    made.add(PROVINCE, "staffing:sealed_counts")
    made.add(PROVINCE, "staffing:decide_sealed_count", count.pk)
    made.add(NATION, "oversight:requests")
    made.add(NATION, "oversight:decide_request", wanted.uuid)


def _issued(cohort: Cohort) -> UUID:
    """The job that issued one certificate; a second trainee has completed and waits for the next."""
    ready = cohort.enrolments.filter(state="attending").exclude(applicant__email=TRAINEE).order_by("pk")
    first, second = ready.values_list("pk", flat=True)[:2]
    complete_enrolments(actor=_user(TEACHER), cohort=cohort, enrolment_ids=[first])
    job = start_issue(actor=_user(TEACHER), cohort=cohort)
    for event in outbox.undelivered():
        outbox.deliver_event(event)
    complete_enrolments(actor=_user(TEACHER), cohort=cohort, enrolment_ids=[second])
    return job.uuid


def _user(email: str) -> User:
    return User.objects.get(email=email)


def _profile(email: str, name: str, number: str) -> None:
    save_profile(actor=_user(email), name=name, document_type="resident_id", country="CHN", number=number)


def _cohort(state: str) -> Cohort:
    return Cohort.objects.filter(state=state, base__code="9901").latest("pk")


def _enrolment(email: str) -> Enrolment:
    return Enrolment.objects.get(applicant__email=email)
