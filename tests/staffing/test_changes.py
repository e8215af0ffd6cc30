"""The door for one line: the new fraction before anything is saved, saving as shown, and who may pass."""

import re
from datetime import date, timedelta

import pytest

from accounts.models import Appointment, AppointmentDispute
from accounts.services import preview_change, preview_correction, preview_joining, preview_leaving, transfer_person
from core import clock
from staffing.selectors import institution_ratio
from staffing.selectors.foresight import foreseen
from tests.builders import make_appointment, make_institution, make_person, officer, regulator
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db
NUMBER = "000000199001010018"
DOOR = "/institution/changes/"
JOINED = {
    "name": "高轩", "id_type": "resident_id", "id_number": NUMBER, "post": "技术经理", "professional": "true",
    "employment_type": "contract", "start_date": "2026-03-01",
}  # fmt: skip


def staff_with(trained: int, untrained: int):
    institution = make_institution("岚江大学技术转移中心")
    for number in range(trained + untrained):
        person = make_person(f"甲{number}")
        make_appointment(person, institution)
        if number < trained:
            train(person)
    return institution


def fraction(ratio):
    return ratio.trained, ratio.staff


def shown(page: str) -> str:
    return re.search(r'name="shown" value="([0-9a-f]{64})"', page)[1]


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def institution():
    return staff_with(2, 1)


@pytest.fixture
def signed_in(client, institution):
    client.force_login(officer(institution))
    return client


# --- what would be --------------------------------------------------------------------------------------------------
def test_fraction_is_foreseen_on_the_first_day_that_differs(institution):
    actor = officer(institution)
    held = Appointment.objects.order_by("pk")[0]
    later, today = clock.today() + timedelta(days=30), clock.today()

    leaving = foreseen(preview_leaving(actor=actor, appointment=held, values={"end_date": f"{later}"}))
    assert (leaving.day, fraction(leaving.before), fraction(leaving.after)) == (later, (2, 3), (1, 2))
    changing = {"from_day": f"{later}", "professional": "false"}
    changed = foreseen(preview_change(actor=actor, appointment=held, values=changing))
    assert (changed.day, fraction(changed.after)) == (later, (1, 2))
    wrong = foreseen(preview_correction(actor=actor, appointment=held, values={"professional": "false"}))
    assert (wrong.day, fraction(wrong.after)) == (today, (1, 2))
    same = foreseen(preview_correction(actor=actor, appointment=held, values={"department": "一部"}))
    assert (same.day, same.changes, fraction(same.after)) == (today, False, (2, 3))


def test_joining_of_a_trained_person_known_elsewhere_counts_in_the_numerator(institution):
    known = make_person("高轩", number=NUMBER)
    actor = officer(institution)

    untrained = foreseen(preview_joining(actor=actor, institution=institution, values=JOINED))
    train(known)
    trained = foreseen(preview_joining(actor=actor, institution=institution, values=JOINED))

    assert (fraction(untrained.after), fraction(trained.after)) == ((2, 4), (3, 4))


def test_second_post_of_the_same_person_changes_no_fraction(institution):
    held = Appointment.objects.order_by("pk")[0]
    values = JOINED | {"name": held.person.name, "id_number": held.person.documents.get().number, "post": "主任"}

    one = foreseen(preview_joining(actor=officer(institution), institution=institution, values=values))

    assert (one.changes, fraction(one.after)) == (False, (2, 3))


@pytest.mark.parametrize("trained", [True, False])
def test_foreseen_is_what_the_ratio_says_after_saving(signed_in, institution, trained):
    if trained:
        train(make_person("高轩", number=NUMBER))
    one = foreseen(preview_joining(actor=officer(institution), institution=institution, values=JOINED))

    page = signed_in.post(f"{DOOR}joined/", JOINED).content.decode()
    signed_in.post(f"{DOOR}joined/", JOINED | {"shown": shown(page)})

    assert institution_ratio(institution, as_of=one.day).ratio == one.after


def test_transfer_takes_the_training_along_without_entering_it_again(institution):
    held, other, day = Appointment.objects.order_by("pk")[0], make_institution(), clock.today()

    transfer_person(actor=regulator(), appointment=held, institution=other, values={"from_day": f"{day}"})

    before = day - timedelta(days=1)
    assert [fraction(institution_ratio(institution, as_of=on).ratio) for on in (before, day)] == [(2, 3), (1, 2)]
    assert [fraction(institution_ratio(other, as_of=on).ratio) for on in (before, day)] == [(0, 0), (1, 1)]


# --- pages ----------------------------------------------------------------------------------------------------------
def test_first_press_shows_the_fraction_and_saves_nothing(signed_in, institution):
    page = signed_in.post(f"{DOOR}joined/", JOINED).content.decode()

    assert "2 / 3 → 变为 2 / 4" in text(page)
    assert "66.6% → 50.0%" in text(page)
    assert Appointment.objects.count() == 3


def test_second_press_saves_what_was_shown(signed_in, institution):
    page = signed_in.post(f"{DOOR}joined/", JOINED).content.decode()

    answer = signed_in.post(f"{DOOR}joined/", JOINED | {"shown": shown(page)})

    assert (answer.status_code, answer.url) == (302, DOOR)
    assert Appointment.objects.filter(institution=institution, person__name="高轩").count() == 1


