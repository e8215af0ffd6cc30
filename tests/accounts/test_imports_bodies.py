"""Files of administrative bodies: the tree in any order, zones and the corps, two hats for one file, all or nothing."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.exports import bodies_template
from accounts.imports.bodies import read_bodies
from accounts.models import AdminBody, Duty, Region
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import assign_duty, import_bodies, preview_bodies
from core.errors import NotAllowed
from core.models import AuditEntry
from core.plans import Action
from tests.accounts.sheets import codes, csv_file, xlsx
from tests.builders import hat, officer, region, regulator

pytestmark = pytest.mark.django_db
HEADS = ("名称", "机构编码", "类型", "级别", "管辖区域代码", "区域名称", "所在行政区划代码", "上级机构编码", "职责条线",
         "起始日期", "文件", "区域英文名称", "区域日文名称")  # fmt: skip


def row(name: str = "岚江省科学技术厅", code: str = "LJ", **values: object) -> list[object]:
    filled = {
        "名称": name,
        "机构编码": code,
        "类型": "科技管理部门",
        "级别": "省级",
        "管辖区域代码": "990000",
        **values,
    }
    return [filled.get(head, "") for head in HEADS]


def file(*rows: list[object]) -> bytes:
    return xlsx(HEADS, *rows)


def keeper():
    return hat(Role.SYSTEM_ADMIN, AdminBody.objects.get(code="NATIONAL"))


def confirm(content: bytes, actor=None):
    return import_bodies(actor=actor or system_user(), content=content, file_name="主管部门.xlsx")


def written() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (AdminBody, Duty, Region, AuditEntry))


def only_error(*rows: list[object], actor=None) -> tuple[str, str]:
    """(column, code) of the one error of the last row; earlier rows are clean, and nothing is written."""
    region("990000")
    before = written()
    plan = confirm(file(*rows), actor)
    assert [one.action == Action.ERROR for one in plan.rows] == [False] * (len(rows) - 1) + [True]
    assert written() == before
    [problem] = codes(plan.rows[-1].errors)
    return problem


# --- the tree -------------------------------------------------------------------------------------------------------
def test_preview_shows_and_writes_nothing():
    region("990000")
    before = written()

    plan = preview_bodies(
        actor=system_user(), content=file(row(职责条线="科技、教育", 起始日期="2026.3.1", 文件="1号"))
    )

    assert plan.counts == {"create": 1, "update": 0, "unchanged": 0, "error": 0}
    assert plan.rows[0].changes == {
        "name": [None, "岚江省科学技术厅"],
        "code": [None, "LJ"],
        "kind": [None, "department"],
        "rank": [None, "provincial"],
        "region_code": [None, "990000"],
        "line": [None, "教育、科技"],
        "valid_from": [None, date(2026, 3, 1)],
    }
    assert written() == before


def test_tree_is_entered_in_any_order_of_the_lines():
    region("990101")
    plan = confirm(
        file(
            row("县局", "LJ-XQ", 级别="县", 管辖区域代码="990101", 上级机构编码="LJ-C"),
            row("市局", "LJ-C", 级别="市级", 管辖区域代码="990100", 上级机构编码="LJ", 职责条线="科技",
                起始日期="2026-03-01", 文件="岚编〔2026〕1号"),
            row(),
        )
    )  # fmt: skip

    county, city, province = (AdminBody.objects.get(pk=one.id) for one in plan.rows)
    assert (county.parent, city.parent, province.parent.code) == (city, province, "NATIONAL")
    assert (county.jurisdiction, city.rank) == ("990000/990100/990101/", "municipal")
    duty = Duty.objects.get()
    assert (duty.body, duty.line, duty.valid_from, duty.document) == (
        city,
        "science",
        date(2026, 3, 1),
        "岚编〔2026〕1号",
    )
    entry = AuditEntry.objects.get(verb="accounts.bodies_imported")
    assert [entry.facts["counts"]["create"], len(entry.facts["rows"])] == [3, 3]


def test_same_file_again_changes_nothing():
    region("990000")
    content = file(row(职责条线="科技", 起始日期="2026-03-01", 文件="1号"))
    confirm(content)
    before = written()

    assert confirm(content).counts["unchanged"] == 1
    assert written() == before


def test_names_are_put_right_and_the_rest_stays():
    region("990000")
    confirm(file(row(职责条线="科技", 起始日期="2026-03-01", 文件="1号")))

    plan = confirm(file(row("岚江省科技厅")))

    assert plan.rows[0].changes == {"name": ["岚江省科学技术厅", "岚江省科技厅"]}
    assert AdminBody.objects.get(code="LJ").name == "岚江省科技厅"
    assert Duty.objects.count() == 1


def test_separately_planned_city_has_provincial_rank():
    region("990100")
    confirm(file(row("计划单列市科技局", "PLAN", 类型="计划单列市部门", 管辖区域代码="990100")))

    made = AdminBody.objects.get(code="PLAN")
    assert (made.rank, made.kind, made.jurisdiction) == ("provincial", "separate_city", "990000/990100/")


def test_new_zone_and_corps_are_entered_with_their_bodies():
    region("990100")
    plan = confirm(
        file(
            row("兵团科技局", "CORPS", 类型="生产建设兵团", 管辖区域代码="X99000", 区域名称="生产建设兵团",
                所在行政区划代码="990000", 区域英文名称="Construction Corps", 区域日文名称="生産建設兵団"),
            row("高新区管委会", "ZONE", 类型="高新区管委会", 级别="县级", 管辖区域代码="z99001",
                所在行政区划代码="990100"),
            row("兵团一师科技局", "CORPS-1", 类型="生产建设兵团", 级别="市级", 管辖区域代码="X99001", 区域名称="第一师",
                所在行政区划代码="X99000", 上级机构编码="CORPS"),
        )
    )  # fmt: skip

    assert plan.counts["create"] == 3
    zone, corps, division = (Region.objects.get(code=code) for code in ("Z99001", "X99000", "X99001"))
    assert (zone.path, zone.kind, zone.name, zone.demo) == ("990000/990100/Z99001/", "zone", "高新区管委会", True)
    assert (corps.path, corps.kind, corps.name) == ("990000/X99000/", "corps", "生产建设兵团")
    assert (corps.name_en, corps.name_ja, zone.name_en) == ("Construction Corps", "生産建設兵団", "")
    assert (division.path, division.parent) == ("990000/X99000/X99001/", corps)
    assert AdminBody.objects.get(code="CORPS-1").jurisdiction == division.path


# --- what is refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"管辖区域代码": "990999"}, ("管辖区域代码", "unknown_region")),
        ({"管辖区域代码": "99"}, ("管辖区域代码", "unknown_region")),
        ({"级别": "国家"}, ("级别", "rank_not_below_parent")),
        ({"级别": "乡"}, ("级别", "not_allowed")),
        ({"上级机构编码": "NOBODY"}, ("上级机构编码", "unknown_body")),
        ({"上级机构编码": "LJ"}, ("级别", "rank_not_below_parent")),
        ({"类型": "高新区管委会", "管辖区域代码": "Z99001"}, ("所在行政区划代码", "needs_within")),
        ({"管辖区域代码": "Z99001", "所在行政区划代码": "990000"}, ("类型", "not_a_zone")),
        ({"职责条线": "科技"}, ("职责条线", "needs_day")),
        ({"职责条线": "魔法", "起始日期": "2026-03-01", "文件": "1号"}, ("职责条线", "not_allowed")),
        ({"机构编码": "X" * 31}, ("机构编码", "too_long")),
    ],
)
def test_wrong_line_stops_the_file(values, expected):
    assert only_error(row(**values)) == expected


def test_body_above_of_another_region_is_refused():
    region("980000")
    other = row("外省科技厅", "WS", 管辖区域代码="980000")

    assert only_error(other, row("市局", "C", 级别="市", 上级机构编码="WS")) == ("上级机构编码", "parent_elsewhere")


def test_same_code_twice_is_refused():
    assert only_error(row(), row("另一厅")) == ("机构编码", "duplicate_body")


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"级别": "市"}, "级别"),
        ({"管辖区域代码": "990100"}, "管辖区域代码"),
        ({"上级机构编码": "ABOVE"}, "上级机构编码"),
    ],
)
def test_reorganisation_is_a_new_body(values, column):
    region("990100")
    confirm(file(row("上级", "ABOVE", 级别="省", 管辖区域代码="990000"), row("市局", "LJ", 级别="县")))
    fields = {"级别": "县", **values}

    assert only_error(row("市局", **fields)) == (column, "reorganised")


def test_line_of_duty_held_at_that_time_is_refused():
    region("990000")
    confirm(file(row(职责条线="科技", 起始日期="2026-03-01", 文件="1号")))

    assert only_error(row(职责条线="科技", 起始日期="2026-05-01", 文件="2号")) == ("职责条线", "duty_overlaps")


# --- two hats -------------------------------------------------------------------------------------------------------
def test_keeper_enters_bodies_and_the_authority_their_duties_with_the_same_file():
    region("990000")
    content = file(row(职责条线="科技", 起始日期="2026-03-01", 文件="1号"))
    authority = hat(Role.REGULATOR, AdminBody.objects.get(code="NATIONAL"))
    assert only_error(row(), actor=authority) == ("机构编码", "keeper_only")

    first = confirm(content, keeper())
    again = confirm(content, authority)

    assert codes(first.rows[0].warnings) == [("职责条线", "duty_left")]
    assert (str(first.rows[0].action), str(again.rows[0].action)) == ("create", "update")
    assert again.rows[0].changes.keys() == {"line", "valid_from"}
    assert Duty.objects.get().body.code == "LJ"


def test_duties_of_a_file_follow_the_rule_of_ranks():
    """A province enters lines of duty for those below it, not for itself; a city for nobody: as line by line."""
    region("990100")
    duty = {"职责条线": "科技", "起始日期": "2026-03-01", "文件": "1号"}
    city = row("望海市科学技术局", "WH", 级别="市级", 管辖区域代码="990100", 上级机构编码="LJ", **duty)
    content = file(row(**duty), city)
    confirm(content, keeper())

    by_city = confirm(file(city), regulator("990100"))
    by_province = confirm(content, regulator("990000"))

    assert [codes(one.warnings) for one in (*by_city.rows, *by_province.rows)] == [
        [("职责条线", "duty_left")], [("职责条线", "duty_left")], [],
    ]  # fmt: skip
    assert [duty.body.code for duty in Duty.objects.all()] == ["WH"]
    for actor, code in ((regulator("990000"), "LJ"), (regulator("990100"), "WH")):
        with pytest.raises(NotAllowed):
            assign_duty(
                actor=actor,
                body=AdminBody.objects.get(code=code),
                line="education",
                valid_from=date(2026, 3, 1),
                document="1号",
            )


def test_authority_changes_no_names():
    region("990000")
    confirm(file(row()))

    plan = confirm(file(row("别名")), regulator("990000"))

    assert codes(plan.rows[0].warnings) == [("名称", "names_left")]
    assert AdminBody.objects.get(code="LJ").name == "岚江省科学技术厅"


def test_body_of_another_region_is_out_of_reach():
    region("990000")
    confirm(file(row()))

    assert only_error(row(), actor=regulator("980000")) == ("管辖区域代码", "out_of_reach")


@pytest.mark.parametrize("who", [officer, lambda: hat(Role.AUDITOR, AdminBody.objects.get(code="NATIONAL"))])
def test_others_import_nothing(who):
    actor = who()
    for act in (preview_bodies, import_bodies):
        with pytest.raises(NotAllowed):
            act(actor=actor, content=file(row()))


# --- size and pages -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 3])
def test_preview_costs_the_same_for_more_rows(count, django_assert_num_queries):
    region("990000")
    actor = system_user()
    content = file(*(row(f"厅{n}", f"LJ{n}") for n in range(count)))
    list(actor.worn_memberships())

    with django_assert_num_queries(7):
        assert preview_bodies(actor=actor, content=content).counts["create"] == count


def test_a_thousand_bodies_are_entered_at_once():
    region("990000")
    rows = [row(f"厅{n}", f"LJ{n}", 职责条线="科技", 起始日期="2026-03-01", 文件="1号") for n in range(1000)]

    assert confirm(csv_file(HEADS, *rows, encoding="gb18030")).counts["create"] == 1000
    assert (AdminBody.objects.filter(code__startswith="LJ").count(), Duty.objects.count()) == (1000, 1000)


def test_pages_lead_from_the_list_to_the_confirmed_file():
    region("990000")
    client = Client()
    client.force_login(keeper())
    assert "/en/bodies/import/" in client.get("/en/bodies/").content.decode()
    assert client.get("/bodies/import/template/").status_code == 200

    shown = client.post("/bodies/import/", {"file": SimpleUploadedFile("a.csv", csv_file(HEADS, row()))})
    assert "岚江省科学技术厅" in client.get(shown.url).content.decode()
    assert not AdminBody.objects.filter(code="LJ").exists()
    done = client.post(shown.url)

    assert done.url == "/bodies/"
    assert AdminBody.objects.get(code="LJ").jurisdiction == "990000/"


def test_template_can_be_filled_in_and_read():

    assert read_bodies(bodies_template()).entries == []
