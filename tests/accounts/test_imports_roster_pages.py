"""The pages of a roster beyond upload and confirm: meaning of heads, what may be ticked, filters, rows with errors."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.imports.roster import read_roster
from accounts.models import Appointment, Institution, RosterHeads
from accounts.services import correct_appointment, say_heads
from core import clock
from core.errors import DomainError
from core.models import AuditEntry
from tests.accounts.rosters import actions, confirm, preview
from tests.accounts.sheets import ROSTER, person_row, roster, saved, xlsx
from tests.builders import make_institution, officer, regulator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
ROOT = Path(__file__).parents[2]
ROOMS = ("accounts", "courses", "certificates", "staffing", "credit", "oversight", "website")
IMPORT_ROSTER = "/institution/roster/import/"
HEADS = ("称呼", *ROSTER[1:])
NUMBER = "000000199001010018"


@pytest.fixture
def institution() -> Institution:
    return make_institution("岚江大学技术转移中心")


@pytest.fixture
def client(institution) -> Client:
    client = Client()
    client.force_login(officer(institution))
    return client


def upload(client: Client, content: bytes, name: str = "名册.xlsx"):
    return client.post(IMPORT_ROSTER, {"file": SimpleUploadedFile(name, content)})


# --- meaning of heads -----------------------------------------------------------------------------------------------
def meanings(page) -> dict[str, str]:
    return {field.html_name: column.guess for column, field in page.context["form"].rows}


def test_unclear_heads_lead_to_a_page_that_asks_with_masked_values(client):
    answer = upload(client, xlsx(["2026年名册"], HEADS, person_row("高轩", NUMBER)))
    page = client.get(answer.url)

    assert answer.url.endswith("/heads/")
    [first, _kind, number, *_rest] = [column for column, _field in page.context["form"].rows]
    assert (first.head, first.guess, first.samples) == ("称呼", "", ["高轩"])
    assert (number.guess, number.samples) == ("id_number", ["000***********0018"])
    assert NUMBER not in page.content.decode()


def test_what_is_said_of_the_heads_is_remembered_for_the_institution(client, institution):
    content = xlsx(HEADS, person_row("高轩", NUMBER))
    asked = upload(client, content).url

    answer = client.post(asked, meanings(client.get(asked)) | {"column_0": "name"})

    assert client.get(answer.url).context["preview"].counts["create"] == 1
    said = RosterHeads.objects.get()
    assert (said.institution, said.fields["称呼"]) == (institution, "name")
    assert AuditEntry.objects.filter(verb="accounts.roster_heads_said").count() == 1
    assert upload(client, xlsx(HEADS, person_row("王喆"))).url.endswith("/heads/") is False
    assert actions(preview(institution, content)) == ["create"]


def test_what_another_institution_said_counts_for_nobody_else(client):
    asked = upload(client, xlsx(HEADS, person_row())).url
    client.post(asked, meanings(client.get(asked)) | {"column_0": "name"})
    other = Client()
    other.force_login(officer(make_institution()))

    assert upload(other, xlsx(HEADS, person_row("王喆"))).url.endswith("/heads/")


@pytest.mark.parametrize("column", ["", "post"])
def test_missing_or_double_meaning_is_said_and_the_choices_stay(client, column):
    asked = upload(client, xlsx(HEADS, person_row())).url

    page = client.post(asked, meanings(client.get(asked)) | {"column_0": column})

    assert (page.status_code, len(page.context["form"].non_field_errors())) == (200, 1 if column == "" else 2)
    assert page.context["form"]["column_0"].value() == column
    assert not RosterHeads.objects.exists()


def test_row_of_a_person_is_never_taken_for_heads(client, institution):
    """What is said of heads stays in clear: neither the page nor the service behind it takes a row."""
    content = xlsx(HEADS, person_row("高轩", NUMBER), person_row("王喆"))
    asked = upload(client, content).url
    page = client.get(asked, {"line": "1"})

    answer = client.post(f"{asked}?line=1", meanings(page) | {"column_0": "name", "column_2": "id_number"})

    assert [NUMBER in one.content.decode() for one in (page, answer)] == [False, False]
    assert "此行含有人员的号码" in answer.content.decode()
    with pytest.raises(DomainError, match="heads_are_values"):
        say_heads(
            actor=officer(institution), institution=institution, content=content, line=("Sheet", 1), fields={NUMBER: ""}
        )
    assert not RosterHeads.objects.exists()


def test_number_of_resident_cards_fills_the_kind(client, institution):
    heads = ("姓名", "号码", "岗位", "专业人员", "用工形式", "入职日期")
    asked = upload(client, xlsx(heads, ["高轩", NUMBER, "经理", "是", "合同", "2024-01-01"])).url

    answer = client.post(asked, meanings(client.get(asked)) | {"column_1": "id_number+id_type=resident_id"})

    [row] = client.get(answer.url).context["preview"].rows
    assert row.values["id_type"] == "resident_id"


def test_sheet_is_chosen_when_several_hold_a_roster(client):
    book = openpyxl.Workbook()
    for title, name in (("甲", "高轩"), ("乙", "王喆")):
        sheet = book.create_sheet(title)
        sheet.append(ROSTER)
        sheet.append(person_row(name))
    asked = upload(client, saved(book)).url
    page = client.get(asked, {"sheet": "2"})

    answer = client.post(f"{asked}?sheet=2", meanings(page))

    assert [sheet.title for sheet in page.context["line"].sheets] == ["Sheet", "甲", "乙"]
    assert [row.label for row in client.get(answer.url).context["preview"].rows] == ["王喆"]


def test_another_line_may_be_said_to_hold_the_heads(client):
    asked = upload(client, xlsx(list("甲乙丙丁戊己"), list("子丑寅卯辰巳"), list("abcdef"))).url

    page = client.get(asked, {"line": "1"})

    assert [column.head for column, _field in page.context["form"].rows] == list("子丑寅卯辰巳")


# --- ticks ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def staff(institution) -> Appointment:
    """高轩, corrected by hand to another post, and 王喆."""
    confirm(institution, roster(person_row("高轩", NUMBER, 岗位="主任"), person_row("王喆")))
    held = Appointment.objects.get(person__name="高轩")
    who = officer(institution)
    return correct_appointment(actor=who, appointment=held, values={"post": "副主任"}, reason="聘书为准")


def test_nothing_is_ticked_at_first_and_nothing_happens_without(client, staff):
    review = upload(client, roster(person_row("高轩", NUMBER, 岗位="主任"))).url
    page = client.get(review)

    form = page.context["choices"]
    assert list(form.fields) == ["seen", "overwrite_all", "overwrite", "end_all_missing", "end_missing", "end_on"]
    assert [form[name].value() for name in list(form.fields)[1:]] == [None] * 5
    client.post(review, {"seen": form["seen"].value()})
    assert sorted(Appointment.objects.values_list("post", "end_date")) == [("副主任", None), ("技术经理", None)]


def test_ticks_take_the_row_and_end_the_person(client, staff):
    review = upload(client, roster(person_row("高轩", NUMBER, 岗位="主任"))).url
    wang = Appointment.objects.get(person__name="王喆")
    seen = client.get(review).context["choices"]["seen"].value()

    client.post(review, {"seen": seen, "overwrite": ["2"], "end_missing": [str(wang.pk)], "end_on": "2026-09-01"})

    ends = Appointment.objects.order_by("post").values_list("post", "end_date")
    assert list(ends) == [("主任", None), ("技术经理", date(2026, 9, 1))]


def test_voided_row_is_offered_as_a_tick_of_its_own(client, institution):
    content = roster(person_row("高轩", NUMBER))
    confirm(institution, content)
    Appointment.objects.update(voided_at=clock.now())
    review = upload(client, content).url
    page = client.get(review)
    form = page.context["choices"]
    assert (form.fields["enter_again"].choices, form["enter_again"].value()) == ([(2, "第 2 行 · 高轩")], None)

    client.post(review, {"seen": form["seen"].value()})
    assert not Appointment.objects.holding().exists()
    review = upload(client, content).url
    client.post(review, {"seen": form["seen"].value(), "enter_again": ["2"]})
    assert Appointment.objects.holding().get().person.name == "高轩"


@pytest.mark.parametrize("end_on", ["", "2020-01-01", "昨天"])
def test_tick_without_a_good_day_is_said_and_stays(client, staff, end_on):
    review = upload(client, roster(person_row("高轩", NUMBER, 岗位="主任"))).url
    seen = client.get(review).context["choices"]["seen"].value()

    page = client.post(review, {"seen": seen, "end_all_missing": "on", "end_on": end_on})

    assert (page.status_code, list(page.context["choices"].errors)) == (200, ["end_on"])
    assert page.context["choices"]["end_all_missing"].value() is True
    assert Appointment.objects.filter(end_date=None).count() == 2


def test_somebody_elsewhere_cannot_be_ended_by_a_forged_tick(client, staff):
    elsewhere = make_institution()
    confirm(elsewhere, roster(person_row("何敏")))
    stranger = Appointment.objects.get(person__name="何敏")
    review = upload(client, roster(person_row("高轩", NUMBER, 岗位="主任"))).url

    page = client.post(review, {"end_missing": [str(stranger.pk)], "end_on": "2026-09-01"})

    assert list(page.context["choices"].errors) == ["end_missing"]
    stranger.refresh_from_db()
    assert stranger.end_date is None


# --- filters --------------------------------------------------------------------------------------------------------
def test_rows_are_filtered_by_remark_and_text(client, institution):
    rows = [person_row("高轩", NUMBER), person_row("王喆", 岗位="主任"), person_row("何敏", 入职日期="去年")]
    review = upload(client, roster(*rows)).url

    def lines(**query) -> list[int]:
        return [row["row"] for row in client.get(review, query).context["rows"]]

    assert lines(q="王喆") == lines(q="主任") == [3]
    assert lines(q="高", action="create") == [2]
    assert lines(q="高", action="error") == []
    assert lines(action="remark") == [2, 3, 4]
    assert lines(q="0018") == [2]


# --- rows with errors -----------------------------------------------------------------------------------------------
def downloaded(client: Client, review: str) -> bytes:
    return client.get(client.get(review).context["errors_url"]).content


def test_rows_with_errors_are_a_file_with_the_reason_that_is_read_again(client, institution):
    wrong = [*person_row("高轩", NUMBER, 入职日期="去年"), "备注一"]
    review = upload(client, xlsx((*ROSTER, "备注"), [*person_row(), ""], wrong)).url

    content = downloaded(client, review)

    [heads, line] = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows())
    assert [cell.value for cell in heads] == [*ROSTER, "备注", "错误原因"]
    assert [cell.value for cell in line[:3]] == ["高轩", "居民身份证", NUMBER]
    assert line[9].value == "备注一"
    assert line[10].value.startswith("入职日期: ")
    assert {cell.number_format for cell in line} == {"@"}
    plan = preview(institution, content)
    assert (actions(plan), plan.ignored) == (["error"], ["备注"])


def test_nothing_in_the_file_of_errors_is_calculated(client):
    row = person_row('=HYPERLINK("http://x")', "+1")
    review = upload(client, roster(row)).url

    [_heads, line] = list(openpyxl.load_workbook(io.BytesIO(downloaded(client, review))).active.iter_rows())

    assert [(cell.value, cell.data_type) for cell in (line[0], line[2])] == [
        ('\'=HYPERLINK("http://x")', "s"),
        ("'+1", "s"),
    ]


def test_phone_with_country_code_survives_the_way_out_and_back(client, institution):
    review = upload(client, roster(person_row("高轩", NUMBER, 手机="+86 138-0000-0018", 入职日期="去年"))).url

    [row] = preview(institution, downloaded(client, review)).rows

    assert (row.values["phone"], [problem.code for problem in row.errors]) == ("+8613800000018", ["not_a_date"])


def test_rounded_number_stays_an_error_when_the_file_comes_back(client, institution):
    review = upload(client, roster(person_row("高轩", 110105194912310000))).url

    plan = preview(institution, downloaded(client, review))

    assert [problem.code for problem in plan.rows[0].errors] == ["float"]


@pytest.mark.parametrize("address", ["roster_errors", "roster_heads"])
def test_uploaded_file_is_nobody_elses(client, institution, address):
    review = upload(client, roster(person_row("高轩", NUMBER, 入职日期="去年"))).url
    url = reverse(f"accounts:{address}", args=[review.rstrip("/").rpartition("/")[2]])
    colleague, stranger = Client(), Client()
    colleague.force_login(officer(institution))
    stranger.force_login(regulator())

    assert client.get(url).status_code == 200
    assert (colleague.get(url).status_code, colleague.get(url).url) == (302, IMPORT_ROSTER)
    assert stranger.get(url).status_code == 404


# --- templates and warnings -----------------------------------------------------------------------------------------
def test_every_page_that_takes_a_file_forbids_state_secrets():
    """Whatever form takes a file to keep is shown by the one page that says so; a second way would be found here.

    A certificate that anybody hands in to have it verified is read and never kept.
    """
    pages = {path: path.read_text() for path in (ROOT / "templates").rglob("*.html")}
    forms = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "FileField(" in path.read_text()]

    assert [path.name for path, text in pages.items() if "multipart/form-data" in text] == ["form.html"]
    assert {str(path.relative_to(ROOT)) for path in forms if "forms" in path.parts} == {
        "accounts/forms/imports.py", "certificates/forms/__init__.py", "certificates/forms/designs.py",
        "courses/forms/batches.py", "credit/forms/exchange.py",
    }  # fmt: skip
    shown = [path.name for path, text in pages.items() if 'extends "accounts/import_page.html"' in text]
    shell = pages[ROOT / "templates/accounts/import_page.html"]
    assert len(shown) >= 3
    others = ("certificates/design.html", "credit/exchange_upload.html")
    for page in (shell, *(pages[ROOT / "templates" / name] for name in others)):
        assert "Uploading classified information is strictly forbidden." in page
    # Scans of evidence come by a field of their own.
    assert "Never upload classified information." in pages[ROOT / "templates/courses/submit_evidence.html"]


def test_upload_page_says_it_in_so_many_words(client):
    assert "严禁上传涉密信息" in client.get(IMPORT_ROSTER).content.decode()


def test_template_has_text_columns_choices_and_an_explanation(client):
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("accounts:roster_template")).content))
    sheet = book["名册"]

    lists = {
        str(one.sqref).rstrip("0123456789").split(":")[0][0]: one.formula1
        for one in sheet.data_validations.dataValidation
    }
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    assert {sheet.column_dimensions[letter].number_format for letter in heads.values()} == {"@"}
    assert {head for head, letter in heads.items() if letter in lists} == {
        "证件类型", "专业人员", "用工形式", "专职", "请假类别",
    }  # fmt: skip
    assert "居民身份证" in lists[heads["证件类型"]]
    assert [cell.value for cell in book["填写说明"][2]] == ["姓名", "必填", "证件上的姓名", "name"]
    assert read_roster(saved(book)).entries == []
