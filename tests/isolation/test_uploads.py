"""Every field of every page that takes a file, found by walking the declared addresses, meets the hostile files."""

import re
import time

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents.models import Document
from wagtail.images.models import Image

from tests.accounts.sheets import institution_row, institutions, person_row, roster
from tests.core.hostile import HARMLESS, REFUSED
from tests.isolation.addresses import PUBLIC
from tests.isolation.probes import AGAIN_AFTER, VISIT, Asker, noted_writes, undone
from tests.isolation.world import LOGINS, Owner

FIELD = re.compile(r'<input type="file" name="([\w-]+)"')
# The two seconds of one reading are measured in tests/core, in a process of its own. Here pages are drawn under
# coverage on a busy machine: this only tells a file that hangs.
SECONDS = 20.0
# A browser would not send more than the front door lets through.
LARGEST = 25 * 1024 * 1024
# Wagtail keeps what an editor uploads; what it may be is asked below.
PUBLISHED = ("cms/documents/", "cms/images/", "cms/redirects/", "cms/account/")


def fields(asker: Asker) -> dict[tuple[str, str, str], str]:
    """(route, login, name of the field) -> address."""
    found = {}
    for route, address in asker.declared.items():
        kinds = address.writers - {PUBLIC, "login"}
        login = next((one.name for one in LOGINS.values() if one.kind in kinds and Owner.HOME in one.reach), "")
        login = "editor" if kinds == {"editor"} else login
        if not login or not address.writers:
            continue
        path = address.path(route, lambda part: asker.isolation.value(Owner.HOME, part))
        asker.sign_in_again()
        client = asker.clients[login]
        # The walk also comes by the address that signs out.
        cookies = client.cookies.copy()
        with undone():
            page = client.get(path)
        client.cookies = cookies
        text = "" if page.streaming else page.content.decode("utf-8", errors="ignore")
        found |= {(route, login, name): path for name in FIELD.findall(text)}
    return found


@pytest.fixture(scope="module", autouse=True)
def _editor_enters_the_room(asker: Asker) -> None:
    """The world gives hats by themselves; the service that gives an editor's also opens Wagtail's group."""
    asker.isolation.users["editor"].groups.add(Group.objects.get(name="Editors"))


@pytest.fixture(scope="module")
def upload_fields(asker: Asker) -> dict[tuple[str, str, str], str]:
    return fields(asker)


def test_the_walk_finds_the_importers_and_the_editors_fields(upload_fields):
    routes = {route for route, _login, _name in upload_fields}

    assert routes >= {"institution/roster/import/", "institutions/import/", "training-records/import/"}
    assert any(route.startswith("cms/documents/") for route in routes)
    assert any(route.startswith("cms/images/") for route in routes)


@pytest.mark.parametrize("name", [*REFUSED, *HARMLESS])
def test_hostile_file_gets_nowhere(asker: Asker, upload_fields, name):
    content = {**REFUSED, **HARMLESS}[name]()
    if len(content) > LARGEST:
        pytest.skip("larger than the front door lets through")
    wrong = []
    for (route, login, field), path in upload_fields.items():
        file = SimpleUploadedFile("名册.xlsx", content)
        asker.sign_in_again()
        begun = time.process_time()
        with undone(), noted_writes() as writes:
            status = asker.clients[login].post(path, {field: file, "title": "x"}).status_code
        took = time.process_time() - begun
        tables = {table for table, _made in writes} - VISIT
        kept = status == 302 and name in REFUSED and not route.startswith("cms/")
        if status >= 500 or took > SECONDS or kept or (tables and not route.startswith(PUBLISHED)):
            wrong.append(f"{route}: {status} in {took:.1f} s, wrote {sorted(tables)}")

    assert wrong == []


WRONG_KINDS = (
    "picture", "program", "page", "drawing", "macros", "encrypted_workbook", "half_a_gigabyte_behind_a_megabyte",
)  # fmt: skip


@pytest.mark.parametrize("name", WRONG_KINDS)
@pytest.mark.parametrize("path", ["/cms/documents/add/", "/cms/documents/multiple/add/"])
@pytest.mark.parametrize("ending", ["xlsx", "pdf", "csv", "docx"])
def test_editors_publish_no_document_of_another_kind(asker: Asker, name, path, ending):
    asker.sign_in_again()
    with undone():
        for field in ("file", "files[]"):
            file = SimpleUploadedFile(f"x.{ending}", REFUSED[name]())
            headers = {"X-Requested-With": "XMLHttpRequest"}
            asker.clients["editor"].post(path, {field: file, "title": "x", "collection": "1"}, headers=headers)

        assert Document.objects.count() == 0


def test_editors_publish_an_honest_document(asker: Asker):
    asker.sign_in_again()
    with undone():
        file = SimpleUploadedFile("x.pdf", b"%PDF-1.7 ...")
        asker.clients["editor"].post("/cms/documents/add/", {"file": file, "title": "x", "collection": "1"})

        assert Document.objects.count() == 1


@pytest.mark.parametrize("name", ["program", "page", "drawing", "printed_document", "picture"])
@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "svg"])
def test_editors_publish_no_picture_of_another_kind(asker: Asker, name, ending):
    asker.sign_in_again()
    with undone():
        file = SimpleUploadedFile(f"x.{ending}", REFUSED[name]())
        asker.clients["editor"].post("/cms/images/add/", {"file": file, "title": "x", "collection": "1"})

        assert Image.objects.count() == 0


@pytest.mark.parametrize("place", ["institution/roster/import/", "institutions/import/"])
@pytest.mark.parametrize("step", ["", "heads/", "errors/"])
def test_kept_file_of_somebody_else_is_not_there(asker: Asker, place, step):
    """The address of a preview is the hash of a file, which somebody may know: only its sender opens it."""
    roster_of_another = place == "institution/roster/import/"
    sender, reader = ("officer foreign", "officer home") if roster_of_another else (
        "regulator foreign province", "regulator province")  # fmt: skip
    content = roster(person_row("外省人甲")) if roster_of_another else institutions(institution_row("外省大学甲"))
    with undone():
        review = asker.clients[sender].post(f"/{place}", {"file": SimpleUploadedFile("x.xlsx", content)}).url
        assert "甲" in asker.clients[sender].get(review).content.decode()
        answer = asker.clients[reader].get(review + step)

        assert answer.status_code in (302, 404)
        assert answer.headers.get("Location", f"/{place}") == f"/{place}"
        assert "甲" not in answer.content.decode()


def test_walk_of_the_fields_renews_what_has_lain_idle(asker: Asker):
    """On a slow machine the files take longer than a session may lie idle; an ended one is led to the login."""
    before = asker.clients["officer home"]
    asker.signed_in_at -= AGAIN_AFTER + 1

    assert any(login == "officer home" for _route, login, _name in fields(asker))
    assert asker.clients["officer home"] is not before
