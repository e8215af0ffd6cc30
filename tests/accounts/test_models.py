"""What the database promises about people and places: each named constraint is tried, and its neighbour that fits."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.models import (
    AdminBody,
    Appointment,
    AppointmentVersion,
    Claim,
    Competence,
    Designation,
    Duty,
    IdentityDocument,
    Institution,
    Membership,
    Person,
    Placement,
    PublicityPeriod,
    Region,
    TrainingBase,
    User,
)
from accounts.permissions import PLACE_OF
from core import clock
from tests.accounts import association_constraints, hat_constraints, people_constraints, restriction_constraints
from tests.builders import (
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    uscc,
)

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)


def login(**fields: Any) -> User:
    return User.objects.create(**fields)


def membership(role: str = "auditor", **places: Any) -> Membership:
    return Membership.objects.create(user=make_user(), role=role, **places)


def ended(days: int) -> Membership:
    national = AdminBody.objects.get(code="NATIONAL")
    end = START + timedelta(days=days)
    return Membership.objects.create(
        user=make_user(), role="auditor", admin_body=national, valid_from=START, valid_to=end
    )


def all_places() -> dict[str, Any]:
    return {
        "admin_body": AdminBody.objects.get(code="NATIONAL"),
        "institution": make_institution(),
        "base": make_base(),
    }


def places(*names: str) -> dict[str, Any]:
    return {name: place for name, place in all_places().items() if name in names}


def designation(**fields: Any) -> Designation:
    defaults = {"kind": "demonstration", "document": "No. 1", "valid_from": START}
    return Designation.objects.create(**{**defaults, **fields})


NOT_GRANTED = ("applied", "reviewing", "publicity", "refused", "withdrawn")
WITHOUT_PERIOD = ("applied", "reviewing", "refused", "withdrawn")


def duty(**fields: Any) -> Duty:
    held = {"valid_from": START, "document": "No. 1", "recorded_at": clock.now(), **fields}
    return Duty.objects.create(body=AdminBody.objects.get(code="NATIONAL"), line="science", **held)


def competence(**fields: Any) -> Competence:
    held = {"valid_from": START, "document": "No. 1", "recorded_at": clock.now(), **fields}
    body = AdminBody.objects.get(code="NATIONAL")
    return Competence.objects.create(body=body, matter="decide", region=region(), **held)


def placement(**fields: Any) -> Placement:
    defaults = {"moved_from": region("990000"), "region": region("990100"), "valid_from": START, "document": "No. 1"}
    return Placement.objects.create(**{**defaults, "recorded_at": clock.now(), **fields})


def publicity(days: int) -> PublicityPeriod:
    return PublicityPeriod.objects.create(
        working_days=days, valid_from=START, document="No. 1", recorded_at=clock.now()
    )


def institution(**fields: Any) -> Institution:
    defaults = {
        "name": "x",
        "name_key": "x",
        "kind": "legal_person",
        "category": "university",
        "level": "county",
        "region": region(),
    }
    return Institution.objects.create(**{**defaults, **fields})


def department(name: str, parent: Institution) -> Institution:
    return make_institution(name, parent=parent)


def twice(make: Callable[[Any], Any], value: Any) -> None:
    make(value)
    make(value)


def appointment(**fields: Any) -> Appointment:
    return make_appointment(make_person(), make_institution(), start=START, **fields)


def claims(first: str, second: str) -> None:
    user = make_user()
    for state in (first, second):
        Claim.objects.create(user=user, person=make_person(), state=state)


def body(rank: str, jurisdiction: str) -> None:
    AdminBody.objects.create(code="NEW", name="x", rank=rank, jurisdiction=jurisdiction)


def same_document() -> None:
    document = make_person().documents.get()
    IdentityDocument.objects.create(
        person=make_person(), type="passport", country="JPN", number="E1234567", number_index=document.number_index
    )


BROKEN: dict[str, list[Callable[[], Any]]] = {
    "membership_has_exactly_one_place": [
        lambda: membership(),
        lambda: membership(**places("institution", "base")),
        lambda: membership(**places("admin_body", "institution")),
        lambda: membership(**places("admin_body", "base")),
        lambda: membership(**all_places()),
    ],
    "membership_role_sits_at_its_place": [
        lambda: membership(**places("institution")),
        lambda: membership("institution_officer", **places("admin_body")),
        lambda: membership("instructor", **places("institution")),
        lambda: membership("system_admin", **places("base")),
        lambda: membership("no_such_role", **places("admin_body")),
    ],
    "membership_ends_not_before_start": [lambda: ended(-1)],
    "institution_code_or_parent": [
        lambda: institution(),
        lambda: institution(kind="internal_department"),
        lambda: institution(kind="internal_department", uscc=uscc(), parent=make_institution()),
        lambda: institution(kind="legal_person", parent=make_institution()),
        lambda: institution(kind="something_else", uscc=uscc()),
    ],
    "department_name_once_per_parent": [
        lambda: twice(lambda parent: department("技术转移中心", parent), make_institution()),
    ],
    "admin_body_jurisdiction_ends_in_slash": [
        lambda: body("provincial", "330000"),
        lambda: body("provincial", ""),
        lambda: body("national", "330000"),
    ],
    "designation_of_one_subject": [
        lambda: designation(),
        lambda: designation(institution=make_institution(), base=make_base()),
    ],
    "designation_ends_after_start": [
        lambda: designation(base=make_base(), valid_to=START),
        lambda: designation(base=make_base(), valid_to=START - timedelta(days=1)),
    ],
    "designation_counts_once_granted": [
        *(
            lambda state=state: designation(base=make_base(), state=state)
            for state in NOT_GRANTED
            if state != "publicity"
        ),
        lambda: designation(base=make_base(), state="publicity", period_from=START, period_days=7),
        lambda: designation(base=make_base(), valid_from=None),
        lambda: designation(base=make_base(), state="revoked"),
        lambda: designation(base=make_base(), state="exited"),
        lambda: designation(base=make_base(), state="applied", valid_from=None, valid_to=START),
    ],
    "designation_period_while_it_runs": [
        lambda: designation(base=make_base(), state="rectification"),
        lambda: designation(base=make_base(), state="publicity", valid_from=None, period_days=7),
        lambda: designation(base=make_base(), period_from=START, period_days=7),
    ],
    "duty_ends_not_before_start": [lambda: duty(valid_to=START - timedelta(days=1))],
    "competence_ends_not_before_start": [lambda: competence(valid_to=START - timedelta(days=1))],
    "competence_end_has_its_day": [lambda: competence(end_reason="x"), lambda: competence(end_document="x")],
    "placement_of_one_subject": [
        lambda: placement(),
        lambda: placement(institution=make_institution(), base=make_base()),
    ],
    "placement_is_elsewhere": [lambda: placement(base=make_base(), moved_from=region("990100"))],
    "base_qualification_ends_after_start": [
        lambda: make_base(qualified_from=START, qualified_to=START),
    ],
    "publicity_has_days": [lambda: publicity(0)],
    "appointment_ends_after_start": [
        lambda: appointment(end_date=START),
        lambda: appointment(end_date=START - timedelta(days=1)),
    ],
    "appointment_share_is_percent": [lambda: appointment(share=101)],
    "identity_document_once": [same_document],
    "one_open_claim_per_login": [lambda: claims("open", "open")],
    "verified_phone_of_one_login": [lambda: [login(phone_index="a", phone_verified=True) for _ in range(2)]],
    "login_has_mail_or_phone": [lambda: login(email=None), lambda: login(email="")],
    "verified_phone_is_there": [lambda: make_user(phone_verified=True)],
    "login_language_is_of_the_site": [lambda: make_user(language="fr")],
}
FITTING: dict[str, list[Callable[[], Any]]] = {
    "membership_has_exactly_one_place": [
        lambda: membership(**places("admin_body")),
        lambda: membership("institution_officer", **places("institution")),
        lambda: membership("base_manager", **places("base")),
    ],
    "membership_role_sits_at_its_place": [
        lambda: [membership(role, **places(kind)) for role, kind in PLACE_OF.items()],
    ],
    "membership_ends_not_before_start": [lambda: ended(0), lambda: ended(1)],
    "institution_code_or_parent": [
        lambda: institution(uscc=uscc()),
        lambda: institution(uscc=uscc(), parent=make_institution()),
        lambda: institution(kind="internal_department", parent=make_institution()),
    ],
    "department_name_once_per_parent": [
        lambda: [department("技术转移中心", make_institution()) for _ in range(2)],
    ],
    "admin_body_jurisdiction_ends_in_slash": [
        lambda: body("provincial", "330000/"),
        lambda: body("national", ""),
    ],
    "designation_of_one_subject": [lambda: designation(institution=make_institution())],
    "designation_ends_after_start": [
        lambda: designation(base=make_base()),
        lambda: designation(base=make_base(), valid_to=START + timedelta(days=1)),
    ],
    "designation_counts_once_granted": [
        *(lambda state=state: designation(base=make_base(), state=state, valid_from=None) for state in WITHOUT_PERIOD),
        lambda: designation(base=make_base(), state="revoked", valid_to=START + timedelta(days=1)),
    ],
    "designation_period_while_it_runs": [
        lambda: designation(base=make_base(), state="rectification", period_from=START, period_days=30),
        lambda: designation(base=make_base(), state="publicity", valid_from=None, period_from=START, period_days=7),
    ],
    "duty_ends_not_before_start": [lambda: duty(valid_to=START), lambda: duty()],
    "competence_ends_not_before_start": [lambda: competence(valid_to=START), lambda: competence()],
    "competence_end_has_its_day": [lambda: competence(valid_to=START, end_reason="x", end_document="x")],
    "placement_of_one_subject": [lambda: placement(base=make_base())],
    "placement_is_elsewhere": [lambda: placement(institution=make_institution())],
    "base_qualification_ends_after_start": [
        lambda: make_base(qualified_from=START, qualified_to=START + timedelta(days=1)),
    ],
    "publicity_has_days": [lambda: publicity(1)],
    "appointment_ends_after_start": [lambda: appointment(end_date=START + timedelta(days=1))],
    "appointment_share_is_percent": [lambda: appointment(share=100), lambda: appointment(share=0)],
    "identity_document_once": [lambda: [make_person() for _ in range(2)]],
    "one_open_claim_per_login": [lambda: claims("open", "refused"), lambda: claims("refused", "refused")],
    "verified_phone_of_one_login": [lambda: [login(phone_index="a") for _ in range(2)]],
    "login_has_mail_or_phone": [lambda: login(phone_index="a"), make_user],
    "verified_phone_is_there": [lambda: login(phone_index="a", phone_verified=True)],
    "login_language_is_of_the_site": [lambda: make_user(language="ja")],
}

for part in (hat_constraints, people_constraints, association_constraints, restriction_constraints):
    BROKEN, FITTING = BROKEN | part.BROKEN, FITTING | part.FITTING


def tried(table: dict[str, list[Callable[[], Any]]]) -> list[Any]:
    return [pytest.param(name, act, id=f"{name}-{n}") for name, acts in table.items() for n, act in enumerate(acts)]


@pytest.mark.parametrize(("name", "act"), tried(BROKEN))
def test_constraint_refuses(name, act):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        act()

    # SQLite names the columns of a unique constraint and not the constraint; where rows may not be replaced, the guard
    # against that is faster.
    words = str(refusal.value)
    assert name in words or "UNIQUE constraint failed" in words or "append-only" in words or "frozen" in words


@pytest.mark.parametrize(("name", "act"), tried(FITTING))
def test_constraint_lets_pass_what_fits(name, act):
    act()


def test_every_constraint_of_the_room_is_tried():
    named = {c.name for model in apps.get_app_config("accounts").get_models() for c in model._meta.constraints}

    assert set(BROKEN) == set(FITTING) == named


@pytest.mark.parametrize(
    "act",
    [
        lambda: twice(lambda code: institution(uscc=code), uscc()),
        lambda: twice(lambda code: make_base(code), "7777"),
        lambda: twice(lambda email: User.objects.create(email=email), "he@example.test"),
        lambda: twice(lambda user: make_person(user=user), make_user()),
        lambda: Region.objects.create(code="330000", name="x", level="provincial", path="330000/"),
    ],
    ids=["credit code", "base code", "email", "person of a login", "region code"],
)
def test_unique_columns(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


# --- who may not be removed -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", [User, Person, Institution, TrainingBase, Region])
def test_what_others_point_to_cannot_be_removed(model):
    person = make_person(user=make_user(), checked=True)
    make_appointment(person, make_institution())
    make_base()
    row = {
        User: lambda: User.objects.get(person=person),
        Person: lambda: person,
        Institution: lambda: Institution.objects.get(),
        TrainingBase: lambda: membership("base_manager", base=TrainingBase.objects.get()).base,
        Region: lambda: Region.objects.get(code="990000"),
    }[model]()

    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()


# --- logins ---------------------------------------------------------------------------------------------------------
def test_login_is_the_email_in_small_letters():
    user = User.objects.create_user("He.Lei@Example.TEST", "demo-pass-2026")

    assert user.email == "he.lei@example.test"
    assert user.check_password("demo-pass-2026")


def test_login_without_a_password_cannot_enter():
    assert not User.objects.create_user("he@example.test", None).has_usable_password()


def test_no_flag_makes_a_member_of_staff():
    user = make_user()

    assert (user.is_staff, user.is_superuser) == (False, False)
    assert "is_staff" not in {field.name for field in User._meta.get_fields()}


@pytest.mark.parametrize(
    ("begins", "ends", "expected"), [(0, None, 1), (1, None, 0), (-5, 0, 0), (-5, 1, 1), (-5, None, 1)]
)
def test_valid_memberships_of_a_day(begins, ends, expected):
    today, one = clock.today(), membership(**places("admin_body"))
    one.valid_from = today + timedelta(days=begins)
    one.valid_to = None if ends is None else today + timedelta(days=ends)
    one.save()

    assert len(one.user.valid_memberships()) == expected
    assert len(one.user.valid_memberships(on=clock.now() + timedelta(days=10))) == (1 if ends is None else 0)


@pytest.mark.parametrize("hats", [1, 3])
def test_memberships_with_their_places_cost_one_query(hats, django_assert_num_queries):
    user = make_user()
    for _ in range(hats):
        Membership.objects.create(user=user, role="institution_officer", institution=make_institution())

    with django_assert_num_queries(1):
        assert len([str(one.place) for one in user.valid_memberships()]) == hats


# --- words ----------------------------------------------------------------------------------------------------------
def test_records_say_what_they_are_without_a_full_number():
    person, place = make_person("林知夏"), make_institution("岚江大学")
    made = make_appointment(person, place, start=START)
    number = person.documents.get().number
    version = AppointmentVersion(appointment=made, superseded_at=clock.now())
    said = [
        str(row) for row in (person, place, made, version, person.documents.get(), officer(place).memberships.get())
    ]

    assert said[0] == "林知夏"
    assert said[5].endswith("institution_officer of 岚江大学")
    assert [words for words in said if number in words] == []
