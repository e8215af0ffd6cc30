"""The staff roster: who sees whose, what the filters do, and that it stays cheap."""

import csv
import re
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Appointment, AppointmentDispute, DisputeDecision, Institution, Person
from accounts.selectors.roster import believed_roster, roster, roster_rows
from accounts.services import correct_appointment
from accounts.services.imports import version_of
from core import clock
from core.errors import NotAllowed
from tests.builders import make_appointment, make_institution, make_person, officer, regulator

pytestmark = pytest.mark.django_db
URL = "/institution/roster/"


@pytest.fixture
def institution():
    return make_institution("岚江大学技术转移中心")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def names(client: Client, **query: object) -> list[str]:
    answer = client.get(URL, query)
    assert answer.status_code == 200
    return [line["name"] for line in answer.context["lines"]]


def test_roster_shows_the_own_institution_with_masked_numbers(institution):
    make_appointment(make_person("高轩", number="000000199001010018"), institution)
    make_appointment(make_person("外人"), make_institution())

    answer = signed_in(officer(institution)).get(URL)

    assert [line["name"] for line in answer.context["lines"]] == ["高轩"]
    assert "000***********0018" in answer.content.decode()
    assert "000000199001010018" not in answer.content.decode()
    assert answer.context["import_url"] == "/institution/roster/import/"


def test_roster_of_another_institution_is_not_found(institution):
    make_appointment(make_person("高轩"), institution)

    for actor in (officer(), regulator("330000")):
        assert signed_in(actor).get(URL, {"institution": institution.pk}).status_code == 404


def test_regulator_sees_rosters_of_the_region_and_imports_none(institution):
    make_appointment(make_person("高轩"), institution)
    client = signed_in(regulator("990000"))

    answer = client.get(URL, {"institution": institution.uscc})

    assert [line["name"] for line in answer.context["lines"]] == ["高轩"]
    assert answer.context["import_url"] == ""


def test_roster_without_an_institution_is_not_found():
    assert signed_in(regulator("990000")).get(URL).status_code == 404


def test_roster_names_the_surviving_person(institution):
    survivor, merged = make_person("高轩"), make_person("高 轩")
    merged.merged_into = survivor
    merged.save()
    make_appointment(merged, institution)

    assert names(signed_in(officer(institution))) == ["高轩"]


def test_roster_is_filtered_by_the_address(institution):
    today = clock.today()
    make_appointment(make_person("买买提·吐尔逊"), institution, post="主任", department="成果部")
    make_appointment(make_person("王喆"), institution, professional=False, employment_type="external", staff_no="K77")
    make_appointment(make_person("李龑"), institution, end_date=today)
    make_appointment(make_person("张岚"), institution, end_date=today + timedelta(days=1))
    make_appointment(make_person("赵未"), institution, start=today + timedelta(days=1))
    client = signed_in(officer(institution))

    assert sorted(names(client)) == sorted(["买买提·吐尔逊", "王喆", "李龑", "张岚", "赵未"])
    assert names(client, q="提吐") == ["买买提·吐尔逊"]
    assert names(client, q="成果") == ["买买提·吐尔逊"]
    assert names(client, q="k77") == ["王喆"]
    assert sorted(names(client, working="now")) == sorted(["买买提·吐尔逊", "王喆", "张岚"])
    assert names(client, working="left") == ["李龑"]
    assert names(client, working="later") == ["赵未"]
    assert names(client, professional="no") == ["王喆"]
    assert names(client, employment_type="external", professional="yes") == []
    assert len(names(client, working="nonsense")) == 5


def test_what_a_decision_took_out_stands_in_the_list_only_for_who_asks_for_it(institution):
    """The list of today and the same list as known at this moment agree."""
    day, moment = clock.today(), clock.now()
    make_appointment(make_person("高轩"), institution, recorded_at=moment - timedelta(days=2))
    make_appointment(make_person("王喆"), institution, recorded_at=moment - timedelta(days=2), voided_at=moment)
    actor = officer(institution)
    client = signed_in(actor)

    assert (names(client), names(client, working="now"), names(client, as_of=f"{day}")) == (["高轩"],) * 3
    assert names(client, known_at=f"{day}") == ["高轩"]
    assert sorted(names(client, known_at=f"{day - timedelta(days=1)}")) == ["王喆", "高轩"]
    exported = load_workbook(BytesIO(client.get(f"{URL}export.xlsx").content)).active
    assert [row[0] for row in exported.iter_rows(min_row=2, values_only=True)] == ["高轩"]
    assert names(client, working="voided") == ["王喆"]
    assert "经决定作废" in client.get(URL, {"working": "voided"}).content.decode()
    assert list(believed_roster(actor, institution, {"working": "voided"}, on=day, known_at=moment)) == []


