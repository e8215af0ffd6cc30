"""The sealed PDF of a proof: everything on it, nobody's name in it, made once, never from what does not hold."""

import hashlib
import re
from io import BytesIO

import pypdf
import pytest
from django.core.files.storage import default_storage

from accounts.selectors import system_user
from certificates.selectors.signatures import seal_is_whole
from core import outbox
from core.errors import DomainError, NotAllowed
from core.models import OutboxEvent
from staffing.models import RatioProofFile
from staffing.selectors.proofs import csv_bytes, json_bytes, lines_of
from staffing.services.proof_files import draw_proof
from tests.builders import officer, regulator
from tests.staffing.proving import NAMES, drawn, overwrite, parts_of, proven, said_in, staffed

pytestmark = pytest.mark.django_db


def read(body: bytes) -> tuple[str, bytes]:
    """The text that a reader shows, and every stream and string inside, unpacked."""
    reader = pypdf.PdfReader(BytesIO(body))
    text = "".join(page.extract_text() for page in reader.pages)
    objects = map(reader.get_object, range(1, len(reader.xref[0]) + 1))
    streams = [one.get_data() for one in objects if hasattr(one, "get_data")]
    return re.sub(r"\s", "", text), b"\n".join([body, *streams, str(reader.metadata).encode()])


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


def test_no_name_stands_on_the_sheet_or_in_any_byte_of_it():
    proof = proven(staffed(3, 1))
    text, inside = read(drawn(proof))

    words = [*NAMES, "技术经理人岗", *(str(one.person.uuid) for one in proof.entries.all()), proof.secret]
    forms = [form for word in words for form in (word.encode(), word.encode("utf-16-be"))]
    assert [word for word in words if word in text] == []
    assert [form for form in forms if form in inside] == []
    # The twin: what may be read is found in the same way.
    assert (proof.institution.name in text, proof.institution.name.encode() in inside) == (True, True)


def test_sheet_says_figure_verdict_rule_and_every_line_in_three_languages():
    proof = proven(staffed(3, 1))
    text, _inside = read(drawn(proof))

    said = said_in(proof)
    for words in (
        "3/4", "达标", "Met", "達成", proof.reference, "2026年6月30日", "不低于70%", "2025年12月31日",
        re.sub(r"\s", "", said["rule"]["quote"]["zh"]), re.sub(r"\s", "", said["rule"]["source"]["en"]), proof.root,
        *(line[name] for line in lines_of(proof) for name in ("person", "evidence") if line[name]),
    ):  # fmt: skip
        assert words in text, words


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
