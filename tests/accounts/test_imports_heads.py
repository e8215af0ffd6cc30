"""The heads that personnel offices write over their lists, one by one."""

import pytest

from accounts.imports.roster import COLUMNS, read_roster
from core.heads import _Known
from tests.accounts.sheets import ROSTER, csv_file, person_row

KNOWN = _Known(COLUMNS)


@pytest.mark.parametrize(
    ("field", "heads"),
    [
        ("name", "姓名 员工姓名 职工姓名"),
        ("id_number", "证件号码 证件号 身份证号 身份证号码 公民身份号码"),
        ("phone", "手机 手机号 手机号码 联系电话 移动电话"),
        ("post", "岗位 岗位名称 职务 职位"),
        ("employment_type", "用工形式 用工性质 人员性质"),
        ("start_date", "入职日期 入职时间 到岗日期 到岗时间"),
        ("end_date", "离职日期 离职时间 离职日期（自该日起不再计入）"),
        ("last_day", "最后在岗日 最后工作日 离职日期（含当日）"),
        ("professional", "专业人员 是否专业人员"),
        ("staff_no", "工号 职工号 员工编号"),
    ],
)
def test_chinese_heads_are_known(field, heads):
    assert [KNOWN.meanings(head) for head in heads.split()] == [{field}] * len(heads.split())


@pytest.mark.parametrize(
    ("field", "head"),
    [
        ("name", "Employee name"),
        ("id_number", "ID No."),
        ("id_number", "身份证号\nID No."),
        ("phone", "Mobile Number"),
        ("post", "Job title"),
        ("start_date", "Date of entry"),
        ("email", "E-mail"),
        ("staff_no", "Staff ID"),
    ],
)
def test_english_heads_are_known(field, head):
    assert KNOWN.meanings(head) == {field}


@pytest.mark.parametrize(
    "head", ["备注", "序号", "职称", "学历", "出生日期", "合同到期日", "单位名称", "紧急联系人电话"]
)
def test_heads_of_other_things_are_left(head):
    assert KNOWN.meanings(head) == set()


def test_no_spelling_stands_for_two_columns():
    keys = [key for column in COLUMNS for key in column.keys | column.synonym_keys]

    assert len(keys) == len(set(keys))


def test_list_of_a_personnel_office_is_read_without_a_word():
    row = dict(zip(ROSTER, person_row("高轩", "000000199001010018"), strict=True))
    heads = (
        "序号",
        "职工号",
        "员工姓名",
        "身份证号码",
        "联系电话",
        "职务",
        "是否专业人员",
        "用工性质",
        "到岗时间",
        "备注",
    )
    values = ["1", "0071", row["姓名"], row["证件号码"], "138 0000 0018", "经理", "是", "合同", "2024.1.1", ""]

    table = read_roster(csv_file(["某某大学 2026 年名册"], [], heads, values, encoding="gb18030"))

    [entry] = table.entries
    assert (entry.errors, table.ignored) == ([], ["序号", "备注"])
    assert (entry.values["id_type"], entry.values["staff_no"], entry.row) == ("resident_id", "0071", 4)
