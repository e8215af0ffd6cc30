"""Files of institutions: legal persons by code, departments by parent and name, only inside one's regions."""

import pytest

from accounts.imports.institutions import MESSAGES
from accounts.models import Institution, Region
from accounts.selectors import system_user
from accounts.services import import_institutions, preview_institutions
from core.errors import NotAllowed
from core.models import AuditEntry
from core.plans import Action
from tests.accounts.sheets import INSTITUTIONS, codes, csv_file, institution_row, institutions, xlsx
from tests.builders import base_manager, make_institution, officer, region, regulator, uscc

pytestmark = pytest.mark.django_db
CODE, OTHER = "12000000DEM000014Q", "91000000DEM000014K"


def preview(content: bytes):
    return preview_institutions(actor=system_user(), content=content)


def confirm(content: bytes, actor=None):
    return import_institutions(actor=actor or system_user(), content=content, file_name="机构.xlsx")


def actions(plan) -> list[str]:
    return [str(row.action) for row in plan.rows]


def only_error(*rows, heads=INSTITUTIONS) -> tuple[str, str]:
    """(column, code) of the one error of the last row; earlier rows are clean."""
    plan = preview(xlsx(heads, *rows))
    assert [row.action == Action.ERROR for row in plan.rows] == [False] * (len(rows) - 1) + [True]
    assert plan.rows[-1].changes == {}
    [problem] = codes(plan.rows[-1].errors)
    return problem


def written() -> tuple[int, int]:
    return Institution.objects.count(), AuditEntry.objects.count()


def test_preview_shows_new_rows_and_writes_nothing():
    before = written()

    plan = preview(institutions(institution_row("岚江大学", CODE, 行政区划代码=330000)))

    assert plan.as_json() == {
        "counts": {"create": 1, "update": 0, "unchanged": 0, "error": 0},
        "rows": [
            {
                "row": 2,
                "id": None,
                "action": "create",
                "changes": {
                    "name": [None, "岚江大学"],
                    "uscc": [None, CODE],
                    "category": [None, "university"],
                    "level": [None, "provincial"],
                    "region_code": [None, "330000"],
                },
                "errors": [],
                "warnings": [
                    {
                        "column": "统一社会信用代码",
                        "code": "unknown_area",
                        "message": str(MESSAGES["unknown_area"]),
                    }
                ],
            }
        ],
    }
    assert written() == before


def test_confirm_writes_legal_persons_and_departments_in_any_order():
    plan = confirm(
        institutions(
            institution_row("技术转移中心", "", 上级单位=CODE),
            institution_row(
                "岚江大学深圳研究院", OTHER, 类别="科研院所", 级别="市", 行政区划代码="440300", 上级单位=CODE
            ),
            institution_row("岚江大学", CODE, 行政区划代码="000000", 级别="国家"),
        )
    )

    made = {one.pk: one for one in Institution.objects.select_related("region", "parent")}
    department, branch, university = (made[row.id] for row in plan.rows if row.id)
    assert (department.kind, department.uscc, department.parent) == ("internal_department", None, university)
    assert (department.name_key, department.demo) == ("技术转移中心", False)
    assert (branch.kind, branch.uscc, branch.parent) == ("legal_person", OTHER, university)
    assert (branch.category, branch.level, branch.region.code) == ("research_institute", "municipal", "440300")
    assert (university.parent, university.region.code, university.level) == (None, "000000", "national")


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("高校", "university"),
        ("科研院所", "research_institute"),
        ("企业", "enterprise"),
        ("孵化载体", "incubator"),
        ("投资机构", "investment"),
        ("知识产权服务机构", "ip_service"),
        ("交易机构", "exchange"),
        ("协会", "association"),
        ("公共机构", "public_body"),
        ("国际技术转移中心", "international_centre"),
        ("国家国际技术转移中心", "international_centre"),
        ("众创空间", "incubator"),
        ("联盟", "association"),
    ],
)
def test_category_is_a_word_or_a_code(word, code):
    plan = preview(institutions(institution_row(类别=word), institution_row(类别=code)))

    assert [row.values["category"] for row in plan.rows] == [code, code]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("省级", "provincial"),
        ("国家级", "national"),
        ("地市级", "municipal"),
        ("区县级", "county"),
        ("市", "municipal"),
    ],
)
def test_level_is_understood_as_registers_write_it(word, code):
    plan = preview(institutions(institution_row(级别=word)))

    assert plan.rows[0].values["level"] == code


