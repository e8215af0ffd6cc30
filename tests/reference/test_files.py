"""The reference files agree with themselves and with each other. Read as plain files: no Django, no database."""

import csv
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "demo" / "reference"
LESSONS = ROOT / "demo" / "courses" / "junior"
LANGUAGES = {"zh-hans", "en", "ja"}

# Tibetan, Uyghur and Mongol names, whose Latin form is not the pinyin of the characters; by province.
MISSING = {"15": 72, "51": 31, "53": 3, "54": 74, "62": 8, "63": 32, "65": 108}
LESSON_HOURS = {
    1: {"K1": "2"},
    2: {"K2": "2.5"},
    3: {"K3": "2"},
    4: {"P2": "1.5", "P1": "1.5"},
    5: {"T1": "1.5", "T2": "1.5"},
    6: {"T6": "2.5"},
    7: {"T5": "2"},
    8: {"P3": "1.5", "T4": "0.5", "T7": "1"},
}


def load(name: str) -> Any:
    return yaml.safe_load((REFERENCE / name).read_text(encoding="utf-8"))


def region_rows() -> list[dict[str, str]]:
    with (REFERENCE / "regions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def region_names() -> list[dict[str, str]]:
    with (REFERENCE / "region_names.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def module_weights(level: str) -> dict[str, Decimal]:
    modules = load("curriculum.yaml")["modules"]
    return {m["code"]: Decimal(m["hours"][level]) for m in modules if level in m["hours"]}


def summed(shares: list[dict[str, str]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for share in shares:
        for code, hours in share.items():
            total[code] = total.get(code, Decimal(0)) + Decimal(hours)
    return total


def front_matter(path: Path) -> Any:
    opening, matter, _body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert opening == ""
    return yaml.safe_load(matter)


def lesson_shares(number: int) -> dict[str, str]:
    path = LESSONS / f"lesson-{number}.zh-hans.md"
    return {code: str(hours) for code, hours in front_matter(path)["modules"].items()}


# Regions


def test_regions_have_exactly_the_counts_of_the_package() -> None:
    assert Counter(row["level"] for row in region_rows()) == {
        "NATIONAL": 1,
        "PROVINCIAL": 34,
        "MUNICIPAL": 337,
        "COUNTY": 3285,
    }


def test_region_codes_are_unique_and_six_digits() -> None:
    codes = [row["code"] for row in region_rows()]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if len(code) != 6 or not code.isdigit()] == []


def test_region_parents_exist_and_stand_above() -> None:
    rank = {"NATIONAL": 0, "PROVINCIAL": 1, "MUNICIPAL": 2, "COUNTY": 3}
    level = {row["code"]: rank[row["level"]] for row in region_rows()}
    for row in region_rows():
        if row["level"] == "NATIONAL":
            assert (row["code"], row["parent"]) == ("000000", "")
        else:
            assert level[row["parent"]] < level[row["code"]]


def test_counties_without_a_city_hang_under_their_province() -> None:
    direct = Counter(
        "municipality" if row["code"][:2] in {"11", "12", "31", "50"} else row["code"][2:4]
        for row in region_rows()
        if row["level"] == "COUNTY" and row["parent"].endswith("0000")
    )
    assert direct == {"municipality": 86, "90": 31}


def test_every_place_has_its_names_and_no_other_line_has() -> None:
    """Placeholders above counties stand in breadcrumbs; the other statistical lines are shown nowhere."""
    named = [row["code"] for row in region_names()]
    places = [row["code"] for row in region_rows() if row["statistical"] == "false" or row["level"] == "MUNICIPAL"]
    assert named == places


def test_names_of_regions_are_written_in_their_language() -> None:
    for row in region_names():
        assert re.fullmatch(r"[A-Za-zÜüê', ]*", row["name_en"])
        assert re.fullmatch(r"[\u30a0-\u30ff\u4e00-\u9fff（）]+", row["name_ja"])


def test_english_names_are_missing_where_no_spelling_is_certain_alone() -> None:
    missing = [row["code"] for row in region_names() if not row["name_en"]]
    assert Counter(code[:2] for code in missing) == MISSING
    assert [code for code in missing if code.endswith("00")] == []


def test_lines_that_are_no_places_are_flagged_statistical() -> None:
    flagged = [row for row in region_rows() if row["statistical"] == "true"]
    kinds = Counter(
        "placeholder" if row["level"] == "MUNICIPAL" else "urban" if row["name"] == "市辖区" else "zone"
        for row in flagged
    )
    assert kinds == {"placeholder": 4, "urban": 281, "zone": 137}
    assert [row["code"] for row in flagged if row["level"] == "MUNICIPAL"] == ["419000", "429000", "469000", "659000"]
    assert {row["statistical"] for row in region_rows()} == {"true", "false"}


def test_replaced_regions_name_a_current_region_of_the_same_province() -> None:
    current = {row["code"] for row in region_rows() if not row["replaced_by"]}
    replaced = [row for row in region_rows() if row["replaced_by"]]
    assert len(replaced) == 18
    for row in replaced:
        assert row["replaced_by"] in current
        assert row["replaced_by"][:2] == row["code"][:2]


def test_every_region_has_a_name_and_a_snapshot_date() -> None:
    for row in region_rows():
        assert row["name"] == row["name"].strip() != ""
        assert date.fromisoformat(row["snapshot"]) == date(2021, 12, 30)


# Working days


@pytest.mark.parametrize(("year", "holidays", "make_up_days"), [(2025, 18, 5), (2026, 19, 6)])
def test_working_days_change_only_days_that_differ_from_the_week(year: int, holidays: int, make_up_days: int) -> None:
    days = load("working_days.yaml")["years"][year]
    assert (len(days["holidays"]), len(days["make_up_days"])) == (holidays, make_up_days)
    assert [day for day in days["holidays"] if day.weekday() >= 5 or day.year != year] == []
    assert [day for day in days["make_up_days"] if day.weekday() < 5 or day.year != year] == []
    for kind in ("holidays", "make_up_days"):
        assert days[kind] == sorted(set(days[kind]))


def test_working_days_leave_out_a_year_without_a_notice() -> None:
    assert sorted(load("working_days.yaml")["years"]) == [2025, 2026]


# Curriculum


def test_curriculum_has_nineteen_modules_in_four_groups_and_three_levels() -> None:
    curriculum = load("curriculum.yaml")
    codes = [module["code"] for module in curriculum["modules"]]
    assert (len(codes), len(set(codes))) == (19, 19)
    assert [group["code"] for group in curriculum["groups"]] == ["K", "P", "T", "C"]
    assert [level["code"] for level in curriculum["levels"]] == ["JUNIOR", "INTERMEDIATE", "SENIOR"]
    assert {module["group"] for module in curriculum["modules"]} == {"K", "P", "T", "C"}


@pytest.mark.parametrize(
    ("level", "groups", "total"),
    [
        ("JUNIOR", {"K": 10, "P": 13, "T": 23, "C": 2}, 48),
        ("INTERMEDIATE", {"K": 6, "P": 18, "T": 40, "C": 16}, 80),
        ("SENIOR", {"K": 4, "P": 16, "T": 50, "C": 50}, 120),
    ],
)
def test_module_hours_add_up_to_the_level(level: str, groups: dict[str, int], total: int) -> None:
    weights = module_weights(level)
    [declared] = [row for row in load("curriculum.yaml")["levels"] if row["code"] == level]
    assert {
        group: sum((hours for code, hours in weights.items() if code.startswith(group)), Decimal(0)) for group in groups
    } == groups
    assert sum(weights.values()) == total == Decimal(declared["total_hours"])
    assert sum(Decimal(hours) for hours in declared["hours_split"].values()) == total
    assert Decimal(declared["minimum_face_to_face_hours"]) <= Decimal(declared["hours_split"]["face_to_face"])


def test_every_title_of_the_curriculum_stands_in_three_languages() -> None:
    curriculum = load("curriculum.yaml")
    texts = [row["title"] for row in curriculum["groups"] + curriculum["modules"]]
    for level in curriculum["levels"]:
        texts += [level["title"]["short"], level["title"]["full"]]
        texts += [level["admission"], level["assessment"], level["certificate_title"]]
    texts += [session["title"] for session in load("junior_sessions.yaml")["sessions"]]
    for text in texts:
        assert set(text) == LANGUAGES
        assert all(text.values())


def test_certificate_titles_use_no_word_reserved_to_the_state() -> None:
    reserved = (
        "中华人民共和国",
        "中国",
        "中华",
        "国家",
        "全国",
        "职业资格",
        "岗位合格",
        "专业技术职务",
        "职业技能等级",
        "专项职业能力",
    )
    for level in load("curriculum.yaml")["levels"]:
        assert [word for word in reserved if word in level["certificate_title"]["zh-hans"]] == []


# The junior level as delivered


def test_sessions_are_seven_half_days_of_four_hours() -> None:
    plan = load("junior_sessions.yaml")
    totals = [sum(Decimal(hours) for hours in session["modules"].values()) for session in plan["sessions"]]
    assert [session["number"] for session in plan["sessions"]] == [1, 2, 3, 4, 5, 6, 7]
    assert totals == [Decimal(plan["hours_per_session"])] * 7
    assert sum(totals) == Decimal(plan["total_hours"]) == 28


@pytest.mark.parametrize("number", sorted(LESSON_HOURS))
def test_lesson_declares_its_planned_shares(number: int) -> None:
    declared = {code: Decimal(hours) for code, hours in lesson_shares(number).items()}
    assert declared == {code: Decimal(hours) for code, hours in LESSON_HOURS[number].items()}


def test_lessons_and_sessions_make_up_the_junior_weights() -> None:
    lessons = [lesson_shares(number) for number in LESSON_HOURS]
    sessions = [session["modules"] for session in load("junior_sessions.yaml")["sessions"]]
    assert sum(summed(lessons).values()) == 20
    assert summed(lessons + sessions) == module_weights("JUNIOR")


# Ratio rules and admin bodies


def test_ratio_rules_are_two_versions_that_do_not_overlap() -> None:
    newer, older = load("ratio_rules.yaml")["rules"]
    assert [(rule["code"], rule["version"]) for rule in (newer, older)] == [
        ("TRAINED_STAFF_70", "2022-1"),
        ("TRAINED_STAFF_70", "2020-1"),
    ]
    assert older["valid_to"] < newer["valid_from"] == date(2022, 9, 30)
    assert (newer["reference_only"], older["reference_only"]) == (False, True)
    assert (newer["source_period_end"], newer["continued_by"]) == (date(2025, 12, 31), "assumption")


def test_ratio_rule_in_force_asks_seventy_percent_of_pilot_universities() -> None:
    rule = load("ratio_rules.yaml")["rules"][0]
    assert (rule["value"], rule["comparator"]) == (70, "gte")
    assert rule["scope"]["binding_designation"] == "PILOT_UNIVERSITY"
    assert rule["counting"]["trained_tracks"] == ["SOCIAL", "DEGREE"]
    assert len(set(rule["counting"]["employment_kinds"])) == 11
    for text in (rule["title"], rule["source"]["text"], rule["explanation"], rule["scope_note"], rule["period_note"]):
        assert set(text) == LANGUAGES


def test_admin_bodies_hold_the_national_placeholder_only() -> None:
    [body] = load("admin_bodies.yaml")["bodies"]
    assert (body["code"], body["rank"], body["jurisdiction"]) == ("NATIONAL", "NATIONAL", "")
    assert set(body["name"]) == LANGUAGES