def test_roster_says_until_when_a_leaver_counts(institution):
    make_appointment(make_person("李龑"), institution, end_date=date(2026, 3, 1))

    [line] = signed_in(officer(institution)).get(URL).context["lines"]

    assert (line["counted_until"], line["tone"]) == (date(2026, 2, 28), "neutral")


def test_roster_is_paginated(institution):
    for n in range(21):
        make_appointment(make_person(f"人{n:02}"), institution)
    client = signed_in(officer(institution))

    assert (len(names(client)), names(client, page=2)) == (20, ["人00"])


def test_long_roster_is_counted_to_a_bound_and_says_so(institution, monkeypatch):
    """A hundred thousand rows cost what ten thousand do; filters and the search lead to the others."""
    monkeypatch.setattr("core.paging.MOST_ROWS", 4)
    for n in range(4):
        make_appointment(make_person(f"人{n:02}"), institution)
    client = signed_in(officer(institution))
    assert "of more than" not in client.get(f"/en{URL}").content.decode()

    make_appointment(make_person("人04"), institution)

    assert "1–4 of more than 4; filters and the search lead to the others" in client.get(f"/en{URL}").content.decode()
    assert names(client, q="人00") == ["人00"]


def test_whether_somebody_works_here_in_another_post_is_asked_of_an_index(institution):
    """Per row of the list: read from the institution's whole staff, it cost a second for a hundred thousand."""
    fill(institution, 1000)
    day, some = date(2026, 3, 1), [Appointment.objects.order_by("pk")[500].pk]

    plans = [
        roster(officer(institution), institution, {"working": "left"}, on=day).found[:20].explain(),
        roster_rows.__wrapped__(with_reason=False, appointments=some, on=day).explain(),
    ]

    # Of the person's own posts, that is: PostgreSQL may take any index that begins with the person.
    asked = {"sqlite": r"appointment_of_person \(person_id=\?", "postgresql": r"person_id = "}
    for plan in plans:
        lines = [line for line in plan.splitlines() if "INDEX" in line.upper()]
        assert [line for line in lines if re.search(asked[connection.vendor], line)], plan
    if connection.vendor == "sqlite":
        assert "appointment_of_institution" not in plans[1], plans[1]


def fill(institution: Institution, size: int) -> None:
    """Enough for a planner to want an index at all."""
    people = Person.objects.bulk_create(Person(name=f"人{n}", name_key=f"人{n}") for n in range(size))
    fixed = {"post": "技术经理", "professional": True, "employment_type": "contract", "recorded_at": clock.now()}
    Appointment.objects.bulk_create(
        Appointment(person=person, institution=institution, start_date=date(2024, 1, 1), **fixed) for person in people
    )
    with connection.cursor() as cursor:
        for table in ("accounts_person", "accounts_appointment"):
            cursor.execute(f"ANALYZE {table}")


def test_empty_roster_says_what_to_do(institution):
    answer = signed_in(officer(institution)).get(URL)

    assert (answer.context["lines"], 'href="/institution/roster/import/"' in answer.content.decode()) == ([], True)


@pytest.mark.parametrize("size", [1, 3])
def test_roster_costs_the_same_queries_for_every_size(institution, django_assert_num_queries, size):
    for _row in range(size):
        make_appointment(make_person("高轩"), institution)
    client = signed_in(officer(institution))
    client.get(URL)

    with django_assert_num_queries(9):
        client.get(URL)


