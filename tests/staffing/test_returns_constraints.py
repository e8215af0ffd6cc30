"""What the database itself promises about returns; each promise is tried."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.selectors import system_user
from core import clock
from staffing.models import (
    FilingPeriod,
    RatioReturn,
    ReturnAnomaly,
    ReturnCheck,
    ReturnDecision,
    ReturnReceipt,
    ReturnReminder,
    ReturnVersion,
)
from staffing.selectors import rule_on
from tests.staffing.returns_builders import DAY, make_period, staffed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_day")]


class Rows:
    """One good row of each table; a test spoils one value."""

    def __init__(self):
        self.period = make_period()
        self.found = RatioReturn.objects.create(
            institution=staffed(1, 1), period=self.period, declared_at=clock.now(), declared_by=system_user()
        )
        self.check = self.make_check()
        self.version = self.make_version()

    def figures(self, **changed):
        rule = rule_on(DAY)
        numbers = {"staff": 1, "trained": 1, "sealed_staff": 0, "sealed_trained": 0}
        words = {"as_of": DAY, "known_at": clock.now(), "rule": rule, "binding": False, "outcome": "met"}
        return {**words, **numbers, "value": 70, "comparator": "gte", **changed}

    def make_check(self, **changed):
        return ReturnCheck.objects.create(ratio_return=self.found, checked_by=system_user(), **self.figures(**changed))

    def make_version(self, trained=1, **changed):
        words = {
            "ratio_return": self.found, "check_of": self.check, "turn": 1, "filed_at": clock.now(),
            "attested_by": system_user(), "attested_name": "贺敏", "attested_post": "处长",
        }  # fmt: skip
        return ReturnVersion.objects.create(**self.figures(trained=trained), **{**words, **changed})

    def make_later(self, **changed):
        return self.make_version(**{"turn": 2, "reason": "更正", "check_of": self.make_check(), **changed})

    def make_return(self, **changed):
        words = {"institution": staffed(1, 1), "period": self.period, "declared_by": system_user()}
        return RatioReturn.objects.create(declared_at=clock.now(), **{**words, **changed})

    def make_anomaly(self, **changed):
        return ReturnAnomaly.objects.create(**{"check_of": self.check, "kind": "jump", "facts": {}, **changed})

    def make_decision(self, **changed):
        words = {"version": self.version, "step": "accept", "decided_by": system_user(), "decided_at": clock.now()}
        return ReturnDecision.objects.create(**{**words, **changed})

    def make_period(self, **changed):
        columns = {field.attname for field in FilingPeriod._meta.fields} - {"id"}
        words = {column: getattr(self.period, column) for column in columns}
        return FilingPeriod.objects.create(**{**words, "code": "OTHER", **changed})

    def make_reminder(self, **changed):
        words = {"institution": self.found.institution, "period": self.period, "days": 7, "at": clock.now()}
        return ReturnReminder.objects.create(**{**words, **changed})


@pytest.fixture
def rows():
    return Rows()


BROKEN = {
    "filing_period_once": lambda r: r.make_period(code="TEST"),
    "filing_period_opens_in_time": lambda r: r.make_period(opens_on=date(2026, 7, 1)),
    "filing_period_correct_after_due": lambda r: r.make_period(correct_working_days=9),
    "ratio_return_once_a_period": lambda r: r.make_return(institution=r.found.institution),
    "ratio_return_filed_has_version": lambda r: r.make_return(state="filed"),
    "ratio_return_declared_has_none": lambda r: r.make_return(filed_turn=1),
    "return_check_trained_among_staff": lambda r: r.make_check(trained=2),
    "return_anomaly_once_a_check": lambda r: [r.make_anomaly(), r.make_anomaly()],
    "return_anomaly_answered_by_somebody": lambda r: r.make_anomaly(answer="x"),
    "return_anomaly_judged_by_somebody": lambda r: r.make_anomaly(judgement="noted", judged_by=system_user()),
    "return_version_once": lambda r: r.make_later(turn=1),
    "return_version_has_attester": lambda r: r.make_later(attested_name=""),
    "return_version_later_has_reason": lambda r: r.make_later(reason=""),
    "return_version_from_one": lambda r: r.make_later(turn=0),
    "return_version_trained_among_staff": lambda r: r.make_later(trained=2),
    "return_receipt_has_hash": lambda r: ReturnReceipt.objects.create(
        version=r.version, sha256="", body=b"x", stored_at=clock.now()
    ),
    "return_receipt_sealed_or_from_before": lambda r: ReturnReceipt.objects.create(
        version=r.version, sha256="x", stored_at=clock.now()
    ),
    "return_decision_says_why": lambda r: r.make_decision(step="return"),
    "return_reminder_once": lambda r: [r.make_reminder(), r.make_reminder()],
}
TABLES = (
    FilingPeriod, RatioReturn, ReturnCheck, ReturnAnomaly, ReturnVersion, ReturnReceipt, ReturnDecision, ReturnReminder,
)  # fmt: skip
# The names that SQLite leaves out of its refusals.
UNIQUE = {
    "filing_period_once", "ratio_return_once_a_period", "return_anomaly_once_a_check", "return_version_once",
    "return_reminder_once",
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_constraint_refuses(rows, name):
    told = "UNIQUE|append-only|frozen" if name in UNIQUE and connection.vendor == "sqlite" else name
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        BROKEN[name](rows)


def test_every_constraint_is_tried():
    assert {one.name for model in TABLES for one in model._meta.constraints} == set(BROKEN)


def test_good_rows_are_taken(rows):
    rows.make_later()
    rows.make_anomaly(answer="x", answered_by=system_user())
    rows.make_decision()
    rows.make_decision(step="return", reason="？")
    rows.make_reminder()
    rows.make_period()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("staffing_returnversion", "trained = 0"),
        ("staffing_returnversion", "attested_name = 'x'"),
        ("staffing_returncheck", "staff = 9"),
        ("staffing_filingperiod", "due_working_days = 1"),
        ("staffing_ratioreturn", "institution_id = institution_id + 1"),
        ("staffing_returnanomaly", "kind = 'flag'"),
    ],
)
def test_what_was_filed_never_changes(rows, table, change):
    rows.make_anomaly()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change}")  # noqa: S608 - names of this file


@pytest.mark.parametrize("model", [ReturnVersion, ReturnCheck, FilingPeriod, RatioReturn])
def test_nothing_of_it_is_deleted(rows, model):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - names of this file
