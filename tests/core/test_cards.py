"""Tables that become cards: every cell knows the head of its column, and every part what it is."""

import re

from core.cards import with_heads

TABLE = """<table class="fit cards"><caption>人员</caption>
<thead><tr><th scope="col">姓名</th><th scope="col"><a href="?s=1">计入 "至"</a></th>
<th scope="col" class="n">状态</th></tr></thead>
<tbody><tr><th scope="row">高轩</th><td class="n">–</td><td></td></tr>
<tr><td colspan="2">王喆</td><td>在职</td></tr></tbody>
<tfoot><tr><th scope="row">合计</th><td>2</td><td>–</td></tr></tfoot></table>"""


def test_cells_carry_the_head_of_their_column():
    labels = re.findall(r'<td role="cell"(?: data-label="([^"]*)")?', with_heads(TABLE))

    assert labels == ["计入 &quot;至&quot;", "状态", "", "状态", "计入 &quot;至&quot;", "状态"]


def test_groups_with_attributes_of_their_own_are_labelled_as_well():
    assert with_heads(TABLE.replace("<tbody>", '<tbody id="rows">')).count("data-label") == with_heads(TABLE).count(
        "data-label"
    )


def test_every_part_says_by_role_what_it_is():
    roles = re.findall(r'<(\w+) role="(\w+)"', with_heads(TABLE))

    assert ("table", "table") in roles
    assert [role for part, role in roles if part == "th"] == ["columnheader"] * 3 + ["rowheader"] * 2
    assert {role for part, role in roles if part in ("thead", "tbody", "tfoot")} == {"rowgroup"}


def test_what_is_no_table_stays():
    assert with_heads("<p>没有记录</p>") == "<p>没有记录</p>"