def test_other_values_or_another_fraction_are_shown_again_before_saving(signed_in, institution):
    token = shown(signed_in.post(f"{DOOR}joined/", JOINED).content.decode())

    signed_in.post(f"{DOOR}joined/", JOINED | {"shown": token, "start_date": "2026-04-01"})
    assert Appointment.objects.count() == 3
    make_appointment(make_person("王喆"), institution)
    page = signed_in.post(f"{DOOR}joined/", JOINED | {"shown": token}).content.decode()
    assert Appointment.objects.count() == 4
    assert "2 / 4 → 变为 2 / 5" in text(page)


def test_wrong_line_comes_back_filled_with_the_reason(signed_in):
    page = signed_in.post(f"{DOOR}joined/", JOINED | {"id_number": "000000199001010019"}).content.decode()

    assert 'value="000000199001010019"' in page
    assert 'name="shown"' not in page
    assert "id_id_number_error" in page


def test_who_was_voided_joins_only_by_a_tick_which_the_officers_see(signed_in, institution):
    url, person = f"{DOOR}joined/", make_person("高轩", number=NUMBER)
    voided = make_appointment(person, institution, start=date(2026, 1, 1))
    Appointment.objects.filter(pk=voided.pk).update(voided_at=clock.now())

    page = signed_in.post(url, JOINED).content.decode()
    assert ('name="enter_again"' in page, 'name="shown"' in page) == (True, False)
    page = signed_in.post(url, JOINED | {"enter_again": "on"}).content.decode()
    signed_in.post(url, JOINED | {"enter_again": "on", "shown": shown(page)})

    made = Appointment.objects.holding().get(person=person)
    assert AppointmentDispute.objects.get().appointment == made


def test_correction_may_not_stretch_over_what_was_voided_without_a_tick(institution):
    person = make_person("高轩", number=NUMBER)
    held = make_appointment(person, institution, start=date(2020, 1, 1), end_date=date(2021, 1, 1))
    voided = make_appointment(person, institution, start=date(2024, 1, 1))
    Appointment.objects.filter(pk=voided.pk).update(voided_at=clock.now())
    asked = {"actor": officer(institution), "appointment": held}

    for end, expected in (("", ["enter_again"]), ("2023-01-01", [])):
        line = preview_correction(**asked, values={"end_date": end})
        assert [problem.column for problem in line.errors] == expected
    ticked = preview_correction(**asked, values={"end_date": "", "enter_again": "True"})
    assert (ticked.errors, ticked.again) == ([], True)


def test_leaving_shows_until_when_somebody_counts(signed_in):
    held = Appointment.objects.order_by("pk")[0]
    values = {"end_date": "", "last_day": f"{clock.today().year}-12-31"}

    page = signed_in.post(f"{DOOR}{held.pk}/left/", values).content.decode()
    signed_in.post(f"{DOOR}{held.pk}/left/", values | {"shown": shown(page)})

    held.refresh_from_db()
    assert f"计入至{clock.today().year}年12月31日" in text(page).replace(" ", "")
    assert held.end_date == date(clock.today().year + 1, 1, 1)


@pytest.mark.parametrize("way", ["left", "changed", "corrected"])
def test_lines_of_another_institution_are_404(signed_in, way):
    foreign = make_appointment(make_person("不该看见"), make_institution())
    for answer in (signed_in.get(f"{DOOR}{foreign.pk}/{way}/"), signed_in.post(f"{DOOR}{foreign.pk}/{way}/", {})):
        assert answer.status_code == 404
        assert "不该看见" not in answer.content.decode()


def test_door_is_for_who_keeps_the_roster(client, institution):
    client.force_login(regulator())

    assert client.get(f"{DOOR}?institution={institution.pk}").status_code == 404
    assert client.get(f"{DOOR}joined/?institution={institution.pk}").status_code == 404


def test_authority_moves_somebody_with_both_fractions(client, institution):
    held, other = Appointment.objects.order_by("pk")[0], make_institution("望海院")
    client.force_login(regulator())
    values = {"from_day": f"{clock.today()}", "post": "主任", "professional": "true", "employment_type": "contract"}
    url = f"{DOOR}{held.pk}/moved/"
    page = client.post(url, values | {"institution": other.uscc}).content.decode()

    assert "2 / 3 → 变为 1 / 2" in text(page)
    assert "0 / 0 → 变为 1 / 1" in text(page)
    client.post(url, values | {"institution": other.uscc, "shown": shown(page)})
    assert Appointment.objects.get(institution=other).person == held.person


def test_institution_out_of_reach_is_not_found_by_its_code(client, institution):
    held, foreign = Appointment.objects.order_by("pk")[0], make_institution("外省院", code="980000")
    client.force_login(regulator())

    page = client.post(f"{DOOR}{held.pk}/moved/", {"institution": foreign.uscc, "from_day": "2026-07-01"})

    assert "外省院" not in page.content.decode()
    assert Appointment.objects.filter(institution=foreign).count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_door_queries_do_not_grow(client, rows, django_assert_num_queries):
    institution = make_institution()
    for number in range(rows):
        make_appointment(make_person(f"甲{number}"), institution, by_hand_at=clock.now())
    client.force_login(officer(institution))
    client.get(DOOR)

    with django_assert_num_queries(5):
        client.get(DOOR)
