"""A small country for the kept figures: random changes, and whether pages say what the records say."""

import random
from datetime import timedelta

from accounts.models import Appointment, Designation, LeaveKind, LeaveOfAbsence, PersonMerge
from accounts.selectors import system_user
from core import clock
from courses.models import TrainingRecord
from oversight.selectors import _live_overview, find_region, region_overview
from staffing.models import (
    SealedCount,
)
from staffing.selectors import rule_on
from staffing.selectors.kept import Wanted, kept_region
from staffing.services.figures import keep_figures
from tests.builders import (
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    region,
)
from tests.courses.annulling import make_annulment
from tests.staffing.test_selectors import train

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
            for later, days in ((0, self.dice.randint(1, 5)), (9, self.dice.choice((None, 4)))):
                kind = self.dice.choice(LeaveKind.values)
                self.away(row, kind=kind, start=start + timedelta(days=later), days=days)

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
            make_annulment(row, reason="虚假")

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
            self.joined(merged, into)

    def part(self):
        person = self.dice.choice(self.people)
        person.refresh_from_db()
        if into := person.merged_into:
            person.merged_into = None
            person.save(update_fields=["merged_into"])
            self.joined(person, into, undoes=person.merges.order_by("pk").last())

    def joined(self, merged, into, **undone):
        PersonMerge.objects.create(
            merged=merged, into=into, reason="同一人", at=clock.now(), by=system_user(), body_name="", **undone
        )

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
