"""What the ratio benchmark asks of one country, in a process of its own: CPU milliseconds, the database's included."""
# ruff: noqa: E402, S311 - models can be imported once the settings are loaded; dice are no secret

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

import django

django.setup()

from django.db import connection, transaction

from accounts.models import Appointment, Designation, Institution, Person
from accounts.selectors import system_user
from accounts.services import LineRefused, record_leaving
from benchmarks.ratio import database_seconds
from core import clock
from courses.models import TrainingRecord, TrainingRecordAnnulment
from staffing.models import SealedCount
from staffing.selectors import institution_ratio, rule_on
from staffing.selectors.figures import counts_on
from staffing.selectors.ratios import members_of
from staffing.services.figures import check_figures, keep_figures

SEQUENTIAL = "SELECT (SELECT count(*) FROM accounts_appointment), (SELECT count(*) FROM courses_trainingrecord)"
# Of the facts themselves, without anything kept.
FROM_FACTS = """
WITH trained AS (
  SELECT DISTINCT COALESCE(p.merged_into_id, p.id) AS person FROM courses_trainingrecord r
  JOIN accounts_person p ON p.id = r.person_id
  WHERE r.standing IN ('issued', 'confirmed_by_base', 'confirmed_by_regulator') AND r.track IN ('SOCIAL', 'DEGREE')
   AND r.completed_on <= %s AND NOT EXISTS (SELECT 1 FROM courses_trainingrecordannulment a WHERE a.record_id = r.id)
   AND NOT EXISTS (SELECT 1 FROM courses_trainingrecord n WHERE n.replaces_id = r.id)
), staff AS (
  SELECT DISTINCT t.institution_id, COALESCE(p.merged_into_id, p.id) AS person FROM accounts_appointment t
  JOIN accounts_person p ON p.id = t.person_id
  WHERE t.voided_at IS NULL AND t.professional AND t.start_date <= %s AND (t.end_date IS NULL OR t.end_date > %s)
)
SELECT institution_id, count(trained.person), count(*) FROM staff LEFT JOIN trained ON trained.person = staff.person
GROUP BY institution_id
"""


def main() -> None:
    options = _options()
    if options.work == "keep":
        _say({"seconds": _seconds(lambda: keep_figures(actor=system_user(), anew=True))})
    elif options.work == "measure":
        _say(_measured(options.postmaster, options.rounds))
    else:
        _say(_changed(options.changes))


def _say(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found))


def _seconds(work: Callable[[], object]) -> float:
    before = time.monotonic()
    work()
    return time.monotonic() - before


# --- cost -----------------------------------------------------------------------------------------------------------
def _measured(postmaster: int, rounds: int) -> dict[str, object]:
    """Medians are taken by the caller; everything once beforehand, so that each finds its rows in memory."""
    dice = random.Random(1)
    places = dice.sample(list(Institution.objects.order_by("pk").values_list("pk", flat=True)), 50)
    today = clock.today()
    days = [today - timedelta(days=dice.randint(0, 900)) for _place in places]
    asked: dict[str, tuple[Callable[[], object], int]] = {
        "staff": (lambda: [_staff(pk) for pk in places], len(places)),
        "one": (lambda: [_one(pk, day) for pk, day in zip(places, days, strict=True)], len(places)),
        "count": (lambda: [_rows(SEQUENTIAL, sequential=True) for _ in range(2)], 2),
        "all": (lambda: [counts_on(today) for _ in range(2)], 2),
        "facts": (lambda: _rows(FROM_FACTS, today, today, today), 1),
    }
    costs: dict[str, list[float]] = defaultdict(list)
    for turn in range(rounds + 1):
        for name, (work, times) in dice.sample(list(asked.items()), len(asked)):
            cost = _cpu(work, postmaster) / times
            if turn:
                costs[name].append(cost)
    return {"costs": costs, "same": _same(today)}


def _staff(pk: int) -> object:
    """The row by its key, and an index range of its staff, as the platform reads rows."""
    return Institution.objects.get(pk=pk), list(Appointment.objects.filter(institution=pk))


def _one(pk: int, day: object) -> object:
    return institution_ratio(Institution.objects.select_related("region").get(pk=pk), as_of=day)  # type: ignore[arg-type]


