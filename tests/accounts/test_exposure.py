"""Nothing leaks at rest or on a page: plain numbers are in no table and no mail, and a name is never code."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.db import connection
from django.test import Client

from accounts import tasks
from accounts.models import Person, User
from accounts.selectors import system_user
from accounts.services import add_person, note_access
from core import clock
from core.models import OutboxEvent
from tests.accounts.profiles import NUMBER
from tests.builders import make_appointment, make_institution, make_user, officer, regulator

pytestmark = pytest.mark.django_db
PHONE = "13812340018"


def code_in(page: str) -> list[str]:
    """Tags that run something, as a browser reads them: a quoted attribute may say whatever a person is called."""
    tags = BeautifulSoup(page, "html.parser").find_all(True)
    handlers = [str(tag)[:80] for tag in tags if any(name.startswith("on") for name in tag.attrs)]
    scripts = [str(tag)[:80] for tag in tags if tag.name == "script" and not tag.get("src")]
    links = [str(tag)[:80] for tag in tags if str(tag.get("href", "")).lower().startswith("javascript:")]
    return handlers + scripts + links


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</title><svg onload=alert(1)>",
    "{{ 7*7 }}{% debug %}",
    "javascript:alert(1)",
]


def dump() -> str:
    """Every value of every table, as a thief of the database would read them."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        values = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            values += cursor.fetchall()
    return repr(values)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_no_table_holds_a_number_or_phone_after_the_whole_way():
    """Roster, profile, claim, code, confirmation, looks: then the database is stolen."""
    person = add_person(actor=system_user(), name="林知夏", document_type="resident_id", number=NUMBER)
    known_for_long = clock.now() - timedelta(days=30)
    make_appointment(person, make_institution(), phone=f"+86{PHONE}", recorded_at=known_for_long)
    client = signed_in(make_user())
    form = {
        "name": "林知夏",
        "document_type": "resident_id",
        "country": "CHN",
        "number": NUMBER,
        "sensitive_data": "on",
    }
    client.post("/profile/", {**form, "name": "王五"})
    client.post("/profile/", form)
    tasks.send_claim_code(OutboxEvent.objects.get(kind="accounts.send_claim_code"))
    code = re.findall(r"(?<!\d)\d{6}(?!\d)", mail.outbox[0].body)[0]
    client.post("/profile/claim/", {"code": code})
    note_access(actor=system_user(), person=person, what="credit_file", purpose="case 26")

    stolen = dump()

    assert Person.objects.get().user is not None
    assert "林知夏" in stolen, "the dump holds what it may hold"
    assert [secret for secret in (NUMBER, NUMBER[6:], PHONE, code) if f"'{secret}'" in stolen or secret in stolen] == []


def test_a_number_in_a_wrong_place_is_found_in_the_dump():
    """The twin: the search above would see it."""
    Person.objects.create(name="x", name_key="x", latin_name=NUMBER)

    assert NUMBER in dump()


def test_message_with_the_code_names_nobody(claim):
    tasks.send_claim_code(OutboxEvent.objects.get(kind="accounts.send_claim_code"))

    (message,) = mail.outbox
    said = f"{message.subject} {message.body}"
    assert [secret for secret in (NUMBER, "林知夏", "0018", "13800000018", claim.user.email) if secret in said] == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_is_shown_as_text_and_never_as_code(payload, user):
    person = add_person(
        actor=system_user(), name=payload, document_type="passport", number="E12345678", user=user, country="JPN"
    )
    Person.objects.filter(pk=person.pk).update(latin_name=payload)
    institution = make_institution(payload)
    make_appointment(person, institution, post=payload, department=payload)
    views = [
        (user, "/home/"),
        (user, "/profile/"),
        (officer(institution), f"/people/{person.pk}/"),
        (officer(institution), "/home/"),
        (officer(institution), "/institution/roster/"),
        (regulator("990000"), f"/people/{person.pk}/"),
    ]

    pages = [signed_in(actor).get(address).content.decode() for actor, address in views]

    raw = [address for (_, address), page in zip(views, pages, strict=True) if payload in page and "<" in payload]
    assert raw == []
    assert [words for page in pages for words in code_in(page)] == []
    assert [page for page in pages if "49{%" in page or ">49<" in page] == []


def test_form_shows_what_was_typed_as_text(user):
    page = signed_in(user).post("/profile/", {"name": PAYLOADS[1], "latin_name": PAYLOADS[0], "number": PAYLOADS[3]})

    assert [payload for payload in PAYLOADS if "<" in payload and payload in page.content.decode()] == []


@pytest.mark.parametrize(
    "page", ["<i onclick=x>", "<script>x</script>", '<a href="javascript:x">', "<svg onload=alert(1)>"]
)
def test_code_is_noticed(page):
    assert len(code_in(page)) == 1
