"""Visits of the base's pages: what tests of several files share."""

from django.urls import reverse


def address(name, *args):
    return reverse(f"courses:{name}", args=args)


def messages(response):
    return [str(message) for message in response.context["messages"]]
