"""Rosters: what a file plans, what it writes, and that it writes as a whole or not at all."""

from datetime import date

import pytest

from accounts.imports.people import MESSAGES as PERSON_MESSAGES
from accounts.models import Appointment, AppointmentVersion, IdentityCheck, IdentityDocument, Institution, Person
from accounts.selectors import document_index, system_user
from accounts.services import import_roster, preview_roster
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, OutboxEvent
from core.plans import Action
from tests.accounts.rosters import actions, confirm, preview, rows_written
from tests.accounts.sheets import ROSTER, csv_file, person_row, roster, xlsx
from tests.builders import (
    make_appointment,
    make_institution,
    make_person,
    officer,
    regulator,
    resident_number,
)

pytestmark = pytest.mark.django_db
AREA = ("证件号码", "unknown_area")


@pytest.fixture
def institution() -> Institution:
    return make_institution("岚江大学技术转移中心")


# --- creating -------------------------------------------------------------------------------------------------------
def test_preview_shows_new_rows_masked_and_writes_nothing(institution):
    before = rows_written()

    plan = preview(institution, roster(person_row("高轩", "000000199001010018", 手机="138 0000 0018")))

    assert plan.as_json() == {
        "counts": {"create": 1, "update": 0, "unchanged": 0, "error": 0},
        "rows": [
            {
                "row": 2,
                "id": None,
                "action": "create",
                "changes": {
                    "name": [None, "高轩"],
                    "id_type": [None, "resident_id"],
                    "id_number": [None, "000***********0018"],
                    "phone": [None, "138****0018"],
                    "post": [None, "技术经理"],
                    "professional": [None, True],
                    "employment_type": [None, "contract"],
                    "start_date": [None, "2024-01-01"],
                },
                "errors": [],
                "warnings": [
                    {
                        "column": "证件号码",
                        "code": "unknown_area",
                        "message": str(PERSON_MESSAGES["unknown_area"]),
                    }
                ],
            }
        ],
    }
    assert rows_written() == before


def test_confirm_writes_person_document_and_appointment(institution):
    plan = confirm(
        institution, roster(person_row("高 轩", "000000199001010018", 手机="13800000018", 离职日期="2027.1.1"))
    )

    appointment = Appointment.objects.get()
    person, document = appointment.person, IdentityDocument.objects.get()
    assert plan.rows[0].id == appointment.pk
    assert (person.name_key, person.user, person.phone) == ("高轩", None, "")
    assert (document.person, document.number) == (person, "000000199001010018")
    assert document.number_index == document_index("resident_id", "000000199001010018")
    assert appointment.institution == institution
    assert {name: getattr(appointment, name) for name in (*Appointment.TERMS, "phone", "start_date")} == {
        "post": "技术经理",
        "professional": True,
        "employment_type": "contract",
        "full_time": None,
        "share": None,
        "department": "",
        "email": "",
        "staff_no": "",
        "end_date": date(2027, 1, 1),
        "phone": "+8613800000018",
        "start_date": date(2024, 1, 1),
    }
    assert not IdentityCheck.objects.exists()


def test_numbers_are_sealed_at_rest(institution):
    confirm(institution, roster(person_row("高轩", "000000199001010018", 手机="13800000018")))

    [number] = IdentityDocument.objects.extra(select={"raw": "number"}).values_list("raw", flat=True)
    [phone] = Appointment.objects.extra(select={"raw": "phone"}).values_list("raw", flat=True)
    assert (str(number)[:3], str(phone)[:3]) == ("v1:", "v1:")


def test_optional_columns_are_taken_over(institution):
    heads = (*ROSTER, "专职", "工作量占比", "部门", "邮箱", "工号")
    confirm(institution, xlsx(heads, [*person_row(), "否", "50%", "成果部", "gao@example.test", 12.0]))

    appointment = Appointment.objects.get()
    assert (appointment.full_time, appointment.share, appointment.department) == (False, 50, "成果部")
    assert (appointment.email, appointment.staff_no) == ("gao@example.test", "12")


def test_english_heads_and_codes_say_the_same(institution):
    heads = (
        "name",
        "id_type",
        "id_number",
        "phone",
        "post",
        "professional",
        "employment_type",
        "start_date",
        "last_day",
    )
    row = ["高轩", "resident_id", resident_number(), "", "manager", "true", "contract", "2024-01-01", "2026-12-30"]

    [planned] = preview(institution, csv_file(heads, row)).rows

    assert (planned.action, planned.values["end_date"]) == (Action.CREATE, date(2026, 12, 31))
    assert planned.changes["end_date"] == [None, date(2026, 12, 31)]
    assert "last_day" not in planned.changes