def test_zone_with_a_code_of_its_own_is_a_region():
    city = region("990100")
    zone = Region.objects.create(
        code="Z99001", name="高新区", level="county", kind="zone", parent=city, path=f"{city.path}Z99001/"
    )

    plan = confirm(institutions(institution_row("高新区转移中心", CODE, 行政区划代码="z99001")))

    assert Institution.objects.get(pk=plan.rows[0].id).region == zone
    assert only_error(institution_row(行政区划代码="Z99002")) == ("行政区划代码", "unknown_region")


def test_english_heads_and_codes_say_the_same():
    heads = ("name", "uscc", "category", "level", "region_code", "parent")
    plan = preview(
        csv_file(heads, ["岚江大学", CODE.lower(), "university", "county", "330102", ""], encoding="gb18030")
    )

    assert plan.rows[0].values == {
        "name": "岚江大学",
        "uscc": CODE,
        "category": "university",
        "level": "county",
        "region_code": "330102",
    }


def test_institution_of_an_invented_region_is_a_demo_one():
    region("990000")

    confirm(institutions(institution_row(行政区划代码="990000")))

    assert Institution.objects.get().demo is True


def test_second_import_of_the_same_file_changes_nothing():
    content = institutions(institution_row("岚江大学", CODE), institution_row("技术 转移中心", "", 上级单位=CODE))
    ids = [row.id for row in confirm(content).rows]
    before = written()

    again = confirm(content)

    assert (actions(again), [row.id for row in again.rows]) == (["unchanged", "unchanged"], ids)
    assert written() == before


def test_changed_values_are_shown_and_written():
    confirm(institutions(institution_row("岚江大学", CODE), institution_row("研究院", OTHER)))

    content = institutions(
        institution_row("岚江工业大学", CODE, 级别="国家", 行政区划代码="330100"),
        institution_row("研究院", OTHER, 上级单位=CODE),
    )
    plan = confirm(content)

    assert [row.changes for row in plan.rows] == [
        {
            "name": ["岚江大学", "岚江工业大学"],
            "level": ["provincial", "national"],
            "region_code": ["330000", "330100"],
        },
        {"parent": [None, CODE]},
    ]
    university = Institution.objects.get(uscc=CODE)
    assert (university.name, university.name_key, university.level) == ("岚江工业大学", "岚江工业大学", "national")
    assert university.region.code == "330100"
    assert Institution.objects.get(uscc=OTHER).parent == university


def test_empty_parent_cell_leaves_the_parent_as_it_is():
    confirm(institutions(institution_row("岚江大学", CODE), institution_row("研究院", OTHER, 上级单位=CODE)))

    plan = confirm(institutions(institution_row("研究院二", OTHER)))

    assert plan.rows[0].changes == {"name": ["研究院", "研究院二"]}
    assert Institution.objects.get(uscc=OTHER).parent == Institution.objects.get(uscc=CODE)


def test_departments_of_one_name_are_told_apart_by_parent():
    content = institutions(
        institution_row("甲大学", CODE),
        institution_row("乙大学", OTHER),
        institution_row("技术转移中心", "", 上级单位=CODE),
        institution_row("技术转移中心", "", 上级单位=OTHER),
    )

    plan = confirm(content)

    assert len({row.id for row in plan.rows}) == 4
    assert actions(confirm(content)) == ["unchanged"] * 4


def test_moved_parent_may_be_made_by_the_same_file():
    confirm(institutions(institution_row("研究院", OTHER)))

    confirm(institutions(institution_row("研究院", OTHER, 上级单位=CODE), institution_row("岚江大学", CODE)))

    assert Institution.objects.get(uscc=OTHER).parent.uscc == CODE


@pytest.mark.parametrize(
    ("head", "value", "code"),
    [
        ("名称", "", "missing"),
        ("类别", "", "missing"),
        ("级别", "", "missing"),
        ("行政区划代码", "", "missing"),
        ("名称", "名" * 151, "too_long"),
        ("类别", "学校", "not_allowed"),
        ("级别", "乡", "not_allowed"),
        ("行政区划代码", "999999", "unknown_region"),
        ("行政区划代码", "浙江省", "unknown_region"),
        ("统一社会信用代码", "12000000DEM000014", "length"),
        ("统一社会信用代码", "12000000DEM00001OQ", "alphabet"),
        ("统一社会信用代码", "12000000DEM000014R", "check_character"),
        ("统一社会信用代码", 120000000000000000, "float"),
        ("统一社会信用代码", "", "needs_parent"),
        ("上级单位", OTHER, "unknown_parent"),
        ("上级单位", "浙江大学", "length"),
    ],
)
def test_wrong_value_is_an_error(head, value, code):
    row = dict(zip(INSTITUTIONS, institution_row(), strict=True)) | {head: value}

    assert only_error(list(row.values())) == (head, code)


