"""Text messages: one port, and three ways behind it. Which one is a setting; the caller names number and text only."""

import logging
from dataclasses import dataclass
from typing import Protocol

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import send_mail

log = logging.getLogger(__name__)
TIMEOUT = 5


class SmsNotSent(RuntimeError):
    """The gateway did not take the message. Holds no number and no text."""


class SmsProvider(Protocol):
    def send(self, phone: str, text: str) -> None:
        """Hand one message over for a number in E.164 form, or raise SmsNotSent."""


@dataclass(frozen=True)
class MailGateway:
    """A gateway that turns mails to <number>@<domain> into messages. The demo's domain does not exist: with the mails
    the messages stay in the files that the page of local mails shows."""

    domain: str

    def send(self, phone: str, text: str) -> None:
        try:
            send_mail(
                subject="SMS", message=text, from_email=None, recipient_list=[f"{phone.lstrip('+')}@{self.domain}"]
            )
        except OSError as problem:
            raise SmsNotSent(type(problem).__name__) from problem


@dataclass(frozen=True)
class HttpsGateway:
    """A gateway that takes {"to", "text"} as JSON by POST, with a bearer token, and answers 2xx.

    In the clear anybody on the way would read number, code and token: another address is refused before it is asked.
    """

    url: str
    token: str

    def __post_init__(self) -> None:
        if not self.url.lower().startswith("https://"):
            raise ImproperlyConfigured("The gateway of text messages must be an https:// address.")

    def send(self, phone: str, text: str) -> None:
        try:
            answer = requests.post(
                self.url,
                json={"to": phone, "text": text},
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as problem:
            raise SmsNotSent(type(problem).__name__) from problem
        if not 200 <= answer.status_code < 300:
            raise SmsNotSent(f"status {answer.status_code}")


def provider() -> SmsProvider | None:
    """The way of the settings; none: messages are not sent, and nobody may be promised one."""
    if settings.SMS_GATEWAY_URL:
        return HttpsGateway(settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN)
    return MailGateway(settings.SMS_MAIL_DOMAIN) if settings.SMS_MAIL_DOMAIN else None


def can_send() -> bool:
    return provider() is not None


def send(phone: str, text: str) -> None:
    """Raises SmsNotSent also when there is no gateway."""
    gateway = provider()
    if gateway is None:
        raise SmsNotSent("no gateway")
    gateway.send(phone, text)
