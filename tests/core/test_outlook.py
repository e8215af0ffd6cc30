"""Where the line of the days to come, its second one and its marks stand."""

from datetime import date, timedelta

from core.drawing import LEFT, MARK_ROOM, RIGHT, outlook

TODAY = date(2026, 11, 20)


def point(number, value, **more):
    return {"on": TODAY + timedelta(days=number), "value": value, "required": 70, **more}


AXIS = [{"on": TODAY + timedelta(days=number), "label": str(number)} for number in (0, 50, 100)]


def test_line_rule_and_day_share_one_plane():
    points = [point(0, "70.0"), point(50, "69.6", mark="x"), point(100, "69.6")]

    drawn = outlook(points, [], AXIS, TODAY + timedelta(days=50))

    middle = (LEFT + RIGHT) / 2
    assert (drawn.path[:3], drawn.tried, drawn.day_x, drawn.day_anchor) == ("M52", "", f"{middle:.0f}", "middle")
    assert drawn.rule.count(drawn.rule.split(" ")[1].split("H")[0]) == 3
    assert [(mark["x"], mark["members"]) for mark in drawn.marks] == [(f"{middle:.0f}", ["x"])]
    assert [tick["word"] for tick in drawn.ticks] == ["67", "68", "69", "70", "71", "72"]


def test_marks_closer_than_a_finger_is_wide_are_one():
    day = (RIGHT - LEFT) / 100
    apart = int(MARK_ROOM / day) + 1
    points = [point(0, 70), point(10, 70, mark="a"), point(11, 69, mark="b"), point(10 + apart, 69, mark="c")]

    drawn = outlook([*points, point(100, 69)], [], AXIS, TODAY)

    assert [mark["members"] for mark in drawn.marks] == [["a", "b"], ["c"]]


def test_second_line_is_drawn_in_the_same_scale_and_a_missing_ratio_interrupts():
    as_it_is, tried = [point(0, 70), point(100, 70)], [point(0, 70), point(40, None, mark="nobody"), point(100, None)]

    drawn = outlook(as_it_is, tried, AXIS, TODAY + timedelta(days=100))

    assert drawn.path[: drawn.path.index("H")] == drawn.tried[: drawn.tried.index("H")]
    assert (drawn.tried.count("V"), drawn.day_anchor) == (0, "end")
    assert len(outlook(tried, [], AXIS, TODAY).marks) == 1


def test_nothing_to_draw_without_a_ratio():
    assert outlook([], [], AXIS, TODAY).path == ""
