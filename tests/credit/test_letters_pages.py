"""Letters on their pages: who finds them, who gets the bytes, whose look is written down, and what is answered else."""

import re

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from accounts.permissions import Permission
from core.models import AuditEntry
from credit import services
from credit.models import CaseLetter
from credit.selectors.letters import letters_of
from tests.builders import make_user, regulator
from tests.credit.cases import Authority, notice, notify, served
from tests.credit.letters import stored, written
from tests.credit.own_rules import association_and_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def desk():
    return Authority()


@pytest.fixture
def track():
    return association_and_member()


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def get(user, address):
    return client_of(user).get(address)


def send_for(user, address, **more):
    return client_of(user).post(address, **more)


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def address(letter, what="pdf"):
    return f"/en/{'own-rules' if letter.self_case_id else 'credit'}/letters/{letter.uuid}/{what}/"


# --- the authority's ------------------------------------------------------------------------------------------------
def test_officer_gets_the_kept_bytes_and_the_look_is_written_down(desk):
    letter = written(desk.noticed())["notice"]

    pdf, docx = send_for(desk.free, address(letter)), send_for(desk.free, address(letter, "docx"))

    assert (pdf.content, pdf["Content-Type"]) == (stored(letter), "application/pdf")
    assert (docx.content, docx["Content-Type"]) == (stored(letter, "docx"), DOCX)
    assert pdf["Content-Disposition"] == 'attachment; filename="notice-1.pdf"'
    entries = AuditEntry.objects.filter(verb="credit.letter_read", actor=desk.free.pk, subject_id=str(letter.pk))
    assert [entry.facts["form"] for entry in entries.order_by("pk")] == ["pdf", "docx"]


def test_subject_gets_its_own_without_an_entry_and_not_those_of_the_file(desk):
    letters = written(desk.noticed())

    assert get(desk.login, address(letters["notice"])).content == stored(letters["notice"])
    for kind in ("filing", "notice_service"):
        assert get(desk.login, address(letters[kind])).status_code == 404
    assert not AuditEntry.objects.filter(verb="credit.letter_read").exists()


def test_foreign_and_missing_are_answered_alike(desk, track):
    mine, theirs = written(desk.noticed())["notice"], written(track.noticed())["self_notice"]
    asked = (address(mine), f"/en/credit/letters/{NOBODYS}/pdf/", address(mine, "docx"))
    for user in (make_user(), regulator("980000"), track.first):
        answers = [act(user, one) for one in asked for act in (get, send_for)]
        assert [answer.status_code for answer in answers] == [404] * 6
        assert len({text(answer) for answer in answers}) == 1
    for act in (get, send_for):
        assert act(desk.free, address(theirs)).status_code == 404
        # Nor by the address of the other track, nor by the way of the other side.
        assert act(desk.free, f"/en/own-rules/letters/{mine.uuid}/pdf/").status_code == 404
    assert get(desk.free, address(mine)).status_code == 404
    assert send_for(desk.login, address(mine)).status_code == 404


def test_case_page_lists_letters_and_makes_those_that_wait(desk):
    case = desk.noticed()
    page = text(get(desk.free, f"/en/credit/cases/{case.pk}/"))
    assert "A letter is being made; look again in a minute." in page

    answer = client_of(desk.free).post(f"/en/credit/cases/{case.pk}/letters/", follow=True)

    assert "The letters are made." in text(answer)
    assert "A letter is being made" not in text(answer)
    assert case.notice_number in text(answer)
    assert CaseLetter.objects.filter(case=case).count() == 3
    again = client_of(desk.free).post(f"/en/credit/cases/{case.pk}/letters/", follow=True)
    assert "Every letter that is due is there." in text(again)


def test_body_above_reads_and_makes_nothing(desk):
    case = Authority(code="990100").noticed()
    written(case)
    above = desk.one

    page = get(above, f"/en/credit/cases/{case.pk}/")

    assert "prior notice" in text(page)
    assert "Another edition" not in text(page)
    letter = CaseLetter.objects.get(kind="notice", case=case)
    assert send_for(above, address(letter)).status_code == 200
    assert get(above, address(letter, "edition")).status_code == 404
    assert client_of(above).post(f"/en/credit/cases/{case.pk}/letters/").status_code == 404


