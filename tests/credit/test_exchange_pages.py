"""Pages of the exchange: a partner from entry to end, a file from upload to receipt, what is sent, tokens, notices."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from credit.models import ApiToken, CreditRecord, EndNotice, ExchangePartner, ExchangeReceipt
from tests.builders import make_person, make_user, officer, regulator, resident_number
from tests.credit.builders import make_credit_record
from tests.credit.cases import Authority
from tests.credit.exchanging import Desk, as_csv, as_json

pytestmark = pytest.mark.django_db
DESK = "/en/credit/exchange/"


@pytest.fixture
def desk(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return Desk()


@pytest.fixture
def client(desk):
    return signed_in(desk.officer)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def of_partner(desk, rest=""):
    return f"{DESK}partners/{desk.partner.pk}/{rest}"


def uploaded(client, desk, content, name="x.json"):
    return client.post(of_partner(desk, "receive/"), {"file": SimpleUploadedFile(name, content)})


# --- partners ---------------------------------------------------------------------------------------------------------
def test_partner_is_entered_read_and_ended_by_pages(client, desk):
    words = {
        "kept_by": desk.body.pk, "kind": "trading", "name": "岚江技术交易所", "basis": "协议2号", "ways": ["receives"],
        "valid_from": "2026-01-01",
    }  # fmt: skip
    answer = client.post(f"{DESK}partners/new/", words)
    made = ExchangePartner.objects.get(name="岚江技术交易所")
    assert answer["Location"] == f"{DESK}partners/{made.pk}/"
    page = text(client.get(answer["Location"]))
    assert "协议2号" in page
    assert "Receive a file" not in page
    assert "Send records" in page

    client.post(f"{DESK}partners/{made.pk}/end/", {"valid_to": clock.today().isoformat()})

    page = text(client.get(f"{DESK}partners/{made.pk}/"))
    assert "Send records" not in page
    assert "End the exchange" not in page
    assert "岚江技术交易所" in text(client.get(DESK))


def test_refused_partner_comes_back_filled(client, desk):
    words = {
        "kept_by": desk.body.pk,
        "kind": "integrity",
        "name": desk.partner.name,
        "basis": "协议九",
        "ways": ["delivers"],
    }

    page = text(client.post(f"{DESK}partners/new/", {**words, "valid_from": "2026-01-01"}))

    assert "This body has a partner of this name already." in page
    assert "协议九" in page


def test_body_above_reads_and_does_nothing(desk):
    above = signed_in(regulator("000000"))

    page = text(above.get(of_partner(desk)))

    assert "Receive a file" not in page
    for rest in ("receive/", "send/", "tokens/new/", "end/"):
        assert above.get(of_partner(desk, rest)).status_code == 404


def test_others_find_nothing(desk):
    receipt = desk.receive(as_json(desk.record()))
    for user in (make_user(), officer(desk.entity), regulator("980000")):
        for address in (of_partner(desk), of_partner(desk, "receive/"), f"{DESK}receipts/{receipt.uuid}/"):
            assert signed_in(user).get(address).status_code == 404
    assert signed_in(officer(desk.entity)).get(DESK).status_code == 404


# --- a file -----------------------------------------------------------------------------------------------------------
def test_file_is_looked_at_line_by_line_and_then_taken(client, desk):
    answer = uploaded(client, desk, as_json(desk.record(), desk.record(number="KY-2", statute="会议纪要")))
    assert not CreditRecord.objects.exists()
    page = text(client.get(answer["Location"]))
    assert "1 accepted, 1 refused, 0 received before" in page
    assert "This basis is not on the list for records of this kind." in page
    assert "岚江大学" in page
    assert not ExchangeReceipt.objects.exists()
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]

    answer = client.post(answer["Location"], {"seen": seen}, follow=True)

    assert "every line has its outcome in this receipt" in text(answer)
    assert "This basis is not on the list" in text(answer)
    assert CreditRecord.objects.get().institution == desk.entity


def test_page_shows_no_document_number(client, desk):
    number = resident_number()
    make_person("何磊", number=number)
    content = as_csv(desk.record(uscc=None, id_type="居民身份证", id_number=number))

    page = client.get(uploaded(client, desk, content, "x.csv")["Location"])

    assert number not in page.content.decode()


def test_changed_preview_is_shown_again(client, desk):
    address = uploaded(client, desk, as_json(desk.record()))["Location"]

    page = text(client.post(address, {"seen": "x"}))

    assert "What the file would do has changed since you looked." in page
    assert not ExchangeReceipt.objects.exists()


def test_same_file_is_told_and_offers_nothing(client, desk):
    content = as_json(desk.record())
    receipt = desk.receive(content)

    page = text(client.get(uploaded(client, desk, content)["Location"]))

    assert "This very file was received before: it changes nothing." in page
    assert str(receipt.uuid) in page
    assert "Receive this file?" not in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "This is no file of the exchange"),
        (b"PK\x03\x04", "This is no file of the exchange"),
        (b"a,b\n1,2\n", "No line among the first ten has all the column heads"),
        (b" ", "The file is empty."),
    ],
)
def test_bad_file_says_what_is_wrong(client, desk, content, words):
    answer = uploaded(client, desk, content)

    assert answer.status_code == 200
    assert words in text(answer)


def test_file_of_somebody_else_is_not_found(client, desk):
    address = uploaded(client, desk, as_json(desk.record()))["Location"]
    colleague = regulator("990000")

    assert signed_in(colleague).get(address).status_code in (302, 404)


def test_lists_ask_as_often_for_three_as_for_one(client, desk):
    def asked(address):
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    receipt = desk.receive(as_json(desk.record()))
    desk.token()
    addresses = (DESK, of_partner(desk), f"{DESK}receipts/{receipt.uuid}/")
    one = [asked(address) for address in addresses]
    for n in (2, 3):
        desk.another(f"第{n}家")
        receipt = desk.receive(as_json(*(desk.record(number=f"{n}-{row}") for row in range(3))))
        desk.token()

    assert [asked(address) for address in (DESK, of_partner(desk), f"{DESK}receipts/{receipt.uuid}/")] == one


# --- out, tokens, notices ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("form", "kind"), [("json", "application/json"), ("csv", "text/csv; charset=utf-8")])
def test_file_goes_out_for_a_purpose(client, desk, form, kind):
    make_credit_record(None, institution=desk.entity, kind="award", facts={"title": {"zh": "表彰"}})

    answer = client.post(of_partner(desk, "send/"), {"form": form, "purpose": "核对"})

    assert answer["Content-Type"] == kind
    assert "attachment" in answer["Content-Disposition"]
    assert "表彰" in answer.content.decode("utf-8-sig")
    assert ExchangeReceipt.objects.get().purpose == "核对"


def test_refused_sending_keeps_what_was_entered(client, desk):
    page = text(client.post(of_partner(desk, "send/"), {"form": "csv", "purpose": "核对资格", "uscc": "x"}))

    assert "There is nothing that partners are shown of it." in page
    assert "核对资格" in page


def test_token_is_shown_once_and_revoked(client, desk):
    answer = client.post(of_partner(desk, "tokens/new/"), {"name": "前置机", "scopes": ["credit:entity"], "days": 30})
    secret = re.search(r'id="token">(tmx_[\w-]+)<', answer.content.decode())[1]
    assert "no-store" in answer["Cache-Control"]
    page = text(client.get(of_partner(desk)))
    assert "前置机" in page
    assert secret not in page
    token = ApiToken.objects.get()

    answer = client.post(f"{DESK}tokens/{token.pk}/revoke/", follow=True)

    assert "The token is revoked" in text(answer)
    assert "The token is revoked" not in text(client.post(f"{DESK}tokens/{token.pk}/revoke/", follow=True))


def test_wrong_token_form_comes_back_filled(client, desk):
    page = text(client.post(of_partner(desk, "tokens/new/"), {"name": "前置机", "days": 900}))

    assert "前置机" in page
    assert not ApiToken.objects.exists()


def test_notice_is_acknowledged_by_its_page(desk):
    authority = Authority().of_entity()
    case = authority.in_force("minor")
    notice = EndNotice.objects.create(case=case, partner="岚江技术交易所", told=desk.partner, due_on=clock.today())
    client = signed_in(authority.free)
    assert "岚江技术交易所" in text(client.get(f"{DESK}end-notices/"))
    address = f"{DESK}end-notices/{notice.pk}/"
    assert "This field is required." in text(client.post(address, {"how": ""}))

    answer = client.post(address, {"how": "复函1号"}, follow=True)

    assert "The acknowledgement is recorded." in text(answer)
    assert "Every partner has acknowledged" in text(answer)
    assert client.get(address).status_code == 404


def test_dictionary_is_there_for_everybody_and_as_a_file():
    page = text(Client().get(f"{DESK}dictionary/"))
    told = Client().get(f"{DESK}dictionary.json").json()

    assert [one["field"] for one in told["incoming"]][:2] == ["number", "kind"]
    assert all(one["en"] in page or one["en"].replace("'", "&#x27;") in page for one in told["incoming"])
    assert told["outgoing"]
    assert "integrity_notice" in page
