"""Telling: every door that names somebody opens a notice; it is sent, or handed out, and overdue when it is neither."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from accounts import tasks
from accounts.models import Appointment, AppointmentNotice, NoticeFact, User
from accounts.models.notices import notice_token, token_hash
from accounts.selectors.notices import notices_of, overdue_institutions
from accounts.services import hand_out_notices, import_roster, record_joining, renew_links, transfer_person
from accounts.services.notices import notice_url, open_notices
from core import clock
from core.errors import NotAllowed
from core.models import OutboxEvent
from tests.accounts.sheets import person_row, roster
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution(db):
    return make_institution("岚江测试中心")


@pytest.fixture
def notice(institution):
    return open_notice(make_appointment(make_person("高轩"), institution, email="gaoxuan@example.test"))


def open_notice(appointment):
    open_notices([appointment])
    return AppointmentNotice.objects.get(appointment=appointment)


def tell():
    for event in OutboxEvent.objects.filter(kind="accounts.tell_newly_named"):
        tasks.tell_newly_named(event)


def facts(notice):
    return list(notice.facts.order_by("pk").values_list("what", flat=True))


# --- every door -----------------------------------------------------------------------------------------------------
def test_roster_opens_a_notice_for_everybody_new(institution):
    rows = [person_row("高轩"), person_row("卢毅"), person_row("秦雯")]
    import_roster(actor=officer(institution), institution=institution, content=roster(*rows))

    assert AppointmentNotice.objects.count() == Appointment.objects.count() == 3


def test_same_file_again_opens_none(institution):
    actor, content = officer(institution), roster(person_row("高轩"))
    import_roster(actor=actor, institution=institution, content=content)
    import_roster(actor=actor, institution=institution, content=content)

    assert (
        AppointmentNotice.objects.count(),
        OutboxEvent.objects.filter(kind="accounts.tell_newly_named").count(),
    ) == (
        1,
        1,
    )


def test_one_line_door_opens_a_notice(institution):
    values = {
        "name": "高轩",
        "id_type": "resident_id",
        "id_number": "000000199001010018",
        "post": "技术经理",
        "professional": "true",
        "employment_type": "contract",
        "start_date": "2026-03-01",
    }
    made = record_joining(actor=officer(institution), institution=institution, values=values)

    assert AppointmentNotice.objects.get().appointment == made


def test_transfer_tells_the_person_of_the_new_place_with_one_link(institution):
    """The old place's notice stays as it was answered; the new one is due, sent to the person, and may be denied."""
    user = make_user("gaoxuan@example.test")
    held = make_appointment(make_person("高轩", user=user), institution, email="old@example.test")
    there = make_institution("远山研究院")

    made = transfer_person(actor=regulator(), appointment=held, institution=there, values={"from_day": "2026-12-01"})
    tell()

    notice = AppointmentNotice.objects.get()
    assert (notice.appointment, facts(notice)) == (made, ["told_by_mail"])
    (message,) = mail.outbox
    assert message.to == ["gaoxuan@example.test"]
    assert "远山研究院" in message.body
    assert notice_url(notice) in message.body
    tell()
    assert len(mail.outbox) == 1


def test_transfer_of_somebody_without_an_address_waits_for_paper_at_the_new_place(institution):
    held = make_appointment(make_person("高轩"), institution, email="old@example.test")
    there = make_institution("远山研究院")

    transfer_person(actor=regulator(), appointment=held, institution=there, values={"from_day": "2026-12-01"})
    tell()

    assert mail.outbox == []
    waiting = notices_of(officer(there), there, standing="waiting", on=clock.today())
    assert [one.appointment.institution for one in waiting] == [there]


def test_batches_of_events_and_not_one_each(institution):
    people = [make_person(number=f"{n:018d}") for n in range(450)]
    open_notices([make_appointment(person, institution) for person in people])

    assert OutboxEvent.objects.filter(kind="accounts.tell_newly_named").count() == 3


@pytest.mark.parametrize(
    ("named_on", "due"),
    [(date(2026, 11, 27), date(2026, 12, 2)), (date(2026, 11, 23), date(2026, 11, 26))],
)
def test_three_working_days_over_a_weekend(institution, named_on, due):
    with clock.travel(timedelta(days=(named_on - clock.today()).days)):
        notice = open_notice(make_appointment(make_person(), institution))

    assert notice.due_on == due


# --- the link -------------------------------------------------------------------------------------------------------
def test_token_is_long_and_only_its_hash_is_kept(notice):
    token = notice_token(notice)

    assert len(token) * 4 == 160
    assert notice.token_hash == token_hash(token) != token
    assert notice_url(notice).endswith(f"/notice/{token}/")


def test_token_differs_by_row_edition_and_key(notice, institution):
    other = open_notice(make_appointment(make_person(), institution))
    tokens = {notice_token(notice), notice_token(other)}
    with override_settings(BLIND_INDEX_KEY="11" * 32):
        tokens.add(notice_token(notice))
    notice.edition += 1
    tokens.add(notice_token(notice))

    assert len(tokens) == 4


