"""No full number is printed: every place that reads a sealed value, or what could be one, is looked at and listed.

In templates and in Python. A new reading fails until somebody has written down here why it may be, or has masked it.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core import serializers as django_serializers

from core.data_classes import classified
from core.fields import SealedField
from tests.architecture.sources import ROOMS, ROOT, modules, name_of

SEALED = {
    field.name
    for model in apps.get_models()
    for field in model._meta.local_concrete_fields
    if isinstance(field, SealedField)
}
# Keys, hashes and indexes: never for the eye.
HIDDEN = {name for entry in classified().values() for name in entry.of_class("c3")} - SEALED - {"key", "data"}

# What templates look up under these names, and what it is.
IN_TEMPLATES = {
    "attempt.number": "the first, second … attempt",
    "case.certificate.number": "of the certificate",
    "case.item.number": "of the item of a catalogue",
    "case.number": "of the file of a case",
    "following.number": "of the file of a case",
    "entry.opening": "of an entry of the log that anybody may open",
    "one.evidence.certificate.number": "of the certificate, in a line that was opened",
    "certificate.number": "of the certificate",
    "certificate.superseded_by.number": "of the certificate",
    "certificate.supersedes.number": "of the certificate",
    "lesson.number": "of the lesson",
    "newest.number": "of the version of a design",
    "made.secret": "a token for a machine, on the one page that shows it",
    "version.number": "of the version of a design",
    "line.certificate.number": "of the certificate",
    "line.row.number": "of the certificate that an employer asked about",
    "line.seat.number": "of the seat",
    "list.number": "of the list",
    "line.session.number": "of the session",
    "one.case.number": "of the file of a case",
    "one.certificate.number": "of the certificate",
    "person.email": "of an invented person of the demo",
    "row.number": "of the certificate",
    "session.number": "of the session",
    "user.email": "one's own",
    "wanted.number": "masked by the view",
}
# Where Python opens one of the sealed values.
IN_PYTHON = {
    "credit/models/concerned.py": "of the file of a case",
    "credit/models/self_cases.py": "of the file of a case",
    "credit/selectors/self_cases.py": "compares its end with what was typed",
    "credit/services/self_cases.py": "of the file of a case",
    "accounts/adapters.py": "the login's own number goes to allauth, which sends the code there",
    "accounts/models/joining.py": "masks",
    "accounts/models/people.py": "masks",
    "accounts/services/consents.py": "asks whether there is one",
    "accounts/services/disputes.py": "compares with what was typed",
    "accounts/services/doubles.py": "reads the birth date for an index",
    "accounts/services/erasure.py": "finds the invitations that went to the number",
    "accounts/services/identity.py": "sends the code to the phone on file",
    "accounts/services/identity_provider.py": "asks the outside service",
    "accounts/services/imports.py": "seals anew",
    "accounts/services/indexes.py": "computes the blind indexes anew",
    "accounts/services/invitations.py": "sends the letter",
    "accounts/services/notices.py": "sends the notice",
    "accounts/selectors/audit.py": "masks",
    "accounts/selectors/hats.py": "masks",
    "accounts/services/letters.py": "sends the letter",
    "accounts/services/reveal.py": "the act of revealing: purpose, limit, ledger",
    "accounts/views/security.py": "masks",
    "certificates/services/filing.py": "the list for a receiving body; everybody named reads that it was opened",
    "certificates/services/snapshot.py": "hashes the tail; the certificate keeps it masked",
    "credit/selectors/papers.py": "compares it with its hash and with the file of today",
    "credit/services/papers.py": "makes, draws and empties it",
    "credit/views/papers.py": "asks whether it was emptied",
    "staffing/services/proofs.py": "derives the salts of the lines of a new proof",
    "staffing/services/samples.py": "the act of opening: purpose, ledger, audit trail",
    "credit/models/reports.py": "says whether there is any",
    "credit/services/reports.py": "the act of revealing: purpose, audit trail",
    "courses/models/evidence.py": "the bytes of a scan, for the act of opening it",
    "courses/selectors/evidence.py": "compares with what was typed",
    "oversight/services/requests.py": "writes the correction that two people agreed to",
    "oversight/views/requests.py": "masks",
    "certificates/services/designs.py": "numbers the versions of a design",
    "website/management/demo/checks.py": "types the numbers of invented people into a table",
    "website/management/demo/afterwards.py": "types the number of an invented person",
}
# `.number` and `.email` of something else: the variable says of what.
OTHERS = re.compile(
    r"(.*\.)?(attempt|cell|certificate|cohort|env|file\.certificate|found|intent|known|lesson|locked|page|supersedes"
    r"|actor|user|address|appointment|member|login)\.(number|email)"
)
OTHERS_IN = {
    "credit/models/cases.py": {"self.number"},
    "credit/models/catalogue.py": {"self.number"},
    "credit/services/catalogue.py": {"listed.number"},
    "credit/services/case_decision.py": {"ruling.number"},
    "credit/services/case_notice.py": {"notice.number"},
    "credit/services/case_log.py": {"case.number"},
    "credit/views/case_list.py": {"case.number"},
    "credit/views/cases.py": {"found.case.number"},
    "credit/views/self_cases.py": {"found.case.number", "form.opening"},
    "accounts/models/people.py": {"self.email"},
    "website/views.py": {"one.email"},
    "courses/selectors/lessons.py": {"one.number"},
    "courses/views/catalogue.py": {"one.number"},
    "courses/models/delivery.py": {"self.number"},
    "courses/exams/models.py": {"self.number"},
    "certificates/models/__init__.py": {"self.number"},
    "certificates/imports/answers.py": {"form.number", "row.number"},
    "certificates/imports/checks.py": {"row.number", "self.number"},
    "courses/exams/views/rooms.py": {"seat.number"},
    "certificates/exports.py": {"row.number"},
    "certificates/selectors/checks.py": {"row.number"},
    "certificates/services/checks.py": {"row.number"},
    "certificates/models/filing.py": {"self.number"},
    "certificates/models/designs.py": {"self.number"},
    "certificates/pdf/designs/design.py": {"design.number"},
    "certificates/pdf/designs/package.py": {"design.number"},
    "certificates/pdf/sheet.py": {"version.number"},
    "certificates/services/designs.py": {"version.number", "made.number"},
    "certificates/views/designs.py": {"made.number", "mine.number"},
    "certificates/selectors/handouts.py": {"row.number"},
    "certificates/selectors/roster.py": {"row.number"},
    "certificates/services/erasure.py": {"row.number"},
    "certificates/services/filing.py": {"filing.number", "made.number"},
    "certificates/services/filing_answers.py": {"row.number"},
    "certificates/tlog/selectors/tiles.py": {"tile.number"},
    "certificates/tlog/tiles.py": {"self.number"},
    "certificates/views/corrections.py": {"made.number"},
    "certificates/views/filing.py": {"filing.number"},
}


def looked_up(source: str, names: set[str]) -> set[str]:
    """What a template's tags and variables look up, as far as the last word is one of the names."""
    found = set()
    for piece in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", source, re.S):
        bare = re.sub(r'"[^"]*"', '""', piece)
        found |= {way for way in re.findall(r"[A-Za-z_]\w*(?:\.\w+)+", bare) if way.split(".")[-1] in names}
    return found


