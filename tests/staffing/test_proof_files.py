"""The sealed PDF of a proof: everything on it, nobody's name in it, made once, never from what does not hold."""

import hashlib
import re
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from pyhanko.pdf_utils.reader import PdfFileReader

from accounts.selectors import system_user
from certificates.selectors.signatures import seal_is_whole
from core import outbox
from core.errors import DomainError, NotAllowed
from core.models import OutboxEvent
from staffing.models import RatioProofFile
from staffing.selectors.proofs import csv_bytes, json_bytes, lines_of
from staffing.services.proof_files import draw_proof
from tests.builders import officer, regulator
from tests.staffing.proving import NAMES, drawn, overwrite, parts_of, proven, staffed

pytestmark = pytest.mark.django_db


def all_bytes(body: bytes) -> bytes:
    """The file and every stream in it, unpacked."""
    reader = PdfFileReader(BytesIO(body))
    size = int(reader.trailer["/Size"])
    found = [body]
    for number in range(1, size):
        try:
            value = reader.get_object(_ref(reader, number))
        except Exception:  # noqa: BLE001, S112 - a number may be free
            continue
        if hasattr(value, "data"):
            found.append(value.data)
    return b"\n".join(found)


def _ref(reader, number):
    from pyhanko.pdf_utils.generic import IndirectObject  # noqa: PLC0415

    return IndirectObject(number, 0, reader)


    return "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(body)).pages)


def test_event_draws_seals_and_keeps_the_file_once():
    proof = proven()
    event = OutboxEvent.objects.get(kind="staffing.draw_proof")

    outbox.deliver_event(event.pk)
    again = draw_proof(actor=system_user(), proof_id=proof.pk)

    kept = RatioProofFile.objects.get()
    event.refresh_from_db()
    assert (event.state, again) == (OutboxEvent.State.DONE, kept)
    with default_storage.open(kept.storage_name) as file:
        body = file.read()
    assert (hashlib.sha256(body).hexdigest(), len(body)) == (kept.sha256, kept.size)
    assert seal_is_whole(kept, body)
    assert kept.size < 400 * 1024


def test_file_holds_json_and_csv_as_they_are_handed_out():
    proof = proven()
    lines = lines_of(proof)

    assert parts_of(drawn(proof)) == {
        "ratio-proof.json": json_bytes(proof, lines),
        "ratio-proof.csv": csv_bytes(proof, lines),
    }


def test_no_name_stands_in_any_byte_of_the_file():
    proof = proven(staffed(3, 1))
    body = all_bytes(drawn(proof))

    words = [*NAMES, "技术经理人岗", *(str(one.person.uuid) for one in proof.entries.all()), proof.secret]
    forms = [form for word in words for form in (word.encode(), word.encode("utf-16-be"), word.encode("utf-16-be").hex().encode())]
    assert [form for form in forms if form in body or form.upper() in body] == []
    # The twin: what may be read is found in the same way.
    assert proof.institution.name.encode() in body
    assert re.search(rb"ratio-proof\.json", body)


def test_character_that_no_font_has_is_refused_and_nothing_is_kept():
    proof = proven(staffed(name="测试\U000f0000机构"))
    with pytest.raises(DomainError) as refusal:
        draw_proof(actor=system_user(), proof_id=proof.pk)
    assert (refusal.value.code, RatioProofFile.objects.count()) == ("glyphs_missing", 0)


def test_what_does_not_hold_is_never_sealed():
    proof = proven()
    overwrite(proof, "trained", 3)
    with pytest.raises(DomainError) as refusal:
        draw_proof(actor=system_user(), proof_id=proof.pk)
    assert (refusal.value.code, refusal.value.facts["checks"]) == ("proof_differs", ["statement", "lines", "register"])


def test_only_who_may_prove_draws():
    proof = proven()
    for actor in (officer(), regulator("980000")):
        with pytest.raises(NotAllowed):
            draw_proof(actor=actor, proof_id=proof.pk)


def test_many_lines_stand_in_the_attached_files_alone(monkeypatch):
    monkeypatch.setattr("staffing.pdf.proof.MOST_PRINTED", 2)
    body = drawn(proven(staffed(2, 1)))
    assert b'"n":3' in parts_of(body)["ratio-proof.json"]