def test_new_link_kills_the_old_one(notice, institution):
    old = notice_token(notice)
    AppointmentNotice.objects.update(tries=5)

    (renewed,) = renew_links(actor=officer(institution), institution=institution, notice_ids=[notice.pk])

    assert Client().get(f"/notice/{old}/").status_code == 404
    assert Client().get(f"/notice/{notice_token(renewed)}/").status_code == 200
    assert AppointmentNotice.objects.get().tries == 0


def test_new_link_reaches_whoever_was_told_of_the_old_one(notice, institution):
    """On paper it is printed again; the term is a new one, and whoever had been told is not late."""
    actor = officer(institution)
    Appointment.objects.update(email="")
    hand_out_notices(actor=actor, institution=institution, notice_ids=[notice.pk])
    with clock.travel(timedelta(days=20)):
        client = Client()
        client.force_login(actor)
        (renewed,) = renew_links(actor=actor, institution=institution, notice_ids=[notice.pk])
        tell()

        assert notice_url(renewed) in client.get("/institution/notices/print/").content.decode()
        assert list(notices_of(actor, institution, standing="waiting", on=clock.today())) == [notice]
        assert list(overdue_institutions(regulator(), on=clock.today())) == []
    with clock.travel(timedelta(days=30)):
        assert [row["count"] for row in overdue_institutions(regulator(), on=clock.today())] == [1]
        hand_out_notices(actor=actor, institution=institution, notice_ids=[notice.pk])
        assert list(notices_of(actor, institution, standing="waiting", on=clock.today())) == []


def test_new_link_goes_out_by_message_where_an_address_is_known(notice, institution):
    tell()
    old = notice_url(notice)
    (renewed,) = renew_links(actor=officer(institution), institution=institution, notice_ids=[notice.pk])
    tell()
    tell()

    assert [notice_url(renewed) in one.body for one in mail.outbox] == [False, True]
    assert old in mail.outbox[0].body
    assert facts(notice) == ["told_by_mail", "link_renewed", "told_by_mail"]


def test_new_link_gives_no_new_term_to_whoever_was_never_told(notice, institution):
    due = notice.due_on
    with clock.travel(timedelta(days=20)):
        renew_links(actor=officer(institution), institution=institution, notice_ids=[notice.pk])

        assert AppointmentNotice.objects.get().due_on == due
        assert len(overdue_institutions(regulator(), on=clock.today())) == 1


# --- telling --------------------------------------------------------------------------------------------------------
def test_mail_holds_institution_post_and_link(notice):
    tell()

    (message,) = mail.outbox
    assert message.to == ["gaoxuan@example.test"]
    assert "岚江测试中心" in message.body
    assert notice_url(notice) in message.body
    assert "高轩" not in message.body
    assert facts(notice) == ["told_by_mail"]


def test_told_once_however_often_the_event_comes(notice):
    tell()
    tell()

    assert (len(mail.outbox), facts(notice)) == (1, ["told_by_mail"])


def test_own_address_comes_before_the_one_of_the_roster(institution):
    """Whoever makes a row up makes its address up too."""
    user = make_user("own@example.test")
    open_notice(make_appointment(make_person(user=user), institution, email="made-up@example.test"))
    tell()

    assert [message.to for message in mail.outbox] == [["own@example.test"]]


def test_own_verified_number_comes_before_the_one_of_the_roster(institution):
    own, proved = make_user(), make_person()
    User.objects.filter(pk=own.pk).update(email=None, phone_index="x", phone_verified=True)
    own.refresh_from_db()
    own.phone = "+8613900000019"
    own.save(update_fields=["phone"])
    proved.phone = "+8613900000020"
    proved.save(update_fields=["phone"])
    for person in (make_person(user=own), proved):
        open_notice(make_appointment(person, institution, phone="+8613800000018"))
    tell()

    assert {message.to[0][:13] for message in mail.outbox} == {"8613900000019", "8613900000020"}


def test_phone_gets_a_text_message(institution):
    notice = open_notice(make_appointment(make_person(), institution, phone="+8613800000018"))
    tell()

    assert [message.to for message in mail.outbox] == [["8613800000018@sms.invalid"]]
    assert facts(notice) == ["told_by_sms"]


def test_without_an_address_it_waits_for_paper(institution):
    notice = open_notice(make_appointment(make_person(), institution))
    tell()

    assert (mail.outbox, facts(notice)) == ([], [])


def test_events_of_other_institutions_are_left_alone(notice):
    other = open_notice(make_appointment(make_person(), make_institution(), email="other@example.test"))
    event = OutboxEvent.objects.filter(kind="accounts.tell_newly_named").order_by("pk")[0]
    event.key = f"{notice.appointment.institution_id}:{notice.pk}:{other.pk}"

    tasks.tell_newly_named(event)

    assert [message.to for message in mail.outbox] == [["gaoxuan@example.test"]]


