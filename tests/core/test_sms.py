"""The port of text messages: which way the settings choose, what goes over the wire, what a failure tells."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail

from core import sms

PHONE = "+8613800000018"


class Gateway(BaseHTTPRequestHandler):
    """Takes messages and answers with the status of its class."""

    status = 200
    taken: list[tuple[str, dict[str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.headers["Authorization"], json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_words: object) -> None: ...


@pytest.fixture
def gateway(settings):
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = f"http://127.0.0.1:{server.server_port}/send", "t0ken"
    Gateway.taken, Gateway.status = [], 200
    yield Gateway
    server.shutdown()
    thread.join()
    server.server_close()


def test_message_goes_to_the_gateway_as_json_with_its_token(gateway):
    sms.send(PHONE, "123456 是您的验证码")

    assert gateway.taken == [("Bearer t0ken", {"to": PHONE, "text": "123456 是您的验证码"})]
    assert mail.outbox == []


@pytest.mark.parametrize("status", [302, 400, 500])
def test_refusing_gateway_is_told_without_number_or_text(gateway, status):
    gateway.status = status

    with pytest.raises(sms.SmsNotSent) as told:
        sms.send(PHONE, "123456")

    assert str(told.value) == f"status {status}"


def test_absent_gateway_is_told_without_number_or_text(settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/"

    with pytest.raises(sms.SmsNotSent) as told:
        sms.send(PHONE, "123456")

    assert str(told.value) == "ConnectionError"


def test_mail_gateway_gets_the_number_as_its_address(settings):
    settings.SMS_MAIL_DOMAIN = "sms.example.test"

    sms.send(PHONE, "123456")

    assert [(message.to, message.body) for message in mail.outbox] == [(["8613800000018@sms.example.test"], "123456")]


def test_without_a_gateway_nothing_is_promised(settings):
    settings.SMS_MAIL_DOMAIN = settings.SMS_GATEWAY_URL = ""

    assert not sms.can_send()
    with pytest.raises(sms.SmsNotSent):
        sms.send(PHONE, "123456")
