"""Places and hats: who may make them, what is written down, and what is refused."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress

from accounts.models import AdminBody, Institution, Person, Region, TrainingBase, User
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import (
    add_person,
    correct_name,
    create_base,
    create_institution,
    create_login,
    create_region,
    designate,
    grant_membership,
)
from core import audit
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from tests.builders import (
    base_manager,
    hat,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
    uscc,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def system():
    return system_user()


def institution(actor: User, **fields: object) -> Institution:
    defaults = {
        "name": "岚江大学",
        "category": "university",
        "level": "provincial",
        "region": region("990100"),
        "uscc": uscc(),
    }
    return create_institution(actor=actor, **{**defaults, **fields})


def verbs(record: object) -> list[tuple[str, str]]:
    return [(entry.verb, entry.actor.email) for entry in audit.entries_about(record)]


# --- institutions ---------------------------------------------------------------------------------------------------
def test_institution_with_a_code_is_a_legal_person(system):
    made = institution(system, name="岚江 大学", uscc="1200-0000 dem000014q")

    assert (made.kind, made.uscc, made.name, made.name_key) == (
        "legal_person",
        "12000000DEM000014Q",
        "岚江 大学",
        "岚江大学",
    )
    assert verbs(made) == [("accounts.institution_created", system.email)]


def test_institution_without_a_code_is_a_department_of_its_parent(system):
    parent = institution(system)

    made = institution(system, name="技术转移中心", uscc="", parent=parent)

    assert (made.kind, made.uscc, made.parent) == ("internal_department", None, parent)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"uscc": "12000000DEM000014K"}, "uscc_wrong"), ({"uscc": "123"}, "uscc_wrong"), ({"uscc": ""}, "needs_parent")],
)
def test_institution_that_is_nobody_is_refused(fields, code, system):
    with pytest.raises(DomainError) as refusal:
        institution(system, **fields)

    assert refusal.value.code == code
    assert Institution.objects.count() == 0


def test_regulator_makes_institutions_within_the_jurisdiction():
    assert institution(regulator("990000")).region.code == "990100"


@pytest.mark.parametrize(
    "actor",
    [
        lambda: regulator("990200"),
        lambda: regulator("980000"),
        lambda: officer(),
        lambda: base_manager(),
        lambda: hat(Role.AUDITOR, AdminBody.objects.get(code="NATIONAL")),
        make_user,
    ],
    ids=["sibling city", "other province", "officer", "base manager", "auditor", "nobody"],
)
def test_others_make_no_institutions(actor):
    actor = actor()
    before = Institution.objects.count()

    with pytest.raises(NotAllowed):
        institution(actor)

    assert Institution.objects.count() == before


# --- bases and designations -----------------------------------------------------------------------------------------
def test_base_is_made_by_the_system_alone(system):
    made = create_base(actor=system, code="9901", name="基地", region=region("990100"), host=make_institution())

    assert verbs(made) == [("accounts.base_created", system.email)]
    for actor in (regulator("990000"), base_manager(), make_user()):
        with pytest.raises(NotAllowed):
            create_base(actor=actor, code="9902", name="基地", region=region("990100"), host=made.host)
    assert TrainingBase.objects.filter(code="9902").count() == 0


SUBJECTS = [
    (lambda: make_institution(code="990100"), "demonstration"),
    (lambda: make_base(area="990100"), "national_base"),
]


@pytest.mark.parametrize(("make", "kind"), SUBJECTS)
def test_designation_from_before_the_platform_is_entered_by_the_system(make, kind, system):
    subject = make()

    granted = designate(actor=system, subject=subject, kind=kind, document="No. 1", valid_from=date(2026, 1, 1))

    assert (granted.institution or granted.base) == subject
    assert verbs(granted) == [("accounts.designated", system.email)]


@pytest.mark.parametrize("code", ["990100", "990000", "000000"])
@pytest.mark.parametrize(("make", "kind"), SUBJECTS)
def test_no_authority_grants_past_publicity_and_second_person(make, kind, code):
    with pytest.raises(NotAllowed):
        designate(actor=regulator(code), subject=make(), kind=kind, document="x", valid_from=date(2026, 1, 1))


def test_kind_fits_the_subject(system):
    for subject, kind in ((make_base(), "demonstration"), (make_institution(), "national_base")):
        with pytest.raises(DomainError, match="kind_not_for_subject"):
            designate(actor=system, subject=subject, kind=kind, document="x", valid_from=date(2026, 1, 1))


# --- what the system alone does -------------------------------------------------------------------------------------
SYSTEM_ONLY = {
    "region": lambda actor: create_region(
        actor=actor, code="990300", name="x", level="municipal", parent=region("990000")
    ),
    "membership": lambda actor: grant_membership(actor=actor, user=actor, role=Role.REGULATOR, place=national()),
    "login": lambda actor: create_login(actor=actor, email="new@example.test", password=None),
    "person": lambda actor: add_person(
        actor=actor, name="何磊", document_type="resident_id", number="000000198506300024"
    ),
    "name": lambda actor: correct_name(actor=actor, person=make_person(), name="高萱", reason="typing slip"),
}


def national() -> AdminBody:
    return AdminBody.objects.get(code="NATIONAL")


@pytest.mark.parametrize("name", SYSTEM_ONLY)
def test_system_may(name, system):
    made = SYSTEM_ONLY[name](system)

    assert made.pk is not None
    assert len(verbs(made)) == 1


@pytest.mark.parametrize("name", SYSTEM_ONLY)
@pytest.mark.parametrize("role", [Role.REGULATOR, Role.AUDITOR, Role.EDITOR])
def test_national_hats_may_not(name, role):
    actor = hat(role, national())
    region("990000")
    before = AuditEntry.objects.count()

    with pytest.raises(NotAllowed):
        SYSTEM_ONLY[name](actor)

    assert AuditEntry.objects.count() == before


def test_login_counts_as_confirmed(system):
    user = create_login(actor=system, email="He.Lei@example.test", password="demo-pass-2026")

    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("he.lei@example.test", True, True)


def test_region_hangs_below_its_parent(system):
    made = create_region(actor=system, code="990300", name="x", level="municipal", parent=region("990000"))

    assert (made.path, made.demo) == ("990000/990300/", True)


def test_corrected_name_is_written_down_with_both_words_masked_and_the_reason(system):
    person = make_person("高轩")

    correct_name(actor=system, person=person, name="高・萱", reason="typing slip")

    assert (Person.objects.get().name, Person.objects.get().name_key) == ("高·萱", "高萱")
    (entry,) = audit.entries_about(person)
    assert (entry.reason, entry.facts) == ("typing slip", {"before": "高*", "after": "高*"})


def test_added_person_has_a_document_and_no_standing(system):
    person = add_person(actor=system, name="何磊", document_type="resident_id", number="000000198506300024")

    assert person.documents.get().number == "000000198506300024"
    assert person.identity_checks.count() == 0


# --- what a migration alone leaves behind ---------------------------------------------------------------------------
def test_system_user_cannot_log_in(system):
    assert not system.has_usable_password()
    assert (system.is_superuser, system.is_staff) == (False, False)
    assert [one.role for one in system.valid_memberships()] == ["system"]


def test_regions_are_those_of_the_standard():
    levels = {level: Region.objects.filter(level=level).count() for level in ("provincial", "municipal", "county")}

    assert levels == {"provincial": 34, "municipal": 337, "county": 3285}
    assert Region.objects.filter(demo=True).count() == 0


def test_region_paths_lead_up():
    wrong = [
        one.code
        for one in Region.objects.select_related("parent").exclude(code="000000")
        if one.path != f"{one.parent.path}{one.code}/"
    ]

    assert wrong == []
    assert Region.objects.get(code="000000").path == ""


def test_no_people_and_no_places_come_with_the_migrations():
    assert (Person.objects.count(), Institution.objects.count(), TrainingBase.objects.count()) == (0, 0, 0)
    assert list(AdminBody.objects.values_list("code", "jurisdiction")) == [("NATIONAL", "")]
