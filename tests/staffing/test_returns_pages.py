"""The institution's pages of a return: the whole way by clicks, words on the cockpit and the first page, receipts."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import Institution
from accounts.selectors import system_user
from staffing import services
from staffing.models import RatioReturn, ReturnVersion
from staffing.selectors.receipts import receipt_bytes
from staffing.services.receipts import draw_receipt
from tests.builders import make_appointment, make_person, officer, regulator
from tests.staffing.returns_builders import DAY, annul, filed, make_period, on, receiver, staffed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_day")]


@pytest.fixture
def place() -> Institution:
    return staffed(14, 20)


def address(name, *args):
    with translation.override("en"):
        return reverse(f"staffing:{name}", args=args)


def test_whole_way_by_clicks(client, place, period):
    for number in range(4):
        make_appointment(make_person(f"新{number}"), place, start=DAY - timedelta(days=2))
    client.force_login(officer(place))
    page = client.get(address("returns")).content.decode()
    assert "not filed" in page

    client.post(address("declare_return", period.pk))
    found = RatioReturn.objects.get()
    assert "Not filed" in client.get(address("return", found.pk)).content.decode()
    client.post(address("check_return", found.pk))
    page = client.get(address("return", found.pk))
    assert "4 of 24 joined in the 14 days" in page.content.decode()
    assert address("attest_return", found.pk) not in page.content.decode()
    [question] = page.context["anomalies"]
    client.post(address("answer_anomaly", question["row"].pk), {"answer": "新设团队"})
    page = client.get(address("attest_return", found.pk))
    assert "correct it up to and including" in page.content.decode()
    words = {"check": page.context["form"].initial["check"], "name": "贺敏", "post": "处长", "attests": "on"}
    client.post(address("attest_return", found.pk), words)

    version = ReturnVersion.objects.get()
    assert (version.trained, version.staff, version.attested_name) == (14, 24, "贺敏")
    assert "14 / 24" in client.get(address("returns")).content.decode()


def test_figures_are_computed_whatever_a_form_sends(client, place, period):
    client.force_login(officer(place))
    client.post(address("declare_return", period.pk))
    found = RatioReturn.objects.get()
    client.post(address("check_return", found.pk), {"trained": "20", "staff": "20"})
    words = {"check": found.checks.get().pk, "name": "贺敏", "post": "处长", "attests": "on", "trained": "20"}
    client.post(address("attest_return", found.pk), words)

    assert ReturnVersion.objects.get().trained == 14


def test_without_the_tick_nothing_is_filed(client, place, period):
    client.force_login(officer(place))
    client.post(address("declare_return", period.pk))
    found = RatioReturn.objects.get()
    client.post(address("check_return", found.pk))
    page = client.post(
        address("attest_return", found.pk), {"check": found.checks.get().pk, "name": "贺敏", "post": "处长"}
    )

    assert page.context["form"].errors["attests"]
    assert ReturnVersion.objects.count() == 0


def test_double_click_files_once(client, place, period):
    client.force_login(officer(place))
    for _time in range(2):
        client.post(address("declare_return", period.pk))
    found = RatioReturn.objects.get()
    client.post(address("check_return", found.pk))
    words = {"check": found.checks.get().pk, "name": "贺敏", "post": "处长", "attests": "on"}
    for _time in range(2):
        assert client.post(address("attest_return", found.pk), words).status_code == 302

    assert ReturnVersion.objects.count() == 1


def test_attesting_needs_a_fresh_confirmation(client, place, period, settings):
    settings.SECOND_FACTOR_EXEMPT = False
    actor = officer(place)
    found = services.declare_return(actor=actor, institution=place, period=period)
    check = services.check_return(actor=actor, ratio_return=found)
    client.force_login(actor)

    client.post(
        address("attest_return", found.pk), {"check": check.pk, "name": "贺敏", "post": "处长", "attests": "on"}
    )

    assert ReturnVersion.objects.count() == 0


def test_receipt_is_the_kept_file_for_both_sides_and_nobody_else(client, place, period):
    version = filed(place, period)
    client.force_login(version.attested_by)
    receipt = reverse("staffing:return_receipt", args=[version.ratio_return_id, 1])
    assert client.get(receipt).status_code == 404
    draw_receipt(actor=system_user(), version_id=version.pk)

    answers = []
    for reader in (version.attested_by, receiver()):
        client.force_login(reader)
        answers.append(client.get(receipt).content)
    assert answers[0] == answers[1] == receipt_bytes(version.receipt)
    for stranger in (officer(), regulator("980000")):
        client.force_login(stranger)
        assert client.get(receipt).status_code == 404


def test_then_known_stands_beside_now_known_with_the_cause(client, place, period):
    version = filed(place, period)
    client.force_login(version.attested_by)
    page = client.get(address("return", version.ratio_return_id)).content.decode()
    assert "now known" not in page
    annul(place)

    page = client.get(address("return", version.ratio_return_id)).content.decode()

    assert "then known, as filed" in page
    assert "The training record of 1 person was annulled: it never counted" in page
    assert "14" in page
    assert "13" in page


def test_cockpit_and_first_page_say_where_the_return_stands(client, place, period):
    client.force_login(officer(place))
    for page in (address("ratio", place.pk), "/en/home/"):
        text = client.get(page).content.decode()
        assert "not filed" in text
        assert "11 days left" in text
    with on(date(2026, 7, 17)):
        client.force_login(officer(place))
        text = client.get(address("ratio", place.pk)).content.decode()
        assert "3 working days late" in text
    filed(place, period)
    client.force_login(officer(place))
    text = client.get(address("ratio", place.pk)).content.decode()
    assert "filed, waits for the authority" in text


def test_who_sees_figures_only_reads_the_words_and_no_link(client, place, period):
    version = filed(place, period)
    from tests.builders import hat  # noqa: PLC0415 - of this test alone

    client.force_login(hat("auditor", regulator().memberships.get().admin_body))
    text = client.get(address("ratio", place.pk)).content.decode()

    assert "filed, waits for the authority" in text
    assert address("return", version.ratio_return_id) not in text
    assert client.get(address("return", version.ratio_return_id)).status_code == 404


def test_history_is_told_as_history(client, place, period):
    filed(place, period)
    make_period(date(2026, 9, 30))
    with on(date(2026, 10, 9)):
        client.force_login(officer(place))
        page = client.get(address("returns")).content.decode()

    assert "14 of 20 were filed. It stands for that day alone." in page


def test_refusals_are_words(client, place, period):
    client.force_login(officer(place))
    with on(DAY):
        client.post(address("declare_return", period.pk))
        page = client.post(address("check_return", RatioReturn.objects.get().pk), follow=True)
        assert "The day is not over yet" in page.content.decode()
    other = make_period(code="OTHERS", categories=["enterprise"])
    page = client.post(address("declare_return", other.pk), follow=True)
    assert "This period does not ask your institution." in page.content.decode()


@pytest.mark.parametrize("versions", [1, 3])
def test_page_takes_the_same_queries_for_any_versions(client, place, period, versions, django_assert_num_queries):
    first = filed(place, period)
    for _number in range(versions - 1):
        services.reopen_return(actor=first.attested_by, ratio_return=first.ratio_return, reason="更正")
        filed(place, period, first.attested_by, "更正")
    client.force_login(first.attested_by)
    client.get(address("return", first.ratio_return_id))

    with django_assert_num_queries(23):
        client.get(address("return", first.ratio_return_id))


def test_question_of_the_authority_stands_on_top_until_it_is_answered(client, place, period):
    authority, version = receiver(), filed(place, period)
    services.send_back_return(
        actor=authority, ratio_return=version.ratio_return, version=version.pk, questions="请说明人员依据"
    )
    found, own = version.ratio_return, version.attested_by
    client.force_login(own)

    def on_top():
        page = client.get(address("return", found.pk)).content.decode()
        return "请说明人员依据" in page.partition('id="figure"')[0]

    assert on_top()
    said = client.post(address("check_return", found.pk), follow=True).context["messages"]
    assert [str(one) for one in said] == ["Checked. Nothing is asked: read the figures, then attest."]
    assert on_top()
    assert "请说明人员依据" in client.get(address("attest_return", found.pk)).content.decode()
    filed(place, period, own, "依据为聘任文件")
    assert not on_top()


def test_first_page_begins_with_a_return_that_is_to_be_filed(client, place, period):
    own = officer(place)
    client.force_login(own)

    def begins():
        return "Go to the returns" in client.get("/en/home/").content.decode().partition('class="grid')[0]

    assert begins()
    filed(place, period, own)
    assert not begins()
