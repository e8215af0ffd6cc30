"""Every address that answers with a table file: five hundred payloads in its rows, opened back, calculate nothing."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import AccessEntry, AdminBody, Institution, Membership, Person, User
from accounts.permissions import Role
from accounts.selectors import system_user
from certificates.exports import check_table
from certificates.models import BatchCheckLine, Certificate
from certificates.selectors.checks import CheckLine
from core import audit, clock
from core.text import name_key
from staffing.selectors.proofs import csv_bytes, lines_of
from tests.accounts.sheets import ROSTER, csv_file, person_row
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator
from tests.core.test_exports import BEGINS, BLANKS, PAYLOADS
from tests.isolation.files import SPREADSHEET
from tests.isolation.probes import Asker, undone
from tests.isolation.world import LOGINS, Owner
from tests.staffing.proving import proven, staffed

# With rows of people and places: each is asked below. Another one fails here until it is asked, too.
WITH_ROWS = {
    "institution/roster/export.xlsx", "institution/roster/export.csv",
    "institutions/<str:id>/ratio/people/export.xlsx", "institutions/<str:id>/ratio/people/export.csv",
    "oversight/<str:code>/institutions.xlsx", "oversight/<str:code>/institutions.csv",
    "oversight/<str:code>/shortfall.csv",
    "audit/trail.xlsx", "audit/looks.xlsx", "filing/lists/<int:pk>/file/",
    "institution/checks/<uuid:uuid>/file/", "ratio-proofs/<str:reference>/csv/",
    "oversight/<str:code>/shortfall.xlsx", "institutions/<int:pk>/credit.csv",
}  # fmt: skip
# Needs a file to be sent first; asked below as well.
AFTER_A_FILE = {"institution/roster/import/<str:sha256>/errors/", "base/import/<str:sha256>/errors/"}
TEMPLATES = {
    "institution/roster/import/template/", "institutions/import/template/", "training-records/import/template/",
    "bodies/import/template/", "base/import/template/", "institution/checks/template/",
    "evidence/batches/new/template/",
}  # fmt: skip

# Documents of words, in which no cell calculates: tests/credit/test_letters.py opens them.
LETTERS = {"credit/letters/<uuid:uuid>/docx/", "own-rules/letters/<uuid:uuid>/docx/"}


def test_every_address_of_a_table_file_is_known(asker: Asker):
    found = set()
    for route, address in asker.declared.items():
        login = next(
            (one.name for one in LOGINS.values() if one.kind in address.audience and Owner.HOME in one.reach), ""
        )
        path = address.path(route, lambda part: asker.isolation.value(Owner.HOME, part))
        asker.sign_in_again()
        client = asker.clients[login or "officer home"]
        cookies = client.cookies.copy()
        with undone():
            answers = [client.get(path), client.post(path, address.body or {})]
            kinds = [answer.headers.get("Content-Type", "") for answer in answers]
        client.cookies = cookies
        found |= {route for kind in kinds if kind.startswith((SPREADSHEET, "text/csv", "application/vnd"))}

    assert found == WITH_ROWS | TEMPLATES | LETTERS


# --- five hundred rows ----------------------------------------------------------------------------------------------
@pytest.fixture
def institution(db) -> Institution:
    return make_institution(name="=1+1", code="990101", level="county")


def hostile_texts() -> Iterator[str]:
    """Texts as a database can hold them: PostgreSQL keeps no NUL."""
    yield from dict.fromkeys(payload.replace("\x00", "") for payload in PAYLOADS)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def calculated(content: bytes) -> list[str]:
    """Cells that a spreadsheet would calculate, or that begin as if it should."""
    if not content.startswith(b"PK"):
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        return begun_as_formulas([text for row in rows for text in row])
    cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet for cell in row]
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    return begun_as_formulas(texts) + [cell.value for cell in cells if cell.data_type == "f"]


def begun_as_formulas(texts: list[str]) -> list[str]:
    assert len(texts) > 300
    return [text for text in texts if text.lstrip(BLANKS).startswith(BEGINS)]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("address", ["/institution/roster/export", "/institutions/{pk}/ratio/people/export"])
def test_lists_of_staff_calculate_nothing(institution, address, ending):
    for text in hostile_texts():
        person = make_person()
        Person.objects.filter(pk=person.pk).update(name=text, name_key=name_key(text)[:100])
        make_appointment(person, institution, post=text, department=text)

    answer = signed_in(officer(institution)).get(f"{address.format(pk=institution.pk)}.{ending}")

    assert calculated(answer.content) == []


def test_lines_of_a_proof_calculate_nothing(db):
    """The one text that people have written in it: the name of the institution."""
    proof = proven(staffed(1, 0))
    said = json.loads(proof.document)
    texts: list[str] = []
    for text in hostile_texts():
        said["credentialSubject"]["institution"]["name"] = text
        proof.document = json.dumps(said)
        made = csv_bytes(proof, lines_of(proof)).decode("utf-8-sig")
        texts += [cell for row in csv.reader(io.StringIO(made, newline="")) for cell in row]

    assert begun_as_formulas(texts) == []


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_table_of_institutions_calculates_nothing(db, ending):
    for text in hostile_texts():
        make_institution(name=f"{text}", code="990101", level="county")

    answer = signed_in(regulator()).get(f"/oversight/990101/institutions.{ending}")

    assert calculated(answer.content) == []


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_who_is_short_calculates_nothing_either(db, ending):
    for text in hostile_texts():
        make_appointment(make_person("高轩"), make_institution(name=f"{text}", code="990101", level="county"))

    answer = signed_in(regulator()).get(f"/oversight/990101/shortfall.{ending}")

    assert len(answer.content) > 5_000
    assert calculated(answer.content) == []


@pytest.mark.parametrize("address", ["/audit/trail.xlsx", "/audit/looks.xlsx"])
def test_what_the_audit_administrator_takes_along_calculates_nothing(db, address):
    person = make_person()
    for text in hostile_texts():
        audit.record(system_user(), "accounts.test", person, reason=text, said=text)
        AccessEntry.objects.create(
            person=person, actor=system_user(), what="credit_file", purpose=text, body_name=text, at=clock.now()
        )

    answer = signed_in(wearing(Role.AUDIT_ADMIN)).post(address, {"first": ""})

    assert calculated(answer.content) == []


def wearing(role: Role) -> User:
    user, nation = make_user(), AdminBody.objects.get(code="NATIONAL")
    Membership.objects.create(user=user, role=role, admin_body=nation, valid_from=clock.today())
    return user


def test_rows_with_errors_calculate_nothing(institution, settings, tmp_path):
    """What somebody uploads comes back to them; the file may be handed on."""
    settings.DATA_DIR = tmp_path
    rows = [person_row(f"人{n}", 岗位=text, 用工形式=text) for n, text in enumerate(hostile_texts())]
    client = signed_in(officer(institution))
    file = SimpleUploadedFile("x.csv", csv_file(ROSTER, *rows))
    review = client.post("/institution/roster/import/", {"file": file}).url

    answer = client.get(f"{review}errors/")

    assert calculated(answer.content) == []


def test_answers_to_an_employer_calculate_nothing():
    """What was asked for and who holds it came from others."""
    words = {"zh": "=1+1"}
    certificate = Certificate(facts={"level": words, "issuer": words})
    lines = []
    for n, text in enumerate(hostile_texts()):
        row = BatchCheckLine(line=n, number=text, way="code", outcome="issued", superseded_by=text)
        row.certificate = certificate
        lines.append(CheckLine(row, holder=text))

    assert calculated(check_table(lines)) == []
