"""The published lists of states: signed, of the moment, each place given once."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.selectors import system_user
from certificates import services
from certificates.credentials import keys, library, publishing, verify_credential
from certificates.credentials.checks import problems
from certificates.models import LIST_SIZE, Certificate, CredentialIntent
from certificates.selectors import status_lists
from certificates.services import credential
from certificates.services.credential import signing_key
from certificates.tlog.models import PendingEntry
from certificates.workflow import LISTED_UNDER, CertificateState
from core import clock
from tests.certificates.builders import make_certificate
from tests.certificates.changes import ROLLED_BACK, decide
from tests.certificates.test_tables import copy_of

pytestmark = pytest.mark.django_db


def listed(client, purpose, number=1):
    answer = client.get(f"/status/{purpose}-{number}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/vc")
    document = json.loads(answer.content)
    assert problems(document) == []
    library.check_signature(document, keys.public_pem(keys.public_multibase(1)))
    library.check_form(document)
    return document


def bits(client, purpose):
    return library.decode_bits(listed(client, purpose)["credentialSubject"]["encodedList"])


def test_list_is_a_signed_credential_of_our_own(client):
    certificate = make_certificate()

    document = listed(client, "revocation")

    assert document["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert document["issuer"] == "did:web:127.0.0.1%3A8000"
    assert document["credentialSubject"]["statusPurpose"] == "revocation"
    since, until = (datetime.fromisoformat(document[name]) for name in ("validFrom", "validUntil"))
    assert until - since == timedelta(hours=1)
    entries = json.loads(certificate.credential.json_form)["credentialStatus"]
    assert [one["statusListCredential"] for one in entries] == [
        "http://127.0.0.1:8000/status/revocation-1",
        "http://127.0.0.1:8000/status/suspension-1",
    ]


STEPS = [
    (services.suspend_certificate, "identity_under_check", "suspended", "suspension"),
    (services.revoke_certificate, "false_fact", "revoked", "revocation"),
    (services.deregister_certificate, "own_request", "deregistered", "revocation"),
]


@pytest.mark.parametrize(("decide", "ground", "state", "purpose"), STEPS, ids=[step[2] for step in STEPS])
def test_list_follows_the_state_within_the_request(client, decide, ground, state, purpose):
    certificate, other = make_certificate(), make_certificate()
    place = certificate.credential_intent.status_index
    assert (bits(client, "revocation"), bits(client, "suspension")) == (frozenset(), frozenset())

    decide(actor=system_user(), certificate=certificate, ground=ground)

    found = {name: bits(client, name) for name in ("revocation", "suspension")}
    assert found == {name: frozenset({place} if name == purpose else ()) for name in found}
    assert verify_credential(certificate.credential.json_form.encode()).outcome == state
    assert verify_credential(other.credential.json_form.encode()).outcome == "valid"


def test_a_resumed_certificate_leaves_the_list(client):
    certificate = make_certificate()
    services.suspend_certificate(actor=system_user(), certificate=certificate, ground="court_order")
    assert bits(client, "suspension")

    services.resume_certificate(actor=system_user(), certificate=certificate, ground="court_order")

    assert bits(client, "suspension") == frozenset()


def test_a_replaced_certificate_is_listed_and_its_successor_is_not(client):
    certificate = make_certificate()
    successor = services.supersede_certificate(actor=system_user(), certificate=certificate)

    assert bits(client, "revocation") == frozenset({certificate.credential_intent.status_index})
    assert verify_credential(certificate.credential.json_form.encode()).outcome == "superseded"
    assert verify_credential(successor.credential.json_form.encode()).outcome == "valid"


@pytest.mark.parametrize("by_hand", ROLLED_BACK)
def test_a_state_set_back_by_hand_stays_listed(client, by_hand, monkeypatch):
    """Readers of credentials ask nothing but the list: what the log was told weighs as much as the register."""
    certificate = decide(make_certificate(), "revoke", "court_order")
    place = certificate.credential_intent.status_index

    by_hand(certificate)

    assert bits(client, "revocation") == frozenset({place})
    # By the register alone it would be gone.
    monkeypatch.setattr(status_lists, "_logged_under", lambda _purpose: PendingEntry.objects.none())
    assert bits(client, "revocation") == frozenset()


def test_every_state_is_listed_once_or_is_in_force():
    listed_states = [state for states in LISTED_UNDER.values() for state in states]

    assert sorted(listed_states) == sorted(set(listed_states))
    assert set(CertificateState) - set(listed_states) == {CertificateState.DRAFT, CertificateState.ISSUED}


def test_list_is_signed_once_while_it_says_the_same(client, monkeypatch):
    make_certificate()
    first = client.get("/status/revocation-1").content
    monkeypatch.setattr(library, "sign", lambda *_args, **_kwargs: pytest.fail("signed again"))

    assert client.get("/status/revocation-1").content == first


def test_list_is_signed_anew_before_readers_find_it_old(client):
    make_certificate()
    first = listed(client, "revocation")

    with clock.travel(publishing.SIGNED_HOLDS + timedelta(seconds=1)):
        assert listed(client, "revocation")["validFrom"] > first["validFrom"]


def test_readers_may_keep_a_list_for_a_minute(client):
    make_certificate()

    assert client.get("/status/revocation-1")["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("name", ["revocation-2", "revocation-0", "revocation-01", "other-1", "revocation-", "1", "x"])
def test_a_list_that_there_is_not_is_missing(client, name):
    make_certificate()

    assert client.get(f"/status/{name}").status_code == 404


def test_list_names_nobody_and_is_large(client):
    certificate = make_certificate()
    answer = client.get("/status/revocation-1").content.decode()

    assert certificate.number not in answer
    assert LIST_SIZE >= 131_072


# --- places -----------------------------------------------------------------------------------------------------------
def drafts(count):
    """Certificates in bulk: a chain of replacements of one award, so that each is one that the tables allow."""
    first = make_certificate()
    start = first.pk + 1
    rows = [
        copy_of(first, pk=pk, number=f"TM-{pk}", code=f"{pk:016d}", supersedes_id=pk - 1, state="draft")
        for pk in range(start, start + count)
    ]
    return Certificate.objects.bulk_create(rows, batch_size=500)


def intent(certificate, key, place):
    return CredentialIntent(
        certificate=certificate, key=key, status_list=place[0], status_index=place[1], salt="0" * 64
    )


def any_place():
    return 1, credential.secrets.randbelow(LIST_SIZE)


def test_no_place_is_given_twice_in_20000():
    """Every tenth is drawn by the service from the table that fills; what the database would refuse is drawn again."""
    rows, key, given = drafts(20_000), signing_key(), set()
    given.update(CredentialIntent.objects.values_list("status_list", "status_index"))

    for start in range(0, len(rows), 500):
        batch = []
        for number, certificate in enumerate(rows[start : start + 500]):
            draw = credential._place if number % 10 == 0 else any_place
            while (place := draw()) in given:
                pass
            given.add(place)
            batch.append(intent(certificate, key, place))
        CredentialIntent.objects.bulk_create(batch)

    places = CredentialIntent.objects.values_list("status_list", "status_index")
    assert len(set(places)) == len(places) == 20_001
    assert {number for number, _index in places} == {1}
    # Spread over the whole list, not in the order of issue.
    indices = [index for _number, index in places.order_by("pk")]
    assert (min(indices) < LIST_SIZE // 100, max(indices) > LIST_SIZE * 99 // 100) == (True, True)
    assert indices != sorted(indices)


def test_a_place_is_given_once():
    first, second = make_certificate().credential_intent, drafts(1)[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        intent(second, first.key, (first.status_list, first.status_index)).save()


@pytest.mark.parametrize("place", [(0, 1), (1, LIST_SIZE)])
def test_a_place_lies_in_its_list(place):
    key = signing_key()
    with pytest.raises(IntegrityError), transaction.atomic():
        intent(drafts(1)[0], key, place).save()


def test_when_all_drawn_places_are_taken_the_next_list_begins(monkeypatch, client):
    taken = make_certificate().credential_intent
    monkeypatch.setattr(credential.secrets, "randbelow", lambda _size: taken.status_index)

    following = make_certificate().credential_intent

    assert (following.status_list, following.status_index) == (2, taken.status_index)
    assert client.get("/status/revocation-2").status_code == 200


def test_what_was_drawn_by_two_at_once_is_drawn_again(monkeypatch):
    """The second of two that saw the same free place: the database refuses it, the service draws anew."""
    taken = make_certificate().credential_intent
    places = iter([(taken.status_list, taken.status_index), (1, (taken.status_index + 1) % LIST_SIZE)])
    monkeypatch.setattr(credential, "_place", lambda: next(places))

    assert make_certificate().credential_intent.status_index == (taken.status_index + 1) % LIST_SIZE
