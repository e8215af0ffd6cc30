"""The stolen machine: after a journey of many people no full number and no phone stands anywhere in clear.

How many people come in is DUMP_PEOPLE: 200 in every run, 5000 for the full proof.
"""

import base64
import io
import logging
import os
import pickle
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import IdentityDocument, Person
from accounts.selectors import system_user
from accounts.services import import_roster, reveal, save_profile
from core.models import OutboxEvent
from core.outbox import deliver_event
from oversight.services import ask_for_copy
from tests.accounts.sheets import ROSTER, person_row, xlsx
from tests.builders import make_institution, make_user, officer, regulator, resident_number

pytestmark = pytest.mark.django_db
PEOPLE = int(os.environ.get("DUMP_PEOPLE", "200"))
FIRST = 60_000
# Ten thousand million combinations are left of a masked number: what is looked for is the whole of it.
_WINDOW = re.compile(r"(?=(\d{17}[\dXx]))")
_PHONE = re.compile(r"(?=(1[3-9]\d{9}))")


@cache
def numbers() -> list[str]:
    return [resident_number(FIRST + n) for n in range(PEOPLE)]


@cache
def phones() -> list[str]:
    return [f"139{n:08d}" for n in range(10_000_000, 10_000_000 + PEOPLE)]


def in_clear(text: str) -> set[str]:
    """The seeded numbers and phones that stand in a text, also with blanks or hyphens between their digits."""
    found = set()
    for spelling in (text, re.sub(r"(?<=\d)[ \u00a0-](?=\d)", "", text)):
        found |= set(_WINDOW.findall(spelling)) & set(numbers())
        found |= set(_PHONE.findall(spelling)) & set(phones())
    return found


# --- what a thief carries away --------------------------------------------------------------------------------------
def tables() -> str:
    values = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            values += [table, *cursor.fetchall()]
    return repr(values)


def opened_sessions() -> str:
    """Sessions are packed: as whoever has the key of the framework would read them."""
    return repr([session.get_decoded() for session in Session.objects.all()])


def opened_caches() -> str:
    memory = [pickle.loads(value) for value in getattr(caches["throttle"], "_cache", {}).values()]  # noqa: S301
    with connection.cursor() as cursor:
        if "core_cache" not in connection.introspection.table_names(cursor):
            return repr(memory)
        cursor.execute("SELECT cache_key, value FROM core_cache")
        rows = [(key, pickle.loads(base64.b64decode(value))) for key, value in cursor.fetchall()]  # noqa: S301
    return repr([memory, rows])


def files() -> str:
    folders = (Path(settings.DATA_DIR), Path(settings.MEDIA_ROOT))
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return "\n".join(path.name + path.read_bytes().decode("latin-1") for path in paths)


# --- the journey ----------------------------------------------------------------------------------------------------
@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def journey(client, settings, tmp_path, log) -> io.StringIO:
    """Roster by file, previewed on the page and confirmed; a profile, a claim, a look, a copy, a failure."""
    settings.DATA_DIR = tmp_path
    place = make_institution()
    rows = [
        person_row(f"人{n}", number, 手机=phone)
        for n, (number, phone) in enumerate(zip(numbers(), phones(), strict=True))
    ]
    content = xlsx(ROSTER, *rows)
    client.force_login(officer(place))
    client.post("/en/institution/roster/import/", {"file": SimpleUploadedFile("名册.xlsx", content)}, follow=True)
    assert not import_roster(actor=system_user(), institution=place, content=content, file_name="名册.xlsx").has_errors
    assert IdentityDocument.objects.count() == PEOPLE

    save_profile(actor=make_user(), name="人1", document_type="resident_id", number=numbers()[1])
    for wrong in ("别名", "另名"):
        client.force_login(make_user())
        form = {"name": wrong, "document_type": "resident_id", "country": "CHN", "number": numbers()[2]}
        client.post("/en/profile/", {**form, "sensitive_data": "on"})
    someone = Person.objects.get(name="人3")
    answer = reveal(actor=regulator(), person_id=someone.pk, what="identity_number", purpose="案件 26")
    assert answer.values[0][1] == numbers()[3]
    someone.user = make_user()
    someone.save(update_fields=["user"])
    ask_for_copy(actor=someone.user)
    for event in OutboxEvent.objects.filter(state="new"):
        deliver_event(event.pk)
    logging.getLogger("tests.dump").error("cannot read %s of %s", numbers()[4], phones()[4])
    return log


def test_nothing_that_can_be_stolen_holds_a_number_or_a_phone(journey):
    stolen = {
        "tables": tables(),
        "sessions": opened_sessions(),
        "caches": opened_caches(),
        "files": files(),
        "log": journey.getvalue(),
    }

    assert {place: sorted(in_clear(text))[:3] for place, text in stolen.items() if in_clear(text)} == {}
    assert "人1" in stolen["tables"], "the dump holds what it may hold"
    assert "v1:" in stolen["files"], "the kept table and the copy are there, sealed"
    assert "139****0004" in stolen["log"]


# --- the twins: each would be seen ----------------------------------------------------------------------------------
def test_planted_number_is_found_in_a_table(journey):
    Person.objects.create(name="x", name_key="x", latin_name=numbers()[5])

    assert in_clear(tables()) == {numbers()[5]}


def test_planted_phone_is_found_in_a_file_a_cache_and_a_session(journey, client):
    (Path(settings.DATA_DIR) / "broker").mkdir(exist_ok=True)
    (Path(settings.DATA_DIR) / "broker" / "message").write_text(f'{{"to": "{phones()[6]}"}}')
    caches["throttle"].set("x", phones()[6])
    session = client.session
    session["typed"] = numbers()[6]
    session.save()

    assert in_clear(files()) == {phones()[6]}
    assert in_clear(opened_caches()) == {phones()[6]}
    assert in_clear(opened_sessions()) == {numbers()[6]}
    caches["throttle"].clear()


def test_groups_with_blanks_and_hyphens_are_seen():
    number, phone = numbers()[7], phones()[7]

    assert in_clear(f"{number[:6]} {number[6:14]} {number[14:]}") == {number}
    assert in_clear(f"{phone[:3]}-{phone[3:7]}-{phone[7:]}") == {phone}
    assert in_clear(f"{number[:3]}***********{number[-4:]}") == set()
