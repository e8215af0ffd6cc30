"""What the site gives to those who check without it: the page, the tool byte by byte, the policy, lists as tokens."""

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings

from certificates.credentials import jose
from certificates.models import IssuerKey, Seal
from core import clock
from tests.certificates.builders import make_certificate
from tests.certificates.outside import log_in

pytestmark = pytest.mark.django_db
POLICY, TOOL = "/verification/policy.txt", "/verification/verify_certificate.py"


def test_page_leads_to_everything_and_is_whole_without_javascript(client):
    page = client.get("/en/verify/offline/").content.decode()
    links = {POLICY, TOOL, "/status/revocation-1.jwt", "/status/suspension-1.jwt"}
    assert [one for one in links if f'href="{one}"' not in page] == []
    assert len(re.findall(r"<script[^>]*></script>", page)) == page.count("<script")
    assert "data-form hidden" in page
    assert "/en/verify/offline/" in client.get("/en/verify/").content.decode()


def test_every_refusal_of_the_script_has_words_on_the_page(client):
    page = client.get("/en/verify/offline/").content.decode()
    script = (settings.ROOT / "static/js/verify_offline.js").read_text()
    used = set(re.findall(r'need\(.*, "(\w+)"\);', script)) | {"revoked", "suspended"}
    assert used - set(re.findall(r'data-reason="(\w+)"', page)) == set()
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|importScripts|eval)\b", script)


def test_tool_is_given_out_as_it_is_tested(client):
    answer = client.get(TOOL)
    assert answer.content == (settings.ROOT / "tools/verify_certificate.py").read_bytes()
    assert (answer.cookies, "Vary" in answer) == ({}, False)


def test_policy_names_log_issuer_and_seals_and_nobody_else(client, settings, tmp_path):
    settings.TLOG_POLICY_FILE = tmp_path / "no-log-yet"
    assert client.get(POLICY).status_code == 404
    certificate = make_certificate()
    with log_in(tmp_path):
        text = client.get(POLICY).content.decode()
    key, seal = IssuerKey.objects.get(), Seal.objects.get()
    assert f"# issuer {key.method} {key.public_key} from " in text
    assert f"# seal sha256:{seal.fingerprint}\n" in text
    assert re.search(r"^log .+\n(witness .+\n)+", text, re.M)
    assert (certificate.number in text, certificate.holder_name in text) == (False, False)


def test_lists_are_given_as_tokens_too(client):
    make_certificate()
    key = IssuerKey.objects.get()
    answer = client.get("/status/revocation-1.jwt")
    document, created = jose.opened(answer.content.decode(), key.public_key)
    listed = json.loads(client.get("/status/revocation-1").content)
    assert document["credentialSubject"] == listed["credentialSubject"]
    assert (answer["Content-Type"], clock.now() - created < timedelta(minutes=5)) == ("application/vc+jwt", True)
    assert client.get("/status/revocation-9.jwt").status_code == 404
