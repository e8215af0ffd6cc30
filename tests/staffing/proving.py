"""Proofs for tests: an institution with trained and untrained people, its proof, and changes past every guard."""

import json
from datetime import date
from io import BytesIO

from django.db import connection
from pyhanko.pdf_utils.reader import PdfFileReader

from accounts.models import Institution
from accounts.selectors import system_user
from certificates.selectors.files import stored_bytes
from staffing.models import RatioProof
from staffing.services import make_proof
from staffing.services.proof_files import draw_proof
from tests.builders import make_appointment, make_institution, make_person
from tests.staffing.test_selectors import train
from tests.tlog.logs import unguarded, write

NAMES = ("欧阳若晴", "阿卜杜热西提·买买提", "司徒远航", "慕容雪")
DAY = date(2026, 6, 30)


def staffed(trained: int = 2, untrained: int = 1, **fields) -> Institution:
    """Names that stand nowhere else."""
    place = make_institution(**fields)
    for number in range(trained + untrained):
        person = make_person(NAMES[number % len(NAMES)] + "乙" * (number // len(NAMES)))
        make_appointment(person, place, post="技术经理人岗")
        if number < trained:
            train(person)
    return place


def proven(place: Institution | None = None, **moments) -> RatioProof:
    return make_proof(actor=system_user(), institution=place or staffed(), as_of=moments.pop("as_of", DAY), **moments)


def drawn(proof: RatioProof) -> bytes:
    return stored_bytes(draw_proof(actor=system_user(), proof_id=proof.pk))


def parts_of(body: bytes) -> dict[str, bytes]:
    """Read by pyHanko, not by our own tool."""
    names = PdfFileReader(BytesIO(body)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[at]): names[at + 1]["/EF"]["/F"].data for at in range(0, len(names), 2)}


def said_in(proof: RatioProof) -> dict:
    return json.loads(proof.document)["credentialSubject"]


def overwrite(row, column: str, value) -> None:
    """As somebody does who owns the database."""
    connection.check_constraints()
    with unguarded(row._meta.db_table):
        write(type(row), "id", column, row.pk, value)
    row.refresh_from_db()


def fraction(proof: RatioProof) -> tuple[int, int]:
    return proof.trained, proof.staff
