"""The pages of the importers: upload, preview, confirm; what is kept between them, and for whom."""

import time
from datetime import date

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.imports.institutions import read_institutions
from accounts.imports.roster import read_roster
from accounts.models import Appointment, Institution
from core import uploads
from core.models import AuditEntry
from tests.accounts.sheets import ROSTER, institution_row, institutions, person_row, roster, xlsx
from tests.builders import (
    base_manager,
    make_appointment,
    make_institution,
    make_person,
    officer,
    regulator,
    resident_number,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
IMPORT_ROSTER = "/institution/roster/import/"
IMPORT_INSTITUTIONS = "/institutions/import/"


@pytest.fixture
def institution() -> Institution:
    return make_institution("岚江大学技术转移中心")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, content: bytes, url: str = IMPORT_ROSTER, name: str = "名册.xlsx"):
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


def kept_files() -> list[str]:
    return sorted(path.name for path in (settings.DATA_DIR / "uploads").glob("*/*"))


# --- the three steps ------------------------------------------------------------------------------------------------
def test_upload_leads_to_a_preview_and_writes_no_record(institution):
    client = signed_in(officer(institution))

    answer = upload(client, roster(person_row("高轩", "000000199001010018", 离职日期="2026-12-15")))
    page = client.get(answer.url)

    assert (answer.status_code, page.status_code) == (302, 200)
    assert page.context["preview"].counts == {"create": 1, "update": 0, "unchanged": 0, "error": 0}
    [row] = page.context["rows"]
    assert row["changes"]["employment_type"] == [None, "合同"]
    assert row["changes"]["counted_until"] == [None, date(2026, 12, 14)]
    assert "000***********0018" in page.content.decode()
    assert "000000199001010018" not in page.content.decode()
    assert (Appointment.objects.exists(), AuditEntry.objects.exists()) == (False, False)


def test_confirm_writes_and_forgets_the_file(institution):
    client = signed_in(officer(institution))
    review = upload(client, roster(person_row())).url

    answer = client.post(review)

    assert (answer.status_code, answer.url) == (302, "/institution/roster/")
    assert Appointment.objects.get().institution == institution
    assert AuditEntry.objects.get(verb="accounts.roster_imported").facts["file"] == "名册.xlsx"
    assert kept_files() == []
    assert client.get(review).url == IMPORT_ROSTER


def test_confirm_plans_the_file_anew(institution):
    client = signed_in(officer(institution))
    number = resident_number()
    review = upload(client, roster(person_row("高轩", number))).url
    make_appointment(make_person("王喆", number=number), institution)

    answer = client.post(review)

    assert answer.url == review
    assert Appointment.objects.get().person.name == "王喆"
    assert client.get(review).context["may_confirm"] is False


def test_preview_with_errors_cannot_be_confirmed(institution):
    client = signed_in(officer(institution))
    review = upload(client, roster(person_row(), person_row(入职日期="去年"))).url

    page = client.get(review)
    client.post(review)

    assert page.context["may_confirm"] is False
    assert not Appointment.objects.exists()


def test_preview_of_known_rows_has_nothing_to_confirm(institution):
    client = signed_in(officer(institution))
    content = roster(person_row())
    client.post(upload(client, content).url)

    page = client.get(upload(client, content).url)

    assert (page.context["may_confirm"], page.context["preview"].counts["unchanged"]) == (False, 1)


def test_preview_is_filtered_and_paginated_in_the_address(institution):
    client = signed_in(officer(institution))
    rows = [person_row() for _row in range(30)]
    review = upload(client, roster(*rows, person_row(入职日期="去年"))).url

    everything = client.get(review)
    wrong = client.get(review, {"action": "error"})
    second = client.get(review, {"action": "create", "page": 2})

    assert len(everything.context["rows"]) == 25
    assert [row["row"] for row in wrong.context["rows"]] == [32]
    assert [row["row"] for row in second.context["rows"]] == list(range(27, 32))


def test_ignored_columns_are_listed(institution):
    client = signed_in(officer(institution))

    page = client.get(upload(client, xlsx((*ROSTER, "备注"), [*person_row(), "x"])).url)

    assert page.context["preview"].ignored == ["备注"]
    assert "备注" in page.content.decode()


@pytest.mark.parametrize("content", [b"PK broken", xlsx(["甲", "乙"], ["a", "b"]), b"\xd0\xcf\x11\xe0 old"])
def test_unreadable_file_is_said_at_the_field_and_not_kept(institution, content):
    answer = upload(signed_in(officer(institution)), content)

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["file"]
    assert kept_files() == []


