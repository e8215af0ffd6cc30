"""The pages of designs: from a draft over findings, previews and an import to the second person who publishes."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import AdminBody
from accounts.permissions import Role
from certificates.models import CertificateTemplate, TemplateVersion
from certificates.pdf.designs.design import Design, shipped
from certificates.pdf.designs.linter import Finding
from certificates.pdf.designs.package import MANIFEST, pack, unpack
from certificates.services import designs as services
from certificates.views import designs as views
from tests.builders import hat
from tests.certificates.designs.test_package import archive, damaged

pytestmark = pytest.mark.django_db
DESIGN = shipped("completion")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"certificates:{name}", args=args)


@pytest.fixture
def clients():
    national = AdminBody.objects.get(code="NATIONAL")
    return [client_of(hat(Role.SYSTEM_ADMIN, national)) for _ in range(2)]


@pytest.fixture
def quick(monkeypatch):
    for module in (services, views.linter):
        monkeypatch.setattr(module, "lint", lambda design: [Finding(one) for one in views.linter.read(design)])


def save(client, lead="今证明", **texts):
    given = {"html": DESIGN.html.replace("兹证明", lead), "css": DESIGN.css, "fields_json": DESIGN.fields}
    newest = TemplateVersion.objects.filter(template__key="completion").order_by("-number").first()
    given |= {"base": str(newest.number), **texts}
    return client.post(
        url("edit_design", "completion"), {name: text.replace("\n", "\r\n") for name, text in given.items()}
    )


def test_draft_is_saved_byte_for_byte_and_published_by_another(clients, quick):
    author, second = clients
    assert save(author).url == url("design_version", "completion", 2)
    draft = TemplateVersion.objects.get(number=2)
    assert (draft.css, draft.fields, draft.state) == (DESIGN.css, DESIGN.fields, "draft")

    page = url("design_version", "completion", 2)
    given = {"step": "publish", "valid_from": draft.written_at.date().isoformat()}
    assert 'value="publish"' not in author.get(page).text
    author.post(page, given)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert 'value="publish"' in second.get(page).text
    second.post(page, {**given, "valid_from": "2020-01-01"})
    draft.refresh_from_db()
    assert draft.state == "draft"
    second.post(page, {**given, "valid_from": "2099-01-01"})
    draft.refresh_from_db()
    assert (draft.state, draft.valid_from.year) == ("published", 2099)


def test_findings_say_where_and_nothing_of_them_is_drawn(clients, quick):
    author, second = clients
    save(author, "国家<script></script>")
    text = second.get(url("design_version", "completion", 2)).text
    assert ("国家" in text, "script" in text, 'value="publish"' in text) == (True, True, False)
    assert second.get(url("preview_design", "completion", 2, "ordinary")).status_code == 404


@pytest.mark.parametrize("sample", ["ordinary", "three_issuers"])
def test_preview_is_a_pdf(clients, sample):
    answer = clients[0].get(url("preview_design", "level", 1, sample))
    assert (answer.headers["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert clients[0].get(url("preview_design", "level", 1, "other")).status_code == 404


def test_page_of_a_version_frames_its_preview_and_nothing_else_is_framed(clients, quick):
    page = clients[0].get(url("design_version", "level", 1))
    assert (
        f'<iframe class="preview" name="preview" src="{url("preview_design", "level", 1, "minority_name")}' in page.text
    )
    policies = [page.headers["Content-Security-Policy"]]
    policies += [clients[0].get(url(*one)).headers["Content-Security-Policy"] for one in (
        ("preview_design", "level", 1, "ordinary"), ("designs",))]  # fmt: skip
    assert ["frame-src 'self'" in one for one in policies] == [True, False, False]
    assert ["frame-ancestors 'self'" in one for one in policies] == [False, True, False]
    save(clients[0], "国家<script></script>")
    text = clients[0].get(url("design_version", "completion", 2)).text
    assert ("<iframe" in text, url("preview_design", "completion", 2, "ordinary") in text) == (False, False)


def test_form_that_is_refused_comes_back_filled(clients):
    answer = save(clients[0], html="", css="p { color: #123456 }")
    assert (answer.status_code, "#123456" in answer.text) == (200, True)
    assert save(clients[0], "x" * 100_000).status_code == 200
    assert TemplateVersion.objects.filter(shipped=False).count() == 0


def test_draft_that_another_saved_meanwhile_is_not_dropped_unseen(clients, quick):
    author, second = clients
    opened = author.get(url("edit_design", "completion")).text
    assert '<input type="hidden" name="base" value="1"' in opened
    save(second, "现证明", base="1")
    answer = save(author, "今证明", base="1")
    assert (answer.status_code, "今证明" in answer.text) == (200, True)
    assert '<input type="hidden" name="base" value="2"' in answer.text
    assert [one.number for one in TemplateVersion.objects.filter(state="draft")] == [2]
    assert save(second, "现证明", base="1").url == url("design_version", "completion", 2)
    assert save(author, "今证明", base="2").url == url("design_version", "completion", 3)


def test_lists_of_designs_leave_the_texts_where_they_are(clients):
    for page in (url("designs"), url("design", "completion")):
        with CaptureQueriesContext(connection) as asked:
            assert clients[0].get(page).status_code == 200
        assert [one for one in asked.captured_queries if '"html"' in one["sql"]] == []


def test_export_comes_back_as_a_draft_and_out_again_the_same(clients, quick):
    author, _second = clients
    packed = author.get(url("export_design", "level", 1)).content
    assert packed == pack(shipped("level"))
    file = SimpleUploadedFile("level-1.zip", packed)
    assert author.post(url("import_design", "level"), {"file": file}).url == url("design_version", "level", 2)
    again = unpack(author.get(url("export_design", "level", 2)).content)
    assert replace(again, base=None) == replace(unpack(packed), base=None)
    assert (again.base.number, again.base.sha256) == (2, shipped("level").sha256)


def taken_in(client, packed, key="level", **more):
    file = SimpleUploadedFile("a.zip", packed)
    with translation.override("en"):
        address = url("import_design", key)
    return client.post(address, {"file": file, **more}, follow=True)


def drafts(key="level"):
    rows = TemplateVersion.objects.filter(template__key=key, shipped=False)
    return list(rows.order_by("number").values_list("number", "state", "css"))


def with_css(packed, css, **changes):
    """The same archive, edited outside: other texts, the base as it was said."""
    found = unpack(packed)
    return archive_of(replace(found, css=css), **changes)


def archive_of(found, **changes):
    design = Design(found.base.key, found.base.number, found.html, found.css, found.fields)
    with zipfile.ZipFile(io.BytesIO(pack(design))) as made:
        files = {name: made.read(name) for name in made.namelist()}
    manifest = {**json.loads(files[MANIFEST]), "version_sha256": found.base.sha256, **changes}
    return archive({**files, MANIFEST: json.dumps(manifest).encode()})


def test_import_onto_a_draft_that_has_moved_is_refused_and_says_what_to_do(clients, quick):
    author, second = clients
    exported = author.get(url("export_design", "level", 1)).content
    assert taken_in(author, with_css(exported, "b { color: #111111 }")).redirect_chain
    before = drafts()
    late = with_css(exported, "b { color: #222222 }")

    page = taken_in(second, late).text

    assert "exported from level-1, and version 2 has been saved since" in page
    assert "Nothing was taken in and version 2 is as it was" in page
    assert drafts() == before == [(2, "draft", "b { color: #111111 }")]
    # From what is the newest by now, or meant.
    again = second.get(url("export_design", "level", 2)).content
    taken_in(second, with_css(again, "b { color: #333333 }"))
    taken_in(second, late, in_its_place="on")
    assert [(number, state) for number, state, _css in drafts()] == [(2, "dropped"), (3, "dropped"), (4, "draft")]
    # The same texts once more are the draft there is.
    taken_in(second, late)
    assert [number for number, _state, _css in drafts()] == [2, 3, 4]


def test_base_of_the_same_number_and_other_words_is_another(clients, quick):
    """Of another site, or of a manifest that somebody made up."""
    exported = clients[0].get(url("export_design", "level", 1)).content
    page = taken_in(clients[0], with_css(exported, "b { color: #111111 }", version_sha256="0" * 64)).text
    assert ("has been saved since" in page, drafts()) == (True, [])


def test_archive_of_another_design_drops_no_draft_unasked(clients, quick):
    author, second = clients
    other = author.get(url("export_design", "completion", 1)).content
    taken_in(author, other)
    assert [(number, state) for number, state, _css in drafts()] == [(2, "draft")]
    page = taken_in(second, with_css(other, "b { color: #111111 }")).text
    assert "exported from completion-1, and version 2 has been saved since" in page
    assert [(number, state) for number, state, _css in drafts()] == [(2, "draft")]


@pytest.mark.parametrize("content", [b"x", b"PK\x03\x04", b"\0" * 300_000, damaged()])
def test_import_that_is_no_design_changes_nothing(clients, content):
    answer = clients[0].post(url("import_design", "level"), {"file": SimpleUploadedFile("a.zip", content)}, follow=True)
    assert answer.status_code == 200
    assert TemplateVersion.objects.filter(shipped=False).count() == 0


def test_another_design_is_named_and_begins_with_that_of_its_kind(clients):
    titles = {"title_zh": "高级证书", "title_en": "Senior", "title_ja": "上級"}
    given = {"key": "senior", "kind": "level", "levels": ["SENIOR"], **titles}
    assert clients[0].post(url("designs"), given).url == url("edit_design", "senior")
    assert "能力等级" in clients[0].get(url("edit_design", "senior")).text
    listed = clients[0].get("/en" + url("designs")).text
    assert url("design", "senior") in listed
    assert (">Senior</td>" in listed, ">SENIOR</td>" in listed) == (True, False)
    assert clients[0].post(url("designs"), given).status_code == 200
    assert CertificateTemplate.objects.filter(key="senior").count() == 1


@pytest.mark.parametrize("role", [Role.EDITOR, Role.SECURITY_ADMIN])
def test_nobody_else_finds_them(role):
    client = client_of(hat(role, AdminBody.objects.get(code="NATIONAL")))
    for name, args in (("designs", ()), ("design", ("level",)), ("export_design", ("level", 1))):
        assert client.get(url(name, *args)).status_code == 404
