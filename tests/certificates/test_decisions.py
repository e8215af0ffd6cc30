"""Decisions on pages: who sees the buttons, what each says first, how long a suspension lasts, what stands where."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, CertificateEvent
from certificates.rules import figure
from certificates.selectors.decisions import deadline_figures, suspended_certificates, suspension_lines
from core import clock
from core.errors import DomainError
from tests.builders import regulator
from tests.certificates.builders import certificate_base, make_award, make_certificate, manager_of
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db


def day(days):
    return clock.today() + timedelta(days=days)


def suspend(certificate, ground="identity_under_check", **fields):
    return services.suspend_certificate(actor=system_user(), certificate=certificate, ground=ground, **fields)


def test_suspension_lasts_thirty_days_unless_an_earlier_end_is_said():
    first, second = make_certificate(), make_certificate(make_award())
    suspend(first)
    suspend(second, until=day(10))
    ends = {one.number: one.suspension_ends_on for one in suspended_certificates(system_user())}
    assert ends == {first.number: day(30), second.number: day(10)}


@pytest.mark.parametrize(
    ("ground", "days", "code"),
    [
        ("identity_under_check", 31, "suspension_too_long"),
        ("authenticity_under_check", 31, "suspension_too_long"),
        ("court_order", -1, "suspension_ends_before"),
    ],
)
def test_suspension_with_another_end_is_refused(ground, days, code):
    certificate = make_certificate()
    with pytest.raises(DomainError, match=code):
        suspend(certificate, ground, until=day(days))
    assert Certificate.objects.get().state == "issued"


def test_court_suspends_without_an_end_or_for_longer():
    suspend(make_certificate(), "court_order")
    suspend(make_certificate(make_award()), "court_order", until=day(365))
    lines = suspension_lines(list(suspended_certificates(system_user())))
    assert [(line.ends_on, line.mark) for line in lines] == [(day(365), "running"), (None, "open")]


def test_suspension_is_marked_as_its_day_comes_and_is_never_lifted_by_itself():
    certificate = make_certificate()
    suspend(certificate)
    marks = {}
    for days in (0, 23, 30, 31, 90):
        with clock.travel(timedelta(days=days)):
            [line] = suspension_lines(list(suspended_certificates(system_user())))
            marks[days] = line.mark
    assert marks == {0: "running", 23: "near", 30: "near", 31: "over", 90: "over"}
    assert Certificate.objects.get().state == "suspended"


def test_figures_of_the_first_page_count_what_is_near_and_over():
    certificate = make_certificate()
    suspend(certificate)
    actor = manager_of(certificate.base)
    assert deadline_figures(actor) == {"suspensions_near": 0, "suspensions_over": 0, "revocations_open": 0}
    with clock.travel(timedelta(days=31)):
        assert deadline_figures(actor)["suspensions_over"] == 1
        assert deadline_figures(manager_of(certificate_base()))["suspensions_over"] == 0


def test_figures_stand_on_the_home_of_base_and_regulator(client):
    certificate = make_certificate()
    suspend(certificate, until=day(2))
    for actor in (manager_of(certificate.base), regulator()):
        client.force_login(actor)
        page = client.get("/en/home/", follow=True).content.decode()
        assert "0 past their last day, 1 near it" in page


@pytest.mark.parametrize("on", [day(1), day(-400)])
def test_decision_of_a_day_out_of_order_is_refused(on):
    certificate = make_certificate()
    with pytest.raises(DomainError, match="day_out_of_order"):
        services.deregister_certificate(actor=system_user(), certificate=certificate, ground="own_request", on=on)
    assert Certificate.objects.get().state == "issued"


def test_database_knows_who_suspends_without_an_end():
    certificate = make_certificate()
    given = {"certificate": certificate, "state": "suspended", "decided_on": clock.today(), "actor": system_user()}
    for fields in [
        {"step": "suspend", "ground": "identity_under_check"},
        {"step": "suspend", "ground": "identity_under_check", "ends_on": day(-1)},
        {"step": "resume", "ground": "check_passed", "ends_on": day(1)},
    ]:
        with pytest.raises(IntegrityError, match="certificate_suspension_ends"), transaction.atomic():
            CertificateEvent.objects.create(**given, **fields)
    CertificateEvent.objects.create(**given, step="suspend", ground="court_order")


@pytest.mark.parametrize(
    ("step", "sent", "after"),
    [
        ("suspend", {"ground": "identity_under_check"}, "suspended"),
        ("deregister", {"ground": "own_request"}, "deregistered"),
        ("revoke", {"ground": "court_order", "note": "岚江法院"}, "revoked"),
        ("supersede", {"note": "错字"}, "superseded"),
    ],
)
def test_page_of_a_decision_says_what_follows_and_takes_the_step(client, step, sent, after):
    certificate = make_certificate()
    client.force_login(manager_of(certificate.base))
    address = reverse("certificates:decide", args=[certificate.number, step])
    page = client.get(address).content.decode()
    answer = client.post(address, {"on": str(clock.today()), **sent})
    certificate.refresh_from_db()
    assert 'class="consequences"' in page
    assert (answer.status_code, certificate.state) == (302, after)


def test_refused_decision_comes_back_filled(client):
    certificate = make_certificate()
    client.force_login(manager_of(certificate.base))
    address = reverse("certificates:decide", args=[certificate.number, "suspend"])
    sent = {"ground": "identity_under_check", "on": str(clock.today()), "until": str(day(60)), "note": "核查中"}
    page = client.post("/en" + address, sent).content.decode()
    assert "thirty days at most" in page
    assert "核查中" in page


def test_order_of_a_court_is_named(client):
    certificate = make_certificate()
    client.force_login(manager_of(certificate.base))
    for step in ("suspend", "revoke"):
        with translation.override("en"):
            address = reverse("certificates:decide", args=[certificate.number, step])
        page = client.post(address, {"ground": "court_order", "on": str(clock.today())}).content.decode()
        assert "Name the court and the number of its order." in page
    assert Certificate.objects.get().state == "issued"


def test_page_offers_no_false_fact_and_no_unknown_step(client):
    certificate = make_certificate()
    client.force_login(manager_of(certificate.base))
    page = client.get(reverse("certificates:decide", args=[certificate.number, "revoke"])).content.decode()
    assert "false_fact" not in page
    assert client.get(reverse("certificates:decide", args=[certificate.number, "issue"])).status_code == 404


def test_only_the_issuer_sees_the_buttons(client):
    certificate = make_certificate()
    address = reverse("certificates:certificate", args=[certificate.number])
    decide = reverse("certificates:decide", args=[certificate.number, "suspend"])
    seen = {}
    for name, actor in {
        "issuer": manager_of(certificate.base),
        "holder": certificate.person.user,
        "regulator": regulator(),
    }.items():
        client.force_login(actor)
        seen[name] = (decide in client.get(address).content.decode(), client.get(decide).status_code)
    assert seen == {"issuer": (True, 200), "holder": (False, 404), "regulator": (False, 404)}


@pytest.mark.parametrize("many", [1, 3])
def test_list_of_suspensions_takes_as_many_queries_for_three_as_for_one(client, many, django_assert_num_queries):
    cohort = make_cohort(certificate_base(), state="assessing")
    for _ in range(many):
        suspend(make_certificate(make_award(cohort)))
    client.force_login(manager_of(cohort.base))
    client.get(reverse("certificates:suspensions"))
    with django_assert_num_queries(7):
        client.get(reverse("certificates:suspensions"))


def test_figures_hold_from_their_day():
    assert figure("suspension_days", on=clock.today()) == 30
    with pytest.raises(LookupError):
        figure("suspension_days", on=clock.today().replace(year=1999))
