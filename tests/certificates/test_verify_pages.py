"""The public pages: forms, eight outcome pages, limits, languages, no oracle, no writing."""

import re

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test import override_settings
from ninja.testing import TestClient

from accounts.selectors import system_user
from certificates import services
from certificates.api import router
from certificates.identifiers import normal_number
from certificates.models import Certificate
from certificates.services.issue import allot_certificate
from tests.certificates.builders import change_past_the_guard, make_award, make_certificate
from tests.windows import at_the_beginning_of_a_window

pytestmark = pytest.mark.django_db
NOWHERE = "0000000000000000"
UNKNOWN = "TM-J-2026-9901-000123-P"


def suspended(certificate):
    services.suspend_certificate(actor=system_user(), certificate=certificate, ground="identity_under_check")


def revoked(certificate):
    services.revoke_certificate(actor=system_user(), certificate=certificate, ground="false_fact")


def superseded(certificate):
    services.supersede_certificate(actor=system_user(), certificate=certificate)


def deregistered(certificate):
    services.deregister_certificate(actor=system_user(), certificate=certificate, ground="own_request")


def expired(certificate):
    days = {"completed_on": "2020-01-01", "issued_on": "2020-01-01", "valid_until": "2022-01-01"}
    change_past_the_guard(Certificate.objects.filter(pk=certificate.pk), **days)


def lost(certificate):
    default_storage.delete(certificate.file.storage_name)


def nothing(certificate):
    pass


def verdict(answer):
    """The tone and the sentence of the verdict on the page."""
    found = re.search(
        r'<div class="verdict (\w+)" role="status">\s*<h1>\s*(.*?)\s*</h1>', answer.content.decode(), re.S
    )
    return found.groups()


PAGES = [
    (nothing, 200, ("ok", "The certificate is genuine and in good standing")),
    (expired, 200, ("soon", "The certificate is genuine, but its validity has ended")),
    (suspended, 200, ("soon", "The certificate is suspended at present")),
    (revoked, 200, ("no", "The certificate has been revoked")),
    (superseded, 200, ("neutral", "The certificate has been replaced by a new one")),
    (deregistered, 200, ("neutral", "The certificate has been deregistered")),
    (lost, 503, ("soon", "The certificate cannot be checked at the moment")),
]


@pytest.mark.parametrize(("happen", "status", "expected"), PAGES)
def test_verify_page_of_each_outcome(client, happen, status, expected):
    certificate = make_certificate()
    happen(certificate)
    answer = client.get("/en/verify/", {"number": certificate.number, "code": certificate.code})
    assert (answer.status_code, verdict(answer)) == (status, expected)


def test_verify_page_of_a_certificate_that_was_never_issued(client):
    answer = client.get("/en/verify/", {"number": UNKNOWN, "code": NOWHERE})
    assert (answer.status_code, verdict(answer)) == (200, ("no", "No such certificate was found"))
    assert "What is registered" not in answer.content.decode()


@pytest.mark.parametrize("happen", [suspended, revoked, superseded, deregistered])
def test_verify_page_names_day_and_reason_of_a_decision(client, happen):
    certificate = make_certificate()
    happen(certificate)
    certificate.refresh_from_db()
    body = client.get("/en/verify/", {"number": certificate.number, "code": certificate.code}).content.decode()
    last = certificate.events.order_by("-pk").first()
    facts = re.sub(r"\s+", " ", body)
    assert f"<dt>Reason</dt><dd>{last.get_ground_display()}".replace("'", "&#x27;") in facts
    assert ("New number" in facts) == (happen is superseded)


def test_verify_page_masks_the_holder(client):
    certificate = make_certificate(make_award(name="阿卜杜热西提·买买提"))
    body = client.get("/verify/", {"number": certificate.number, "code": certificate.code}).content.decode()
    assert ("阿********" in body, "卜杜热西提" in body) == (True, False)
    assert certificate.holder_document_masked not in body


def test_verify_page_is_no_oracle(client):
    """A real number with a wrong code, and a number that does not exist: the same page, byte for byte."""
    certificate = make_certificate()
    wrong = client.get("/verify/", {"number": certificate.number, "code": NOWHERE})
    unknown = client.get("/verify/", {"number": UNKNOWN, "code": NOWHERE})
    plain = [re.sub(r"TM-J-[\w-]+|\d\d:\d\d|nonce=\S+", "", page.content.decode()) for page in (wrong, unknown)]
    assert plain[0] == plain[1]
    assert (wrong.status_code, len(wrong.content)) == (unknown.status_code, len(unknown.content))


