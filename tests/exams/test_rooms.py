"""The room of an examination: whoever supervises at the base sees who came and who writes, and no answer or score."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts.models import TrainingBase, User
from accounts.permissions import Role
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from courses.exams import services
from courses.exams.models import RoomEntry, Sitting
from courses.exams.selectors import rooms as selectors
from tests.builders import hat, make_base, make_person, make_user, place_for, resident_number
from tests.exams import builders
from tests.exams.builders import answer, candidate, make_sitting, start

pytestmark = pytest.mark.django_db
ROOMS = "/en/exams/rooms/"
SUPERVISORS = (Role.INVIGILATOR, Role.BASE_MANAGER)
OTHERS = [role for role in Role if role not in (*SUPERVISORS, Role.SYSTEM)]


@pytest.fixture
def base() -> TrainingBase:
    return make_base()


@pytest.fixture
def sitting(base) -> Sitting:
    return make_sitting(base=base)


@pytest.fixture
def invigilator(base) -> User:
    return hat(Role.INVIGILATOR, base)


@pytest.fixture
def page(invigilator) -> Client:
    return client_of(invigilator)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(sitting: Sitting, step: str = "") -> str:
    return f"{ROOMS}{sitting.pk}/{step}"


def text(response) -> str:
    return response.content.decode()


def states(actor: User, sitting: Sitting) -> dict[str, str]:
    return {seat.name: seat.state for seat in selectors.seats(actor, sitting)}


# --- doors ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", OTHERS)
def test_rooms_are_not_there_for_any_other_role(role, sitting, base):
    place = base if role == Role.INSTRUCTOR else place_for(role)
    client = client_of(hat(role, place))
    person = candidate(sitting)

    assert [client.get(address).status_code for address in (ROOMS, at(sitting))] == [404, 404]
    assert client.post(at(sitting, "arrivals/"), {"person": person.pk}).status_code == 404
    assert client.post(at(sitting, "incidents/"), {"words": "x"}).status_code == 404
    assert not RoomEntry.objects.exists()


@pytest.mark.parametrize("role", SUPERVISORS)
def test_room_of_another_base_is_not_there(role, sitting):
    person = candidate(sitting, name="外人")
    client = client_of(hat(role, make_base()))

    assert client.get(at(sitting)).status_code == 404
    assert client.post(at(sitting, "arrivals/"), {"person": person.pk}).status_code == 404
    assert "初级班笔试" not in text(client.get(ROOMS))


@pytest.mark.parametrize("role", SUPERVISORS)
def test_rooms_open_for_whoever_supervises_at_the_base(role, sitting, base):
    client = client_of(hat(role, base))

    assert "初级班笔试" in text(client.get(ROOMS))
    assert client.get(at(sitting)).status_code == 200


def test_a_room_opens_for_others_when_the_grant_is_wrong(monkeypatch, sitting, base):
    """What the refusals above stand on."""
    from accounts.permissions import GRANTS, Permission  # noqa: PLC0415

    monkeypatch.setitem(GRANTS, Role.INSTRUCTOR, GRANTS[Role.INSTRUCTOR] | {Permission.EXAM_SUPERVISE})

    assert client_of(hat(Role.INSTRUCTOR, base)).get(at(sitting)).status_code == 200


@pytest.mark.parametrize("name", ["record_arrival", "record_incident"])
def test_services_ask_by_themselves(sitting, name):
    person = candidate(sitting)
    fields = {"words": "x"} if name == "record_incident" else {}

    with pytest.raises(NotAllowed):
        getattr(services, name)(
            actor=hat(Role.INVIGILATOR, make_base()), sitting=sitting, person_id=person.pk, **fields
        )


# --- what is seen ---------------------------------------------------------------------------------------------------
def test_list_holds_what_runs_or_is_to_come_and_what_ended_within_a_day(invigilator, base):
    hour = timedelta(hours=1)
    later = make_sitting(base=base, opens_in=48 * hour, closes_in=50 * hour)
    now = make_sitting(base=base)
    ended = make_sitting(base=base, opens_in=-5 * hour, closes_in=-2 * hour)
    make_sitting(base=base, opens_in=-50 * hour, closes_in=-48 * hour)

    assert list(selectors.supervised_sittings(invigilator)) == [ended, now, later]


def test_seat_goes_from_expected_to_handed_in(invigilator, sitting):
    person = candidate(sitting, name="高轩")

    def state():
        return states(invigilator, sitting)["高轩"]

    assert state() == selectors.EXPECTED
    services.record_arrival(actor=invigilator, sitting=sitting, person_id=person.pk)
    assert state() == selectors.ARRIVED
    attempt = start(person, sitting)
    assert state() == selectors.WRITING
    with clock.travel(timedelta(minutes=46)):
        assert state() == selectors.TIME_OVER
    services.submit_attempt(actor=person.user, attempt=attempt)
    assert state() == selectors.HANDED_IN


def test_running_paper_says_when_it_was_last_touched(invigilator, sitting):
    attempt = start(candidate(sitting), sitting)
    [before] = selectors.seats(invigilator, sitting)
    answer(attempt, 1)
    with clock.travel(timedelta(minutes=7)):
        [after] = selectors.seats(invigilator, sitting)

    assert before.last_saved is None
    assert after.last_saved is not None
    assert after.minutes == 7


def test_room_shows_names_masked_documents_and_no_score_or_answer(page, sitting):
    number = resident_number(77)
    person = make_person("高轩", number=number, user=make_user(), checked=True)
    services.admit_candidates(actor=builders.system_user(), sitting=sitting, persons=[person])
    attempt = start(person, sitting)
    answer(attempt, 1)
    services.submit_attempt(actor=person.user, attempt=attempt)
    attempt.refresh_from_db()

    shown = text(page.get(at(sitting)))

    assert "高轩" in shown
    assert number not in shown
    assert number[-4:] in shown
    assert "score" not in shown.lower()
    assert "passed" not in shown.lower()
    assert str(attempt.uuid) not in shown


def test_unchecked_candidate_is_marked_and_arrival_does_not_check(page, invigilator, sitting):
    person = candidate(sitting, checked=False)

    page.post(at(sitting, "arrivals/"), {"person": person.pk})

    assert "Cannot start before" in text(page.get(at(sitting)))
    with pytest.raises(DomainError, match="identity_not_checked"):
        start(person, sitting)


def test_joined_records_count_together(invigilator, sitting):
    person = candidate(sitting, name="高轩")
    attempt = start(person, sitting)
    survivor = make_person("高轩")
    person.merged_into = survivor
    person.save()

    [seat] = selectors.seats(invigilator, sitting)

    assert seat.attempt == attempt


def test_nobody_is_let_in_who_has_handed_in_already(page, sitting):
    person = candidate(sitting)
    assert "Document seen</button>" in text(page.get(at(sitting)))

    services.submit_attempt(actor=person.user, attempt=start(person, sitting))

    assert "Document seen</button>" not in text(page.get(at(sitting)))


@pytest.mark.parametrize("rows", [1, 3])
def test_room_takes_as_many_statements_for_three_seats_as_for_one(page, sitting, django_assert_num_queries, rows):
    for number in range(rows):
        start(candidate(sitting, name=f"考生{number}"), sitting)
    with django_assert_num_queries(STATEMENTS):
        assert len(page.get(at(sitting)).context["lines"]) == rows


STATEMENTS = 10


# --- what is written down -------------------------------------------------------------------------------------------
def test_arrival_is_written_once_and_audited(page, invigilator, sitting):
    person = candidate(sitting)

    for _ in range(2):
        assert page.post(at(sitting, "arrivals/"), {"person": person.pk}).status_code == 302

    entry = RoomEntry.objects.get()
    assert (entry.what, entry.person, entry.by) == ("arrived", person, invigilator)
    assert AuditEntry.objects.filter(verb="exams.arrival_recorded", actor=invigilator).count() == 1


@pytest.mark.parametrize("person", ["", "x", "0", "999999"])
def test_arrival_of_nobody_who_is_admitted_is_not_found(page, sitting, person):
    assert page.post(at(sitting, "arrivals/"), {"person": person}).status_code == 404
    assert not RoomEntry.objects.exists()


def test_somebody_of_another_sitting_does_not_arrive_here(page, sitting, base):
    other = candidate(make_sitting(base=base))

    assert page.post(at(sitting, "arrivals/"), {"person": other.pk}).status_code == 404
    answered = page.post(at(sitting, "incidents/"), {"person": other.pk, "words": "x"})
    assert answered.status_code == 200
    assert not RoomEntry.objects.exists()


def test_incident_is_written_down_about_one_or_the_room(page, invigilator, sitting):
    person = candidate(sitting)
    make_person("监考员", user=invigilator)

    page.post(at(sitting, "incidents/"), {"person": person.pk, "words": "手机响铃，已收走"})
    page.post(at(sitting, "incidents/"), {"words": "停电三分钟 <b>"})

    assert [one.person for one in selectors.room_entries(invigilator, sitting)] == [None, person]
    shown = text(page.get(at(sitting)))
    assert "手机响铃，已收走" in shown
    assert "停电三分钟 &lt;b&gt;" in shown
    assert "written by 监考员" in shown
    entries = AuditEntry.objects.filter(verb="exams.incident_recorded")
    assert [one.facts for one in entries] == [{"sitting": sitting.pk}] * 2


def test_incident_without_words_comes_back(page, sitting):
    answered = page.post(at(sitting, "incidents/"), {"words": "  "})

    assert answered.status_code == 200
    assert not RoomEntry.objects.exists()


@pytest.mark.parametrize(("opens", "said"), [(3, "opens two hours before"), (-27, "closed a day after")])
def test_nothing_is_written_down_outside_the_time_of_the_room(page, base, opens, said):
    sitting = make_sitting(base=base, opens_in=timedelta(hours=opens), closes_in=timedelta(hours=opens + 2))
    person = candidate(sitting)

    answered = page.post(at(sitting, "arrivals/"), {"person": person.pk}, follow=True)
    told = page.post(at(sitting, "incidents/"), {"words": "x"})

    assert said in text(answered)
    assert said in text(told)
    assert not RoomEntry.objects.exists()


# --- what the database promises -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fields",
    [
        {"what": "arrived"},
        {"what": "arrived", "person": True, "words": "x"},
        {"what": "incident"},
        {"what": "incident", "person": True, "words": ""},
    ],
)
def test_entry_that_says_nothing_is_refused(invigilator, sitting, fields):
    person = {"person": candidate(sitting)} if fields.pop("person", False) else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        RoomEntry.objects.create(sitting=sitting, by=invigilator, at=clock.now(), **person, **fields)


def test_nobody_arrives_twice(invigilator, sitting):
    person = candidate(sitting)

    def arrive():
        RoomEntry.objects.create(sitting=sitting, person=person, what="arrived", by=invigilator, at=clock.now())

    arrive()
    with pytest.raises(IntegrityError), transaction.atomic():
        arrive()


def test_entries_cannot_be_changed(invigilator, sitting):
    services.record_incident(actor=invigilator, sitting=sitting, words="停电")

    for change in (lambda: RoomEntry.objects.update(words="x"), lambda: RoomEntry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
