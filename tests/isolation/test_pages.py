"""Pages in which nothing stored can run: the reader that the matrix uses finds what breaks out, and nothing else."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape

from tests.isolation.addresses import PUBLIC
from tests.isolation.pages import faults, inline
from tests.isolation.payloads import PAYLOADS
from tests.isolation.probes import Asker, undone
from tests.isolation.world import LOGINS, Owner

SILENT = ("{{", "{%", "<!--")
HARMLESS_BY_ITSELF = ("<form", "<meta", "<input", '" onm', "' onf")


def test_a_hundred_payloads_differ():
    assert len(set(PAYLOADS)) == 100


@pytest.mark.parametrize("payload", [one for one in PAYLOADS if not one.startswith((*SILENT, *HARMLESS_BY_ITSELF))])
def test_an_unescaped_payload_is_noticed(payload):
    assert inline(f"<p>{payload}</p>") != []


@pytest.mark.parametrize("payload", [one for one in PAYLOADS if one.startswith(('" onm', "' onf"))])
def test_a_payload_in_an_attribute_is_noticed(payload):
    assert inline(f"<p title={payload[0]}{payload}{payload[0]}>x</p>") != []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_escaped_payload_is_only_text(payload):
    assert inline(f'<p title="{escape(payload)}">{escape(payload)}</p>') == []


def test_missing_headers_and_lax_policies_are_noticed():
    lax = {"Content-Security-Policy": "default-src 'self'; script-src 'unsafe-inline'", "Content-Type": "text/html"}

    found = list(faults(lax, "<script>x()</script>", strict=True))

    assert len(found) == 5


def test_every_post_without_a_token_is_refused(asker: Asker):
    """Each address that a login may write to, asked by that login, with everything but the token of the form."""
    wrong = []
    for route, address in asker.declared.items():
        if route.startswith(("api/", "cms/", "^cms/")) or not address.writers:
            continue
        login = _writer(address.writers)
        client = Client(enforce_csrf_checks=True)
        client.force_login(asker.isolation.users[login], backend=settings.AUTHENTICATION_BACKENDS[0])
        path = address.path(route, lambda part: asker.isolation.value(Owner.HOME, part))
        with undone():
            status = client.post(path, {"zz": "1"}).status_code
        if status != 403:
            wrong.append(f"{status} {path}")

    assert wrong == []


def _writer(kinds: frozenset[str]) -> str:
    named = kinds - {PUBLIC, "login"}
    return next((one.name for one in LOGINS.values() if one.kind in named and Owner.HOME in one.reach), "officer home")
