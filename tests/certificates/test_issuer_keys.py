"""Keys of the issuer: the first one, a new one, what former ones signed, what is published of them."""

import html
import json
import re
from datetime import timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from accounts.selectors import system_user
from certificates.credentials import keys, verification_policy, verify_credential
from certificates.credentials.ring import key_of, key_ring
from certificates.models import BeforeTheLog, IssuerKey, KeyRotation
from certificates.services.credential import rotate_issuer_key, signing_key
from certificates.services.steps import PUT_DOWN, ask_for_missing, put_down_missing
from certificates.tlog.models import PendingEntry
from certificates.tlog.notes import from_base64
from certificates.tlog.services import commit
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry, OutboxEvent
from core.outbox import deliver_event
from tests.builders import regulator
from tests.certificates.builders import make_certificate
from tests.certificates.changes import as_it_was_before, before_the_log, decide, forged_event
from tests.tlog.logs import make_log, unguarded

pytestmark = pytest.mark.django_db
TWO = {1: "33" * 32, 2: "44" * 32}


def published(client):
    answer = client.get("/.well-known/did.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/did+json")
    return json.loads(answer.content)


def test_keys_are_published_before_the_first_certificate(client):
    document = published(client)

    assert document["id"] == "did:web:127.0.0.1%3A8000"
    assert document["verificationMethod"][0]["publicKeyMultibase"] == keys.public_multibase(1)
    assert not IssuerKey.objects.exists()


def test_first_certificate_takes_the_first_key_into_use():
    key = make_certificate().credential_intent.key

    assert (key.version, key.public_key, key.method) == (
        1,
        keys.public_multibase(1),
        "did:web:127.0.0.1%3A8000#issuer-1",
    )
    assert AuditEntry.objects.filter(verb="certificates.issuer_key_taken_into_use").count() == 1


def test_after_a_rotation_old_and_new_credentials_are_verified(client, settings):
    old = make_certificate()
    with clock.travel(timedelta(days=400)):
        settings.ISSUER_KEYS = TWO
        rotate_issuer_key(actor=system_user())
        new = make_certificate()

        for certificate in (old, new):
            for body in (certificate.credential.json_form, certificate.credential.jwt_form):
                assert verify_credential(body.encode()).outcome == "valid"
        assert (old.credential_intent.key.version, new.credential_intent.key.version) == (1, 2)
        methods = published(client)["verificationMethod"]
    assert len(methods) == 2
    assert not {"expires", "revoked"}.intersection(*methods), "either would make strangers refuse what is good"


def test_old_credentials_are_verified_without_the_old_private_key(settings):
    old = make_certificate()
    settings.ISSUER_KEYS = TWO
    rotate_issuer_key(actor=system_user())

    settings.ISSUER_KEYS = {2: TWO[2]}
    assert verify_credential(old.credential.json_form.encode()).outcome == "valid"
    assert signing_key().version == 2


def test_a_key_is_known_for_its_own_time_alone(settings):
    first = signing_key()
    before = clock.now() - timedelta(days=1)
    with clock.travel(timedelta(days=10)):
        settings.ISSUER_KEYS = TWO
        second = rotate_issuer_key(actor=system_user())
        after = clock.now() + timedelta(days=1)

    assert key_of(first.method, at=before) is None
    assert key_of(first.method, at=after) is None
    assert key_of(second.method, at=after) == second
    assert key_of(first.method, at=first.active_from) == first
    assert key_of("did:web:example.org#issuer-1", at=after) is None


def test_another_private_key_than_the_published_one_signs_nothing(settings):
    signing_key()
    settings.ISSUER_KEYS = {1: "55" * 32}

    with pytest.raises(keys.KeyMissing, match="another than the one that is published"):
        make_certificate()


def test_a_process_without_the_new_key_signs_nothing(settings):
    settings.ISSUER_KEYS = TWO
    signing_key()
    settings.ISSUER_KEYS = {1: TWO[1]}

    with pytest.raises(keys.KeyMissing, match="issuer-2"):
        signing_key()


def test_nobody_but_the_system_rotates():
    with pytest.raises(NotAllowed):
        rotate_issuer_key(actor=regulator(""))


def test_another_address_of_the_site_has_its_own_keys(settings):
    old = make_certificate()
    settings.SITE_URL = "https://certificates.example.test"

    new = make_certificate()

    assert keys.controller() == "did:web:certificates.example.test"
    for certificate in (old, new):
        assert verify_credential(certificate.credential.json_form.encode()).outcome == "valid"
    assert [key.version for key, _ended in key_ring("did:web:certificates.example.test")] == [1]


def run(*arguments):
    out = StringIO()
    call_command("rotate_issuer_key", *arguments, stdout=out)
    return out.getvalue()


