"""Log lines and error reports hold no identity number and no phone, whoever writes them."""

import io
import logging

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.debug import ExceptionReporter, get_exception_reporter_class

from core.logs import masked_record
from core.text import mask_numbers_in
from tests.builders import resident_number

NUMBER, PHONE = "110101199003070018", "13800000018"


@pytest.fixture
def written():
    """What a handler without any filter of ours writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def failing_view(request: HttpRequest, n: int):
    number = resident_number(n)
    phone = f"139{n:08d}"
    if n % 2:
        raise ValueError(f"wrong {number} with {phone}")
    try:
        int(number + "x")
    except ValueError as error:
        raise KeyError(phone) from error


urlpatterns = [path("fail/<int:n>/", failing_view)]


def secrets(n: int) -> tuple[str, str]:
    return resident_number(n), f"139{n:08d}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"no {NUMBER}.", "no 110***********0018."),
        ("11010119900307001x", "110***********001x"),
        ("110101 19900307 0018", "110***********0018"),
        ("110101-1990-0307-0018", "110***********0018"),
        ("old 110101900307001", "old 110********7001"),
        (f"to {PHONE}", "to 138****0018"),
        (f"to +86{PHONE}, 86{PHONE}", "to 138****0018, 138****0018"),
        ("138 0000 0018", "138****0018"),
        ("'13800000018@sms.invalid'", "'138****0018@sms.invalid'"),
        ("passport E12345678, EA1234567.", "passport E*****678, E*****567."),
        ("'G12345678'", "'G*****678'"),
        ("e12345678", "e*****678"),
        ("permit H12345678 or M1234567890", "permit H*****678 or M*******890"),
        ("台胞证12345678。", "台胞证*****678。"),
        ("card ABC123456789012", "card ABC********9012"),
        ("card 911156199003070018", "card 911***********0018"),
        # Neither: times, ids, credit codes with letters, hashes.
        ("at 1732679283123 for 42", "at 1732679283123 for 42"),
        ("12000000DEM000010A", "12000000DEM000010A"),
        ("TMC-J-2026-0001-000018", "TMC-J-2026-0001-000018"),
        ("2026-11-27 03:56:37,123", "2026-11-27 03:56:37,123"),
        ("backup of 20261127, step 19991231", "backup of 20261127, step 19991231"),
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
        ("B0001, K1-1, tests.test_a123456", "B0001, K1-1, tests.test_a123456"),
    ],
)
def test_numbers_in_a_text_are_masked(text, expected):
    assert mask_numbers_in(text) == expected


def test_message_arguments_and_traceback_are_masked(written):
    log = logging.getLogger("tests.logs")
    log.warning("number %s phone %s", NUMBER, PHONE)
    log.warning(f"{NUMBER}")
    try:
        raise ValueError(NUMBER)
    except ValueError:
        log.exception("failed for %s", PHONE)
    log.warning("stack", stack_info=True)

    lines = written.getvalue()
    assert "number 110***********0018 phone 138****0018" in lines
    assert "ValueError: 110***********0018" in lines
    assert NUMBER not in lines
    assert PHONE not in lines


def test_ordinary_records_keep_their_arguments():
    """Handlers that group records by their unformatted message go on doing so."""
    record = masked_record("n", logging.INFO, "f", 1, "event %s of %d", ("a", 2), None)

    assert (record.msg, record.args) == ("event %s of %d", ("a", 2))


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
def test_200_forced_exceptions_log_no_number(written):
    client = Client(raise_request_exception=False)
    for n in range(200):
        assert client.get(f"/fail/{n}/").status_code == 500

    lines = written.getvalue()
    assert lines.count("Traceback (most recent call last)") >= 200
    assert [secret for n in range(200) for secret in secrets(n) if secret in lines] == []


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
def test_without_masking_they_would_stand_in_the_log(written):
    """The twin: the record as Python makes it."""
    masking = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    try:
        Client(raise_request_exception=False).get("/fail/1/")
    finally:
        logging.setLogRecordFactory(masking)

    assert resident_number(1) in written.getvalue()


def report_of(reporter: type[ExceptionReporter]) -> str:
    try:
        failing_view(RequestFactory().get("/"), 7)
    except ValueError as error:
        made = reporter(RequestFactory().get("/"), type(error), error, error.__traceback__)
        return made.get_traceback_html() + made.get_traceback_text()
    raise AssertionError


def test_report_to_administrators_is_masked():
    reporter = get_exception_reporter_class(RequestFactory().get("/"))

    assert [secret for secret in secrets(7) if secret in report_of(reporter)] == []
    assert [secret for secret in secrets(7) if secret in report_of(ExceptionReporter)] == list(secrets(7))