# --- another day, as known then -------------------------------------------------------------------------------------
def test_roster_of_a_day_as_known_at_a_day(institution):
    actor, today = officer(institution), clock.today()
    then, before = clock.now() - timedelta(days=3), f"{today - timedelta(days=1)}"
    fields = {"recorded_at": then, "post": "主任"}
    held = make_appointment(make_person("高轩"), institution, start=date(2026, 3, 1), **fields)
    make_appointment(make_person("王喆"), institution, start=today + timedelta(days=2), recorded_at=then)
    values = {"start_date": "2026-02-01", "post": "秘书"}
    correct_appointment(actor=actor, appointment=held, values=values, reason="入职日期录错")
    client = signed_in(actor)

    asked = {"as_of": "2026-02-15"}
    assert (names(client, **asked), names(client, **asked, known_at=before)) == (["高轩"], [])
    assert names(client, as_of="2026-03-15", known_at=before) == ["高轩"]
    assert names(client, as_of="2026-03-15", known_at=f"{today - timedelta(days=9)}") == []
    assert names(client, as_of="2026-03-15", known_at=before, q="主任") == ["高轩"]
    assert names(client, as_of="2026-03-15", known_at=before, q="秘书") == []
    assert names(client, known_at=before, working="later") == ["王喆"]
    answer = client.get(URL, {"as_of": "2026-03-15", "known_at": before})
    assert answer.context["lines"][0]["post"] == "主任"


def test_roster_with_a_day_that_is_none_says_so(institution):
    make_appointment(make_person("高轩"), institution)

    answer = signed_in(officer(institution)).get(URL, {"as_of": "gestern", "known_at": "9999-12-31"})

    assert len(answer.context["lines"]) == 1
    assert 'role="alert"' in answer.content.decode()


def test_believed_roster_of_another_institution_is_refused(institution):
    with pytest.raises(NotAllowed):
        believed_roster(officer(), institution, {}, on=clock.today(), known_at=clock.now())


@pytest.mark.parametrize("size", [1, 3])
def test_believed_roster_costs_the_same_queries_for_every_size(institution, django_assert_num_queries, size):
    for _row in range(size):
        make_appointment(make_person("高轩"), institution)
    client = signed_in(officer(institution))
    client.get(URL)

    with django_assert_num_queries(10):
        client.get(URL, {"known_at": f"{clock.today()}"})