def test_file_without_codes_and_parents_needs_them_per_row():
    heads = ("名称", "类别", "级别", "行政区划代码")

    assert only_error(["岚江大学", "高校", "省", "330000"], heads=heads) == ("uscc", "needs_parent")


@pytest.mark.parametrize("written", ["000000", 0])
def test_national_root_is_a_valid_region(written):
    plan = preview(institutions(institution_row(行政区划代码=written)))

    assert codes(plan.rows[0].errors) == []
    assert plan.rows[0].values["region_code"] == "000000"


def test_same_institution_twice_is_an_error():
    assert only_error(institution_row("甲", CODE), institution_row("乙", CODE)) == ("统一社会信用代码", "duplicate")


def test_same_department_twice_is_an_error():
    make_institution("岚江大学", uscc=CODE)
    rows = (institution_row("技术转移中心", "", 上级单位=CODE), institution_row("技术 转移中心", "", 上级单位=CODE))

    assert only_error(*rows) == ("名称", "duplicate")


def test_institution_below_itself_is_an_error():
    assert only_error(institution_row("甲", CODE, 上级单位=CODE)) == ("上级单位", "circle")


def test_circle_through_what_is_already_there_is_an_error():
    top = make_institution("甲", uscc=CODE)
    middle = make_institution("乙", uscc=None, parent=top)
    make_institution("丙", uscc=OTHER, parent=None)
    Institution.objects.filter(uscc=OTHER).update(parent=middle)

    assert only_error(institution_row("甲", CODE, 上级单位=OTHER)) == ("上级单位", "circle")


def test_circle_inside_the_file_is_an_error_in_both_rows():
    plan = preview(
        institutions(institution_row("甲", CODE, 上级单位=OTHER), institution_row("乙", OTHER, 上级单位=CODE))
    )

    assert [codes(row.errors) for row in plan.rows] == [[("上级单位", "circle")]] * 2


def test_one_wrong_row_stops_the_whole_file():
    before = written()

    plan = confirm(institutions(institution_row(), institution_row(级别="村")))

    assert plan.counts == {"create": 1, "update": 0, "unchanged": 0, "error": 1}
    assert written() == before


def test_one_audit_entry_per_file():
    content = institutions(institution_row("岚江大学", CODE))
    plan = confirm(content)

    entry = AuditEntry.objects.get(verb="accounts.institutions_imported")
    assert (entry.actor, entry.subject_type) == (system_user(), "accounts.adminbody")
    assert entry.facts == {
        "sha256": plan.sha256,
        "file": "机构.xlsx",
        "counts": {"create": 1, "update": 0, "unchanged": 0, "error": 0},
        "rows": [{"row": 2, "id": plan.rows[0].id, "action": "create"}],
    }


# --- who ------------------------------------------------------------------------------------------------------------
def test_regulator_imports_inside_the_own_region():
    city = region("990100")

    plan = confirm(institutions(institution_row(行政区划代码="990100")), actor=regulator("990000"))

    assert Institution.objects.get(pk=plan.rows[0].id).region == city


def test_regions_outside_the_jurisdiction_are_errors_that_show_nothing():
    foreign = make_institution("外省大学", code="330000", uscc=CODE)
    rows = (institution_row("新名", CODE, 行政区划代码="990000"), institution_row(行政区划代码="330000"))

    plan = confirm(institutions(*rows), actor=regulator("990000"))

    assert [codes(row.errors) for row in plan.rows] == [[("行政区划代码", "out_of_reach")]] * 2
    assert [(row.id, row.changes) for row in plan.rows] == [(None, {}), (None, {})]
    foreign.refresh_from_db()
    assert foreign.name == "外省大学"


@pytest.mark.parametrize("service", [preview_institutions, import_institutions])
@pytest.mark.parametrize("make_actor", [officer, base_manager])
def test_who_has_no_such_power_is_refused(service, make_actor):
    with pytest.raises(NotAllowed):
        service(actor=make_actor(), content=institutions(institution_row()))


@pytest.mark.parametrize("size", [1, 3, 40])
def test_queries_do_not_grow_with_the_rows(django_assert_num_queries, size):
    actor = system_user()
    actor.worn = actor.valid_memberships()
    rows = [
        *[institution_row(f"机构{n}", uscc(), 上级单位=CODE) for n in range(size)],
        institution_row("岚江大学", CODE),
        *[institution_row(f"部门{n}", "", 上级单位=CODE) for n in range(size)],
    ]

    with django_assert_num_queries(8):
        import_institutions(actor=actor, content=institutions(*rows))
    renamed = [[f"{row[0]}新", *row[1:]] if row[1] else row for row in rows]
    with django_assert_num_queries(8):
        import_institutions(actor=actor, content=institutions(*renamed))
