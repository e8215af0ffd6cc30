"""The people behind a ratio: who counts as what and by what evidence, who does not and why; as a page and as a file."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from openpyxl import load_workbook

from accounts.models import LeaveKind, LeaveOfAbsence
from accounts.selectors import system_user
from core import clock
from courses.selectors.records import open_claims
from courses.services import refuse_evidence
from staffing.selectors import institution_ratio
from staffing.selectors.people import StaffStanding, people_table
from staffing.workflow import RuleState
from tests.builders import (
    hat,
    join_records,
    make_appointment,
    make_institution,
    make_person,
    make_rule,
    officer,
    place_for,
    regulator,
)
from tests.courses.annulling import make_annulment
from tests.courses.builders import make_cohort, make_enrolment
from tests.courses.evidence import make_case
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    """甲 trained, 乙 in training, 丙 neither; 丁 is no professional."""
    place = make_institution(name="岚江大学")
    people = {name: make_person(name) for name in "丙甲丁乙"}
    for name, person in people.items():
        make_appointment(person, place, professional=name != "丁")
    train(people["甲"])
    make_enrolment(make_cohort(), person=people["乙"], state="attending")
    return place


def url(place, tail="", language="en"):
    return f"/{language}/institutions/{place.pk}/ratio/people/{tail}"


def page(client, place, tail=""):
    client.force_login(officer(place))
    answer = client.get(url(place, tail))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def rows(text):
    body = re.search(r"<tbody[^>]*>(.*?)</tbody>", text, re.DOTALL)
    if body is None:
        return []
    return [re.sub(r"<[^>]+>|\s+", " ", row) for row in body[1].split("</tr>") if row.strip()]


def names(text):
    return [next(name for name in "甲乙丙丁戊己" if name in row) for row in rows(text)]


def table(place, **asked):
    return {one.line.name: one for one in people_table(institution_ratio(place, **asked))}


# --- who stands how -------------------------------------------------------------------------------------------------
def test_everybody_in_post_stands_there_untrained_first_and_those_left_out_last(client, place):
    text = page(client, place)
    assert names(text) == ["丙", "乙", "甲", "丁"]
    kinds = ["not trained", "in training", "trained", "not counted"]
    assert all(kind in row for kind, row in zip(kinds, rows(text), strict=True))
    assert "1</b> / 3" in text


def test_class_of_somebody_in_training_is_told_by_its_last_day(client, place):
    ends = table(place)["乙"].ends_on
    assert ends is not None
    assert str(ends.year) in rows(page(client, place))[1]


@pytest.mark.parametrize("state", ["applied", "waitlisted", "completed", "failed", "withdrawn"])
def test_only_those_who_sit_in_a_class_are_in_training(place, state):
    make_enrolment(make_cohort(), person=table_person(place, "丙"), state=state)
    assert table(place)["丙"].standing == StaffStanding.UNTRAINED


def test_who_applied_under_a_double_is_in_training(place):
    double = make_person("丙")
    make_enrolment(make_cohort(), person=double)
    assert table(place)["丙"].standing == StaffStanding.UNTRAINED
    join_records(double, table_person(place, "丙"))
    assert table(place)["丙"].standing == StaffStanding.LEARNING


def test_after_the_class_its_decision_is_waited_for(client, place):
    place.appointments.get(person__name="乙").person.enrolments.all().delete()
    for name, ends_on in (("丙", clock.today() - timedelta(days=1)), ("乙", clock.today())):
        cohort = make_cohort(starts_on=clock.today() - timedelta(days=9), ends_on=ends_on)
        make_enrolment(cohort, person=table_person(place, name), state="attending")
    found = {row.split()[0]: "completion to be decided" in row for row in rows(page(client, place))}
    assert found == {"丙": True, "乙": False, "甲": False, "丁": False}


def test_who_was_trained_after_the_day_is_not_asked_for_evidence(client, place):
    train(table_person(place, "丙"), on=date(2026, 3, 1))
    row = next(one for one in rows(page(client, place, "?as_of=2026-02-28")) if "丙" in one)
    assert "not trained" in row
    assert "trained later, on 1 Mar 2026" in row
    assert "Submit" not in row
    assert table(place, as_of=date(2026, 3, 1))["丙"].trained_on is None


def test_of_several_classes_the_one_that_ends_last_is_told(place):
    last = make_cohort(ends_on=clock.today() + timedelta(days=300))
    make_enrolment(last, person=table_person(place, "乙"))
    assert table(place)["乙"].ends_on == last.ends_on


def test_of_another_day_nobody_says_who_sits_in_a_class_now(place):
    yesterday = clock.today() - timedelta(days=1)
    assert table(place, as_of=yesterday)["乙"].standing == StaffStanding.UNTRAINED


def test_as_known_before_training_was_entered_nobody_is_trained(client, place):
    before = clock.now() - timedelta(seconds=1)
    late = make_person("戊")
    make_appointment(late, place, recorded_at=clock.now() - timedelta(days=2))
    train(late)
    assert table(place)["戊"].standing == StaffStanding.TRAINED
    assert table(place, known_at=before)["戊"].standing == StaffStanding.UNTRAINED
    assert set(table(place, known_at=before)) == {"戊"}


def test_reason_is_told_for_everybody_left_out():
    make_rule(RuleState.ADOPTED, leaves_left_out=["study"], employment_types=["contract"], staff_counted="full_time")
    place = make_institution()
    terms = {
        "甲": {},
        "乙": {"professional": False},
        "丙": {"employment_type": "dispatched", "full_time": True},
        "丁": {"full_time": None},
    }
    for name, changed in terms.items():
        make_appointment(make_person(name), place, **{"full_time": True, **changed})
    away = place.appointments.get(person__name="甲")
    LeaveOfAbsence.objects.create(
        appointment=away, kind="study", start_date=date(2026, 1, 1), recorded_at=clock.now(), recorded_by=system_user()
    )
    found = table(place)
    assert [found[name].why for name in "甲乙丙丁"] == [
        f"离岗：{LeaveKind.STUDY.label}", "非专业人员", "此用工形式不计入", "未登记为专职",
    ]  # fmt: skip
    assert institution_ratio(place).ratio.staff == 0


def test_who_counts_by_another_post_is_not_left_out(place):
    make_appointment(table_person(place, "丁"), place, post="工程师")
    assert table(place)["丁"].standing == StaffStanding.UNTRAINED
    assert len(table(place)) == 4


def test_line_of_somebody_left_out_shows_the_evidence_too(client, place):
    train(table_person(place, "丁"))
    assert "培训" in rows(page(client, place))[-1]


def test_claim_is_shown_as_such_and_counts_nowhere(client, place):
    train(table_person(place, "丙"), standing="claimed")
    row = rows(page(client, place))[0]
    assert "not trained" in row
    assert "claimed, not verified" in row
    assert "Submit" not in row
    client.force_login(officer(place))
    heads, line, *_more = csv.reader(io.StringIO(client.get(url(place, "export.csv")).content.decode("utf-8-sig")))
    found = dict(zip(heads, line, strict=True))
    assert (found["Evidence"], found["Claimed, not verified"]) == ("", "培训")


def test_claim_that_was_verified_or_annulled_is_none(place):
    person = table_person(place, "丙")
    for day, taken_back in enumerate((lambda claim: train(person, replaces=claim), make_annulment), 1):
        claim = train(person, standing="claimed", on=date(2025, 6, day))
        assert set(open_claims({person.pk})) == {person.pk}
        taken_back(claim)
        assert open_claims({person.pk}) == {}


def test_claim_that_was_refused_is_none():
    case = make_case()
    submitted = case.submit()
    assert set(open_claims({submitted.person_id})) == {submitted.person_id}
    refuse_evidence(actor=case.decider, evidence=submitted, reason="证书无法核实")
    assert open_claims({submitted.person_id}) == {}


def test_claim_of_a_double_stands_with_the_survivor(place):
    double = make_person("丙")
    train(double, standing="claimed")
    survivor = table_person(place, "丙")
    join_records(double, survivor)
    assert set(open_claims({survivor.pk})) == {survivor.pk}


def table_person(place, name):
    return place.appointments.get(person__name=name).person


# --- search, filters, pages -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("standing", "expected"), [("no", "丙"), ("learning", "乙"), ("yes", "甲"), ("out", "丁"), ("nonsense", "丙乙甲丁")]
)
def test_filter_leaves_those_who_stand_so(client, place, standing, expected):
    assert names(page(client, place, f"?standing={standing}")) == list(expected)


def test_filter_says_how_many_stand_how(client, place):
    text = page(client, place)
    for said in ("all 4", "not trained (1)", "in training (1)", ">trained (1)", "not counted (1)"):
        assert said in text


def test_search_by_a_part_of_the_name(client, place):
    assert names(page(client, place, "?q=甲")) == ["甲"]
    assert "Nobody matches" in page(client, place, "?q=庚")


def test_search_keeps_the_day_and_what_was_known(client, place):
    tail = "?as_of=2026-01-31&known_at=2026-02-01"
    for address in (url(place, tail), f"/en/institutions/{place.pk}/ratio/{tail}"):
        make_appointment(make_person("己"), place, recorded_at=clock.now() - timedelta(days=900))
        client.force_login(officer(place))
        form = client.get(address).content.decode().partition('class="filters"')[2].partition("</form>")[0]
        assert 'name="as_of" value="2026-01-31"' in form
        assert 'name="known_at" value="2026-02-01"' in form


def test_pages_and_files_keep_what_was_asked_for(client, place):
    for number in range(30):
        make_appointment(make_person(f"戊{number}"), place)
    text = page(client, place, "?standing=no&as_of=2026-01-31")
    assert len(rows(text)) == 25
    assert re.search(r'rel="next" href="[^"]*standing=no[^"]*as_of=2026-01-31|as_of=2026-01-31[^"]*standing=no', text)
    assert "export.csv?standing=no&as_of=2026-01-31" in text
    assert len(rows(page(client, place, "?standing=no&as_of=2026-01-31&page=2"))) == 7


def test_cockpit_shows_the_first_ten_and_leads_to_all(client, place):
    for number in range(30):
        make_appointment(make_person(f"戊{number}"), place)
    client.force_login(officer(place))
    text = client.get(f"/en/institutions/{place.pk}/ratio/").content.decode()
    assert len(rows(text.partition('aria-labelledby="people"')[2])) == 10
    assert f'href="/en/institutions/{place.pk}/ratio/people/"' in text
    asked = client.get(f"/en/institutions/{place.pk}/ratio/?as_of=2026-01-31").content.decode()
    assert f'href="/en/institutions/{place.pk}/ratio/people/?as_of=2026-01-31"' in asked


# --- who reads it ---------------------------------------------------------------------------------------------------
def test_names_are_for_the_institution_and_its_authority(client, place):
    for user, status in (
        (officer(place), 200), (regulator("990000"), 200), (officer(make_institution()), 404),
        (regulator("980000"), 404), (hat("evaluator", place_for("evaluator")), 404),
        (hat("auditor", place_for("auditor")), 404),
    ):  # fmt: skip
        client.force_login(user)
        for tail in ("", "export.xlsx", "export.csv"):
            assert client.get(url(place, tail)).status_code == status


def test_cockpit_of_whoever_sees_figures_alone_says_so(client, place):
    client.force_login(hat("evaluator", place_for("evaluator")))
    text = client.get(f"/en/institutions/{place.pk}/ratio/").content.decode()
    assert "Names are for the institution and its authority." in text
    assert not re.search("[甲乙丙]", text)


@pytest.mark.parametrize("size", [1, 3])
def test_page_takes_the_same_queries_for_any_staff(client, size, django_assert_num_queries):
    place = make_institution()
    for number in range(size):
        trained, learning, neither = (make_person(f"{kind}{number}") for kind in "甲乙丙")
        for person in (trained, learning, neither):
            make_appointment(person, place)
        train(trained)
        make_enrolment(make_cohort(), person=learning)
    client.force_login(officer(place))
    client.get(url(place))
    with django_assert_num_queries(15):
        client.get(url(place))


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ("as_of=2026-13-45", "As of"),
        ("known_at=x", "As known at"),
        ("standing=xyz", "Training"),
        ("q=" + "x" * 101, "Search by name"),
    ],
)
def test_faulty_question_is_told_and_no_file_answers_another_one(client, place, asked, label):
    text = page(client, place, f"?{asked}")
    assert f"{label}: " in text
    assert len(rows(text)) == 4
    for tail in ("export.xlsx", "export.csv"):
        answer = client.get(url(place, f"{tail}?{asked}"))
        assert (answer.status_code, answer.url) == (302, url(place, f"?{asked}"))


def test_way_back_keeps_the_dates(client, place):
    text = page(client, place, "?as_of=2026-01-31&known_at=2026-02-01&q=甲")
    assert f'href="/en/institutions/{place.pk}/ratio/?as_of=2026-01-31&known_at=2026-02-01"' in text


# --- as a file ------------------------------------------------------------------------------------------------------
def test_files_hold_what_the_page_shows_with_masked_numbers(client, place):
    client.force_login(officer(place))
    answer = client.get(url(place, "export.csv?standing=yes"))
    heads, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [line[0] for line in lines] == ["甲"]
    found = dict(zip(heads, lines[0], strict=True))
    assert (found["Counts as trained"], found["Evidence"], found["Provider"]) == ("trained", "培训", "基地")
    assert (found["Completed on"], found["Institution"]) == ("2025-05-01", "岚江大学")
    assert "*" in found["Number of the document"]


def test_file_says_as_of_which_moment_it_was_known(client, place):
    early = make_person("戊")
    make_appointment(early, place, recorded_at=datetime(2026, 1, 1, tzinfo=UTC))
    client.force_login(officer(place))
    tail = "export.csv?known_at=2026-02-01T20:00:00Z"
    heads, line = csv.reader(io.StringIO(client.get(url(place, tail)).content.decode("utf-8-sig")))
    assert dict(zip(heads, line, strict=True))["As known at"] == "2026-02-02 04:00"


def test_workbook_names_the_reason_of_those_left_out(client, place, tmp_path):
    client.force_login(officer(place))
    file = tmp_path / "people.xlsx"
    file.write_bytes(client.get(url(place, "export.xlsx")).content)
    heads, *lines = load_workbook(file).active.values
    assert [line[0] for line in lines] == ["丙", "乙", "甲", "丁"]
    last = dict(zip(heads, lines[-1], strict=True))
    assert (last["Counts"], last["Why not counted"]) == ("no", "not professional staff")
