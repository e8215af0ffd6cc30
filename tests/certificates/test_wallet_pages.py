"""The holder's wallet page, the two files, the transcript; and that nobody else gets them."""

import copy
import json

import pytest

from accounts.selectors import system_user
from certificates import services
from certificates.credentials import keys, library, verify_credential
from certificates.credentials.checks import problems
from tests.builders import make_user, regulator
from tests.certificates.builders import make_certificate, manager_of

pytestmark = pytest.mark.django_db
FILES = ("wallet/", "credential.json", "credential.jwt")


@pytest.fixture
def certificate(db):
    return make_certificate()


@pytest.fixture
def holder(certificate, client):
    client.force_login(certificate.person.user)
    return client


def path(certificate, file):
    return f"/en/certificates/{certificate.number}/{file}"


@pytest.mark.parametrize("file", ["credential.json", "credential.jwt"])
def test_holder_gets_the_bytes_as_issued(holder, certificate, file):
    answer = holder.get(path(certificate, file))

    form = file.partition(".")[2]
    assert answer.content.decode() == getattr(certificate.credential, f"{form if form == 'jwt' else 'json'}_form")
    assert answer["Content-Type"] == {"json": "application/vc", "jwt": "application/vc+jwt"}[form]
    assert answer["Content-Disposition"] == f'attachment; filename="{certificate.number}.{form}"'
    assert "no-store" in answer["Cache-Control"]
    assert verify_credential(answer.content).outcome == "valid"


def test_wallet_page_leads_to_both_files_and_back(holder, certificate):
    page = holder.get(path(certificate, "wallet/")).content.decode()

    for file in ("credential.json", "credential.jwt"):
        assert f'href="{path(certificate, file)}"' in page
    assert 'href="/en/certificates/transcript/"' in page
    assert f'href="/en/certificates/{certificate.number}/"' in page
    assert certificate.holder_name not in page.partition("<main")[2].partition("Your digital credential")[2]


def test_list_and_certificate_lead_to_the_wallet(holder, certificate):
    for page in ("/en/certificates/", f"/en/certificates/{certificate.number}/"):
        assert f'href="{path(certificate, "wallet/")}"' in holder.get(page).content.decode()


@pytest.mark.parametrize("file", FILES)
def test_nobody_else_gets_the_credential(client, certificate, file):
    """Managers and authorities read the certificate, not the holder's file."""
    for reader in (manager_of(certificate.base), regulator(""), make_user()):
        client.force_login(reader)
        assert client.get(path(certificate, file)).status_code == 404
    client.force_login(manager_of(certificate.base))
    page = client.get(f"/en/certificates/{certificate.number}/")
    assert page.status_code == 200
    assert "wallet" not in page.content.decode()


def test_visitors_are_asked_to_sign_in(client, certificate):
    for file in FILES:
        assert client.get(path(certificate, file)).status_code == 302


def test_credential_of_a_revoked_certificate_is_still_the_holders(holder, certificate):
    services.revoke_certificate(actor=system_user(), certificate=certificate, ground="false_fact")

    answer = holder.get(path(certificate, "credential.json"))

    assert verify_credential(answer.content).outcome == "revoked"
    page = holder.get(path(certificate, "wallet/")).content.decode()
    assert "revoked" in page
    assert "/certificates/transcript/" not in page


# --- transcript -------------------------------------------------------------------------------------------------------
def test_transcript_holds_every_certificate_in_force(holder, certificate):
    answer = holder.get("/en/certificates/transcript/")

    document = json.loads(answer.content)
    members = document["credentialSubject"]["verifiableCredential"]
    assert answer["Content-Type"] == "application/vc"
    assert problems(document) == []
    assert document["type"] == ["VerifiableCredential", "ClrCredential"]
    assert [one["id"] for one in members] == [f"urn:uuid:{certificate.uuid}"]
    assert members == [json.loads(certificate.credential.json_form)]
    assert members_are_signed(document)
    assert verify_credential(json.dumps(members[0]).encode()).outcome == "valid"


def members_are_signed(document):
    """Every word of the envelope and of a credential in it: another one, and the signature does not stand."""
    key = keys.public_pem(keys.public_multibase(1))
    library.check_signature(document, key)
    changes = [
        lambda d: d.update(id="urn:uuid:00000000-0000-4000-8000-000000000000"),
        lambda d: d.update(validFrom="2020-01-01T00:00:00Z"),
        lambda d: d["issuer"].update(name="x"),
        lambda d: d["credentialSubject"]["identifier"][0].update(identityHash="sha256$0"),
        lambda d: d["credentialSubject"]["identifier"][0].update(salt="x"),
        lambda d: d["credentialSubject"]["verifiableCredential"][0].update(name="x"),
        lambda d: d["credentialSubject"]["verifiableCredential"].clear(),
        lambda d: d["credentialSubject"]["verifiableCredential"][0]["proof"].update(created="2020-01-01T00:00:00Z"),
    ]
    for change in changes:
        other = copy.deepcopy(document)
        change(other)
        with pytest.raises(library.NotGenuine):
            library.check_signature(other, key)
    return True


def test_transcript_leaves_out_what_is_not_in_force(holder, certificate):
    services.suspend_certificate(actor=system_user(), certificate=certificate, ground="court_order")

    assert holder.get("/en/certificates/transcript/").status_code == 404
    assert "/certificates/transcript/" not in holder.get("/en/certificates/").content.decode()


def test_transcript_of_a_replaced_certificate_holds_the_new_one(holder, certificate):
    successor = services.supersede_certificate(actor=system_user(), certificate=certificate)

    document = json.loads(holder.get("/en/certificates/transcript/").content)

    assert [one["id"] for one in document["credentialSubject"]["verifiableCredential"]] == [
        f"urn:uuid:{successor.uuid}"
    ]


def test_nobody_without_certificates_has_a_transcript(client):
    client.force_login(make_user())

    assert client.get("/certificates/transcript/").status_code == 404