def test_empty_and_too_large_files_are_said_at_the_field(institution, monkeypatch):
    monkeypatch.setattr("accounts.forms.imports.MAX_BYTES", 10)
    client = signed_in(officer(institution))

    for content in (b"", b"a" * 11):
        assert list(upload(client, content).context["form"].errors) == ["file"]


# --- whose ----------------------------------------------------------------------------------------------------------
def test_upload_is_found_only_by_its_own_session(institution):
    colleague, uploader = officer(institution), officer(institution)
    review = upload(signed_in(uploader), roster(person_row("高轩"))).url

    for client in (signed_in(colleague), signed_in(uploader)):
        assert client.get(review).url == IMPORT_ROSTER
        assert client.post(review).url == IMPORT_ROSTER
    assert not Appointment.objects.exists()


def test_changed_file_is_refused(institution):
    client = signed_in(officer(institution))
    review = upload(client, roster(person_row())).url
    [path] = (settings.DATA_DIR / "uploads").glob("*/*")
    path.write_text(path.read_text()[:-8] + "AAAAAAA=")

    assert client.post(review).url == IMPORT_ROSTER
    assert not Appointment.objects.exists()


def test_only_the_last_five_uploads_are_kept(institution):
    client = signed_in(officer(institution))
    reviews = [upload(client, roster(person_row())).url for _file in range(6)]

    assert len(kept_files()) == 5
    assert client.get(reviews[0]).status_code == 302
    assert client.get(reviews[1]).status_code == 200


@pytest.mark.parametrize("make_actor", [officer, regulator, base_manager])
def test_foreign_roster_is_not_found(institution, make_actor):
    client = signed_in(make_actor())
    url = f"{IMPORT_ROSTER}?institution={institution.pk}"

    assert client.get(url).status_code == 404
    assert upload(client, roster(person_row()), url).status_code == 404
    assert kept_files() == []


def test_institution_in_the_address_stays_in_it(institution):
    client = signed_in(officer(institution))
    url = f"{IMPORT_ROSTER}?institution={institution.pk}"

    review = upload(client, roster(person_row()), url).url

    assert review.endswith(f"/?institution={institution.pk}")
    assert client.post(review).url == f"/institution/roster/?institution={institution.pk}"


# --- institutions ---------------------------------------------------------------------------------------------------
def test_regulator_imports_institutions():
    client = signed_in(regulator("990000"))
    review = upload(client, institutions(institution_row("岚江大学", 行政区划代码="990000")), IMPORT_INSTITUTIONS).url

    page = client.get(review)
    client.post(review)

    assert page.context["rows"][0]["changes"]["name"] == [None, "岚江大学"]
    assert Institution.objects.filter(name="岚江大学").count() == 1


def test_officer_finds_no_import_of_institutions(institution):
    client = signed_in(officer(institution))

    assert client.get(IMPORT_INSTITUTIONS).status_code == 404
    assert upload(client, institutions(institution_row()), IMPORT_INSTITUTIONS).status_code == 404


# --- templates ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "read"), [("roster_template", read_roster), ("institutions_template", read_institutions)]
)
def test_template_is_read_by_its_own_importer(institution, name, read, tmp_path):
    answer = signed_in(officer(institution)).get(reverse(f"accounts:{name}"))

    table = read(answer.content)
    assert (table.entries, table.ignored) == ([], [])
    (tmp_path / "t.xlsx").write_bytes(answer.content)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert {sheet.column_dimensions[letter].number_format for letter in "ABC"} == {"@"}


def test_roster_template_says_what_the_leaving_date_means(institution):
    table = read_roster(signed_in(officer(institution)).get(reverse("accounts:roster_template")).content)

    assert table.heads["end_date"] == "离职日期（自该日起不再计入）"


# --- what is kept ---------------------------------------------------------------------------------------------------
def test_kept_file_is_sealed_and_returned_whole():
    sha256 = uploads.keep(7, "高轩,000000199001010018".encode())

    [path] = (settings.DATA_DIR / "uploads").glob("*/*")
    assert b"000000199001010018" not in path.read_bytes()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert uploads.kept(7, sha256) == "高轩,000000199001010018".encode()
    assert uploads.kept(8, sha256) is None
    assert uploads.kept(7, "../" + sha256) is None
    uploads.forget(7, sha256)
    assert uploads.kept(7, sha256) is None


def test_kept_files_are_swept_after_a_day(monkeypatch):
    uploads.keep(7, b"old")
    tomorrow = time.time() + uploads.LIFE_SECONDS + 60
    monkeypatch.setattr("core.uploads.time.time", lambda: tomorrow)

    uploads.keep(7, b"new")
    assert len(kept_files()) == 1
