"""Kept figures of today: whatever is changed, a page says what the records say; and what each guard is for."""

import random
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Appointment, Designation, Institution, LeaveKind, LeaveOfAbsence, Region
from accounts.selectors import system_user
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry
from courses.models import Level, TrainingRecord, TrainingRecordAnnulment
from oversight.selectors import _live_overview, find_region, region_overview
from staffing.models import (
    CountedStay,
    FigureMark,
    FigureRound,
    InstitutionFigure,
    RatioRule,
    RegionFigure,
    SealedCount,
    SharedMember,
)
from staffing.selectors import region_ratios, rule_on
from staffing.selectors.figures import counts_on
from staffing.selectors.kept import Wanted, kept_region
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
    make_user,
    region,
    regulator,
)
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db

AREAS = ("990000", "990100", "990101", "990200", "980000")
WANTED = (
    Wanted(),
    Wanted(order="shortfall"),
    Wanted(order="staff", outcome="not_met"),
    Wanted(text="甲", binding=True),
    Wanted(outcome="not_applicable", binding=False),
)


def round_of(**options):
    return keep_figures(actor=system_user(), **options)


def kept_of(actor, place):
    day = clock.today()
    return kept_region(actor, place, rule_on(day), day)


def shown(overview):
    """Whatever a page, its table and its filters say."""
    lists = [
        [(one.institution.pk, one.binding, one.ratio, one.sealed) for one in overview.answers.passing(wanted)]
        for wanted in WANTED
    ]
    return overview.total, overview.divisions, overview.without_institutions, len(overview.answers), lists


def assert_pages_are_right(actors):
    day = clock.today()
    for actor, codes in actors.items():
        for code in codes:
            place = find_region(actor, code)
            assert kept_of(actor, place) is not None
            live = _live_overview(actor, place, rule_on(day), day)
            assert shown(region_overview(actor, place)) == shown(live), code


@contextmanager
def untouched(*, table, event="insert"):
    """The guard is off: a trigger of a table is not there."""
    on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{table}_mark_{event}"{on}')
    yield


