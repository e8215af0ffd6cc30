"""Asked without the code while something does not work: whoever exists and whoever does not get one and the same page;
and a miss by name accuses nobody."""

import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from certificates.models import CertificateFile
from certificates.rules import Outcome
from certificates.selectors import verification
from certificates.tlog.models import Alarm, Checkpoint
from core import clock
from tests.certificates.builders import make_award, make_certificate
from tests.certificates.test_verification import broken_database
from tests.tlog.logs import sign_without_witness

pytestmark = pytest.mark.django_db
UNKNOWN = "TM-J-2026-9901-000123-P"


def log_stands_still(_certificate):
    return clock.travel(timedelta(hours=25))


def log_was_cut(_certificate):
    sign_without_witness(2)
    Checkpoint.objects.create(size=9, root=bytes(32), note="of seven more", signed_at=clock.now())
    return clock.travel(timedelta(0))


def signer_refuses(_certificate):
    sign_without_witness(2)
    Alarm.objects.create(what=Alarm.What.TREE, words="…", size=2, at=clock.now() + timedelta(seconds=1))
    return clock.travel(timedelta(0))


def storage_is_away(_certificate):
    for name in CertificateFile.objects.values_list("storage_name", flat=True):
        default_storage.delete(name)
    return clock.travel(timedelta(0))


def database_is_away(_certificate):
    return connection.execute_wrapper(broken_database)


OUTAGES = [log_stands_still, log_was_cut, signer_refuses, storage_is_away, database_is_away]


def given_by(certificate):
    tail = certificate.person.documents.get().number[-4:]
    return {"number": certificate.number, "name": "高轩", "tail": tail}


def asked(client, given, **changes):
    return client.post("/en/verify/", {**given, **changes})


def pages(client, given):
    """A hit, another name, another document, another number."""
    misses = ({}, {"name": "别人"}, {"tail": "0000"}, {"number": UNKNOWN})
    answers = [asked(client, given, **changes) for changes in misses]
    same = re.compile(r"nonce=\S+|\d\d:\d\d|value=\"\w{64}\"")
    return {(one.status_code, same.sub("", one.content.decode())) for one in answers}


@pytest.mark.parametrize("happen", OUTAGES)
def test_while_something_is_away_hit_and_miss_by_name_are_the_same_page(client, happen):
    certificate = make_certificate()
    given = given_by(certificate)
    with happen(certificate):
        [(status, body)] = pages(client, given)
    assert status == 503
    assert "The certificate cannot be checked at the moment" in body
    assert certificate.number not in body


@pytest.mark.parametrize("happen", [log_stands_still, log_was_cut, signer_refuses, storage_is_away])
def test_without_asking_first_whether_all_is_there_hit_and_miss_differ(client, happen, monkeypatch):
    certificate = make_certificate()
    given = given_by(certificate)
    monkeypatch.setattr(verification, "_is_ready", lambda: True)
    with happen(certificate):
        assert len(pages(client, given)) > 1


def test_one_lost_file_is_no_outage(client):
    lost = make_certificate()
    make_certificate(make_award(name="别人"))
    default_storage.delete(lost.file.storage_name)
    given = given_by(lost)
    answers = [asked(client, given, **changes).context["answer"] for changes in ({}, {"name": "谁"})]
    assert [one.outcome for one in answers] == [Outcome.COULD_NOT_CHECK, Outcome.NEVER_ISSUED]


def test_empty_register_is_no_outage():
    answer = verification.verify_by_name(number=UNKNOWN, name="高轩", tail="0018")
    assert answer.outcome == Outcome.NEVER_ISSUED


def test_signer_that_lost_its_memory_is_no_outage(client):
    certificate = make_certificate()
    Alarm.objects.create(what=Alarm.What.STATE, words="…", size=0, at=clock.now())
    assert asked(client, given_by(certificate)).context["answer"].outcome == Outcome.VALID


# --- a miss -----------------------------------------------------------------------------------------------------------
def tone(answer):
    return re.search(r'<div class="verdict (\w+)"', answer.content.decode())[1]


@pytest.mark.parametrize(
    ("language", "title", "help_"),
    [
        ("/en", "Nothing was found with these details", "the holder can give you the number together with the code"),
        ("", "未查到与所填信息相符的记录", "持证人可以提供证书上的编号和核验码"),
        ("/ja", "入力された内容に一致するものは見つかりませんでした", "保有者から証明書の番号とコードを教えてもらえば"),
    ],
)
def test_miss_by_name_accuses_nobody_and_says_what_helps(client, language, title, help_):
    certificate = make_certificate()
    given = {"number": certificate.number, "name": "别人", "tail": "0018"}
    answer = client.post(f"{language}/verify/", given)
    body = answer.content.decode()
    assert (answer.status_code, tone(answer), title in body, help_ in body) == (200, "neutral", True, True)


def test_miss_by_code_stays_red(client):
    assert tone(client.get("/en/verify/", {"number": UNKNOWN, "code": "0" * 16})) == "no"