# --- paper and overdue ----------------------------------------------------------------------------------------------
def test_ticked_paper_counts_as_told(notice, institution):
    done = hand_out_notices(actor=officer(institution), institution=institution, notice_ids=[notice.pk])
    again = hand_out_notices(actor=officer(institution), institution=institution, notice_ids=[notice.pk])

    assert ([one.pk for one in done], again, facts(notice)) == ([notice.pk], [], ["handed_out"])


def test_ticks_of_others_and_for_others_are_refused(notice, institution):
    foreign = make_institution()
    with pytest.raises(NotAllowed):
        hand_out_notices(actor=officer(foreign), institution=institution, notice_ids=[notice.pk])
    hand_out_notices(actor=officer(foreign), institution=foreign, notice_ids=[notice.pk])

    assert facts(notice) == []


def test_overdue_ones_are_listed_to_institution_and_regulator(notice, institution):
    today = notice.due_on
    tomorrow = today + timedelta(days=1)
    actor, above, elsewhere = officer(institution), regulator(), regulator("980000")

    assert list(notices_of(actor, institution, standing="overdue", on=today)) == []
    assert list(notices_of(actor, institution, standing="overdue", on=tomorrow)) == [notice]
    assert [row["count"] for row in overdue_institutions(above, on=tomorrow)] == [1]
    assert list(overdue_institutions(elsewhere, on=tomorrow)) == []

    hand_out_notices(actor=actor, institution=institution, notice_ids=[notice.pk])

    assert list(overdue_institutions(above, on=tomorrow)) == []


def test_provisional_day_is_never_overdue(notice, institution):
    AppointmentNotice.objects.update(due_provisional=True)
    later = notice.due_on + timedelta(days=30)

    assert list(notices_of(officer(institution), institution, standing="overdue", on=later)) == []


# --- pages ----------------------------------------------------------------------------------------------------------
def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("size", [1, 3])
def test_list_and_paper_ask_the_same_whatever_the_rows(institution, django_assert_num_queries, size):
    for _row in range(size):
        open_notice(make_appointment(make_person(), institution))
    client = signed_in(officer(institution))
    client.get("/institution/notices/")

    with django_assert_num_queries(9):
        assert client.get("/institution/notices/").status_code == 200
    with django_assert_num_queries(6):
        page = client.get("/institution/notices/print/")
    assert page.content.decode().count("data:image/svg") == size


def test_paper_shows_the_same_link_and_no_full_name(notice, institution):
    page = signed_in(officer(institution)).get("/institution/notices/print/").content.decode()

    assert notice_url(notice) in page
    assert "高*" in page
    assert "高轩" not in page


def test_officer_ticks_on_the_page(notice, institution):
    client = signed_in(officer(institution))

    client.post("/institution/notices/tick/", {"notice": [str(notice.pk), "x", "²"]})

    assert facts(notice) == ["handed_out"]
    assert signed_in(officer()).get(f"/institution/notices/?institution={institution.pk}").status_code == 404


def test_one_button_ticks_everybody_on_the_page(notice, institution):
    other = open_notice(make_appointment(make_person("王喆"), institution))
    ids = [str(notice.pk), str(other.pk)]

    signed_in(officer(institution)).post("/institution/notices/tick/", {"listed": ids, "notice": [], "all": "1"})

    assert [facts(one) for one in (notice, other)] == [["handed_out"], ["handed_out"]]


def test_list_is_searched_by_name_and_keeps_denials_that_were_upheld(notice, institution):
    other = open_notice(make_appointment(make_person("王喆"), institution))
    NoticeFact.objects.create(notice=notice, what=NoticeFact.What.DENIED, at=clock.now())
    Appointment.objects.filter(pk=notice.appointment_id).update(voided_at=clock.now())
    client = signed_in(officer(institution))

    def listed(**query):
        page = client.get("/institution/notices/", query)
        return [line["notice"].pk for line in page.context["lines"]]

    assert (listed(), listed(q="王"), listed(q="高")) == ([other.pk], [other.pk], [])
    assert listed(standing="denied") == [notice.pk]


def test_home_tells_who_names_one_until_one_has_answered(institution):
    person = make_person("周海棠", user=make_user())
    notice = open_notice(make_appointment(person, institution))
    client = signed_in(person.user)

    before = client.get("/home/").context["named_by"]
    NoticeFact.objects.create(notice=notice, what=NoticeFact.What.CONFIRMED, at=clock.now())

    assert (before, client.get("/home/").context["named_by"]) == (["岚江测试中心"], [])


# --- what the database promises -------------------------------------------------------------------------------------
def test_facts_are_append_only_and_a_notice_is_one(notice):
    NoticeFact.objects.create(notice=notice, what="handed_out", at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeFact.objects.update(what="confirmed")
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeFact.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        open_notices([notice.appointment])