def test_command_takes_the_newest_key_into_use(settings):
    signing_key()
    with pytest.raises(CommandError, match="No key newer than issuer-1 is known"):
        run()
    settings.ISSUER_KEYS = TWO

    said = run()

    assert "issuer-1: from" in said
    assert "issuer-2: from" in said
    assert said.count("signs now") == 1
    assert run("--check") == said
    assert AuditEntry.objects.filter(verb="certificates.issuer_key_taken_into_use").count() == 2


def test_private_halves_are_nowhere_in_what_is_published(client):
    make_certificate()

    assert "33" * 32 not in client.get("/.well-known/did.json").content.decode()
    assert not [row for row in IssuerKey.objects.values_list() if "33" * 32 in str(row)]


# --- the log ----------------------------------------------------------------------------------------------------------
def opened(client):
    """Salt and lines of the one rotation, as the log's page shows them to anybody."""
    entry = PendingEntry.objects.get(kind="key.rotated")
    page = client.get(f"/en/log/entries/key.rotated/{entry.ref}/").content.decode()
    section = page[page.index('id="opening"') :]
    salt = re.search(r"<code class=.hash.>([0-9a-f]{64})</code>", section)[1]
    lines = html.unescape(re.search(r"<pre[^>]*>(.*?)</pre>", section, re.DOTALL)[1])
    return bytes.fromhex(salt), lines


def test_rotation_is_put_down_signed_by_both_keys(client, settings):
    first = signing_key()
    assert not PendingEntry.objects.filter(kind="key.rotated").exists()
    settings.ISSUER_KEYS = TWO
    second = rotate_issuer_key(actor=system_user())

    entry, (salt, lines) = PendingEntry.objects.get(kind="key.rotated"), opened(client)
    assert bytes(entry.commitment) == commit(salt, lines.encode())
    said, former_signature, key_signature = lines.splitlines()
    facts = json.loads(said)
    assert facts["former"] == {"method": first.method, "public_key": first.public_key}
    assert facts["key"] == {"method": second.method, "public_key": second.public_key}
    for key, signature in ((first, former_signature), (second, key_signature)):
        assert keys.signed_by(key.public_key, from_base64(signature), said.encode())
        assert not keys.signed_by(key.public_key, from_base64(signature), said.replace("2", "3").encode())
    assert not keys.signed_by(first.public_key, from_base64(key_signature), said.encode())
    page = client.get(f"/en/log/entries/key.rotated/{entry.ref}/").content.decode()
    assert former_signature in page
    assert salt.hex() in page


def test_rotation_twice_is_put_down_once(settings):
    signing_key()
    settings.ISSUER_KEYS = TWO
    for _ in range(2):
        rotate_issuer_key(actor=system_user())
    put_down_missing(actor=system_user())
    assert PendingEntry.objects.filter(kind="key.rotated").count() == KeyRotation.objects.count() == 1


def test_earlier_rotation_is_put_down_while_both_private_halves_are_here(settings):
    signing_key()
    settings.ISSUER_KEYS = TWO
    rotate_issuer_key(actor=system_user())
    connection.check_constraints()
    with unguarded("certificates_keyrotation", "tlog_pending"):
        KeyRotation.objects.all().delete()
        PendingEntry.objects.all().delete()
    put_down_missing(actor=system_user())
    assert not KeyRotation.objects.exists(), "keys that are none of those from before get no rotation"
    before_the_log(keys=IssuerKey.objects.all())

    settings.ISSUER_KEYS = {2: TWO[2]}
    put_down_missing(actor=system_user())
    assert not KeyRotation.objects.exists()
    ask_for_missing()
    assert not OutboxEvent.objects.filter(kind=PUT_DOWN).exists(), "nobody can sign it here"
    settings.ISSUER_KEYS = TWO
    # No certificate was ever changed: the rotation alone is reason enough.
    ask_for_missing()
    deliver_event(OutboxEvent.objects.get(kind=PUT_DOWN).pk)
    put_down_missing(actor=system_user())
    ask_for_missing()
    assert OutboxEvent.objects.filter(kind=PUT_DOWN).count() == 1
    assert KeyRotation.objects.count() == PendingEntry.objects.filter(kind="key.rotated").count() == 1
    assert AuditEntry.objects.filter(verb="certificates.rotation_logged").count() == 1


