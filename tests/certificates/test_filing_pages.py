"""Pages of filing: the desk agrees with the home page, a list goes from tick to number, and who reads what."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.models import AccessEntry
from certificates import tasks
from certificates.models import Certificate, FilingList
from certificates.services import import_answer
from core import clock
from core.models import OutboxEvent
from tests.builders import regulator
from tests.certificates.builders import certificate_base, make_certificate, manager_of
from tests.certificates.filing import answer_rows, as_xlsx, drawn_up, filed_award, filed_cohort, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return filed_cohort()


@pytest.fixture
def manager(cohort):
    return manager_of(cohort.base)


def page(client, name, *args, query=""):
    with translation.override("en"):
        return client.get(reverse(f"certificates:{name}", args=args) + query)


def text(answer):
    return answer.content.decode()


def test_home_counts_what_the_desk_lists(client, cohort, manager):
    for name in ("高轩", "林知夏"):
        filed_award(cohort, name)
    sent(manager, filed_award(cohort, "陈默"))
    client.force_login(manager)
    home = text(client.get("/en" + reverse("accounts:home")))
    [count] = re.findall(r'filing/"><h3>Waiting for filing</h3>.*?(\d+) to do', home, re.S)
    listed = text(page(client, "filing"))
    assert (count, listed.count('scope="row"')) == ("3", 3)
    assert "3 awards wait" in listed
    for stage, rows in [("unlisted", 2), ("sent", 1), ("drawn_up", 0)]:
        assert text(page(client, "filing", query=f"?stage={stage}")).count('scope="row"') == rows


def test_list_goes_from_the_tick_to_the_printed_number(client, cohort, manager):
    record = filed_award(cohort, days=12)
    client.force_login(manager)
    assert ">12</td>" in text(page(client, "filing"))
    drawn = client.post(reverse("certificates:filing"), {"record": [record.pk]})
    made = FilingList.objects.get()
    address = reverse("certificates:filing_list", args=[made.pk])
    assert drawn["Location"] == address
    assert client.post(reverse("certificates:filing_file", args=[made.pk])).content.startswith(b"PK")
    said = {"step": "send", "on": clock.today().isoformat(), "how": "online", "document": "岚技转〔2026〕17号"}
    client.post(address, said)
    assert FilingList.objects.get().state == "sent"

    upload = reverse("certificates:filing_answer", args=[made.pk])
    review = client.post(upload, {"file": SimpleUploadedFile("back.xlsx", as_xlsx(answer_rows(made)))})["Location"]
    assert not FilingList.objects.get().answered_at
    shown = text(client.get(review))
    assert answer_rows(made)[0][2] in shown
    assert client.post(review)["Location"] == address
    assert FilingList.objects.get().state == "answered"
    assert '<input type="hidden" name="record"' in text(client.get(address))
    batch = client.post(reverse("certificates:new_batch"), {"record": [record.pk]})["Location"]
    client.post(batch, {"step": "confirm"})
    tasks.issue(OutboxEvent.objects.get(kind="certificates.issue"))
    assert Certificate.objects.get().filing_number == answer_rows(made)[0][2]


def test_wrong_rows_are_shown_and_can_be_downloaded(client, cohort, manager):
    made = sent(manager, filed_award(cohort, "高轩"), filed_award(cohort, "林知夏"))
    rows = answer_rows(made)
    client.force_login(manager)
    upload = reverse("certificates:filing_answer", args=[made.pk])
    file = SimpleUploadedFile("back.xlsx", as_xlsx([[rows[0][0], "高萱", rows[0][2]]]))
    review = client.post(upload, {"file": file})["Location"]
    shown = text(page(client, "review_filing_answer", made.pk, review.rstrip("/").rpartition("/")[2]))
    assert f"The list that was sent names {rows[0][1]} here." in shown
    assert "Line 0" not in shown
    assert f"{rows[1][0]} is in the list that was sent, and not in the file." in shown
    client.post(review)
    assert FilingList.objects.get().state == "sent"
    assert client.get(review + "errors/").content.startswith(b"PK")


def test_form_of_sending_comes_back_filled(client, cohort, manager):
    made = drawn_up(manager, filed_award(cohort))
    client.force_login(manager)
    address = reverse("certificates:filing_list", args=[made.pk])
    back = text(client.post(address, {"step": "send", "on": "", "how": "post", "document": "岚技转1号"}))
    assert 'value="岚技转1号"' in back
    assert FilingList.objects.get().state == "draft"


def test_line_is_set_aside_by_page(client, cohort, manager):
    made = sent(manager, filed_award(cohort))
    line = made.lines.get()
    client.force_login(manager)
    client.post(reverse("certificates:filing_aside", args=[made.pk, line.pk]), {"why": "材料不全"})
    line.refresh_from_db()
    assert line.set_aside_why == "材料不全"


def test_authority_reads_and_does_nothing(client, cohort, manager):
    record = filed_award(cohort)
    made = sent(manager, filed_award(cohort, "陈默"))
    client.force_login(regulator())
    for name, args in [("filing", ()), ("filing_lists", ()), ("filing_list", (made.pk,))]:
        shown = text(page(client, name, *args))
        assert ('name="record"' in shown, 'name="step"' in shown, "filing_file" in shown) == (False, False, False)
    assert cohort.base.name_en in text(page(client, "filing"))
    line = made.lines.get()
    for name, args, body in [
        ("filing", [], {"record": [record.pk]}),
        ("filing_list", [made.pk], {"step": "drop"}),
        ("filing_file", [made.pk], {}),
        ("filing_aside", [made.pk, line.pk], {"why": "x"}),
        ("filing_answer", [made.pk], {}),
    ]:
        assert client.post(reverse(f"certificates:{name}", args=args), body).status_code == 404
    assert not AccessEntry.objects.exists()


def test_other_bases_and_holders_find_no_list(client, cohort, manager):
    record = filed_award(cohort)
    made = sent(manager, record)
    for actor, status in [(manager_of(certificate_base()), 200), (record.person.user, 404)]:
        client.force_login(actor)
        assert page(client, "filing_list", made.pk).status_code == 404
        desk = page(client, "filing")
        assert (desk.status_code, "高轩" in text(desk)) == (status, False)


def test_holder_reads_how_long_it_waits(client, cohort, manager):
    record = filed_award(cohort, days=12)
    client.force_login(record.person.user)
    assert "waiting for 12 days" in (shown := text(page(client, "mine")))
    assert "the base has not sent the list yet" in shown
    sent(manager, record)
    assert "the list was sent, its number is awaited" in text(page(client, "mine"))


def test_verification_says_in_words_that_the_number_is_not_there_yet(client):
    certificate = make_certificate(filed_award(filed_cohort("SENIOR")))
    boss = manager_of(certificate.base)
    address = "/en/verify/?code=" + certificate.code
    words = "Not there yet: certificates of this level are issued first and filed afterwards."
    assert words in text(client.get(address))
    made = sent(boss, certificate.training_record)
    import_answer(actor=boss, filing=made, content=as_xlsx(answer_rows(made)))
    shown = text(client.get(address))
    assert (words in shown, answer_rows(made)[0][2] in shown) == (False, True)
    assert words not in text(client.get("/en/verify/?code=" + make_certificate().code))


def test_dry_run_names_the_days(client, cohort, manager):
    filed_award(cohort, days=12)
    client.force_login(manager)
    assert "days so far: 12" in text(page(client, "issue", cohort.pk))


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("filing", 12), ("filing_list", 9), ("filing_lists", 6)])
def test_pages_take_as_many_queries_for_three_as_for_one(
    client, cohort, manager, many, name, queries, django_assert_max_num_queries
):
    made = sent(manager, *(filed_award(cohort, f"甲{place}") for place in range(many)))
    for place in range(many):
        filed_award(cohort, f"乙{place}")
    client.force_login(manager)
    args = [made.pk] if name == "filing_list" else []
    page(client, name, *args)
    with django_assert_max_num_queries(queries):
        page(client, name, *args)
