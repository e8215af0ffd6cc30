"""A mail server that takes nothing."""

from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    def send_messages(self, email_messages: list[object]) -> int:
        raise OSError("down")