def test_verify_page_of_a_draft_is_that_of_nothing(client):
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    answer = client.get("/en/verify/", {"number": intent.number, "code": intent.code})
    assert verdict(answer) == ("no", "No such certificate was found")


def test_verify_shows_the_forms_first_and_again_when_a_field_is_empty(client):
    assert client.get("/en/verify/").context["code_form"].is_bound is False
    again = client.get("/en/verify/", {"number": UNKNOWN, "code": ""})
    assert (again.status_code, again.context["code_form"].errors.keys()) == (200, {"code"})
    assert UNKNOWN in again.content.decode()


OWN_MEMORY = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "throttle")
}
NO_REDIS = {
    name: {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    for name in ("default", "throttle")
}


@pytest.mark.parametrize("number", ["", "x" * 500, "' OR 1=1 --", "\x00", "甲乙丙"])
def test_verify_survives_nonsense(client, number):
    assert client.get("/verify/", {"number": number, "code": number}).status_code == 200
    assert client.get("/verify/", {"code": number}).status_code == 200


def test_verify_asks_the_register_once(client, django_assert_num_queries):
    certificate = make_certificate()
    client.get("/verify/", {"number": certificate.number, "code": certificate.code})
    # One to ask, three of the log, and one with its savepoint to count.
    with override_settings(THROTTLE_CACHE="throttle", CACHES=OWN_MEMORY), django_assert_num_queries(7):
        client.get("/verify/", {"number": certificate.number, "code": certificate.code})


def test_verify_page_runs_without_a_database(client):
    certificate = make_certificate()

    def gone(execute, sql, params, many, context):
        raise OperationalError("the database is gone")

    with connection.execute_wrapper(gone):
        pages = [
            client.get("/en/verify/", {"number": certificate.number, "code": certificate.code}),
            client.get(f"/v/{certificate.code}"),
            client.post("/en/verify/", {"number": certificate.number, "name": "高轩", "tail": "0018"}),
        ]
        form = client.get("/en/verify/")
    assert [page.status_code for page in pages] == [503, 503, 503]
    assert verdict(pages[0]) == ("soon", "The certificate cannot be checked at the moment")
    assert form.status_code == 200


# --- by name --------------------------------------------------------------------------------------------------------
def test_verify_by_name_through_post(client):
    certificate = make_certificate()
    tail = certificate.person.documents.get().number[-4:]
    hit = client.post("/en/verify/", {"number": certificate.number, "name": "高轩", "tail": tail})
    miss = client.post("/en/verify/", {"number": certificate.number, "name": "高轩", "tail": "000X"})
    assert (verdict(hit)[0], verdict(miss)[0]) == ("ok", "neutral")


def test_verify_by_name_returns_the_form_filled_and_opened(client):
    answer = client.post("/en/verify/", {"number": UNKNOWN, "name": "高轩", "tail": "1"})
    assert (answer.status_code, answer.context["name_form"].errors.keys()) == (200, {"tail"})
    assert ('<details class="help" open>' in answer.content.decode(), "高轩" in answer.content.decode()) == (True, True)


@at_the_beginning_of_a_window()
def test_verify_by_name_is_limited_harder_than_by_code(client):
    post = {"number": UNKNOWN, "name": "高轩", "tail": "0018"}
    statuses = [client.post("/verify/", post).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2


@at_the_beginning_of_a_window()
def test_verify_by_name_is_limited_per_number_whatever_the_address(client):
    post = {"number": UNKNOWN, "name": "高轩", "tail": "0018"}
    statuses = [client.post("/verify/", post, REMOTE_ADDR=f"10.0.0.{turn}").status_code for turn in range(22)]
    assert statuses == [200] * 20 + [429] * 2


@at_the_beginning_of_a_window()
@pytest.mark.parametrize("spelt", [str.lower, lambda number: number.replace("-", ""), lambda n: f" {n[:9]} {n[9:]}"])
def test_verify_by_name_counts_every_spelling_of_a_number_as_one(client, spelt):
    post = {"number": UNKNOWN, "name": "高轩", "tail": "0018"}
    for turn in range(20):
        client.post("/verify/", post, REMOTE_ADDR=f"10.0.0.{turn}")
    again = client.post("/verify/", {**post, "number": spelt(UNKNOWN)}, REMOTE_ADDR="10.0.1.1")
    assert (normal_number(spelt(UNKNOWN)), again.status_code) == (UNKNOWN, 429)


def test_verify_by_name_of_impossible_numbers_locks_nobody_out(client):
    post = {"number": "x", "name": "高轩", "tail": "0018"}
    statuses = [client.post("/verify/", post, REMOTE_ADDR=f"10.0.0.{turn}").status_code for turn in range(22)]
    assert statuses == [200] * 22


@override_settings(CACHES=NO_REDIS, THROTTLE_CACHE="throttle")
def test_verify_by_name_gives_nothing_away_when_tries_cannot_be_counted(client):
    certificate = make_certificate()
    tail = certificate.person.documents.get().number[-4:]
    answer = client.post("/en/verify/", {"number": certificate.number, "name": "高轩", "tail": tail})
    assert answer.status_code == 503
    assert verdict(answer) == ("soon", "The certificate cannot be checked at the moment")
    assert certificate.number not in answer.content.decode()


@override_settings(CACHES=NO_REDIS, THROTTLE_CACHE="throttle")
def test_verify_by_code_goes_on_when_tries_cannot_be_counted(client):
    certificate = make_certificate()
    assert verdict(client.get(f"/v/{certificate.code}"))[0] == "ok"


# --- the limit ------------------------------------------------------------------------------------------------------
@at_the_beginning_of_a_window()
def test_verify_allows_thirty_tries_a_minute_and_address(client):
    statuses = [client.get("/verify/", {"number": UNKNOWN, "code": NOWHERE}).status_code for _ in range(32)]
    assert statuses == [200] * 30 + [429] * 2
    refused = client.get(f"/v/{NOWHERE}")
    assert (refused.status_code, 0 < int(refused["Retry-After"]) <= 60) == (429, True)
    assert client.get(f"/v/{NOWHERE}", REMOTE_ADDR="10.0.0.9").status_code == 200
    forwarded = client.get(f"/v/{NOWHERE}", headers={"X-Forwarded-For": "10.9.9.9"})
    assert forwarded.status_code == 429


# --- the QR code ----------------------------------------------------------------------------------------------------
def test_by_code_answers_in_chinese_with_links_to_the_other_languages(client):
    certificate = make_certificate()
    answer = client.get(f"/v/{certificate.code}", headers={"Accept-Language": "ja"})
    body = answer.content.decode()
    assert (answer.status_code, verdict(answer)[0]) == (200, "ok")
    assert re.search(r'<html lang="(.*?)"', body)[1] == "zh-hans"
    links = {language: f"/{language}/verify/?code={certificate.code}" for language in ("en", "ja")}
    assert [link for link in links.values() if f'href="{link}"' not in body] == []
    assert verdict(client.get(links["en"])) == ("ok", "The certificate is genuine and in good standing")


def test_by_code_answers_readers_of_headers(client):
    answer = client.head(f"/v/{NOWHERE}")

    assert (answer.status_code, answer.content) == (200, b"")


def test_by_code_adds_nothing_to_the_links_of_the_other_languages(client):
    body = client.get("/v/abc%26number=x%23y").content.decode()
    links = re.findall(r'href="(/(?:en|ja)/verify/[^"]*)"', body)
    assert sorted(set(links)) == [f"/{language}/verify/?code=abc%26number%3Dx%23y" for language in ("en", "ja")]


def test_by_code_of_nothing(client):
    make_certificate()
    assert verdict(client.get(f"/v/{NOWHERE}"))[0] == "no"
    assert client.get("/v/short").status_code == 200


def test_outcome_pages_need_no_script(client):
    certificate = make_certificate()
    body = client.get(f"/v/{certificate.code}").content.decode()
    assert re.findall(r"<[^>]+\son\w+=|<script(?![^>]*\ssrc=)|\sstyle=", body) == []


# --- for machines ---------------------------------------------------------------------------------------------------
class Api:
    """The router alone; the address below /api/v1/ is the site's business."""

    def __init__(self):
        self.client = TestClient(router)

    def get(self, **query):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return self.client.get(f"/verify?{text}", META={"REMOTE_ADDR": "10.1.1.1"})


def test_api_gives_the_same_answer_as_the_selector():
    certificate = make_certificate()
    answer = Api().get(number=certificate.number, code=certificate.code)
    assert (answer.status_code, answer.json()["outcome"], answer.json()["number"]) == (200, "valid", certificate.number)
    assert answer.json()["holder"] == "高*"


def test_api_answers_wrong_code_missing_code_and_unknown_number_alike():
    certificate = make_certificate()
    api = Api()
    answers = [
        api.get(number=certificate.number, code=NOWHERE).json(),
        api.get(number=certificate.number).json(),
        api.get(number=UNKNOWN, code=certificate.code).json(),
        api.get().json(),
    ]
    assert [{**answer, "checked_at": ""} for answer in answers] == [{**answers[0], "checked_at": ""}] * 4
    assert answers[0]["outcome"] == "never_issued"


@at_the_beginning_of_a_window()
def test_api_is_limited():
    api = Api()
    answers = [api.get(number=UNKNOWN, code=NOWHERE) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
