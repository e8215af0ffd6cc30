"""A mail server that takes nothing."""

from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    def send_messages(self, email_messages: list[object]) -> int:
        raise OSError("down")


class ForOne(locmem.EmailBackend):
    """Another that takes nothing for one address."""

    refused = "he@example.test"

    def send_messages(self, messages: list[EmailMessage]) -> int:
        if any(self.refused in one.to for one in messages):
            raise OSError("refused")
        return super().send_messages(messages)
