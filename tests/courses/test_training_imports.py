"""Training before the platform: what a file means, who may bring it, what stays true when it comes twice."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from accounts.selectors import system_user
from core import clock, outbox
from core.errors import NotAllowed
from core.models import AuditEntry, OutboxEvent
from core.tables import TableUnreadable
from courses.models import TrainingRecord
from courses.services import (
    import_training_records,
    preview_training_records,
    standing_brought_by,
)
from courses.tasks import tell_of_each_record
from courses.workflow import RecordStanding
from tests.accounts.sheets import csv_file, xlsx
from tests.accounts.test_imports_commands import run
from tests.builders import (
    base_manager,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
    resident_number,
)
from tests.courses.annulling import make_annulment
from tests.courses.builders import make_record
from tests.courses.training_files import HEADS, file, row

pytestmark = pytest.mark.django_db
CONFIRMED, CLAIMED = RecordStanding.CONFIRMED_BY_REGULATOR, RecordStanding.CLAIMED


def bring(*rows, actor=None, standing=CONFIRMED):
    return import_training_records(actor=actor or system_user(), content=file(*rows), standing=standing)


def looked(*rows, actor=None, standing=CONFIRMED):
    return preview_training_records(actor=actor or system_user(), content=file(*rows), standing=standing)


def problems(plan):
    return [(one.row, problem.column, problem.code) for one in plan.rows for problem in one.errors]


def test_import_makes_confirmed_records_of_unknown_people():
    plan = bring(row("阿卜杜热西提•买买提", "000000199001010018"))

    record = TrainingRecord.objects.select_related("person").get()
    assert (plan.counts["create"], plan.rows[0].id) == (1, record.pk)
    assert (record.person.name, record.person.user) == ("阿卜杜热西提·买买提", None)
    assert (record.standing, record.track, record.title, record.provider, record.completed_on) == (
        "confirmed_by_regulator",
        "SOCIAL",
        "国家技术转移人才培养基地初级班",
        "岚江大学",
        date(2024, 6, 1),
    )
    assert (record.base, record.hours, record.recorded_by) == (None, None, system_user())


def test_import_finds_known_people():
    person = make_person("高轩", number="000000199001010018")

    bring(row("高轩", "000000199001010018"))

    assert (TrainingRecord.objects.get().person, Person.objects.count()) == (person, 1)


def test_import_of_a_merged_person_goes_to_the_surviving_one():
    person = make_person("高轩", number="000000199001010018")
    person.merged_into = survivor = make_person("高轩")
    person.save()

    bring(row("高轩", "000000199001010018"))

    assert TrainingRecord.objects.get().person == survivor


def test_import_a_second_time_changes_nothing():
    number = resident_number()
    first = bring(row(number=number))

    second = bring(row(number=number))

    assert second.counts == {"create": 0, "update": 0, "unchanged": 1, "error": 0}
    assert second.rows[0].id == first.rows[0].id
    assert AuditEntry.objects.filter(verb="courses.training_records_imported").count() == 1


def test_import_two_trainings_of_one_new_person_make_one_person():
    number = resident_number()

    bring(row(number=number), row(number=number, 培训类别="学历教育", 培训名称="技术转移硕士"))

    assert (Person.objects.count(), TrainingRecord.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("written", "track"),
    [("社会化培训", "SOCIAL"), ("学历教育", "DEGREE"), ("SOCIAL", "SOCIAL"), ("degree", "DEGREE")],
)
def test_import_reads_the_track_in_words_and_codes(written, track):
    bring(row(培训类别=written))

    assert TrainingRecord.objects.get().track == track


def test_import_reads_english_heads_and_ignores_unknown_ones():
    heads = ("no", "id_type", "id_number", "name", "track", "title", "provider", "completed_on", "remark")
    values = ("1", "resident_id", resident_number(), "高轩", "SOCIAL", "初级班", "岚江大学", "2024-06-01", "x")

    plan = import_training_records(actor=system_user(), content=csv_file(heads, values), standing=CONFIRMED)

    assert (plan.counts["create"], plan.ignored) == (1, ["no", "remark"])


@pytest.mark.parametrize("head", HEADS)
def test_import_without_a_required_head_is_unreadable(head):
    place = HEADS.index(head)
    heads = [one for one in HEADS if one != head]
    values = [value for number, value in enumerate(row()) if number != place]

    with pytest.raises(TableUnreadable) as refusal:
        preview_training_records(actor=system_user(), content=xlsx(heads, values), standing=CONFIRMED)

    assert (refusal.value.code, head in refusal.value.facts["missing"]) == ("heads_missing", True)


@pytest.mark.parametrize(
    ("values", "column", "code"),
    [
        ({"完成日期": clock.today() + timedelta(days=1)}, "完成日期", "in_future"),
        ({"完成日期": "昨天"}, "完成日期", "not_a_date"),
        ({"完成日期": None}, "完成日期", "missing"),
        ({"培训类别": "自学"}, "培训类别", "not_allowed"),
        ({"培训名称": None}, "培训名称", "missing"),
        ({"培训机构": None}, "培训机构", "missing"),
        ({"证件号码": "000000199001010019"}, "证件号码", "check_character"),
        ({"证件类型": "驾驶证"}, "证件类型", "not_allowed"),
        ({"姓名": None}, "姓名", "missing"),
    ],
)
def test_import_with_a_wrong_cell_names_it_and_writes_nothing(values, column, code):
    plan = bring(row("林知夏"), row(**values))

    assert problems(plan) == [(3, column, code)]
    assert (plan.counts["create"], TrainingRecord.objects.count(), Person.objects.count()) == (1, 0, 0)


def test_import_accepts_today():
    assert bring(row(完成日期=clock.today())).counts["create"] == 1


def test_import_with_another_name_is_an_error():
    make_person("高轩", number="000000199001010018")

    assert problems(bring(row("高选", "000000199001010018"))) == [(2, "姓名", "name_differs")]


def test_import_with_two_names_for_one_document_is_an_error():
    number = resident_number()

    plan = bring(row("高轩", number), row("高选", number, 培训名称="中级班"))

    assert problems(plan) == [(3, "姓名", "name_differs")]


def test_import_the_same_row_twice_is_an_error():
    number = resident_number()

    assert problems(bring(row(number=number), row(number=number))) == [(3, "证件号码", "duplicate")]


def test_import_another_provider_is_a_new_wording_of_the_same_record():
    number = resident_number()
    bring(row(number=number))
    first = TrainingRecord.objects.get()

    plan = bring(row(number=number, 培训机构="岚江理工大学"))

    present = TrainingRecord.objects.standing_facts().get()
    assert plan.rows[0].changes == {"provider": ["岚江大学", "岚江理工大学"]}
    assert (present.replaces, present.provider, plan.rows[0].id) == (first, "岚江理工大学", present.pk)
    assert bring(row(number=number, 培训机构="岚江理工大学")).counts["unchanged"] == 1


def test_import_as_claimed_makes_claims():
    bring(row(), standing=CLAIMED)

    assert TrainingRecord.objects.get().standing == "claimed"


def test_import_confirms_what_was_claimed():
    number = resident_number()
    bring(row(number=number), standing=CLAIMED)

    plan = bring(row(number=number))

    assert plan.rows[0].changes == {"standing": ["claimed", "confirmed_by_regulator"]}
    assert TrainingRecord.objects.standing_facts().get().standing == "confirmed_by_regulator"


def test_import_of_a_claim_never_touches_a_verified_record():
    number = resident_number()
    bring(row(number=number))

    plan = bring(row(number=number, 培训机构="别处"), standing=CLAIMED)

    assert plan.counts["unchanged"] == 1
    assert [(one.column, one.code) for one in plan.rows[0].warnings][1:] == [("培训机构", "provider_kept")]
    assert TrainingRecord.objects.get().provider == "岚江大学"


def test_import_of_an_annulled_record_is_an_error():
    number = resident_number()
    bring(row(number=number))
    make_annulment(TrainingRecord.objects.get())

    assert problems(bring(row(number=number))) == [(2, "培训名称", "annulled")]


def test_import_shows_masked_numbers_in_plan_and_audit():
    plan = bring(row(number="000000199001010018"))

    entry = AuditEntry.objects.get(verb="courses.training_records_imported")
    assert plan.rows[0].changes["id_number"] == [None, "000***********0018"]
    assert (entry.facts["sha256"], entry.facts["counts"]["create"]) == (plan.sha256, 1)
    assert "000000199001010018" not in str(entry.facts)


def test_preview_writes_nothing():
    plan = looked(row())

    assert (plan.counts["create"], plan.rows[0].id) == (1, None)
    assert (TrainingRecord.objects.count(), Person.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)


def test_import_tells_upper_rooms_of_each_confirmed_record_once():
    bring(row(), row("林知夏"))
    event = OutboxEvent.objects.get(kind="courses.training_records_imported")

    outbox.deliver_event(event.pk)
    OutboxEvent.objects.filter(pk=event.pk).update(state="new")
    outbox.deliver_event(event.pk)

    told = OutboxEvent.objects.filter(kind="courses.training_record_added").order_by("key")
    assert [one.key for one in told] == [str(one.pk) for one in TrainingRecord.objects.order_by("pk")]


def test_import_tells_in_batches_and_keeps_its_lease():
    facts = {"rows": [{"id": number} for number in range(1, 1002)]}
    entry = AuditEntry.objects.create(at=clock.now(), actor=system_user(), verb="x", facts=facts)
    event = outbox.add("courses.training_records_imported", entry.pk)

    with CaptureQueriesContext(connection) as captured:
        tell_of_each_record(event)

    statements = [one["sql"] for one in captured]
    assert OutboxEvent.objects.filter(kind="courses.training_record_added").count() == 1001
    assert sum(one.startswith("UPDATE") and "leased_until" in one for one in statements) == 3
    assert sum(one.startswith("SAVEPOINT") for one in statements) == 3


def test_import_of_claims_tells_nobody():
    bring(row(), standing=CLAIMED)

    assert OutboxEvent.objects.count() == 0


# --- who may bring what ---------------------------------------------------------------------------------------------
def test_standing_follows_from_the_hat():
    assert standing_brought_by(regulator()) == CONFIRMED
    assert standing_brought_by(officer()) == CLAIMED
    for stranger in (base_manager(), make_user()):
        with pytest.raises(NotAllowed):
            standing_brought_by(stranger)


@pytest.mark.parametrize(
    ("actor", "standing"),
    [(officer, CONFIRMED), (base_manager, CONFIRMED), (base_manager, CLAIMED), (make_user, CLAIMED)],
)
def test_import_is_refused_without_the_permission(actor, standing):
    with pytest.raises(NotAllowed):
        bring(row(), actor=actor(), standing=standing)

    assert TrainingRecord.objects.count() == 0


def test_import_by_an_officer_names_people_of_the_roster():
    institution = make_institution()
    make_appointment(make_person("高轩", number="000000199001010018"), institution)

    plan = bring(row("高轩", "000000199001010018"), actor=officer(institution), standing=CLAIMED)

    assert (plan.counts["create"], TrainingRecord.objects.get().standing) == (1, "claimed")


def test_import_by_an_officer_tells_nothing_of_strangers():
    """Somebody known elsewhere, the same with another name, and somebody nobody knows: one and the same answer."""
    make_appointment(make_person("高轩", number="000000199001010018"), make_institution())
    rows = [
        row("高轩", "000000199001010018"),
        row("别名", "000000199001010018", 培训名称="中级班"),
        row("无名", resident_number()),
    ]

    plan = looked(*rows, actor=officer(), standing=CLAIMED)

    assert [[problem.code for problem in one.errors] for one in plan.rows] == [["not_on_roster"]] * 3


def test_import_by_a_regulator_stays_inside_the_jurisdiction():
    region("980000")
    make_appointment(make_person("高轩", number="000000199001010018"), make_institution(code="980000"))

    plan = looked(row("高轩", "000000199001010018"), actor=regulator("990000"))

    assert problems(plan) == [(2, "证件号码", "out_of_reach")]


def test_import_by_a_regulator_names_people_who_work_nowhere_yet():
    number = resident_number()
    actor = regulator("990000")
    bring(row(number=number), actor=actor)

    assert bring(row(number=number, 培训名称="中级班"), actor=actor).counts["create"] == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_preview_takes_the_same_queries_for_any_number(rows, django_assert_num_queries):
    actor = regulator("990000")
    people = [make_person(f"林{n}", number=resident_number(9000 + n)) for n in range(rows)]
    for person in people:
        make_record(person)

    with django_assert_num_queries(8):
        looked(*[row(one.name, resident_number(9000 + n)) for n, one in enumerate(people)], actor=actor)


# --- the command ----------------------------------------------------------------------------------------------------
def test_command_previews_by_default_and_writes_on_confirm(tmp_path, capsys):
    name = tmp_path / "training.xlsx"
    name.write_bytes(file(row()))

    seen = run(capsys, "import_training_records", str(name))[0], TrainingRecord.objects.count()
    written = run(capsys, "import_training_records", str(name), "--confirm")[0], TrainingRecord.objects.count()

    assert (seen, written) == ((0, 0), (0, 1))


def test_command_as_claimed(tmp_path, capsys):
    name = tmp_path / "training.xlsx"
    name.write_bytes(file(row()))

    run(capsys, "import_training_records", str(name), "--confirm", "--as", "claimed")

    assert TrainingRecord.objects.get().standing == "claimed"


@pytest.mark.parametrize("confirm", [[], ["--confirm"]])
def test_command_with_error_rows_leaves_with_one(tmp_path, capsys, confirm):
    name = tmp_path / "training.xlsx"
    name.write_bytes(file(row(), row(姓名=None)))

    status = run(capsys, "import_training_records", str(name), *confirm)[0]

    assert (status, TrainingRecord.objects.count()) == (1, 0)
