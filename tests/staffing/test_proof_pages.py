"""Pages of proofs: the list, a new one, one in full, its files; by role, and without names."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from accounts.permissions import Role
from core import clock
from staffing.models import RatioProof
from staffing.selectors.proofs import csv_bytes, json_bytes, lines_of
from tests.builders import base_manager, hat, make_institution, make_user, officer, regulator
from tests.staffing.proving import NAMES, drawn, proven, staffed

pytestmark = pytest.mark.django_db


def test_officer_makes_a_proof_from_the_ratio_page(client):
    place = staffed()
    client.force_login(officer(place))
    ratio = client.get(f"/en/institutions/{place.pk}/ratio/?as_of=2026-06-30").content.decode()
    assert f"/en/institutions/{place.pk}/ratio/proofs/?as_of=2026-06-30" in ratio
    page = client.get(f"/en/institutions/{place.pk}/ratio/proofs/?as_of=2026-06-30").content.decode()
    assert 'value="2026-06-30"' in page

    answer = client.post(f"/en/institutions/{place.pk}/ratio/proofs/", {"as_of": "2026-06-30", "known_at": ""})

    proof = RatioProof.objects.get()
    assert answer.url == f"/en/ratio-proofs/{proof.reference}/"
    text = client.get(answer.url).content.decode()
    assert ("2<small> / 3</small>" in text, "is being made" in text) == (True, True)
    assert [name for name in NAMES if name in text] == []
    assert "Draw a sample" not in text


def test_faulty_days_are_said_and_nothing_is_made(client):
    place = staffed()
    client.force_login(officer(place))
    for as_of, words in (("2099-01-01", "A day to come cannot be proven"), ("2026-13-01", "valid date")):
        page = client.post(f"/en/institutions/{place.pk}/ratio/proofs/", {"as_of": as_of, "known_at": ""})
        assert (page.status_code, words in page.content.decode()) == (200, True)
    assert not RatioProof.objects.exists()


def test_files_are_given_out_as_they_are(client):
    proof = proven()
    client.force_login(officer(proof.institution))
    base = f"/ratio-proofs/{proof.reference}/"
    assert client.get(f"{base}pdf/").status_code == 404
    body, lines = drawn(proof), lines_of(proof)

    found = {name: client.get(f"{base}{name}/") for name in ("pdf", "json", "csv")}

    assert {name: answer.content for name, answer in found.items()} == {
        "pdf": body, "json": json_bytes(proof, lines), "csv": csv_bytes(proof, lines),
    }  # fmt: skip
    assert found["pdf"]["Content-Disposition"] == f'attachment; filename="{proof.reference}.pdf"'


def test_damaged_file_is_not_given_out(client):
    proof = proven()
    drawn(proof)
    default_storage.delete(proof.file.storage_name)
    client.force_login(officer(proof.institution))
    page = client.get(f"/en/ratio-proofs/{proof.reference}/pdf/")
    assert (page.status_code, "cannot be given out" in page.content.decode()) == (500, True)


def test_who_sees_the_ratio_sees_its_proofs_and_who_does_not_finds_nothing(client):
    proof = proven()
    body = regulator().memberships.get().admin_body
    readers = [officer(proof.institution), regulator(), hat(Role.AUDITOR, body), hat(Role.EVALUATOR, body)]
    strangers = [officer(make_institution()), regulator("980000"), base_manager(), make_user()]
    addresses = [f"/institutions/{proof.institution.pk}/ratio/proofs/"]
    addresses += [f"/ratio-proofs/{proof.reference}/{name}" for name in ("", "json/", "csv/")]
    for actor, status in ((one, 200) for one in readers):
        client.force_login(actor)
        assert {client.get(address).status_code for address in addresses} == {status}
    for actor in strangers:
        client.force_login(actor)
        answers = [client.get(address) for address in addresses]
        assert {answer.status_code for answer in answers} == {404}
        assert not any(proof.institution.name in answer.content.decode() for answer in answers)
    client.force_login(hat(Role.AUDITOR, body))
    assert client.post(addresses[0], {"as_of": "", "known_at": ""}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_the_same_queries_for_any_number(client, rows, django_assert_num_queries):
    place = staffed()
    for hour in range(rows):
        with clock.travel(timedelta(hours=hour)):
            proven(place)
    client.force_login(officer(place))
    client.get(f"/institutions/{place.pk}/ratio/proofs/")
    with django_assert_num_queries(LIST):
        client.get(f"/institutions/{place.pk}/ratio/proofs/")


@pytest.mark.parametrize("people", [1, 3])
def test_page_takes_the_same_queries_for_any_staff(client, people, django_assert_num_queries):
    proof = proven(staffed(people, 0))
    client.force_login(regulator())
    client.get(f"/ratio-proofs/{proof.reference}/")
    with django_assert_num_queries(PAGE):
        client.get(f"/ratio-proofs/{proof.reference}/")


LIST, PAGE = 8, 23