def _rows(sql: str, *values: object, sequential: bool = False) -> list[tuple[object, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        if sequential and connection.vendor == "postgresql":
            for way in ("indexscan", "indexonlyscan", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _same(today: object) -> bool:
    """Three ways to the same figures: the kept stays, one statement over the facts, person by person."""
    kept = counts_on(today)  # type: ignore[arg-type]
    facts = {pk: (trained, staff) for pk, trained, staff in _rows(FROM_FACTS, today, today, today)}
    some = list(kept)[:200]
    people, sealed = members_of(some, rule_on(today), today)  # type: ignore[arg-type]
    live = {pk: (sum(done for _p, done in people[pk]), len(people[pk])) for pk in some}
    for pk, count in sealed.items():
        live[pk] = (live[pk][0] - count.trained, live[pk][1] - count.staff)
    return kept == facts and all(kept[pk] == live[pk] for pk in some)


def _cpu(work: Callable[[], object], postmaster: int) -> float:
    before = _spent(postmaster)
    work()
    return (_spent(postmaster) - before) * 1000


def _spent(postmaster: int) -> float:
    return time.process_time() + (database_seconds(postmaster) if postmaster else 0)


# --- a thousand changes ---------------------------------------------------------------------------------------------
def _changed(number: int) -> dict[str, object]:
    """Random changes, rounds at random between them; then everything counted person by person."""
    dice, done = random.Random(2), defaultdict(int)
    changes = _Changes(dice)
    seconds = []
    for _change in range(number):
        step = dice.choice(changes.steps)
        done[step.__name__.strip("_")] += bool(step())
        if dice.random() < 0.02:
            seconds.append(_seconds(lambda: keep_figures(actor=system_user())))
    found = check_figures(actor=system_user())
    return {"done": done, "differences": len(found), "rounds": len(seconds), "longest": max(seconds, default=0)}


class _Changes:
    """Leavings through the service; what needs a second person or a file is written as its service writes it."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.actor = dice, system_user()
        self.posts = list(Appointment.objects.holding().order_by("pk").values_list("pk", flat=True))
        self.people = list(Person.objects.filter(merged_into=None).order_by("pk").values_list("pk", flat=True))
        self.places = list(Institution.objects.order_by("pk").values_list("pk", flat=True))
        self.records = list(TrainingRecord.objects.standing_facts().order_by("pk").values_list("pk", flat=True))
        self.steps = [
            self._leave, self._join, self._join_elsewhere, self._correct, self._void, self._train, self._annul,
            self._merge, self._part, self._designate, self._seal, self._move,
        ]  # fmt: skip

    def _day(self) -> object:
        return clock.today() + timedelta(days=self.dice.randint(-300, 60))

    def _leave(self) -> bool:
        row = Appointment.objects.get(pk=self.dice.choice(self.posts))
        try:
            record_leaving(actor=self.actor, appointment=row, values={"last_day": f"{self._day()}"})
        except LineRefused:
            return False
        return True

    def _join(self) -> bool:
        person = Person.objects.create(name="新人", name_key="新人")
        self.people.append(person.pk)
        return self._appoint(person.pk)

    def _join_elsewhere(self) -> bool:
        return self._appoint(self.dice.choice(self.people))

    def _appoint(self, person: int) -> bool:
        row = Appointment.objects.create(
            person_id=person, institution_id=self.dice.choice(self.places), post=f"岗{self.dice.random()}",
            professional=True, employment_type="contract", start_date=self._day(), recorded_at=clock.now(),
        )  # fmt: skip
        self.posts.append(row.pk)
        return True

    def _correct(self) -> bool:
        return bool(
            Appointment.objects.filter(pk=self.dice.choice(self.posts)).update(
                professional=self.dice.random() < 0.5, recorded_at=clock.now()
            )
        )

    def _void(self) -> bool:
        return bool(Appointment.objects.filter(pk=self.dice.choice(self.posts)).update(voided_at=clock.now()))

    def _train(self) -> bool:
        TrainingRecord.objects.create(
            person_id=self.dice.choice(self.people), track="SOCIAL", title=f"培训{self.dice.random()}",
            provider="基地", completed_on=self._day(), standing="issued", recorded_at=clock.now(),
            recorded_by=self.actor,
        )  # fmt: skip
        return True

    def _annul(self) -> bool:
        record = self.dice.choice(self.records)
        _row, made = TrainingRecordAnnulment.objects.get_or_create(
            record_id=record,
            defaults={
                "annulled_on": clock.today(), "recorded_at": clock.now(), "recorded_by": self.actor, "reason": "虚假",
                "predates_cases": True,
            },
        )  # fmt: skip
        return made

    def _merge(self) -> bool:
        merged, into = self.dice.sample(self.people, 2)
        if Person.objects.filter(merged_into=merged).exists():
            return False
        standing = Person.objects.filter(pk=into, merged_into=None).exists()
        return standing and bool(Person.objects.filter(pk=merged).update(merged_into=into))

    def _part(self) -> bool:
        double = Person.objects.filter(merged_into__isnull=False, pk__gte=self.dice.choice(self.people)).first()
        return double is not None and bool(Person.objects.filter(pk=double.pk).update(merged_into=None))

    def _designate(self) -> bool:
        place = self.dice.choice(self.places)
        if Designation.objects.filter(institution=place).exists():
            return False
        Designation.objects.create(institution_id=place, kind="pilot_university", document="文", valid_from=self._day())
        return True

    def _seal(self) -> bool:
        place = self.dice.choice(self.places)
        if SealedCount.objects.filter(institution=place).exists():
            return False
        SealedCount.objects.create(
            institution_id=place, staff=4, trained=self.dice.randint(0, 4), valid_from=self._day(), state="confirmed",
            entered_at=clock.now(), entered_by=self.actor, document_number="1", confirmed_at=clock.now(),
        )  # fmt: skip
        return True

    def _move(self) -> bool:
        place, other = Institution.objects.filter(pk__in=self.dice.sample(self.places, 2)).order_by("pk")
        return bool(Institution.objects.filter(pk=place.pk).update(region=other.region_id))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=["keep", "measure", "change"])
    parser.add_argument("--postmaster", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--changes", type=int, default=1_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