def test_new_appointment_of_a_known_person_is_create(institution):
    person = make_person("阿卜杜热西提·买买提", number="000000199001010018")

    plan = confirm(institution, roster(person_row("阿卜杜热西提•买买提", "000000199001010018")))

    assert actions(plan) == ["create"]
    assert Appointment.objects.get().person == person
    assert Person.objects.count() == 1


def test_phone_goes_to_the_appointment_never_over_the_persons_own(institution):
    person = make_person("高轩", number="000000199001010018")
    person.phone = "+8613911112222"
    person.save()

    confirm(institution, roster(person_row("高轩", "000000199001010018", 手机="+86 138-0000-0018")))

    person.refresh_from_db()
    assert (person.phone, Appointment.objects.get().phone) == ("+8613911112222", "+8613800000018")


def test_document_of_a_merged_person_counts_for_the_surviving_one(institution):
    survivor = make_person("高轩", number="000000198506300024")
    merged = make_person("高轩", number="000000199001010018")
    merged.merged_into = survivor
    merged.save()
    make_appointment(merged, institution, start=date(2024, 1, 1))

    plan = confirm(
        institution,
        roster(
            person_row("高轩", "000000198506300024", 离职日期="2024-06-01"),
            person_row("高轩", "000000199001010018", 入职日期="2024-06-01"),
        ),
    )

    assert actions(plan) == ["update", "create"]
    assert Appointment.objects.get(start_date=date(2024, 6, 1)).person == survivor


def test_two_appointments_of_one_new_person_make_one_person(institution):
    number = resident_number()

    plan = confirm(
        institution,
        roster(
            person_row("高轩", number, 离职日期="2024-06-01"),
            person_row("高轩", number, 入职日期="2024-06-01", 岗位="主任"),
        ),
    )

    assert actions(plan) == ["create", "create"]
    assert (Person.objects.count(), Appointment.objects.count()) == (1, 2)


# --- the same file again, and changes -------------------------------------------------------------------------------
def test_second_import_of_the_same_file_changes_nothing(institution):
    heads = (*ROSTER, "专职", "工作量占比", "部门", "邮箱", "工号")
    content = xlsx(
        heads,
        [*person_row(手机="13800000018", 离职日期="2026-06-15"), "是", 100, "成果部", "a@example.test", "A1"],
        [*person_row("王喆"), "", "", "", "", ""],
    )
    ids = [row.id for row in confirm(institution, content).rows]
    before = rows_written()

    again, preview_again = confirm(institution, content), preview(institution, content)

    assert actions(again) == actions(preview_again) == ["unchanged", "unchanged"]
    assert [row.id for row in again.rows] == [row.id for row in preview_again.rows] == ids
    assert [row.changes for row in again.rows] == [{}, {}]
    assert rows_written() == before


def test_changed_terms_keep_the_old_wording_as_a_version(institution):
    number = resident_number()
    confirm(institution, roster(person_row("高轩", number, 手机="13800000018")))
    first = Appointment.objects.get()

    content = roster(person_row("高轩", number, 手机="13900000018", 岗位="主任", 专业人员="否", 离职日期="2026-06-15"))
    changes = {
        "phone": ["138****0018", "139****0018"],
        "post": ["技术经理", "主任"],
        "professional": [True, False],
        "end_date": [None, "2026-06-15"],
    }
    assert preview(institution, content).as_json()["rows"][0]["changes"] == changes
    plan = confirm(institution, content)

    now, version = Appointment.objects.get(), AppointmentVersion.objects.get()
    assert (plan.rows[0].id, plan.rows[0].action, plan.as_json()["rows"][0]["changes"]) == (first.pk, "update", changes)
    assert (version.appointment, version.post, version.professional, version.end_date) == (
        first,
        "技术经理",
        True,
        None,
    )
    assert (now.post, now.professional, now.end_date) == ("主任", False, date(2026, 6, 15))
    assert now.phone == "+8613900000018"
    assert (version.recorded_at, version.superseded_at) == (first.recorded_at, now.recorded_at)
    assert now.recorded_at > first.recorded_at


def test_empty_optional_cells_and_absent_columns_leave_values_as_they_are(institution):
    number = resident_number()
    confirm(
        institution,
        xlsx((*ROSTER, "部门"), [*person_row("高轩", number, 手机="13800000018", 离职日期="2030-01-02"), "甲"]),
    )

    assert actions(preview(institution, roster(person_row("高轩", number)))) == ["unchanged"]


def test_absence_from_a_later_file_changes_nothing(institution):
    confirm(institution, roster(person_row("高轩"), person_row("王喆")))

    confirm(institution, roster(person_row("李龑")))

    assert sorted(Appointment.objects.values_list("person__name", "end_date")) == [
        ("李龑", None),
        ("王喆", None),
        ("高轩", None),
    ]