def mixed(institution, count: int):
    """Every second one reworded today: as known yesterday, present and earlier wordings stand among one another."""
    now = clock.now()
    for n in range(count):
        one = make_appointment(
            make_person(f"人{n}"), institution, start=date(2026, 1, 1 + n // 2), recorded_at=now - timedelta(days=9)
        )
        if n % 3 == 0:
            version_of(one, now).save()
            Appointment.objects.filter(pk=one.pk).update(recorded_at=now, post="主任")
    return now - timedelta(days=1)


def test_pages_of_a_believed_roster_are_cut_from_one_list(institution):
    known_at = mixed(institution, 9)
    believed = believed_roster(officer(institution), institution, {}, on=clock.today(), known_at=known_at)

    whole = list(believed)

    assert (len(believed), len(whole)) == (9, 9)
    assert [row[2] for row in whole] == sorted((row[2] for row in whole), reverse=True)
    for start, stop in ((0, 2), (2, 4), (4, 8), (8, 10), (0, 9)):
        assert list(believed[start:stop]) == whole[start:stop]


def test_believed_roster_is_counted_as_far_as_anybody_leafs(institution, monkeypatch):
    known_at = mixed(institution, 9)
    monkeypatch.setattr("core.paging.MOST_ROWS", 2)

    believed = believed_roster(officer(institution), institution, {}, on=clock.today(), known_at=known_at)

    assert believed.counts == (3, 3)
    assert len(list(believed)) == 9


# --- taking it along ------------------------------------------------------------------------------------------------
def test_export_holds_the_filtered_list_masked_and_harmless(institution):
    make_appointment(make_person("高轩", number="000000199001010018"), institution, post="=HYPERLINK(1)")
    make_appointment(make_person("王喆"), institution, professional=False)
    make_appointment(make_person("外人"), make_institution())

    answer = signed_in(officer(institution)).get(f"{URL}export.xlsx", {"professional": "yes"})

    lines = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [line[:3] for line in lines[1:]] == [("高轩", "000***********0018", "'=HYPERLINK(1)")]


def test_csv_holds_the_same_rows_as_the_workbook(institution):
    make_appointment(make_person("高轩", number="000000199001010018"), institution, post="=HYPERLINK(1)")
    client = signed_in(officer(institution))
    page = client.get(URL, {"professional": "yes"})
    assert f'href="{URL}export.csv?professional=yes"' in page.content.decode()

    answer = client.get(f"{URL}export.csv", {"professional": "yes"})

    assert (answer["Content-Type"], answer.content[:3]) == ("text/csv; charset=utf-8", b"\xef\xbb\xbf")
    lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    book = load_workbook(BytesIO(client.get(f"{URL}export.xlsx").content)).active
    sheet = [[value if isinstance(value, str) else _as_day(value) for value in row] for row in book.values]
    assert lines == sheet
    assert lines[1][:3] == ["高轩", "000***********0018", "'=HYPERLINK(1)"]


def _as_day(value) -> str:
    return f"{value:%Y-%m-%d}" if value else ""


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_export_of_another_institution_is_not_found(institution, kind):
    make_appointment(make_person("高轩"), institution)

    for actor in (officer(), regulator("330000")):
        assert signed_in(actor).get(f"{URL}export.{kind}", {"institution": institution.pk}).status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("size", [1, 3])
def test_export_costs_the_same_queries_for_every_size(institution, django_assert_num_queries, size, kind):
    for _row in range(size):
        make_appointment(make_person("高轩"), institution)
    client = signed_in(officer(institution))
    client.get(URL)

    with django_assert_num_queries(7):
        client.get(f"{URL}export.{kind}")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_file_of_a_faulty_question_is_refused_and_the_page_says_why(institution, kind):
    client = signed_in(officer(institution))
    answer = client.get(f"{URL}export.{kind}?as_of=2026-13-45")
    assert (answer.status_code, answer.url) == (302, f"{URL}?as_of=2026-13-45")
    assert client.get(answer.url).context["filter"].errors


def test_who_changed_post_has_not_left(institution):
    today = clock.today()
    start, change = today - timedelta(days=90), today - timedelta(days=30)
    moved, gone = make_person("童曦"), make_person("高轩")
    make_appointment(moved, institution, post="助理", start=start, end_date=change)
    make_appointment(moved, institution, post="主任", start=change)
    make_appointment(gone, institution, start=start, end_date=change)
    client = signed_in(officer(institution))

    assert names(client, working="left") == ["高轩"]
    lines = client.get(URL, {"q": "童曦"}).context["lines"]
    assert {line["post"]: line["standing"] for line in lines} == {
        "主任": "在职",
        "助理": "该岗位已结束（现任本单位其他岗位）",
    }


@pytest.mark.parametrize("ended", ["survivor", "double", "another double"])
def test_who_works_on_under_the_number_of_any_double_has_not_left(institution, ended):
    today = clock.today()
    start, change = today - timedelta(days=90), today - timedelta(days=30)
    survivor, double, another = (make_person("童曦") for _number in range(3))
    people = {"survivor": survivor, "double": double, "another double": another}
    make_appointment(people.pop(ended), institution, post="助理", start=start, end_date=change)
    for other in people.values():
        running = make_appointment(other, institution, post="主任", start=change)
        for merged in (double, another):
            merged.merged_into = survivor
            merged.save()
        client = signed_in(officer(institution))
        tones = {line["post"]: line["standing"] for line in client.get(URL).context["lines"]}
        assert tones["助理"] == "该岗位已结束（现任本单位其他岗位）"
        assert names(client, working="left") == []
        running.delete()


def test_voided_row_shows_the_reason_and_the_way_to_what_was_said(institution):
    appointment = make_appointment(make_person("高轩"), institution, voided_at=clock.now())
    dispute = AppointmentDispute.objects.create(appointment=appointment, state="upheld")
    DisputeDecision.objects.create(
        dispute=dispute, upheld=True, reason="从未在此任职", document="来函", decided_at=clock.now(),
        decided_by=regulator(), body_name="岚江市",
    )  # fmt: skip

    page = signed_in(officer(institution)).get(URL, {"working": "voided"}).content.decode()

    assert "从未在此任职" in page
    assert "/institution/notices/?standing=denied" in page
