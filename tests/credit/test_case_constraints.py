"""What the database itself refuses of an administrative case, whatever writes it: one wrong value at a time."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock
from credit.models import AdministrativeCase, CreditRecord
from tests.credit.cases import Authority, item, measure

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# Constraint -> (how far the case is, what is set wrong).
BROKEN = {
    "case_of_one_subject": ("filed", {"institution": "host"}),
    "case_number_once": ("filed", {"number": "other"}),
    "case_has_a_number": ("filed", {"number": ""}),
    "case_within_the_limit": ("filed", {"limit_on": "long ago"}),
    "case_by_two_officers": ("investigated", {"officer_two": "one"}),
    "case_noticed_with_facts": ("noticed", {"notice_facts": ""}),
    "case_considered_after_hearing": ("heard", {"completed_at": None}),
    "case_completed_by_its_own_words": ("heard", {"answer_recorded_by": "one"}),
    "case_notice_written_whole": ("written", {"notice_reasons": ""}),
    "case_noticed_by_service": ("written", {"noticed_at": "now"}),
    "case_hearing_was_served": (
        "noticed",
        {"hearing_time": "noon", "hearing_record": "笔录", "hearing_on": "today", "hearing_chair": "lawyer"},
    ),
    "case_hearing_on_paper_says_where": ("noticed", {"hearing_asked_by": "one"}),
    "case_hearing_was_held": ("heard", {"hearing_asked_on": "today"}),
    "case_reopened_after_consideration": ("heard", {"reconsidered_on": "today"}),
    "case_reopened_is_considered_anew": ("heard", {"reopened_at": "now"}),
    "case_hearing_led_by_another": ("heard", {"hearing_chair": "one"}),
    "case_decided_whole": ("decided", {"decision_basis": ""}),
    "case_adverse_in_proportion": ("decided", {"proportionality": ""}),
    "case_no_worse_than_noticed": ("decided", {"intended_rank": 1}),
    "case_serious_was_discussed": ("decided", {"outcome": "serious"}),
    "case_decided_by_another": ("decided", {"decided_by": "one"}),
    "case_law_reviewed_by_another": ("reviewed", {"reviewed_by": "two"}),
    "case_published_of_entities_alone": ("decided", {"published": True, "reference": "信用中国"}),
    "case_served_with_proof": ("in_force", {"service_proof": ""}),
    "case_served_electronically_by_consent": ("in_force", {"served_by": "electronic"}),
    "case_in_force_after_service": ("in_force", {"repair_notice": False}),
    "case_closed_without_entry": ("in_force", {"state": "closed"}),
    "case_repaired_after_the_minimum": ("in_force", {"state": "repaired", "ended_on": "today"}),
    "case_expired_after_the_maximum": ("in_force", {"state": "expired", "ended_on": "today"}),
    "case_over_for_a_reason": ("filed", {"state": "dropped"}),
    "case_annulled_by_a_document": ("in_force", {"state": "annulled", "annulled_on": "today"}),
}
MORE = [
    ("noticed", "case_noticed_with_facts", {"answer_until": None}),
    ("noticed", "case_noticed_with_facts", {"answer_days": 4}),
    ("noticed", "case_noticed_with_facts", {"answer_days": None}),
    ("noticed", "case_noticed_with_facts", {"notice_served_on": None}),
    ("noticed", "case_noticed_with_facts", {"notice_proof": ""}),
    ("noticed", "case_noticed_with_facts", {"notice_basis": ""}),
    ("noticed", "case_noticed_with_facts", {"notice_reasons": ""}),
    ("noticed", "case_noticed_with_facts", {"findings": ""}),
    ("noticed", "case_noticed_with_facts", {"intended": ""}),
    ("heard", "case_considered_after_hearing", {"considered": ""}),
    ("written", "case_notice_written_whole", {"notice_written_on": None}),
    ("written", "case_notice_written_whole", {"notice_written_by": None}),
    ("noticed", "case_noticed_by_service", {"notice_written_on": "tomorrow"}),
    (
        "heard",
        "case_considered_after_hearing",
        {
            "completed_at": None,
            "answer_is_provisional": True,
            "notice_served_on": "long ago",
            "notice_written_on": "long ago",
            "answer_until": "past",
        },
    ),
    ("heard", "case_reopened_after_consideration", {"state": "reopened"}),
    (
        "heard",
        "case_reopened_after_consideration",
        {"state": "reopened", "reopened_at": "now", "reconsidered_on": "today"},
    ),
    (
        "noticed",
        "case_reopened_after_consideration",
        {"state": "reopened", "reopened_at": "now", "considered_on": "today"},
    ),
    ("decided", "case_reopened_is_considered_anew", {"reopened_at": "now", "rediscussed_on": "today"}),
    ("decided", "case_decided_whole", {"remedy_body": ""}),
    ("decided", "case_decided_whole", {"remedy_court": ""}),
    ("decided", "case_decided_whole", {"decision_reasons": ""}),
    ("decided", "case_decided_whole", {"decided_on": None}),
    ("decided", "case_decided_whole", {"outcome": "", "outcome_rank": 0}),
    ("decided", "case_adverse_in_proportion", {"ends_on": None}),
    ("decided", "case_decided_by_another", {"decided_by": "lawyer"}),
    ("in_force", "case_in_force_after_service", {"begun_on": None}),
    ("in_force", "case_served_with_proof", {"served_by": ""}),
]


@pytest.fixture
def unguarded():
    """Without the trigger that keeps texts, so that the constraint itself is asked."""
    with connection.cursor() as cursor:
        drop_guard(cursor)


def drop_guard(cursor, table="credit_administrativecase"):
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        return
    cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP TRIGGER "{name}" ON {table}')


def put(desk, case, wrong):
    """The words of the tables above as values."""
    said = {
        "one": desk.one,
        "two": desk.two,
        "lawyer": desk.lawyer,
        "today": clock.today(),
        "tomorrow": clock.today() + DAY,
        "now": clock.now(),
        "noon": time(12),
        "past": clock.today() - DAY,
        "long ago": case.discovered_on - DAY,
    }
    values = {
        name: said.get(value, value) if isinstance(value, str) and name != "number" else value
        for name, value in wrong.items()
    }
    if values.get("institution") == "host":
        values["institution"] = Authority().of_entity().subject
    if values.get("number") == "other":
        values["number"] = desk.filed().number
    if "ended_on" in values:
        values |= {"ended_by": desk.free, "end_reason": "理由"}
    return values


@pytest.mark.parametrize(
    ("how_far", "name", "wrong"),
    [(how_far, name, wrong) for name, (how_far, wrong) in BROKEN.items()] + MORE,
)
def test_database_refuses(unguarded, how_far, name, wrong):
    desk = Authority()
    case = getattr(desk, how_far)()
    values = put(desk, case, wrong)

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        AdministrativeCase.objects.filter(pk=case.pk).update(**values)
    assert name in str(caught.value) or name == "case_number_once"


def test_every_constraint_is_tried():
    names = {constraint.name for constraint in AdministrativeCase._meta.constraints}
    assert names == set(BROKEN)


@pytest.mark.parametrize(
    ("column", "value"),
    [("findings", "别的"), ("number", "别的"), ("notice_facts", "别的"), ("filed_on", "2020-01-01")],
)
def test_what_was_written_stays(column, value):
    case = Authority().noticed()
    with pytest.raises(IntegrityError), transaction.atomic():
        AdministrativeCase.objects.filter(pk=case.pk).update(**{column: value})


def test_cases_and_ordered_measures_are_never_deleted():
    case = Authority().in_force("general", (measure(),))
    for row in (case, case.measures.first(), case.report):
        with pytest.raises(Exception, match=r"frozen|append-only|referenced|protected"), transaction.atomic():
            row.delete()


def test_adverse_entry_needs_a_case():
    case = Authority().in_force()
    entry = CreditRecord.objects.get(case=case)
    words = {"publisher": "某局", "occurred_on": clock.today(), "kind": "decision", "person": entry.person}
    with pytest.raises(IntegrityError, match="credit_record_adverse_from_a_case"), transaction.atomic():
        CreditRecord.objects.create(category="adverse", source="x:1", **words)


def test_no_measure_is_a_list_of_the_dishonest():
    with pytest.raises(IntegrityError, match="measure_is_no_list"), transaction.atomic():
        measure(title_zh="列入严重失信主体名单")
    with pytest.raises(IntegrityError, match="measure_has_its_own_basis"), transaction.atomic():
        measure(basis="")
    with pytest.raises(IntegrityError, match="catalogue_item_has_a_basis"), transaction.atomic():
        item(basis="")