def test_own_page_lists_what_is_addressed_to_the_subject(desk):
    case = desk.decided()
    written(case)
    address_ = f"/en/credit/own-cases/{case.pk}/"
    # Decision and repair notice are read once they are served.
    assert "repair notice" not in text(get(desk.login, address_))
    services.serve_decision(actor=desk.free, case=case, served=served())

    page = text(get(desk.login, f"/en/credit/own-cases/{case.pk}/"))

    for kind in ("prior notice", "repair notice", "Letters are written in Chinese."):
        assert kind in page
    assert "record of filing" not in page
    assert "Another edition" not in page


def test_edition_page_gives_a_number_and_marks_the_one_before(desk):
    case = desk.in_force()
    letter = written(case)["repair_notice"]
    client = client_of(desk.free)
    assert "Document number" in text(client.get(address(letter, "edition")))
    said = {"document_number": "岚科修〔2026〕1号", "why": "补填文号"}

    page = text(client.post(address(letter, "edition"), said, follow=True))

    for words in ("岚科修〔2026〕1号", "edition 2", "edition 1", "no longer stands", "补填文号"):
        assert words in page
    again = client.post(address(letter, "edition"), said)
    assert "There is a newer edition already." in text(again)
    assert "补填文号" in again.content.decode()
    own = text(get(desk.login, f"/en/credit/own-cases/{case.pk}/"))
    assert "no longer stands" in own
    assert "补填文号" not in own


def test_number_of_a_step_is_not_asked_for_again(desk):
    letter = written(desk.noticed())["notice"]

    assert "Document number" not in text(get(desk.free, address(letter, "edition")))


def test_missing_character_is_said_by_name(desk):
    case = desk.reviewed()
    words = notice(facts="见\U00031234号凭证")
    case = notify(desk.one, case, words)

    answer = client_of(desk.one).post(f"/en/credit/cases/{case.pk}/letters/", follow=True)

    assert "No font of the platform has these characters: \U00031234." in text(answer)


def test_changed_bytes_are_not_given_out(desk):
    letter = written(desk.noticed())["notice"]
    with default_storage.open(letter.storage_name, "wb") as file:
        file.write(b"%PDF other")

    answer = send_for(desk.free, address(letter), follow=True)

    assert answer.redirect_chain
    assert "The file cannot be read at the moment." in text(answer)
    assert not AuditEntry.objects.filter(verb="credit.letter_read").exists()


@pytest.mark.parametrize(("reached_state", "rows"), [("filed", 1), ("noticed", 3)])
def test_list_costs_the_same_for_one_letter_and_for_three(desk, reached_state, rows, django_assert_num_queries):
    case = getattr(desk, reached_state)()
    written(case)
    actor = desk.free
    actor.worn = actor.valid_memberships()

    with django_assert_num_queries(1):
        shown = letters_of(actor, case, Permission.CASE_VIEW)
        assert [one.letter.edition for one in shown] == [1] * rows


# --- under own rules ------------------------------------------------------------------------------------------------
def test_letters_under_own_rules_stand_on_both_pages(track):
    case = track.noticed()
    page = f"/en/own-rules/cases/{case.uuid}/"
    assert "A letter is being made" in text(get(track.second, page))
    client_of(track.second).post(f"{page}letters/")
    letter = CaseLetter.objects.get(self_case=case)

    mine = f"/en/own-rules/about-me/{case.uuid}/"
    for user, where, act in ((track.second, page, send_for), (track.answering, mine, get)):
        assert address(letter) in get(user, where).content.decode()
        assert act(user, address(letter)).content == stored(letter)
    assert AuditEntry.objects.filter(verb="credit.letter_read").count() == 1


def test_edition_under_own_rules_is_for_the_body_alone(track):
    letter = written(track.noticed())["self_notice"]
    said = {"document_number": "协自〔2026〕1号", "why": "编号"}
    assert client_of(track.answering).post(address(letter, "edition"), said).status_code == 404

    page = text(client_of(track.second).post(address(letter, "edition"), said, follow=True))

    assert "协自〔2026〕1号" in page
    assert get(make_user(), address(letter, "edition")).status_code == 404
