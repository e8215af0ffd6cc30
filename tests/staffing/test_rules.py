"""Versions of a ratio rule: written by one, adopted by another, law from then on; whom each way of counting counts."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from accounts.models import Designation
from accounts.permissions import Role
from accounts.selectors.waiting import waiting_lines
from certificates.tlog import services as tlog
from certificates.tlog.models import PendingEntry
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from courses.models import Level
from staffing.models import RatioRule
from staffing.ratio import Comparator, Outcome, Ratio, equivalents_of
from staffing.rules import rule_text
from staffing.selectors import institution_ratio, region_ratios, rule_on
from staffing.selectors.beside import ratios_beside
from staffing.selectors.effects import effects
from staffing.selectors.versions import adopted_rule, open_versions, rules_beside
from staffing.services import adopt_rule, propose_rule, refuse_rule, withdraw_rule, write_rule
from staffing.views.rule_words import Differences, differences
from staffing.workflow import RuleState
from tests.builders import (
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_rule,
    regulator,
    rule_words,
)
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)
LATER = date(2027, 1, 1)


def nation():
    return regulator("000000")


def proposed(author, **changed):
    rule = write_rule(actor=author, words=rule_words(**{"valid_from": LATER, **changed}))
    return propose_rule(actor=author, rule=rule)


# --- two people -----------------------------------------------------------------------------------------------------
def test_second_person_adopts_and_the_words_stand_in_the_log():
    author, other = nation(), nation()

    adopted = adopt_rule(actor=other, rule=proposed(author, value=75))

    entry = PendingEntry.objects.get(ref=adopted.uuid)
    assert (adopted.state, adopted.adopted_by, adopted.version) == (RuleState.ADOPTED, other, "2027-1")
    assert bytes(entry.commitment) == tlog.commit(bytes.fromhex(adopted.salt), rule_text(adopted.words).encode())
    assert rule_on(LATER).value == 75
    assert rule_on(LATER - timedelta(days=1)).value == 70


@pytest.mark.parametrize("decide", [lambda who, rule: adopt_rule(actor=who, rule=rule),
                                    lambda who, rule: refuse_rule(actor=who, rule=rule, reason="不行")])  # fmt: skip
def test_author_decides_nothing(decide):
    author = nation()
    rule = proposed(author)

    with pytest.raises(NotAllowed, match="same_person_twice"):
        decide(author, rule)


def test_whoever_changed_a_word_of_the_draft_does_not_adopt_it():
    author, second = nation(), nation()
    draft = write_rule(actor=author, words=rule_words(valid_from=LATER))
    draft = write_rule(actor=second, words=rule_words(valid_from=LATER, value=80), draft=draft)
    rule = propose_rule(actor=author, rule=draft)

    with pytest.raises(NotAllowed, match="same_person_twice"):
        adopt_rule(actor=second, rule=rule)
    assert adopt_rule(actor=nation(), rule=rule).value == 80


def test_what_is_proposed_is_written_no_more_and_a_decision_is_taken_once():
    author, other = nation(), nation()
    rule = proposed(author)
    with pytest.raises(WrongState):
        write_rule(actor=author, words=rule_words(valid_from=LATER, value=90), draft=rule)

    adopt_rule(actor=other, rule=rule)

    for step in (adopt_rule, withdraw_rule):
        with pytest.raises(WrongState):
            step(actor=other, rule=rule)


def test_refusal_needs_a_reason_and_leaves_the_law_as_it_was():
    rule = proposed(nation())
    with pytest.raises(DomainError, match="reason_missing"):
        refuse_rule(actor=nation(), rule=rule, reason="  ")

    refuse_rule(actor=nation(), rule=rule, reason="依据不足")

    assert rule_on(LATER).version == "2022-1"
    with pytest.raises(NotAllowed):
        adopted_rule(rule.pk)


def test_two_versions_do_not_begin_on_one_day():
    author, other = nation(), nation()
    first, second = proposed(author), proposed(author)
    assert {first.version, second.version} == {"2027-1", "2027-2"}
    adopt_rule(actor=other, rule=first)

    with pytest.raises(DomainError, match="rule_begins_twice"):
        adopt_rule(actor=other, rule=second)


# --- scope and reach ------------------------------------------------------------------------------------------------
def test_province_writes_for_itself_and_not_for_the_nation_or_another():
    province = regulator("990000")
    own = write_rule(actor=province, words=rule_words(code="OWN_RULE", region_path="990000/"))

    assert list(open_versions(province)) == [own]
    assert list(open_versions(regulator("980000"))) == []
    for path in ("", "980000/"):
        with pytest.raises(NotAllowed):
            write_rule(actor=province, words=rule_words(code="OTHER_RULE", region_path=path))


def test_province_adds_no_version_to_the_nations_requirement():
    province = regulator("990000")

    with pytest.raises(DomainError, match="rule_of_another_region"):
        write_rule(actor=province, words=rule_words(region_path="990000/", value=10))
    # Nor where the same short name was taken in the meantime.
    rule = propose_rule(
        actor=province, rule=write_rule(actor=province, words=rule_words(code="SHARED", region_path="990000/"))
    )
    make_rule("adopted", code="SHARED", region_path="")
    with pytest.raises(DomainError, match="rule_of_another_region"):
        adopt_rule(actor=regulator("990000"), rule=rule)


def test_rule_of_a_region_and_a_category_stands_beside_where_it_belongs():
    rule = make_rule("adopted", code="LOCAL", region_path="990000/", categories=["enterprise"], valid_from=DAY)
    firm = make_institution(category="enterprise")

    assert rules_beside(firm, DAY) == [rule]
    assert rules_beside(firm, DAY - timedelta(days=1)) == []
    assert rules_beside(make_institution(category="university"), DAY) == []
    make_rule("proposed", code="NOT_YET", valid_from=DAY)
    assert rules_beside(firm, DAY) == [rule]


@pytest.mark.parametrize(
    ("binds", "categories", "bound"),
    [("nobody", [], False), ("scope", [], True), ("scope", ["enterprise"], False), ("scope", ["university"], True)],
)
def test_rule_binds_whom_it_names(binds, categories, bound):
    rule = make_rule("adopted", binds=binds, binding_designation="", categories=categories, valid_from=date(2026, 1, 1))
    place = make_institution(category="university")

    answer = institution_ratio(place, as_of=DAY)

    assert (answer.rule, answer.binding) == (rule, bound)
    _figure, answers = region_ratios(regulator(), "990000/", as_of=DAY)
    assert answers[place.pk].binding == bound


# --- what was known -------------------------------------------------------------------------------------------------
def test_rule_adopted_later_changes_now_known_and_never_then_known():
    institution = make_institution()
    make_appointment(make_person(), institution)
    before = clock.now()
    rule = (
        proposed(nation(), value=10)
        if False
        else write_rule(actor=(author := nation()), words=rule_words(valid_from=date(2026, 1, 1), value=10))
    )
    adopt_rule(actor=nation(), rule=propose_rule(actor=author, rule=rule))

    assert institution_ratio(institution, as_of=DAY).rule.value == 10
    assert institution_ratio(institution, as_of=DAY, known_at=before).rule.value == 70


# --- ways of counting -----------------------------------------------------------------------------------------------
@pytest.fixture
def mixed():
    """Professional full-time trained; professional part-time of 50 %; not professional, trained."""
    place = make_institution()
    people = [make_person(name) for name in "甲乙丙"]
    make_appointment(people[0], place, full_time=True, share=100)
    make_appointment(people[1], place, full_time=False, share=50)
    make_appointment(people[2], place, professional=False)
    train(people[0], level=Level.objects.get(code="JUNIOR"))
    train(people[2])
    return place


@pytest.mark.parametrize(("kind", "fraction"), [("professional", (1, 2)), ("all", (2, 3)), ("full_time", (1, 1))])
def test_rule_says_who_counts_as_staff(mixed, kind, fraction):
    rule = make_rule("adopted", staff_counted=kind)

    ratio = institution_ratio(mixed, as_of=DAY, rule=rule).ratio

    assert (ratio.trained, ratio.staff) == fraction


def test_other_ways_to_count_stand_beside_the_figure(mixed):
    local = make_rule("adopted", code="LOCAL", value=40, levels=["SENIOR"], valid_from=date(2026, 1, 1))

    beside = ratios_beside(institution_ratio(mixed, as_of=DAY))

    with translation.override("en"):
        assert [(str(one.label), one.ratio.trained, one.ratio.staff) for one in beside[:3]] == [
            ("all staff", 2, 3), ("full-time professional staff", 1, 1), ("full-time equivalents", 100, 150),
        ]  # fmt: skip
    narrower, own = beside[3:]
    assert (narrower.rule.version, narrower.ratio.trained, narrower.ratio.staff) == ("2020-1", 1, 2)
    assert (own.rule, own.ratio.trained, own.ratio.outcome) == (local, 0, Outcome.NOT_MET)


def test_narrower_wording_of_2020_asks_for_a_level(mixed):
    without_level = make_person("丁")
    make_appointment(without_level, mixed)
    train(without_level)

    answer = institution_ratio(mixed, as_of=DAY)

    assert (answer.ratio.trained, ratios_beside(answer)[3].ratio.trained) == (2, 1)


@pytest.mark.parametrize(("held_from", "counts"), [(date(2025, 1, 1), 1), (date(2025, 5, 2), 0)])
def test_provider_must_have_held_its_designation_on_the_day(held_from, counts):
    place, base, person = make_institution(), make_base(), make_person()
    make_appointment(person, place)
    Designation.objects.create(base=base, kind="national_base", document="No. 1", valid_from=held_from)
    train(person, on=date(2025, 5, 1), base=base)
    rule = make_rule("adopted", providers=["national_base"])

    assert institution_ratio(place, as_of=DAY, rule=rule).ratio.trained == counts


def test_equivalents_are_hundredths_and_nobody_is_more_than_one():
    ratio = equivalents_of({1: 60, 2: 150, 3: 40}, frozenset({2, 3}), value=70)

    assert (ratio.trained, ratio.staff, ratio.outcome) == (140, 200, Outcome.MET)


@pytest.mark.parametrize(
    ("trained", "staff", "outcome", "needed"),
    [
        (7, 10, Outcome.NOT_MET, 8),
        (8, 10, Outcome.MET, 8),
        (70, 99, Outcome.MET, 70),
        (0, 0, Outcome.NOT_APPLICABLE, 0),
    ],
)
def test_above_is_not_met_at_equality(trained, staff, outcome, needed):
    ratio = Ratio(trained, staff, 70, Comparator.MORE_THAN)

    assert (ratio.outcome, ratio.needed) == (outcome, needed)


# --- effect and difference ------------------------------------------------------------------------------------------
def test_effect_says_who_flips_and_why():
    flips, stays = make_institution(name="甲机构"), make_institution(name="乙机构")
    for place in (flips, stays):
        full, part = make_person(), make_person()
        make_appointment(full, place, full_time=True)
        make_appointment(part, place, full_time=place is stays)
        train(full)
    rule = make_rule("proposed", staff_counted="full_time", value=60)

    result = effects(regulator(), rule, on=DAY)

    first = result.lines[0]
    assert [line.institution for line in result.flips] == [flips] == [first.institution]
    assert (first.before.outcome, first.after.outcome, first.staff_out) == (Outcome.NOT_MET, Outcome.MET, 1)
    assert (result.met, result.against.version) == ((0, 1), "2022-1")


def test_effect_holds_nobody_out_of_reach_or_scope():
    make_institution(code="980000")
    firm = make_institution(category="enterprise")
    make_institution(category="university")
    rule = make_rule("proposed", categories=["enterprise"])

    assert [line.institution for line in effects(regulator(), rule, on=DAY).lines] == [firm]


@pytest.mark.parametrize("rows", [1, 3])
def test_effect_asks_the_same_number_of_statements(rows, django_assert_num_queries):
    for _row in range(rows):
        make_appointment(make_person(), make_institution())
    rule, actor = make_rule("proposed"), regulator()
    actor.worn_memberships()

    with django_assert_num_queries(11):
        effects(actor, rule, on=DAY)


def test_difference_is_told_in_plain_words():
    before = RatioRule.objects.get(code="TRAINED_STAFF_70", version="2022-1")
    texts = {**before.texts, "en": {**before.texts["en"], "title": "Another title"}}
    kinds = [kind for kind in before.employment_types if kind != "external"]
    after = make_rule(value=75, comparator="gt", employment_types=kinds, levels=["SENIOR"], texts=texts)

    with translation.override("en"):
        lines = {line.label: line for line in differences(before, after).here}

    assert (lines["Threshold"].before, lines["Threshold"].after) == ("not below 70%", "above 75%")
    assert lines["Employment that counts"].gone == ("external",)
    assert lines["Of these levels only"].before == "any training, also one without a level"
    assert lines["Requirement"].after == "Another title"
    assert differences(before, before) == Differences([], [])


# --- the database ---------------------------------------------------------------------------------------------------
def test_words_of_an_adopted_rule_change_by_no_way():
    with pytest.raises(IntegrityError), transaction.atomic():
        RatioRule.objects.filter(version="2022-1").update(value=1)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM staffing_ratiorule WHERE version = '2022-1'")
    with pytest.raises(IntegrityError), transaction.atomic():
        RatioRule.objects.filter(version="2022-1").update(state="draft")


@pytest.mark.parametrize(
    "fields",
    [
        {"value": 100, "comparator": "gt"},
        {"value": 0},
        {"binds": "designated", "binding_designation": ""},
        {"binds": "scope", "binding_designation": "pilot_university"},
        {"binds": "designated", "binding_designation": "pilot_university", "reference_only": True},
        {"valid_to": date(2020, 1, 1)},
    ],
)
def test_database_refuses_what_cannot_be(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rule(**fields)


def test_database_refuses_two_beginnings_two_names_and_one_person():
    author = nation()
    for fields in (
        {"state": "adopted"},
        {"state": "adopted", "version": "2022-1", "valid_from": LATER},
        {"state": "adopted", "code": "ALONE", "written_by": author, "adopted_by": author},
    ):
        words = {"version": "2030-1", **rule_words(), **fields}
        with pytest.raises(IntegrityError), transaction.atomic():
            RatioRule.objects.create(**words)


def test_version_that_begins_with_another_one_is_not_even_proposed():
    author = nation()
    draft = write_rule(actor=author, words=rule_words())

    with pytest.raises(DomainError, match="rule_begins_twice"):
        propose_rule(actor=author, rule=draft)


def test_own_proposal_waits_for_somebody_else():
    author, other = nation(), nation()
    proposed(author)

    def waiting(actor):
        return next(line for line in waiting_lines(actor, Role.REGULATOR) if line.desk.code == "ratio_rules").waiting

    assert (waiting(author).count, waiting(other).count, waiting(other).due) == (0, 1, LATER)