def test_same_person_at_another_institution_is_another_appointment(institution):
    number = resident_number()
    confirm(make_institution(), roster(person_row("高轩", number)))

    assert actions(confirm(institution, roster(person_row("高轩", number)))) == ["create"]


def test_one_file_may_end_an_appointment_and_begin_the_next(institution):
    number = resident_number()
    confirm(institution, roster(person_row("高轩", number)))

    plan = confirm(
        institution,
        roster(
            person_row("高轩", number, 入职日期="2026-01-01", 岗位="主任"),
            person_row("高轩", number, 离职日期="2026-01-01"),
        ),
    )

    assert actions(plan) == ["create", "update"]
    assert list(Appointment.objects.order_by("start_date").values_list("start_date", "end_date")) == [
        (date(2024, 1, 1), date(2026, 1, 1)),
        (date(2026, 1, 1), None),
    ]


# --- written down ---------------------------------------------------------------------------------------------------
def test_one_audit_entry_and_one_event_per_file(institution):
    number = "000000199001010018"
    confirm(institution, roster(person_row("高轩", number)))
    content = roster(person_row("高轩", number, 手机="13800000018", 岗位="主任"), person_row("王喆"))
    plan = confirm(institution, content)

    entry = AuditEntry.objects.filter(verb="accounts.roster_imported").latest("pk")
    assert (entry.actor, entry.subject_type, entry.subject_id) == (
        system_user(),
        "accounts.institution",
        str(institution.pk),
    )
    assert entry.facts == {
        "sha256": plan.sha256,
        "file": "名册.xlsx",
        "counts": {"create": 1, "update": 1, "unchanged": 0, "error": 0},
        "rows": [
            {
                "row": 2,
                "id": plan.rows[0].id,
                "action": "update",
                "changes": {"phone": ["", "•"], "post": ["技术经理", "主任"]},
            },
            {"row": 3, "id": plan.rows[1].id, "action": "create"},
        ],
    }
    events = OutboxEvent.objects.filter(kind="accounts.roster_imported").values_list("key", flat=True)
    assert list(events) == [str(institution.pk)] * 2


def test_record_made_in_the_meantime_is_said_in_words(institution, monkeypatch):
    """Between planning and writing somebody else adds the same document."""
    number = resident_number()
    create = Person.objects.bulk_create

    def late(people, **options):
        made = create(people, **options)
        make_person("高轩", number=number)
        return made

    monkeypatch.setattr(type(Person.objects), "bulk_create", lambda self, people, **options: late(people, **options))
    with pytest.raises(DomainError) as caught:
        confirm(institution, roster(person_row("高轩", number)))

    assert caught.value.code == "changed_meanwhile"
    assert not Appointment.objects.exists()


# --- who ------------------------------------------------------------------------------------------------------------
def test_officer_imports_the_own_roster(institution):
    plan = import_roster(actor=officer(institution), institution=institution, content=roster(person_row()))

    assert plan.rows[0].id == Appointment.objects.get().pk


@pytest.mark.parametrize("service", [preview_roster, import_roster])
def test_roster_of_a_foreign_institution_is_refused(institution, service):
    make_appointment(make_person("高轩", number="000000199001010018"), institution)
    content = roster(person_row("高轩", "000000199001010018"))

    for actor in (officer(), regulator("330000")):
        with pytest.raises(NotAllowed):
            service(actor=actor, institution=institution, content=content)


# --- size -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3, 40])
def test_queries_do_not_grow_with_the_rows(institution, django_assert_num_queries, size):
    actor = system_user()
    actor.worn = actor.valid_memberships()
    numbers = [resident_number() for _row in range(size)]
    first = roster(*[person_row("高轩", number) for number in numbers])
    second = roster(*[person_row("高轩", number, 手机="13800000018", 岗位="主任") for number in numbers])

    with django_assert_num_queries(21):
        import_roster(actor=actor, institution=institution, content=first)
    with django_assert_num_queries(17):
        import_roster(actor=actor, institution=institution, content=second)
    with django_assert_num_queries(9):
        preview_roster(actor=actor, institution=institution, content=second)


def test_thousand_rows_take_batches_and_not_a_query_each(institution, django_assert_max_num_queries):
    content = roster(*[person_row("高轩", 手机="13800000018") for _row in range(1000)])

    # Of them six events that tell people: two portions of 500, each told in batches of 200.
    with django_assert_max_num_queries(74):
        confirm(institution, content)

    assert Appointment.objects.filter(institution=institution).count() == 1000
