"""Two worlds that mirror each other: one row of every scoped model, all belonging to one region."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from django.apps import apps
from django.db.models import Model

from accounts.access import ScopedQuerySet
from accounts.models import (
    AccessEntry,
    AdminBody,
    Appointment,
    AppointmentDispute,
    AppointmentNotice,
    AppointmentVersion,
    AssociationMember,
    Claim,
    ClaimInvitation,
    ClaimTry,
    Competence,
    Consent,
    Designation,
    DesignationEvent,
    DisputeDecision,
    Duty,
    IdentityCheck,
    IdentityDocument,
    Institution,
    Invitation,
    JoinRequest,
    LeaveOfAbsence,
    Membership,
    NotADouble,
    NoticeFact,
    Person,
    PersonMerge,
    Placement,
    Region,
    RosterHeads,
    SignIn,
    TrainingBase,
    User,
    ViewedPage,
    Viewing,
)
from accounts.selectors import system_user
from accounts.services.notices import open_notices
from certificates.models import (
    Certificate,
)
from core import clock
from courses.exams.models import (
    AnswerEntry,
    Attempt,
    Blueprint,
    PaperQuestion,
    Question,
    RoomEntry,
    Sitting,
    SittingCandidate,
)
from courses.models import Attendance, HourEntry, Module, SeatReservation
from credit.models import AdministrativeCase
from oversight.models import DataRequest
from staffing.models import SealedCount
from tests.accounts.world_cases import case_of
from tests.accounts.world_certificates import certificates, check_of, co_issuers
from tests.accounts.world_credit import credit_of, credit_of_entity
from tests.accounts.world_evaluations import evaluations_of
from tests.accounts.world_evidence import evidence_of
from tests.accounts.world_exchange import exchange_of
from tests.accounts.world_own_rules import own_rules
from tests.accounts.world_proofs import proofs
from tests.accounts.world_returns import returns_of
from tests.builders import make_appointment, make_base, make_institution, make_person, make_rule, make_user
from tests.courses.builders import make_cohort, make_enrolment, make_session

_numbers = count(1)
TEXTS = {"zh-hans": {"stem": "题干", "options": [], "explanation": "解析", "unit": ""}}


@dataclass
class World:
    """The row of each model, and whom and where it belongs to."""

    user: User
    person: Person
    institution: Institution
    base: TrainingBase
    rows: dict[type[Model], Model]


def scoped_models() -> set[type[Model]]:
    return {model for model in apps.get_models() if isinstance(model._default_manager.all(), ScopedQuerySet)}


def make_world(code: str, *, beside: World | None = None) -> World:
    """A trainee who works at an institution and is trained, examined and certified at a base of the same region.

    `beside`: at the places of that world, so that the two are colleagues.
    """
    user = make_user()
    person = make_person("林知夏", user=user, checked=True)
    institution = beside.institution if beside else make_institution(code=code, level="county")
    base = beside.base if beside else make_base(area=code)
    appointment = make_appointment(person, institution)
    rows: list[Model] = [person, institution, base, appointment]
    if not beside:
        rows += _around_the_places(institution)
    rows += _around_the_hats(user, institution)
    rows += _around_the_person(user, person, institution, appointment)
    rows += _around_the_notice(appointment)
    rows += _around_doubles(person)
    rows += _around_the_claim(person, institution)
    rows += _training(user, person, base, institution)
    certified = certificates(person, base)
    rows += proofs(institution)
    rows += own_rules(person, base, institution)
    rows += [*certified, *check_of(institution, next(row for row in certified if isinstance(row, Certificate)))]
    shared = beside.rows if beside else {}
    body = shared.get(AdminBody) or next(row for row in rows if isinstance(row, AdminBody))
    rows += case_of(person, body)
    rows += exchange_of(body, next(row for row in rows if isinstance(row, AdministrativeCase)))
    return World(user, person, institution, base, {**shared, **{type(row): row for row in rows}})


def _around_the_places(institution: Institution) -> list[Model]:
    region, now, day = institution.region, clock.now(), date(2026, 1, 1)
    number, dated = next(_numbers), {"document": "No. 1", "valid_from": day, "recorded_at": now}
    body = AdminBody.objects.create(code=f"WORLD-{number}", name="test", rank="county", jurisdiction=region.path)
    granted = Designation.objects.create(
        institution=institution, kind="demonstration", document="No. 1", valid_from=day
    )
    return [
        *returns_of(institution),
        *evaluations_of(institution),
        *credit_of_entity(institution),
        SealedCount.objects.create(
            institution=institution, staff=3, trained=2, valid_from=day, entered_at=now, entered_by=system_user()
        ),
        make_rule(
            region_path=region.path, code=f"WORLD_{number}", binds="designated", binding_designation="pilot_university"
        ),
        body,
        Duty.objects.create(body=body, line="science", **dated),
        # Two worlds of one region share no day of it.
        Competence.objects.create(
            matter="decide",
            region=region,
            body=body,
            valid_to=day + timedelta(days=number + 1),
            **{**dated, "valid_from": day + timedelta(days=number)},
        ),
        granted,
        DesignationEvent.objects.create(
            designation=granted,
            step="designate",
            state="designated",
            body_name="test",
            on=day,
            recorded_at=now,
            actor=system_user(),
        ),
        AssociationMember.objects.create(
            association=make_institution(code=region.code, category="association", level="county"),
            institution=institution,
            proposed=True,
            state="member",
            valid_from=day,
            reason="test",
        ),
        RosterHeads.objects.create(
            institution=institution, signature="0" * 64, fields={}, sheet="test", said_by=system_user(), said_at=now
        ),
        Placement.objects.create(
            institution=institution, moved_from=Region.objects.get(code="000000"), region=region, **dated
        ),
    ]


def _around_the_hats(user: User, institution: Institution) -> list[Model]:
    """Somebody acts for the institution, somebody is invited, the trainee asks to; an authority has looked."""
    role, day, now = "institution_officer", date(2025, 1, 1), clock.now()
    viewing = Viewing.objects.create(
        viewer=system_user(),
        hat=system_user().memberships.get(),
        role=role,
        institution=institution,
        reason="test",
        started_at=now,
        ends_at=now + timedelta(minutes=1),
    )
    return [
        viewing,
        ViewedPage.objects.create(viewing=viewing, at=now, method="GET", path="/home/"),
        Membership.objects.create(user=make_user(), role=role, institution=institution, valid_from=day),
        JoinRequest.objects.create(user=user, role=role, institution=institution),
        Invitation.objects.create(
            role=role,
            institution=institution,
            email=f"world{next(_numbers)}@example.test",
            email_index=f"{next(_numbers):064d}",
            language="en",
            invited_by=system_user(),
            expires_at=clock.now(),
        ),
    ]


def _around_the_person(user: User, person: Person, institution: Institution, appointment: Appointment) -> list[Model]:
    now = clock.now()
    terms = {name: getattr(appointment, name) for name in AppointmentVersion.TERMS}
    return [
        DataRequest.objects.create(
            user=user, person=person, kind="correction", asked_at=now, due_at=now + timedelta(days=15)
        ),
        IdentityDocument.objects.get(person=person),
        IdentityCheck.objects.get(person=person),
        Claim.objects.create(user=user, person=person),
        SignIn.objects.create(user=user, epoch=0, started_at=now, seen_at=now),
        Consent.objects.create(user=user, text="code_of_conduct", version="1", at=now),
        AccessEntry.objects.create(person=person, actor=system_user(), what="credit_file", purpose="test", at=now),
        AppointmentVersion.objects.create(appointment=appointment, recorded_at=now, superseded_at=now, **terms),
        LeaveOfAbsence.objects.create(
            appointment=appointment,
            kind="study",
            start_date=appointment.start_date,
            recorded_at=now,
            recorded_by=system_user(),
            reason="脱产学习",
        ),
        *credit_of(user, person),
    ]


def _around_the_notice(appointment: Appointment) -> list[Model]:
    """Told, denied and decided."""
    open_notices([appointment])
    notice, now = AppointmentNotice.objects.get(appointment=appointment), clock.now()
    dispute = AppointmentDispute.objects.create(appointment=appointment)
    return [
        notice,
        NoticeFact.objects.create(notice=notice, what="denied", at=now),
        dispute,
        DisputeDecision.objects.create(
            dispute=dispute, upheld=False, reason="r", decided_at=now, decided_by=system_user(), body_name="x"
        ),
    ]


def _around_the_claim(person: Person, institution: Institution) -> list[Model]:
    now = clock.now()
    return [
        ClaimTry.objects.create(person=person, what="name", at=now),
        ClaimInvitation.objects.create(
            person=person, institution=institution, code_hash=f"{next(_numbers):064d}", created_at=now,
            created_by=system_user(), expires_at=now,
        ),
    ]  # fmt: skip


def _around_doubles(person: Person) -> list[Model]:
    """Joined and parted again, and looked at beside somebody else."""
    now, other = clock.now(), make_person()
    fields = {"reason": "r", "at": now, "by": system_user()}
    return [
        PersonMerge.objects.create(merged=other, into=person, body_name="x", **fields),
        NotADouble.objects.create(first=person, second=other, **fields),
    ]


def _training(user: User, person: Person, base: TrainingBase, institution: Institution) -> list[Model]:
    cohort = make_cohort(base)
    session = make_session(cohort)
    enrolment = make_enrolment(cohort, user=user, person=person)
    attended = Attendance.objects.create(
        session=session, enrolment=enrolment, status="present", marked_at=clock.now(), marked_by=user
    )
    module = Module.objects.get(code="K1")
    hours = HourEntry.objects.create(
        enrolment=enrolment, module=module, hours=4, source="test:1", credited_at=clock.now()
    )
    held = SeatReservation.objects.create(
        cohort=cohort, institution=institution, person=person, held_until=clock.today(), reserved_by=system_user()
    )
    return [
        *evidence_of(person, institution),
        cohort,
        session,
        enrolment,
        attended,
        hours,
        held,
        co_issuers(cohort),
        *_exam(person, base),
    ]


def _exam(person: Person, base: TrainingBase) -> list[Model]:
    now, number = clock.now(), next(_numbers)
    blueprint = Blueprint.objects.create(code=f"world-{number}", level="JUNIOR", rows=[], minutes=90, pass_score=60)
    question = Question.objects.create(
        code=f"K1-{number}",
        level="JUNIOR",
        module="K1",
        kind="true_false",
        difficulty="easy",
        texts=TEXTS,
        answer=[True],
    )
    sitting = Sitting.objects.create(
        base=base, blueprint=blueprint, title="test", opens_at=now, closes_at=now + timedelta(days=1)
    )
    attempt = Attempt.objects.create(
        sitting=sitting,
        person=person,
        number=1,
        language="zh-hans",
        started_at=now,
        deadline=now + timedelta(hours=1),
    )
    paper = PaperQuestion.objects.create(attempt=attempt, question=question, position=1)
    return [
        sitting,
        SittingCandidate.objects.create(sitting=sitting, person=person, admitted_at=now),
        attempt,
        paper,
        AnswerEntry.objects.create(paper_question=paper, sequence=1, value=[True], saved_at=now),
        RoomEntry.objects.create(sitting=sitting, person=person, what="incident", words="test", at=now, by=person.user),
    ]
