"""The holder's wallet: links and taking them back, counts without visitors, reminders at most once each."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.selectors import system_user
from certificates import services, tasks
from certificates.identifiers import LEVEL_LETTERS
from certificates.models import ExpiryReminder, ShareLink, VerificationCount
from certificates.models.wallet import share_token
from certificates.rules import FIGURES, last_day, years_later
from certificates.selectors import has_transcript, my_transcript, state_of
from certificates.selectors.wallet import seen
from certificates.services.wallet import MOST_OPEN, remind_of_expiry
from core import clock, figures
from core.errors import DomainError, NotAllowed
from core.models import OutboxEvent
from tests.builders import make_user, regulator
from tests.certificates.builders import make_award, make_certificate, manager_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    return make_certificate(make_award(name="欧阳若男"))


@pytest.fixture
def holder(certificate):
    return certificate.person.user


@pytest.fixture
def link(certificate, holder):
    return services.share_certificate(actor=holder, certificate=certificate)


def address(link):
    return reverse("certificates:shared", args=[share_token(link)])


def test_link_shows_the_answer_with_the_full_name_which_the_code_does_not(client, link, certificate):
    shared = client.get(address(link)).content.decode()
    by_code = client.get(f"/v/{certificate.code}").content.decode()
    assert ("欧阳若男" in shared, "欧阳若男" in by_code) == (True, False)
    assert certificate.number in shared
    assert certificate.code not in shared


def test_link_ends_when_it_is_taken_back(client, link, holder):
    taken = services.withdraw_link(actor=holder, link=link)
    services.withdraw_link(actor=holder, link=link)
    answer = client.get(address(link))
    assert (answer.status_code, "欧阳若男" in answer.content.decode(), taken.is_open) == (404, False, False)


def test_link_ends_on_its_day(client, link):
    with clock.travel(timedelta(days=90)):
        assert client.get(address(link)).status_code == 200
    with clock.travel(timedelta(days=91)):
        assert client.get(address(link)).status_code == 404


def test_closed_link_answers_as_one_that_never_was(client, link, holder):
    services.withdraw_link(actor=holder, link=link)
    closed = client.get(address(link)).content.decode()
    unknown = client.get(reverse("certificates:shared", args=["0" * 40])).content.decode()
    assert closed.replace(share_token(link), "") == unknown.replace("0" * 40, "")


def test_link_tells_what_became_of_the_certificate(client, link, certificate):
    services.suspend_certificate(actor=system_user(), certificate=certificate, ground="identity_under_check")
    assert client.get(address(link)).context["answer"].outcome == "suspended"


def test_only_the_holder_shares_and_takes_back(link, certificate):
    for actor in (manager_of(certificate.base), regulator(), make_user()):
        with pytest.raises(NotAllowed):
            services.share_certificate(actor=actor, certificate=certificate)
        with pytest.raises(NotAllowed):
            services.withdraw_link(actor=actor, link=link)
    assert ShareLink.objects.get().is_open


def test_open_links_are_limited(certificate, holder):
    for _ in range(MOST_OPEN):
        services.share_certificate(actor=holder, certificate=certificate)
    with pytest.raises(DomainError, match="too_many_links"):
        services.share_certificate(actor=holder, certificate=certificate)


def test_database_freezes_a_link_but_for_its_end(link):
    for fields in ({"token_hash": "1" * 64}, {"ends_on": clock.today()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShareLink.objects.update(**fields)
    with pytest.raises(IntegrityError, match="share_link_withdrawn_after_made"), transaction.atomic():
        ShareLink.objects.update(withdrawn_at=link.created_at - timedelta(days=1))


# --- counts ---------------------------------------------------------------------------------------------------------
def test_verifications_are_counted_by_day_and_nothing_of_the_visitor_is_kept(client, certificate, holder):
    for _ in range(2):
        client.get(f"/v/{certificate.code}")
    with clock.travel(timedelta(days=1)):
        client.get(f"/v/{certificate.code}")
        found = seen(holder, certificate)
    today = clock.today()
    assert (found.total, found.days) == (3, [(today + timedelta(days=1), 1), (today, 2)])
    assert {field.name for field in VerificationCount._meta.get_fields()} == {"id", "certificate", "day", "count"}


def test_wrong_code_counts_nothing_and_costs_no_less_of_the_register(client, certificate, django_assert_num_queries):
    """Only whoever has the code makes the log be asked too."""
    of_the_log = 3
    with django_assert_num_queries(4 + of_the_log):
        client.get(f"/v/{certificate.code}")
    with django_assert_num_queries(4):
        client.get("/v/0000000000000000")
    assert VerificationCount.objects.get().count == 1


def test_counting_never_hinders_verification(client, certificate, monkeypatch):
    from certificates.services import wallet  # noqa: PLC0415 - the statement is the module's

    monkeypatch.setattr(wallet, "COUNT", "INSERT INTO certificates_verificationcount (nothing) VALUES (%s, %s)")
    assert client.get(f"/v/{certificate.code}").status_code == 200


def test_holder_reads_counts_and_links_and_nobody_else_does(client, link, certificate, holder):
    page = reverse("certificates:certificate", args=[certificate.number])
    client.get(f"/v/{certificate.code}")
    shown = {}
    for name, actor in {"holder": holder, "base": manager_of(certificate.base), "regulator": regulator()}.items():
        client.force_login(actor)
        body = client.get("/en" + page).content.decode()
        shown[name] = (share_token(link) in body, "How often it was verified" in body)
    assert shown == {"holder": (True, True), "base": (False, False), "regulator": (False, False)}


def test_holder_shares_and_takes_back_by_page(client, certificate, holder):
    client.force_login(holder)
    client.post(reverse("certificates:share", args=[certificate.number]))
    link = ShareLink.objects.get()
    client.post(reverse("certificates:withdraw_link", args=[link.uuid]))
    link.refresh_from_db()
    assert link.is_open is False


# --- reminders ------------------------------------------------------------------------------------------------------
@pytest.fixture
def ending():
    return make_certificate(valid_until=clock.today() + timedelta(days=100))


def test_holder_is_reminded_once_for_each_of_four_days(ending):
    made = {}
    for days in range(103):
        with clock.travel(timedelta(days=days)):
            if count := remind_of_expiry(actor=system_user()) + remind_of_expiry(actor=system_user()):
                made[100 - days] = count
    assert made == {90: 1, 60: 1, 30: 1, 7: 1}


def test_a_run_that_was_missed_reminds_of_the_nearest_day_alone(ending):
    with clock.travel(timedelta(days=75)):
        assert remind_of_expiry(actor=system_user()) == 1
    assert [one.days for one in ExpiryReminder.objects.all()] == [30]


def test_certificates_without_an_end_and_those_not_in_force_are_passed_by(certificate, ending):
    services.suspend_certificate(actor=system_user(), certificate=ending, ground="court_order")
    for days in (10, 40, 70, 93, 150):
        with clock.travel(timedelta(days=days)):
            assert remind_of_expiry(actor=system_user()) == 0


def test_reminder_says_the_day_and_leads_to_the_certificate(ending, mailoutbox):
    with clock.travel(timedelta(days=95)):
        tasks.every_day()
        tasks.tell_of_expiry(OutboxEvent.objects.get(kind="certificates.remind"))
    [mail] = mailoutbox
    assert (mail.to, ending.number in mail.body, str(ending.valid_until) in mail.body) == (
        [ending.person.user.email],
        True,
        True,
    )


def test_database_refuses_a_second_reminder_and_a_second_row_of_a_day(ending):
    ExpiryReminder.objects.create(certificate=ending, days=30)
    VerificationCount.objects.create(certificate=ending, day=clock.today(), count=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExpiryReminder.objects.create(certificate=ending, days=30)
    with pytest.raises(IntegrityError), transaction.atomic():
        VerificationCount.objects.create(certificate=ending, day=clock.today(), count=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExpiryReminder.objects.update(days=60)


def test_machines_are_counted_for_the_holder_and_a_head_is_not(client, certificate):
    asked = {"number": certificate.number, "code": certificate.code}
    client.get("/api/v1/certificates/verify", asked)
    with default_storage.open(certificate.file.storage_name) as file:
        client.post("/api/v1/certificates/verify", {"file": file})
    client.get("/api/v1/certificates/verify", {**asked, "code": "0000000000000000"})
    client.head(f"/v/{certificate.code}")
    assert VerificationCount.objects.get().count == 2


def test_head_of_a_shared_link_is_not_counted(client, link):
    client.head(address(link))
    assert VerificationCount.objects.count() == 0


# --- validity -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "years", "last"),
    [("2026-11-27", 3, "2029-11-27"), ("2028-02-29", 1, "2029-02-28"), ("2028-02-29", 4, "2032-02-29")],
)
def test_validity_ends_on_the_same_day_of_a_later_year(day, years, last):
    assert years_later(date.fromisoformat(day), years) == date.fromisoformat(last)


def test_no_level_has_an_end_of_validity_until_the_rule_says_so():
    assert {last_day(level, clock.today()) for level in LEVEL_LETTERS} == {None}


def test_certificate_ends_by_the_rule_of_its_day_and_leaves_the_transcript(client, monkeypatch):
    held = [
        {**one, "value": {"JUNIOR": 2}} if one["code"] == "validity_years" else one
        for one in figures.entries_of(FIGURES)
    ]
    monkeypatch.setattr(figures, "entries_of", lambda _file: tuple(held))
    certificate = make_certificate()
    holder = certificate.person.user
    assert certificate.valid_until == years_later(certificate.issued_on, 2)
    with clock.travel(certificate.valid_until - clock.today()):
        assert my_transcript(holder) == [certificate]
    with clock.travel(certificate.valid_until - clock.today() + timedelta(days=1)):
        assert (my_transcript(holder), has_transcript(holder)) == ([], False)
        assert state_of(certificate) == "expired"