def read(source: str, names: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in names and isinstance(node.ctx, ast.Load):
            yield ast.unparse(node)


def opened(source: str, module: str) -> set[str]:
    ways = set(read(source, SEALED)) - OTHERS_IN.get(module, set())
    return {way for way in ways if not OTHERS.fullmatch(way)}


def templates() -> dict[str, str]:
    paths = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    return {name_of(path): path.read_text() for path in paths}


def test_sealed_names_are_those_that_are_looked_for():
    assert sorted(SEALED) == [
        "email", "number", "opening", "phone", "reporter", "scanned", "sealed_content", "secret", "wanted",
    ]  # fmt: skip


def test_templates_print_no_sealed_value():
    found = defaultdict(list)
    for name, source in templates().items():
        for way in looked_up(source, SEALED):
            found[way].append(name)

    unknown = {way: names for way, names in found.items() if way not in IN_TEMPLATES}
    assert unknown == {}, "mask it (.masked, mask_phone), or say in IN_TEMPLATES what it is"
    assert set(IN_TEMPLATES) - set(found) == set(), "no longer there"


def test_templates_print_no_key_hash_or_index():
    found = {name: looked_up(source, HIDDEN) for name, source in templates().items()}

    assert {name: ways for name, ways in found.items() if ways} == {}


def test_python_opens_sealed_values_only_where_it_is_known_what_for():
    found = {name_of(path): opened(path.read_text(), name_of(path)) for path in modules("core", "config", *ROOMS)}
    opening = {name for name, ways in found.items() if ways}

    assert {name: found[name] for name in opening - IN_PYTHON.keys()} == {}, "mask it, or say in IN_PYTHON what for"
    assert IN_PYTHON.keys() - opening == set(), "no longer there"


def test_exports_and_interfaces_open_nothing():
    """Tables, PDFs, mails' tasks and the API: they get masked values from selectors."""
    kinds = ("exports.py", "/pdf/", "/api", "tasks.py", "/imports/")

    assert [name for name in IN_PYTHON if any(kind in f"/{name}" for kind in kinds)] == []


def test_nobody_prints_whole_rows():
    """model_to_dict and Django's serializers would open what is sealed without naming it."""
    whole = re.compile(r"\bmodel_to_dict\b|django\.core\.serializers(?!\.json)|\bserializers\.serialize\b")
    found = [name_of(path) for path in modules("core", "config", *ROOMS) if whole.search(path.read_text())]

    assert found == []
    assert django_serializers.serialize, "the name that is looked for exists"


@pytest.mark.parametrize(
    "source",
    [
        "{{ document.number }}",
        "{{ person.phone|default:'' }}",
        "{% include 'x' with masked=one.document.number only %}",
    ],
)
def test_printed_number_would_be_seen(source):
    assert looked_up(source, SEALED) - set(IN_TEMPLATES) != set()


def test_opened_number_would_be_seen():
    assert opened("text = f'{document.number} {person.phone}'", "staffing/views/x.py") == {
        "document.number",
        "person.phone",
    }