# --- random changes -------------------------------------------------------------------------------------------------
class World:
    """Institutions of nested regions, people of several of them; every step is one that a service may take."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        for code in AREAS:
            region(code)
        self.places = [make_institution(f"甲{n}", code=AREAS[n % len(AREAS)]) for n in range(8)]
        self.people = [make_person(f"人{n}") for n in range(14)]
        for person in self.people:
            self.appoint(person)
            self.appoint(person)
        for person in self.people[:8]:
            train(person)
        self.steps = [
            *[self.appoint] * 4, self.change, self.change, self.change, self.void, *[self.record] * 3, self.annul,
            self.replace, self.merge, self.part, self.seal, self.end_sealed, self.designate, self.end_designation,
            self.move, self.found, self.subordinate, self.host, self.leave, self.leave, self.come_back,
        ]  # fmt: skip

    def day(self):
        return clock.today() + timedelta(days=self.dice.randint(-9, 9))

    def one_of(self, rows):
        found = list(rows.order_by("pk"))
        return self.dice.choice(found) if found else None

    def step(self):
        self.dice.choice(self.steps)()

    def appoint(self, person=None):
        start = self.day()
        make_appointment(
            person or self.dice.choice(self.people), self.dice.choice(self.places), start=start,
            end_date=self.dice.choice((None, None, start + timedelta(days=self.dice.randint(1, 9)))),
            professional=self.dice.random() < 0.8, post=f"岗{self.dice.random()}",
        )  # fmt: skip

    def change(self):
        row = self.one_of(self.appointments())
        row.professional = not row.professional
        row.end_date = self.dice.choice((None, row.start_date + timedelta(days=self.dice.randint(1, 12))))
        row.save()

    def appointments(self):
        return Appointment.objects.filter(voided_at__isnull=True)

    def leave(self):
        if row := self.one_of(self.appointments().filter(leaves__isnull=True)):
            start = row.start_date + timedelta(days=self.dice.randint(0, 6))
            for first, days in (
                (start, self.dice.randint(1, 5)),
                (start + timedelta(days=9), self.dice.choice((None, 4))),
            ):
                self.away(row, kind=self.dice.choice(LeaveKind.values), start=first, days=days)

    def come_back(self):
        """Other days, or never away at all; the row before stays."""
        if row := self.one_of(LeaveOfAbsence.objects.believed()):
            gone = {"withdrawn": self.dice.random() < 0.3, "replaces": row}
            self.away(row.appointment, kind=row.kind, start=row.start_date, days=self.dice.randint(1, 4), **gone)

    def away(self, row, *, start, days, **facts):
        end = start + timedelta(days=days) if days else None
        LeaveOfAbsence.objects.create(
            appointment=row, start_date=start, end_date=end, recorded_at=clock.now(), recorded_by=system_user(), **facts
        )

    def void(self):
        row = self.one_of(self.appointments())
        row.voided_at = clock.now()
        row.save()

    def record(self):
        """Each with a title of its own: the same one twice would be one record."""
        TrainingRecord.objects.create(
            person=self.dice.choice(self.people), track="DEGREE", title=f"学位{self.dice.random()}", provider="大学",
            completed_on=self.day(), standing=self.dice.choice(("issued", "confirmed_by_base", "claimed")),
            recorded_at=clock.now(), recorded_by=system_user(),
        )  # fmt: skip

    def annul(self):
        if row := self.one_of(TrainingRecord.objects.standing_facts()):
            TrainingRecordAnnulment.objects.create(
                record=row, annulled_on=clock.today(), recorded_at=clock.now(), recorded_by=system_user(), reason="虚假"
            )

    def replace(self):
        if row := self.one_of(TrainingRecord.objects.standing_facts()):
            train(row.person, on=self.day(), standing=self.dice.choice(("issued", "claimed")), replaces=row)

    def merge(self):
        """Into somebody who is nobody's double, and nobody who has doubles."""
        merged, into = self.dice.sample(self.people, 2)
        merged.refresh_from_db()
        into.refresh_from_db()
        if merged.merged_into_id is None and into.merged_into_id is None and not merged.merged.exists():
            merged.merged_into = into
            merged.save(update_fields=["merged_into"])

    def part(self):
        person = self.dice.choice(self.people)
        person.merged_into = None
        person.save(update_fields=["merged_into"])

    def seal(self):
        place = self.dice.choice(self.places)
        if not place.sealed_counts.exists():
            SealedCount.objects.create(
                institution=place, staff=3, trained=self.dice.randint(0, 3), valid_from=self.day(), state="confirmed",
                entered_at=clock.now(), entered_by=make_user(), document_number="1", confirmed_at=clock.now(),
            )  # fmt: skip

    def end_sealed(self):
        if row := self.one_of(SealedCount.objects.filter(state="confirmed")):
            row.state, row.ended_on, row.ended_at = "ended", row.valid_from + timedelta(days=3), clock.now()
            row.save(update_fields=["state", "ended_on", "ended_at"])

    def designate(self):
        place = self.dice.choice(self.places)
        if not place.designations.exists():
            Designation.objects.create(
                institution=place, kind="pilot_university", document="文", valid_from=self.day(),
            )  # fmt: skip

    def end_designation(self):
        if row := self.one_of(Designation.objects.filter(valid_to__isnull=True)):
            row.valid_to = row.valid_from + timedelta(days=self.dice.randint(1, 9))
            row.save()

    def move(self):
        place = self.dice.choice(self.places)
        place.region = region(self.dice.choice(AREAS))
        place.save()

    def found(self):
        self.places.append(make_institution(f"甲新{self.dice.random()}", code=self.dice.choice(AREAS)))

    def subordinate(self):
        parent = make_institution(f"大学{self.dice.random()}", code=self.dice.choice(AREAS))
        make_institution(f"中心{self.dice.random()}", parent=parent, code=self.dice.choice(AREAS))

    def host(self):
        make_base(host=make_institution(f"基地主{self.dice.random()}", code=self.dice.choice(AREAS)))


@pytest.fixture(params=[(), ("unpaid", "study")], ids=["everybody", "without leaves"])
def left_out(request):
    """Kinds of leave whose days the requirement of today does not count."""
    if request.param:
        make_rule("adopted", leaves_left_out=list(request.param))


