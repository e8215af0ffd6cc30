"""Keys of the issuer: the first one, a new one, what former ones signed, what is published of them."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.selectors import system_user
from certificates.credentials import keys, verify_credential
from certificates.credentials.ring import key_of, key_ring
from certificates.models import IssuerKey, KeyRotation
from certificates.services.credential import rotate_issuer_key, signing_key
from certificates.services.steps import put_down_missing
from certificates.tlog.models import PendingEntry
from certificates.tlog.notes import from_base64
from certificates.tlog.services import commit
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry
from tests.builders import regulator
from tests.certificates.builders import make_certificate
from tests.tlog.logs import unguarded

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
def opened():
    """Salt and lines of the one rotation, as the log's page shows them."""
    rotation = KeyRotation.objects.get()
    lines = f"{rotation.statement}\n{rotation.former_signature}\n{rotation.key_signature}\n"
    return bytes.fromhex(rotation.salt), lines


def test_rotation_is_put_down_signed_by_both_keys(client, settings):
    first = signing_key()
    assert not PendingEntry.objects.filter(kind="key.rotated").exists()
    settings.ISSUER_KEYS = TWO
    second = rotate_issuer_key(actor=system_user())

    entry, (salt, lines) = PendingEntry.objects.get(kind="key.rotated"), opened()
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

    settings.ISSUER_KEYS = {2: TWO[2]}
    put_down_missing(actor=system_user())
    assert not KeyRotation.objects.exists()
    settings.ISSUER_KEYS = TWO
    put_down_missing(actor=system_user())
    put_down_missing(actor=system_user())
    assert KeyRotation.objects.count() == PendingEntry.objects.filter(kind="key.rotated").count() == 1
    assert AuditEntry.objects.filter(verb="certificates.rotation_logged").count() == 1


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
