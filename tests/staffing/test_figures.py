"""Kept figures of today: what each guard is for, and what a page is answered from."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Institution, Region
from accounts.selectors import system_user
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry
from courses.models import Level
from oversight.selectors import region_overview
from staffing.models import (
    FigureMark,
    FigureRound,
    InstitutionFigure,
    RatioRule,
)
from staffing.selectors import kept
from staffing.services import figures
from staffing.services.figures import check_figures, keep_figures
from staffing.tasks import every_day, keep
from tests.builders import (
    join_records,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_rule,
    region,
    regulator,
)
from tests.staffing.figures_world import World, kept_of, round_of

pytestmark = pytest.mark.django_db


@contextmanager
def untouched(*, table, event="insert"):
    """The guard is off: a trigger of a table is not there."""
    on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{table}_mark_{event}"{on}')
    yield


# --- guards ---------------------------------------------------------------------------------------------------------
def test_round_forgets_marks_and_the_next_one_has_nothing_to_do():
    make_appointment(make_person(), make_institution())

    assert round_of() == Institution.objects.count()
    assert FigureMark.objects.count() == 0
    assert round_of() == 0


def test_round_computes_what_is_marked_and_no_other():
    place, other = make_institution(), make_institution()
    round_of()
    make_appointment(make_person(), place)
    InstitutionFigure.objects.filter(pk=other.pk).update(staff=5)

    assert round_of() == 1
    assert InstitutionFigure.objects.get(pk=place.pk).staff == 1
    assert InstitutionFigure.objects.get(pk=other.pk).staff == 5


def test_all_are_computed_where_more_are_touched_than_a_round_takes_one_by_one(monkeypatch):
    places = [make_institution() for _ in range(4)]
    round_of()
    monkeypatch.setattr(figures, "MOST_AT_ONCE", 2)
    for place in places[:3]:
        make_appointment(make_person(), place)

    assert round_of() == Institution.objects.count()


def test_page_of_a_change_that_no_round_has_seen_is_right():
    place, actor = make_institution(), regulator()
    round_of()
    make_appointment(make_person(), place)

    assert region_overview(actor, region()).total.ratio.staff == 1
    assert InstitutionFigure.objects.get(pk=place.pk).staff == 0


def test_page_without_the_trigger_is_stale_and_the_check_finds_it():
    """What the trigger is for: the same change, unmarked."""
    place, actor, person = make_institution(), regulator(), make_person()
    round_of()
    with untouched(table="accounts_appointment"):
        make_appointment(person, place)

    assert region_overview(actor, region()).total.ratio.staff == 0
    found = check_figures(actor=system_user())
    assert place.pk in {one.of for one in found}
    assert region_overview(actor, region()).total.ratio.staff == 1
    entry = AuditEntry.objects.get(verb="staffing.figures_differ")
    assert entry.facts["number"] == len(found)
    assert check_figures(actor=system_user()) == []


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("accounts_appointment", lambda w: w.appoint()),
        ("accounts_person", lambda w: join_records(*w.people[:2])),
        ("accounts_institution", lambda w: w.found()),
        ("accounts_trainingbase", lambda w: make_base(host=w.places[0])),
        ("accounts_designation", lambda w: w.designate()),
        ("accounts_region", lambda w: Region.objects.filter(code="990200").update(path="990000/990299/")),
        ("courses_level", lambda w: Level.objects.filter(pk=Level.objects.first().pk).update(code="other")),
        ("courses_trainingrecord", lambda w: w.record()),
        ("courses_trainingrecordannulment", lambda w: w.annul()),
        ("staffing_sealedcount", lambda w: w.seal()),
    ],
)  # fmt: skip
def test_every_table_of_facts_marks(table, change):
    world = World(1)
    round_of()
    change(world)
    assert FigureMark.objects.exists(), table


def test_change_that_says_nothing_of_a_ratio_marks_nothing():
    place, person = make_institution(), make_person()
    row = make_appointment(person, place)
    round_of()
    row.email = "a@example.test"
    row.save()
    person.name = "别名"
    person.save()
    place.name = "改名"
    place.save()

    assert FigureMark.objects.count() == 0


def test_mark_goes_with_the_change_that_was_rolled_back():
    place = make_institution()
    round_of()
    with transaction.atomic():
        make_appointment(make_person(), place)
        transaction.set_rollback(True)

    assert FigureMark.objects.count() == 0


def test_round_killed_in_the_middle_has_done_nothing(monkeypatch):
    place, actor = make_institution(), regulator()
    round_of()
    make_appointment(make_person(), place)
    marks = FigureMark.objects.count()

    def killed():
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(figures, "_write_regions", killed)
        with pytest.raises(KeyboardInterrupt):
            round_of()

    assert FigureMark.objects.count() == marks > 0
    assert InstitutionFigure.objects.get(pk=place.pk).staff == 0
    assert region_overview(actor, region()).total.ratio.staff == 1
    assert round_of() == 1
    assert region_overview(actor, region()).total.ratio.staff == 1


def test_marks_forgotten_outside_of_the_round_would_be_lost(monkeypatch):
    """What the one transaction is for."""
    place = make_institution()
    round_of()
    make_appointment(make_person(), place)
    FigureMark.objects.all().delete()

    assert round_of() == 0
    assert InstitutionFigure.objects.get(pk=place.pk).staff == 0


def test_page_turns_to_the_records_where_a_round_came_between(monkeypatch):
    place, actor = make_institution(), regulator()
    round_of()
    make_appointment(make_person(), place)
    turns = iter((1, 2))
    monkeypatch.setattr("staffing.selectors.kept._turn", lambda: next(turns))

    assert kept_of(actor, region()) is None


def test_new_rule_and_an_earlier_day_are_answered_from_the_records():
    place, actor = make_institution(), regulator()
    make_appointment(make_person(), place, professional=False)
    round_of()
    assert kept_of(actor, region()) is not None
    with clock.travel(timedelta(days=-1)):
        assert kept_of(actor, region()) is None

    rule = make_rule("adopted", staff_counted=RatioRule.StaffCounted.ALL, valid_from=clock.today())
    assert kept_of(actor, region()) is None
    assert region_overview(actor, region()).total.ratio.staff == 1
    round_of()
    assert FigureRound.objects.get().rule == rule
    assert kept_of(actor, region()).sums[region().path, False][0] == 1


def test_more_touched_than_a_page_computes_is_answered_from_the_records(monkeypatch):
    places, actor = [make_institution() for _ in range(3)], regulator()
    round_of()
    for place in places:
        make_appointment(make_person(), place)
    assert kept_of(actor, region()) is not None
    monkeypatch.setattr("staffing.selectors.kept.MOST_TOUCHED", 2)

    assert kept_of(actor, region()) is None
    assert region_overview(actor, region()).total.ratio.staff == 3


def test_kept_sums_are_for_whoever_sees_the_whole_region():
    make_appointment(make_person(), make_institution())
    region("980000")
    make_appointment(make_person("外省"), make_institution(code="980000"))
    round_of()
    nation = Region.objects.get(code="000000")

    assert kept_of(regulator(), nation) is None
    assert kept_of(regulator("990100"), region()) is None
    assert kept_of(regulator("000000"), nation).sums["", False][0] == 2


def test_round_and_check_are_the_systems_own():
    for service in (keep_figures, check_figures):
        with pytest.raises(NotAllowed):
            service(actor=regulator())


def test_institution_founded_after_the_round_stands_in_the_list():
    make_appointment(make_person("甲"), make_institution("甲"))
    round_of()
    make_appointment(make_person("乙"), make_institution("乙"))
    answers = region_overview(regulator(), region()).answers
    assert [one.institution.name for one in answers[:25]] == ["乙", "甲"]
    assert [one.institution.name for one in answers] == ["乙", "甲"]


@pytest.mark.parametrize("how", ["gone", "answers for nobody"])
def test_institution_that_a_round_takes_out_between_the_two_reads_is_left_out(how, monkeypatch):
    for name in "甲乙":
        make_appointment(make_person(name), make_institution(name))
    round_of()
    answers = region_overview(regulator(), region()).answers
    read = kept._places

    def later(institutions):
        rows = InstitutionFigure.objects.filter(institution__name="甲")
        rows.delete() if how == "gone" else rows.update(answers=False)
        return read(institutions=institutions)

    monkeypatch.setattr(kept, "_places", later)
    assert [one.institution.name for one in answers[:25]] == ["乙"]


@pytest.mark.parametrize("rows", [1, 3])
def test_kept_page_asks_the_same_whatever_the_rows(rows, django_assert_num_queries):
    for n in range(rows):
        make_appointment(make_person(f"甲{n}"), make_institution(code=f"990{n + 1}00"))
    actor, place = regulator(), region()
    round_of()

    with django_assert_num_queries(9):
        overview = region_overview(actor, place)
        assert len(overview.answers[:25]) == rows == len(overview.answers)


@pytest.mark.parametrize("rows", [1, 3])
def test_touched_page_asks_the_same_whatever_the_rows(rows, django_assert_num_queries):
    actor, place = regulator(), region()
    places = [make_institution(code=f"990{n + 1}00") for n in range(rows)]
    round_of()
    for n, one in enumerate(places):
        make_appointment(make_person(f"甲{n}"), one)

    with django_assert_num_queries(20):
        overview = region_overview(actor, place)
        assert [one.ratio.staff for one in overview.answers[:25]] == [1] * rows


# --- tasks and the command ------------------------------------------------------------------------------------------
def test_task_keeps_and_the_daily_one_checks():
    place = make_institution()
    make_appointment(make_person(), place)
    keep()
    InstitutionFigure.objects.filter(pk=place.pk).update(staff=7)

    every_day()

    assert InstitutionFigure.objects.get(pk=place.pk).staff == 1
    assert AuditEntry.objects.filter(verb="staffing.figures_differ").count() == 1


def test_command_says_how_many_differ(capsys):
    place = make_institution()
    call_command("ratio_figures", "--check")
    assert capsys.readouterr().out == f"institutions computed: {Institution.objects.count()}\ndifferences: 0\n"

    InstitutionFigure.objects.filter(pk=place.pk).update(binding=True)
    with pytest.raises(SystemExit) as stopped:
        call_command("ratio_figures", "--check")
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], lines[-1], stopped.value.code) == ("institutions computed: 0", "differences: 1", 1)
