"""The administration's own tree, lines of duty, who is competent for what: nearest entry, dated, never rewritten."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import AdminBody, Competence, Duty, Region
from accounts.models.bodies import Matter
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.selectors.bodies import bodies, competent_body, may_enter_competence
from accounts.services import (
    assign_duty,
    correct_admin_body,
    create_admin_body,
    end_competence,
    end_duty,
    name_competent_body,
)
from core import audit, clock
from core.errors import DomainError, NotAllowed
from tests.builders import base_manager, hat, make_user, officer, region, regulator

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)
DAY = timedelta(days=1)


def national() -> AdminBody:
    return AdminBody.objects.get(code="NATIONAL")


def nation():
    return hat(Role.REGULATOR, national())


def keeper():
    """Who keeps the list of bodies."""
    return hat(Role.SYSTEM_ADMIN, national())


def nation_region() -> Region:
    return Region.objects.get(code="000000")


def body(code: str, rank: str, **fields: object) -> AdminBody:
    fields = {"name": f"机构{code}", "jurisdiction": region(code).path, **fields}
    return AdminBody.objects.create(code=f"B{code}{fields.get('kind', '')}"[:30], rank=rank, **fields)


def named(matter: str, code: str, where: AdminBody, start: date = START, actor=None) -> Competence:
    place = region(code) if code != "000000" else nation_region()
    return name_competent_body(
        actor=actor or system_user(),
        matter=matter,
        region=place,
        body=where,
        valid_from=start,
        document="文〔2026〕1号",
    )


# --- the tree -------------------------------------------------------------------------------------------------------
def test_separately_planned_city_has_provincial_rank_over_a_municipal_region():
    made = create_admin_body(
        actor=keeper(),
        code="PLANNED",
        name="计划单列市科技局",
        kind=AdminBody.Kind.SEPARATE_CITY,
        rank="provincial",
        jurisdiction=region("990100").path,
    )

    assert (made.rank, region("990100").level, made.parent, made.kind) == (
        "provincial",
        "municipal",
        national(),
        "separate_city",
    )


def test_zone_and_corps_hang_outside_the_divisions_and_inside_the_scope():
    zone = Region.objects.create(
        code="Z99001",
        name="高新区",
        level="county",
        kind=Region.Kind.ZONE,
        parent=region("990100"),
        path=region("990100").path + "Z99001/",
    )
    city = body("990100", "municipal")

    made = create_admin_body(
        actor=keeper(),
        code="ZONE",
        name="高新区管委会",
        kind=AdminBody.Kind.ZONE_COMMITTEE,
        rank="county",
        jurisdiction=zone.path,
        parent=city,
    )

    assert (made.parent, made.kind, made.jurisdiction) == (city, "zone_committee", zone.path)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rank": "provincial", "parent": "990000"}, "rank_not_below_parent"),
        ({"rank": "national"}, "rank_not_below_parent"),
        ({"parent": "980000"}, "parent_elsewhere"),
        ({"jurisdiction": "990000/999900/"}, "no_such_region"),
        ({"code": "NATIONAL"}, "code_taken"),
    ],
)
def test_body_that_does_not_fit_the_tree_is_refused(fields, code):
    region("990100")
    above = fields.pop("parent", None)
    if above:
        fields["parent"] = body(above, "provincial")
    defaults = {"code": "NEW", "name": "x", "rank": "municipal", "jurisdiction": "990000/990100/"}
    before = AdminBody.objects.count()

    with pytest.raises(DomainError) as refusal:
        create_admin_body(actor=keeper(), **{**defaults, **fields})

    assert refusal.value.code == code
    assert AdminBody.objects.count() == before


OUTSIDERS = {
    "sibling": lambda: regulator("990200"),
    "other province": lambda: regulator("980000"),
    "officer": officer,
    "base manager": base_manager,
    "auditor": lambda: hat(Role.AUDITOR, national()),
    "nobody": make_user,
}
WRITES = {
    "body": lambda actor: create_admin_body(
        actor=actor, code="NEW", name="x", rank="county", jurisdiction="990000/990100/"
    ),
    "duty": lambda actor: assign_duty(
        actor=actor, body=AdminBody.objects.get(code="HERE"), line="science", valid_from=START, document="x"
    ),
    "correction": lambda actor: correct_admin_body(
        actor=actor,
        body=AdminBody.objects.get(code="HERE"),
        reason="x",
        name="y",
        name_en="",
        name_ja="",
        kind="department",
    ),
    "end of a duty": lambda actor: end_duty(actor=actor, duty=Duty.objects.get(), valid_to=START, document="x"),
    "competence": lambda actor: name_competent_body(
        actor=actor,
        matter="decide",
        region=region("990100"),
        body=AdminBody.objects.get(code="HERE"),
        valid_from=START,
        document="x",
    ),
    "end of a competence": lambda actor: end_competence(
        actor=actor, competence=Competence.objects.get(), valid_to=START, document="x", reason="x"
    ),
}


@pytest.fixture
def here() -> AdminBody:
    made = AdminBody.objects.create(
        code="HERE", name="x", rank="municipal", jurisdiction=region("990100").path, parent=national()
    )
    dated = {"valid_from": START, "document": "x", "recorded_at": clock.now()}
    Duty.objects.create(body=made, line="education", **dated)
    Competence.objects.create(matter="receive_returns", region=region("990100"), body=made, **dated)
    return made


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("who", OUTSIDERS)
def test_others_enter_nothing(write, who, here):
    actor = OUTSIDERS[who]()
    bodies_before = AdminBody.objects.count()

    with pytest.raises(NotAllowed):
        WRITES[write](actor)

    assert (AdminBody.objects.count(), Duty.objects.count(), Competence.objects.count()) == (bodies_before, 1, 1)
    assert Competence.objects.get().valid_to is None
    assert Duty.objects.get().valid_to is None


@pytest.mark.parametrize("write", ["body", "correction"])
def test_regulators_do_not_keep_the_list_of_bodies(write, here):
    with pytest.raises(NotAllowed):
        WRITES[write](nation())


@pytest.mark.parametrize("write", WRITES.keys() - {"body", "correction"})
def test_keeper_of_the_list_enters_no_competence(write, here):
    with pytest.raises(NotAllowed):
        WRITES[write](keeper())


@pytest.mark.parametrize("write", WRITES)
def test_whoever_may_enters_and_it_is_written_down(write, here):
    made = WRITES[write](keeper() if write in ("body", "correction") else regulator("990000"))

    assert len(audit.entries_about(made)) == 1


def test_correction_writes_down_old_and_new(here):
    correct_admin_body(
        actor=keeper(),
        body=here,
        reason="更名",
        name="岚州市科学技术局",
        name_en="",
        name_ja="",
        kind="department",
    )

    (entry,) = audit.entries_about(here)
    assert (entry.reason, entry.facts) == ("更名", {"changes": {"name": ["x", "岚州市科学技术局"]}})


# --- duties ---------------------------------------------------------------------------------------------------------
def test_line_of_duty_passes_from_body_to_body(here):
    other = body("990200", "municipal")
    duty = assign_duty(actor=regulator("990000"), body=here, line="science", valid_from=START, document="1号")
    end_duty(actor=regulator("990000"), duty=duty, valid_to=START + 90 * DAY, document="2号")
    assign_duty(actor=regulator("990000"), body=other, line="science", valid_from=START + 90 * DAY, document="2号")

    def charged(on: date) -> list[AdminBody]:
        return list(bodies(regulator("990000"), {"line": "science"}, on=on))

    assert charged(START + 89 * DAY) == [here]
    assert charged(START + 90 * DAY) == [other]


def test_same_line_twice_at_a_time_is_refused(here):
    assign_duty(actor=regulator("990000"), body=here, line="science", valid_from=START, document="1号")

    with pytest.raises(DomainError) as refusal:
        assign_duty(actor=regulator("990000"), body=here, line="science", valid_from=START + DAY, document="1号")

    assert refusal.value.code == "duty_overlaps"


# --- who is competent -----------------------------------------------------------------------------------------------
def test_nearest_entry_on_the_way_up_answers():
    province, city = body("990000", "provincial"), body("990100", "municipal")
    named(Matter.BASES, "000000", national())
    named(Matter.BASES, "990000", province)
    named(Matter.BASES, "990100", city)
    named(Matter.DECIDE, "990000", province)

    answers = {code: competent_body(Matter.BASES, region(code), START).code for code in ("990121", "990200", "980000")}

    assert answers == {"990121": "B990100", "990200": "B990000", "980000": "NATIONAL"}
    assert competent_body(Matter.DECIDE, region("990121"), START) == province
    assert competent_body(Matter.FILE_LEVELS, region("990121"), START) is None


def test_answer_follows_the_day():
    province, other = body("990000", "provincial"), body("990000", "provincial", kind="corps")
    named(Matter.BASES, "990000", province)
    named(Matter.BASES, "990000", other, START + 30 * DAY)

    days = [START - DAY, START, START + 29 * DAY, START + 30 * DAY]
    assert [competent_body(Matter.BASES, region("990000"), day) for day in days] == [None, province, province, other]
    assert list(Competence.objects.order_by("valid_from").values_list("valid_to", flat=True)) == [
        START + 30 * DAY,
        None,
    ]


def test_entry_that_ends_gives_way_to_the_one_above():
    province, city = body("990000", "provincial"), body("990100", "municipal")
    named(Matter.BASES, "990000", province)
    entry = named(Matter.BASES, "990100", city)

    end_competence(actor=regulator("990000"), competence=entry, valid_to=START + DAY, document="3号", reason="撤")

    assert competent_body(Matter.BASES, region("990100"), START) == city
    assert competent_body(Matter.BASES, region("990100"), START + DAY) == province


def test_entry_of_the_same_day_replaces_a_slip_which_never_held():
    province, other = body("990000", "provincial"), body("990000", "provincial", kind="corps")
    named(Matter.BASES, "990000", province)
    named(Matter.BASES, "990000", other)

    assert competent_body(Matter.BASES, region("990000"), START) == other
    assert Competence.objects.count() == 2


def test_entry_before_a_later_one_is_refused():
    province = body("990000", "provincial")
    named(Matter.BASES, "990000", province, START + 30 * DAY)

    with pytest.raises(DomainError) as refusal:
        named(Matter.BASES, "990000", province)

    assert refusal.value.code == "competence_overlaps"
    assert Competence.objects.count() == 1


def test_body_of_another_region_is_not_competent_here():
    with pytest.raises(DomainError) as refusal:
        named(Matter.BASES, "990100", body("990200", "municipal"))

    assert refusal.value.code == "body_elsewhere"


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (nation, {"national_bases": True, "bases": True}),
        (lambda: regulator("990000"), {"national_bases": False, "bases": True}),
        (lambda: regulator("990100"), {"national_bases": False, "bases": False}),
        (lambda: regulator("980000"), {"national_bases": False, "bases": False}),
    ],
    ids=["nation", "province", "city itself", "other province"],
)
def test_nobody_takes_what_the_level_above_decides(who, expected):
    actor = who()

    assert {matter: may_enter_competence(actor, matter, region("990100")) for matter in expected} == expected


def test_way_up_costs_one_query(django_assert_num_queries):
    place = region("990121")

    with django_assert_num_queries(1):
        competent_body(Matter.BASES, place, START)


# --- what the database promises -------------------------------------------------------------------------------------
def entry(start: date, end: date | None = None, **fields: object) -> Competence:
    defaults = {"matter": "bases", "region": region("990000"), "body": national(), "document": "x"}
    return Competence.objects.create(valid_from=start, valid_to=end, recorded_at=clock.now(), **{**defaults, **fields})


@pytest.mark.parametrize(
    ("start", "end"),
    [(START, None), (START - DAY, START + DAY), (START + 5 * DAY, START + 6 * DAY), (START + 9 * DAY, None)],
)
def test_database_refuses_two_competent_bodies_on_one_day(start, end):
    entry(START, START + 10 * DAY)

    with pytest.raises(IntegrityError, match="competence_of_one_body_at_a_time"), transaction.atomic():
        entry(start, end)

    assert Competence.objects.count() == 1


def test_entries_that_share_no_day_or_no_place_stand_together():
    entry(START, START + 10 * DAY)
    entry(START + 10 * DAY)
    entry(START - DAY, START)
    entry(START, START)
    entry(START, matter="decide")
    entry(START, region=region("990100"))

    assert Competence.objects.count() == 6


def test_database_refuses_the_same_line_twice_on_one_day(here):
    with pytest.raises(IntegrityError, match="duty_once_at_a_time"), transaction.atomic():
        Duty.objects.create(body=here, line="education", valid_from=START + DAY, document="x", recorded_at=clock.now())


@pytest.mark.parametrize("table", ["accounts_competence", "accounts_duty"])
@pytest.mark.parametrize("change", ["document = 'z'", "valid_from = '2020-01-01'", "body_id = body_id + 1"])
def test_database_refuses_to_rewrite_an_entry(table, change, here):
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change}")  # noqa: S608 - words of this file


@pytest.mark.parametrize("table", ["accounts_competence", "accounts_duty"])
def test_database_lets_an_entry_end(table, here):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET valid_to = '2026-05-01'")  # noqa: S608 - words of this file

    assert (
        Competence.objects.filter(valid_to=date(2026, 5, 1)).count()
        + Duty.objects.filter(valid_to=date(2026, 5, 1)).count()
        == 1
    )
