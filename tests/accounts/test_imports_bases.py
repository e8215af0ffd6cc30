"""Files of training bases: the register enters, an authority puts right, a move has its own paper; all or nothing."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.exports import bases_template
from accounts.imports.bases import read_bases
from accounts.models import AdminBody, Institution, TrainingBase
from accounts.permissions import Role
from accounts.services import import_bases, preview_bases
from core.errors import NotAllowed
from core.models import AuditEntry
from core.plans import Action
from core.tables import TableUnreadable
from tests.accounts.sheets import codes, csv_file, xlsx
from tests.builders import base_manager, hat, make_base, make_institution, officer, region, regulator
from tests.core.hostile import REFUSED

pytestmark = pytest.mark.django_db
HEADS = ("基地代码", "基地名称", "依托单位统一社会信用代码", "行政区划代码", "培训资质", "资质起始日期", "资质失效日期")


def row(code: str = "7301", name: str = "岚江基地", host: Institution | None = None, **values: object) -> list[object]:
    filled = {
        "基地代码": code,
        "基地名称": name,
        "依托单位统一社会信用代码": host.uscc if host else "",
        "行政区划代码": "990100",
        **values,
    }
    return [filled.get(head, "") for head in HEADS]


def file(*rows: list[object]) -> bytes:
    return xlsx(HEADS, *rows)


def keeper():
    return hat(Role.SYSTEM_ADMIN, AdminBody.objects.get(code="NATIONAL"))


def confirm(content: bytes, actor=None):
    return import_bases(actor=actor or keeper(), content=content, file_name="基地.xlsx")


@pytest.fixture
def host() -> Institution:
    region("990100")
    return make_institution("岚江大学", code="990100")


def present() -> list[tuple[object, ...]]:
    rows = TrainingBase.objects.order_by("code")
    return list(rows.values_list("code", "name", "host", "region__code", "qualification", "qualified_to"))


def only_error(*rows: list[object], actor=None) -> tuple[str, str]:
    """(column, code) of the one error of the last row; earlier rows are clean, and nothing is written."""
    before = (present(), AuditEntry.objects.count())
    plan = confirm(file(*rows), actor)
    assert [one.action == Action.ERROR for one in plan.rows] == [False] * (len(rows) - 1) + [True]
    assert (present(), AuditEntry.objects.count()) == before
    [problem] = codes(plan.rows[-1].errors)
    return problem


# --- entering -------------------------------------------------------------------------------------------------------
def test_preview_shows_and_writes_nothing(host):
    plan = preview_bases(actor=keeper(), content=file(row(host=host, 资质起始日期="2026.3.1")))

    assert plan.counts == {"create": 1, "update": 0, "unchanged": 0, "error": 0}
    assert plan.rows[0].changes == {
        "code": [None, "7301"],
        "name": [None, "岚江基地"],
        "host": [None, host.uscc],
        "region_code": [None, "990100"],
        "qualified_from": [None, date(2026, 3, 1)],
    }
    assert not TrainingBase.objects.exists()


def test_bases_are_entered_with_one_entry_that_names_the_file(host):
    content = file(row(host=host, 培训资质="民办学校许可"), row("7302", "望海基地", host))

    plan = confirm(content)

    first, second = TrainingBase.objects.order_by("code")
    assert [one.id for one in plan.rows] == [first.pk, second.pk]
    assert (first.host, first.region.code, first.qualification, first.demo) == (host, "990100", "民办学校许可", True)
    entry = AuditEntry.objects.get(verb="accounts.bases_imported")
    assert (entry.facts["sha256"], entry.facts["file"], len(entry.facts["rows"])) == (plan.sha256, "基地.xlsx", 2)


def test_same_file_again_changes_nothing(host):
    content = file(row(host=host, 资质起始日期="2026-03-01", 资质失效日期="2029-03-01"))
    confirm(content)
    entries = AuditEntry.objects.count()

    assert confirm(content).counts["unchanged"] == 1
    assert AuditEntry.objects.count() == entries


def test_csv_in_the_old_encoding_is_read(host):
    assert confirm(csv_file(HEADS, row(host=host), encoding="gb18030")).counts["create"] == 1


# --- putting right --------------------------------------------------------------------------------------------------
def test_authority_puts_right_what_the_file_says_and_leaves_empty_cells(host):
    base = make_base("7301", area="990100", host=host, qualification="许可一号", qualified_from=date(2026, 3, 1))
    other = make_institution("望海学院", code="990100")

    plan = confirm(file(row(name="岚江示范基地", host=other, 资质失效日期="2029-03-01")), regulator("990100"))

    assert plan.rows[0].changes == {
        "name": ["测试基地7301", "岚江示范基地"],
        "qualified_to": [None, date(2029, 3, 1)],
        "host": [host.uscc, other.uscc],
    }
    base.refresh_from_db()
    assert (base.name, base.host, base.qualification, base.qualified_to) == (
        "岚江示范基地", other, "许可一号", date(2029, 3, 1)
    )  # fmt: skip
    assert AuditEntry.objects.get(verb="accounts.bases_imported").facts["rows"][0]["changes"]["name"] == [
        "测试基地7301",
        "岚江示范基地",
    ]


def test_register_enters_and_leaves_what_is_there_to_the_authority(host):
    make_base("7301", area="990100", host=host)

    plan = confirm(file(row(name="别名", host=host), row("7302", host=host)))

    assert [str(one.action) for one in plan.rows] == ["unchanged", "create"]
    assert codes(plan.rows[0].warnings) == [("基地代码", "values_left")]
    assert TrainingBase.objects.get(code="7301").name == "测试基地7301"


# --- what is refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"基地代码": "731"}, ("基地代码", "base_code")),
        ({"基地代码": 731}, ("基地代码", "base_code")),
        ({"基地代码": "73O1"}, ("基地代码", "base_code")),
        ({"基地名称": ""}, ("基地名称", "missing")),
        ({"基地名称": "=1+1"}, ("基地名称", "formula")),
        ({"行政区划代码": "990999"}, ("行政区划代码", "unknown_region")),
        ({"依托单位统一社会信用代码": ""}, ("依托单位统一社会信用代码", "host_missing")),
        ({"依托单位统一社会信用代码": "91110000000000000X"}, ("依托单位统一社会信用代码", "unknown_host")),
        ({"依托单位统一社会信用代码": 1.1e17}, ("依托单位统一社会信用代码", "float")),
        ({"资质失效日期": "2029-03-01"}, ("资质失效日期", "ends_before_start")),
        ({"资质起始日期": "2029-03-01", "资质失效日期": "2029-03-01"}, ("资质失效日期", "ends_before_start")),
        ({"资质起始日期": "三月"}, ("资质起始日期", "not_a_date")),
    ],
)
def test_wrong_line_stops_the_file(host, values, expected):
    assert only_error(row("7302", host=host), row(host=host, **values)) == expected


def test_same_code_twice_is_refused(host):
    assert only_error(row(host=host), row(name="另一基地", host=host)) == ("基地代码", "duplicate_base")


def test_end_before_the_beginning_that_is_on_file_is_refused(host):
    make_base("7301", area="990100", host=host, qualified_from=date(2026, 3, 1))

    assert only_error(row(host=host, 资质失效日期="2026-01-01"), actor=regulator("990100")) == (
        "资质失效日期", "ends_before_start"
    )  # fmt: skip


def test_move_is_not_made_by_a_file(host):
    region("990200")
    make_base("7301", area="990200", host=host)

    assert only_error(row(host=host), actor=regulator("990000")) == ("行政区划代码", "moved")


def test_authority_enters_no_base(host):
    assert only_error(row(host=host), actor=regulator("990100")) == ("基地代码", "register_only")


def test_base_of_another_region_is_out_of_reach_and_not_shown(host):
    make_base("7301", area="990100", host=host, qualification="只许本省看")
    region("980000")

    plan = confirm(file(row(name="夺来", host=host)), regulator("980000"))

    assert codes(plan.rows[0].errors) == [("基地代码", "out_of_reach")]
    assert (plan.rows[0].id, plan.rows[0].changes) == (None, {})
    assert TrainingBase.objects.get().name == "测试基地7301"


@pytest.mark.parametrize("who", [officer, base_manager])
def test_others_import_nothing(host, who):
    actor = who()
    for act in (preview_bases, import_bases):
        with pytest.raises(NotAllowed):
            act(actor=actor, content=file(row(host=host)))


@pytest.mark.parametrize("name", [*REFUSED])
def test_hostile_file_is_refused(name):
    with pytest.raises(TableUnreadable):
        preview_bases(actor=keeper(), content=REFUSED[name]())


# --- size and pages -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 3])
def test_preview_costs_the_same_for_more_rows(host, count, django_assert_num_queries):
    actor = keeper()
    content = file(*(row(f"73{n:02d}", f"基地{n}", host) for n in range(count)))
    list(actor.worn_memberships())

    with django_assert_num_queries(6):
        assert preview_bases(actor=actor, content=content).counts["create"] == count


@pytest.mark.parametrize("count", [1, 3])
def test_import_costs_the_same_for_more_rows(host, count, django_assert_num_queries):
    actor = regulator("990100")
    for n in range(count):
        make_base(f"73{n:02d}", area="990100", host=host)
    content = file(*(row(f"73{n:02d}", f"新名{n}", host) for n in range(count)))
    list(actor.worn_memberships())

    with django_assert_num_queries(12):
        assert import_bases(actor=actor, content=content).counts["update"] == count


def test_a_thousand_bases_are_entered_at_once(host):
    rows = [row(f"{n:04d}", f"基地{n}", host) for n in range(1000)]

    assert confirm(csv_file(HEADS, *rows)).counts["create"] == 1000
    assert TrainingBase.objects.count() == 1000


def test_pages_lead_from_the_list_to_the_confirmed_file(host):
    make_base("7301", area="990100", host=host)
    client = Client()
    client.force_login(regulator("990100"))
    assert "/en/base/import/" in client.get("/en/base/all/").content.decode()
    assert client.get("/base/import/template/").status_code == 200

    shown = client.post("/base/import/", {"file": SimpleUploadedFile("a.csv", csv_file(HEADS, row(host=host)))})
    assert "岚江基地" in client.get(shown.url).content.decode()
    assert TrainingBase.objects.get().name == "测试基地7301"
    done = client.post(shown.url)

    assert done.url == "/base/all/"
    assert TrainingBase.objects.get().name == "岚江基地"


def test_keeper_finds_the_way_and_comes_back_to_it(host):
    client = Client()
    client.force_login(keeper())
    assert "/en/base/import/" in client.get("/en/home/").content.decode()

    shown = client.post("/base/import/", {"file": SimpleUploadedFile("a.csv", csv_file(HEADS, row(host=host)))})

    assert client.post(shown.url).url == "/base/import/"
    assert client.get("/base/import/").status_code == 200


def test_rows_with_errors_come_back_as_a_file_for_the_uploader_alone(host):
    client, other = Client(), Client()
    client.force_login(keeper())
    other.force_login(keeper())
    content = csv_file(HEADS, row(host=host), row("731", "错误基地", host))
    shown = client.post("/en/base/import/", {"file": SimpleUploadedFile("a.csv", content)})
    assert f"{shown.url}errors/" in client.get(shown.url).content.decode()

    answer = client.get(f"{shown.url}errors/")

    [heads, wrong] = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert (heads[0], wrong[0], wrong[1]) == ("基地代码", "731", "错误基地")
    assert "four digits" in wrong[-1]
    assert other.get(f"{shown.url}errors/").status_code == 302


def test_template_can_be_filled_in_and_read():
    assert read_bases(bases_template()).entries == []