def test_migration_lists_what_was_before_and_asks_for_it(settings):
    migration = import_module("certificates.migrations.0018_before_the_log")
    first, changed = signing_key(), decide(make_certificate(), "suspend")
    settings.ISSUER_KEYS = TWO
    second = rotate_issuer_key(actor=system_user())
    assert (migration.unlogged_events(apps), migration.keys_without_rotation(apps)) == ([], [])
    forged_event(changed)
    assert migration.unlogged_events(apps) == []

    as_it_was_before()
    connection.check_constraints()
    with unguarded("certificates_keyrotation", "certificates_beforethelog"):
        KeyRotation.objects.all().delete()
        BeforeTheLog.objects.all().delete()
    migration.list_what_was_before(apps, None)

    listed = BeforeTheLog.objects.get()
    assert listed.events == list(changed.events.exclude(step="issue").order_by("pk").values_list("pk", flat=True))
    assert (listed.keys, OutboxEvent.objects.filter(kind=PUT_DOWN).count()) == ([first.pk, second.pk], 1)


# --- rows that nobody took into use -----------------------------------------------------------------------------------
def by_hand(version=2, *, seed="77" * 32, **fields):
    """A key of somebody else's, written past the services."""
    with override_settings(ISSUER_KEYS={version: seed}):
        public = keys.public_multibase(version)
    return IssuerKey.objects.create(controller=keys.controller(), version=version, public_key=public, **fields)


@pytest.mark.parametrize("moment", [timedelta(0), timedelta(days=3), -timedelta(days=3)])
def test_row_that_was_written_by_hand_is_no_key(moment, client, settings, tmp_path):
    make_log(tmp_path, settings)
    old, first = make_certificate(), signing_key()
    forged = by_hand(active_from=clock.now() + moment)

    assert [one["publicKeyMultibase"] for one in published(client)["verificationMethod"]] == [first.public_key]
    assert forged.public_key not in verification_policy()
    assert first.public_key in verification_policy()
    assert (key_of(forged.method), signing_key(), key_ring(first.controller)) == (None, first, [(first, None)])
    assert verify_credential(old.credential.json_form.encode()).outcome == "valid"
    make_certificate()


def test_own_key_that_no_rotation_took_into_use_is_none_yet(client, settings):
    first = signing_key()
    settings.ISSUER_KEYS = TWO
    by_hand(seed=TWO[2])
    assert [one["publicKeyMultibase"] for one in published(client)["verificationMethod"]] == [first.public_key]
    put_down_missing(actor=system_user())
    assert not KeyRotation.objects.exists()


def test_rotation_that_one_of_both_did_not_sign_or_that_is_not_in_the_log_makes_no_key(settings):
    first = signing_key()
    with override_settings(ISSUER_KEYS=TWO):
        second = rotate_issuer_key(actor=system_user())
        assert [key for key, _ended in key_ring(first.controller)] == [first, second]
    assert [key for key, _ended in key_ring(first.controller)] == [first, second]
    rotation = KeyRotation.objects.get()
    signatures = {"former_signature": rotation.key_signature, "key_signature": rotation.former_signature}
    for change in ({"statement": "{}"}, {"salt": "00" * 32}, {"salt": "no"}, *({k: v} for k, v in signatures.items())):
        with transaction.atomic():
            connection.check_constraints()
            with unguarded("certificates_keyrotation"):
                KeyRotation.objects.update(**change)
            assert key_ring(first.controller) == [(first, None)], change
            transaction.set_rollback(True)
    connection.check_constraints()
    with unguarded("tlog_pending"):
        PendingEntry.objects.filter(kind="key.rotated").delete()
    assert key_ring(first.controller) == [(first, None)]


def test_keys_from_before_rotations_were_put_down_stay_published(client, settings):
    old, first = make_certificate(), signing_key()
    settings.ISSUER_KEYS = TWO
    second = rotate_issuer_key(actor=system_user())
    connection.check_constraints()
    with unguarded("certificates_keyrotation", "tlog_pending"):
        KeyRotation.objects.all().delete()
        PendingEntry.objects.filter(kind="key.rotated").delete()
    before_the_log(keys=[first, second])
    settings.ISSUER_KEYS = {2: TWO[2]}
    by_hand(3)
    assert [one["publicKeyMultibase"] for one in published(client)["verificationMethod"]] == [
        first.public_key,
        second.public_key,
    ]
    assert verify_credential(old.credential.json_form.encode()).outcome == "valid"


def test_rotations_cannot_be_changed_or_taken_away_and_have_two_keys(settings):
    first = signing_key()
    settings.ISSUER_KEYS = TWO
    rotate_issuer_key(actor=system_user())
    rotation = KeyRotation.objects.get()
    for statement in (
        "UPDATE certificates_keyrotation SET statement = '{}'",
        "DELETE FROM certificates_keyrotation",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    connection.check_constraints()
    with unguarded("certificates_keyrotation"), pytest.raises(IntegrityError, match=r"(?i)check"), transaction.atomic():
        KeyRotation.objects.filter(pk=rotation.pk).update(key=first)
