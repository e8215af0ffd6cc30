"""Statements of each question to a list, in the site's settings."""

import json
import sys

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.lists import Listing, email_of
from benchmarks.pages import PASSWORD


def count_statements(listing: Listing) -> None:
    """Statements per page, after one visit that warms what is kept."""
    settings.ALLOWED_HOSTS = ["*"]
    found = {}
    for size in listing.sizes:
        client = Client(SERVER_NAME="127.0.0.1")
        client.post("/accounts/login/", {"login": email_of(size), "password": PASSWORD})
        for name in listing.questions:
            answer = client.get(listing.address(name))
            if answer.status_code != 200:
                raise SystemExit(f"{name}: {answer.status_code} {answer.headers}")
            with CaptureQueriesContext(connection) as statements:
                client.get(listing.address(name))
            found[f"{name} {size}"] = len(statements)
    sys.stdout.write(json.dumps(found))