@pytest.mark.usefixtures("left_out")
@pytest.mark.parametrize("seed", range(6))
def test_pages_equal_the_records_after_random_changes(seed):
    world = World(seed)
    actors = {regulator("000000"): ("000000", "990000", "980000"), regulator(): ("990000", "990100", "990101")}
    round_of()
    for _turn in range(12):
        for _change in range(world.dice.randint(1, 4)):
            world.step()
        assert_pages_are_right(actors)
        if world.dice.random() < 0.5:
            round_of()
            assert check_figures(actor=system_user()) == []
            assert_pages_are_right(actors)


@pytest.mark.usefixtures("left_out")
@pytest.mark.parametrize("seed", range(2))
def test_pages_equal_the_records_on_every_day_to_come(seed):
    world = World(seed)
    actors = {regulator("000000"): ("000000", "990000")}
    round_of()
    for days in range(1, 12):
        with clock.travel(timedelta(days=days)):
            assert_pages_are_right(actors)
            if days % 3 == 0:
                round_of()
                assert FigureRound.objects.get().day == clock.today()
                assert_pages_are_right(actors)
                world.step()


# --- what is kept ---------------------------------------------------------------------------------------------------
def test_person_of_two_institutions_stands_in_both_and_once_in_the_sum():
    first, second, person = make_institution(code="990100"), make_institution(code="990200"), make_person()
    make_appointment(person, first)
    make_appointment(person, first, post="副主任")
    make_appointment(person, second)
    train(person)
    round_of()

    sums = {(row.region.code, row.own): (row.trained, row.staff) for row in RegionFigure.objects.filter(staff__gt=0)}
    assert {pk: (one.trained, one.staff) for pk, one in InstitutionFigure.objects.in_bulk().items()} == {
        first.pk: (1, 1), second.pk: (1, 1),
    }  # fmt: skip
    assert set(sums.values()) == {(1, 1)}
    assert sums["990000", False] == (1, 1)
    assert SharedMember.objects.count() == 2


def test_posts_that_follow_each_other_are_one_stay_and_a_gap_makes_two():
    place, person = make_institution(), make_person()
    for start, end in ((2020, 2021), (2021, 2022), (2023, 2025), (2024, None)):
        make_appointment(
            person, place, start=date(start, 1, 1), end_date=date(end, 1, 1) if end else None, post=f"{start}"
        )
    train(person, on=date(2021, 6, 1))
    train(person, on=date(2024, 6, 1))
    round_of()

    found = list(CountedStay.objects.order_by("start").values_list("start", "end", "trained_from"))
    assert found == [
        (date(2020, 1, 1), date(2022, 1, 1), date(2021, 6, 1)),
        (date(2023, 1, 1), None, date(2021, 6, 1)),
    ]


@pytest.mark.usefixtures("left_out")
@pytest.mark.parametrize("days", [-2000, -400, 0, 5])
def test_counts_of_any_day_are_those_of_the_records(days):
    world = World(7)
    for _ in range(20):
        world.step()
    round_of()
    day = clock.today() + timedelta(days=days)

    _figure, answers = region_ratios(system_user(), "", as_of=day)
    live = {
        pk: (one.ratio.trained - one.sealed.trained, one.ratio.staff - one.sealed.staff) for pk, one in answers.items()
    }
    assert counts_on(day) == {pk: numbers for pk, numbers in live.items() if numbers[1]}


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


@pytest.mark.parametrize("rows", [1, 3])
def test_kept_page_asks_the_same_whatever_the_rows(rows, django_assert_num_queries):
    for n in range(rows):
        make_appointment(make_person(f"甲{n}"), make_institution(code=f"990{n + 1}00"))
    actor, place = regulator(), region()
    round_of()

    with django_assert_num_queries(8):
        overview = region_overview(actor, place)
        assert len(overview.answers[:25]) == rows == len(overview.answers)


@pytest.mark.parametrize("rows", [1, 3])
def test_touched_page_asks_the_same_whatever_the_rows(rows, django_assert_num_queries):
    actor, place = regulator(), region()
    places = [make_institution(code=f"990{n + 1}00") for n in range(rows)]
    round_of()
    for n, one in enumerate(places):
        make_appointment(make_person(f"甲{n}"), one)

    with django_assert_num_queries(19):
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
