"""Returns of the ratio: the way from declared to accepted, every version kept, and who may take which step."""

from datetime import date, timedelta

import pytest

from accounts.models import Membership
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from staffing import services
from staffing.models import RatioReturn, ReturnVersion
from staffing.selectors.returns import with_days
from staffing.selectors.returns_desk import decides_on
from staffing.services.returns_decided import require_may_decide
from staffing.workflow import RATIO_RETURN_STEPS, ReturnState
from tests.builders import join_records, make_appointment, make_institution, make_person, officer, regulator
from tests.staffing.returns_builders import (
    DAY,
    NOW,
    annul,
    attested,
    begun,
    filed,
    make_period,
    odd,
    on,
    receiver,
    staffed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_day")]


@pytest.fixture
def place():
    return staffed()


def refused(code, act, **facts):
    with pytest.raises(DomainError) as refusal:
        act(**facts)
    assert refusal.value.code == code


# --- the way of a return ----------------------------------------------------------------------------------------------
def test_figures_of_the_day_are_filed_as_computed(place, period):
    version = filed(place, period)

    assert (version.trained, version.staff, version.outcome, version.turn) == (7, 10, "met", 1)
    assert (version.as_of, version.rule.code, version.value) == (DAY, "TRAINED_STAFF_70", 70)
    assert (version.attested_name, version.attested_post, version.office) == ("贺敏", "人事处处长", place.name)
    found = RatioReturn.objects.get()
    assert (found.state, found.filed_turn) == (ReturnState.FILED, 1)
    verbs = list(
        AuditEntry.objects.filter(subject_type="staffing.ratioreturn").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == [f"staffing.ratioreturn.{step}" for step in ("declare", "check", "attest")]


def test_declaring_twice_is_declaring_once(place, period):
    actor = officer(place)

    assert begun(place, period, actor) == begun(place, period, actor)
    assert AuditEntry.objects.filter(verb="staffing.ratioreturn.declare").count() == 1


def test_attesting_twice_files_once(place, period):
    version = filed(place, period)
    with pytest.raises(WrongState):
        attested(version.ratio_return, version.attested_by)

    assert ReturnVersion.objects.count() == 1


def test_day_is_checked_when_it_is_over(place, period):
    actor = officer(place)
    with on(DAY):
        found = begun(place, period, actor)
        refused("day_not_over", services.check_return, actor=actor, ratio_return=found)
    assert RatioReturn.objects.get().state == ReturnState.DECLARED
    assert services.check_return(actor=actor, ratio_return=found).staff == 10


def test_nothing_is_declared_before_the_period_opens(place, period):
    with on(period.opens_on - timedelta(days=1)):
        refused("period_not_open", begun, institution=place, period=period)


def test_period_of_other_categories_or_regions_is_not_declared(place):
    others = make_period(code="OTHERS", categories=["enterprise"])
    elsewhere = make_period(code="ELSEWHERE", region_path="980000/")
    for one in (others, elsewhere):
        refused("period_of_others", begun, institution=place, period=one)


def test_figures_that_changed_since_the_check_are_not_attested(place, period):
    actor = officer(place)
    found = begun(place, period, actor)
    services.check_return(actor=actor, ratio_return=found)
    make_appointment(make_person("新"), place)

    refused("figures_moved", attested, found=found, actor=actor)
    services.check_return(actor=actor, ratio_return=found)
    assert attested(found, actor).staff == 11


def test_only_the_check_that_was_read_is_attested(place, period):
    actor = officer(place)
    found = begun(place, period, actor)
    read = services.check_return(actor=actor, ratio_return=found)
    services.check_return(actor=actor, ratio_return=found)

    refused(
        "check_moved", services.attest_return, actor=actor, ratio_return=found, check=read.pk, name="贺敏", post="处长"
    )


@pytest.mark.parametrize(("name", "post"), [("", "处长"), ("贺敏", " ")])
def test_who_attests_has_a_name_and_a_post(place, period, name, post):
    actor = officer(place)
    found = begun(place, period, actor)
    check = services.check_return(actor=actor, ratio_return=found)

    refused(
        "attester_missing",
        services.attest_return,
        actor=actor,
        ratio_return=found,
        check=check.pk,
        name=name,
        post=post,
    )


def test_returned_with_questions_it_is_filed_again_and_both_versions_stay(place, period):
    authority, first = receiver(), filed(place, period)
    services.send_back_return(actor=authority, ratio_return=first.ratio_return, version=first.pk, questions="请说明。")
    found = RatioReturn.objects.get()
    assert found.state == ReturnState.RETURNED

    services.check_return(actor=first.attested_by, ratio_return=found)
    refused("reason_missing", attested, found=found, actor=first.attested_by)
    second = attested(found, first.attested_by, "补充说明")

    assert [(one.turn, one.reason) for one in found.versions.order_by("turn")] == [(1, ""), (2, "补充说明")]
    assert second.decisions.count() == 0
    assert first.decisions.get().reason == "请说明。"
    refused("version_moved", services.accept_return, actor=authority, ratio_return=found, version=first.pk)
    assert services.accept_return(actor=authority, ratio_return=found, version=second.pk).state == ReturnState.ACCEPTED


def test_in_the_window_the_institution_takes_it_back_and_corrects_it(place, period):
    version = filed(place, period)
    refused(
        "reason_missing",
        services.reopen_return,
        actor=version.attested_by,
        ratio_return=version.ratio_return,
        reason=" ",
    )
    found = services.reopen_return(actor=version.attested_by, ratio_return=version.ratio_return, reason="漏报一人")
    make_appointment(make_person("补"), place)

    again = filed(place, period, version.attested_by, "漏报一人")

    assert (found.state, again.turn, again.staff) == (ReturnState.CORRECTING, 2, 11)
    assert ReturnVersion.objects.get(turn=1).staff == 10


def test_after_the_window_only_the_authority_opens_it(place, period):
    version = filed(place, period)
    last = with_days([period])[0].correct_until.day
    assert last == date(2026, 7, 28)
    with on(last + timedelta(days=1)):
        refused(
            "window_over",
            services.reopen_return,
            actor=version.attested_by,
            ratio_return=version.ratio_return,
            reason="迟",
        )
        receiver_ = receiver()
        services.send_back_return(
            actor=receiver_, ratio_return=version.ratio_return, version=version.pk, questions="更正"
        )
    with on(last):
        assert RatioReturn.objects.get().state == ReturnState.RETURNED


def test_authority_corrects_to_the_figure_as_known_now(place, period):
    authority, first = receiver(), filed(place, period)
    found, words = first.ratio_return, {"name": "沈砚秋", "post": "处长", "reason": "学历未能核实"}
    refused(
        "nothing_to_correct", services.correct_return, actor=authority, ratio_return=found, version=first.pk, **words
    )
    annul(place)

    second = services.correct_return(actor=authority, ratio_return=found, version=first.pk, **words)

    assert (second.turn, second.trained, second.outcome, second.by_authority) == (2, 6, "not_met", True)
    assert RatioReturn.objects.get().state == ReturnState.CORRECTED
    assert ReturnVersion.objects.get(turn=1).trained == 7


def test_matrix_of_states_and_steps(place, period):
    """From every state every step: what the table allows is allowed, and nothing else."""
    authority, version = receiver(), filed(place, period)
    found, actor = version.ratio_return, version.attested_by
    acts = {
        "check": lambda: services.check_return(actor=actor, ratio_return=found),
        "attest": lambda: attested(found, actor, "再报"),
        "reopen": lambda: services.reopen_return(actor=actor, ratio_return=found, reason="更正"),
        "accept": lambda: services.accept_return(actor=authority, ratio_return=found, version=last(found)),
        "return": lambda: services.send_back_return(
            actor=authority, ratio_return=found, version=last(found), questions="？"
        ),
    }
    wrong = []
    for state in ReturnState:
        if state == ReturnState.DECLARED:
            continue
        for name, act in acts.items():
            RatioReturn.objects.filter(pk=found.pk).update(state=state)
            try:
                act()
                done = True
            except WrongState:
                done = False
            if done != (state in RATIO_RETURN_STEPS[name].sources):
                wrong.append((state, name))
    assert wrong == []


def last(found):
    return found.versions.latest("turn").pk


@pytest.mark.parametrize("where", ["name", "post", "reason"])
def test_what_no_font_can_print_is_not_filed(place, period, where):
    actor, authority = officer(place), receiver()
    words = {"name": "贺敏", "post": "处长", "reason": "更正\n第二行", where: "王\U000e0041"}
    found = begun(place, period, actor)
    check = services.check_return(actor=actor, ratio_return=found)
    refused("glyphs_missing", services.attest_return, actor=actor, ratio_return=found, check=check.pk, **words)

    first = attested(found, actor, "更正\n第二行")
    annul(place)

    refused("glyphs_missing", services.correct_return, actor=authority, ratio_return=found, version=first.pk, **words)
    assert ReturnVersion.objects.count() == 1


# --- who --------------------------------------------------------------------------------------------------------------
def test_institution_files_and_its_receiving_body_decides(place, period):
    authority, version = receiver(), filed(place, period)
    found = version.ratio_return
    for foreign in (officer(), authority, regulator()):
        with pytest.raises(NotAllowed):
            services.check_return(actor=foreign, ratio_return=found)
        with pytest.raises(NotAllowed):
            services.declare_return(actor=foreign, institution=place, period=period)
    for foreign in (officer(place), regulator("980000")):
        with pytest.raises(NotAllowed):
            services.accept_return(actor=foreign, ratio_return=found, version=version.pk)
    refused("other_body_competent", services.accept_return, actor=regulator(), ratio_return=found, version=version.pk)
    assert services.accept_return(actor=authority, ratio_return=found, version=version.pk).state == ReturnState.ACCEPTED


def test_where_nobody_receives_returns_nobody_decides(place, period):
    version = filed(place, period)
    refused(
        "nobody_competent",
        services.accept_return,
        actor=regulator(),
        ratio_return=version.ratio_return,
        version=version.pk,
    )


def test_who_acts_or_works_for_the_institution_does_not_decide(place, period):
    version = filed(place, period)
    acts, works = receiver(), receiver()
    Membership.objects.create(user=acts, role="institution_officer", institution=place, valid_from=date(2020, 1, 1))
    make_appointment(make_person("兼", user=works), place, start=date(2026, 7, 1), professional=False)
    for own in (acts, works):
        own.worn = [one for one in own.valid_memberships() if one.role == "regulator"]
        refused(
            "own_institution", services.accept_return, actor=own, ratio_return=version.ratio_return, version=version.pk
        )


def related(kind, university):
    """Where the one who decides works: at the legal person of the institution, in one of its departments, or nearby."""
    if kind == "itself":
        return university
    return make_institution(parent=university if kind == "department" else None)


@pytest.mark.parametrize("tie", ["acts", "works", "works by a joined record"])
@pytest.mark.parametrize(
    ("files", "works", "own"),
    [
        ("itself", "itself", True),
        ("department", "itself", True),
        ("itself", "department", True),
        ("department", "department", True),
        ("itself", "another", False),
        ("department", "another", False),
    ],
)
def test_nobody_decides_on_the_own_legal_person(files, works, own, tie):
    university, actor = make_institution(), receiver()
    place, elsewhere = related(files, university), related(works, university)
    if tie == "acts":
        dated = {"role": "institution_officer", "valid_from": date(2020, 1, 1)}
        Membership.objects.create(user=actor, institution=elsewhere, **dated)
    else:
        person = make_person("兼", user=None if "joined" in tie else actor)
        make_appointment(person, elsewhere, professional=False)
        if "joined" in tie:
            join_records(person, into=make_person("兼", user=actor))

    assert decides_on(actor, place) is not own
    found = RatioReturn(institution=place)
    assert refusal_of(lambda: require_may_decide(actor, found)) == ("own_institution" if own else "")


def refusal_of(act):
    try:
        act()
    except DomainError as error:
        return error.code
    return ""


def turned_regulator(both, authority):
    """Whoever worked for the institution yesterday sits in the authority today."""
    body = authority.memberships.get().admin_body
    both.memberships.all().update(valid_to=NOW)
    Membership.objects.create(user=both, role="regulator", admin_body=body, valid_from=date(2020, 1, 1))
    both.worn = [one for one in both.valid_memberships() if one.role == "regulator"]
    return both


def decisions_on(version, actor):
    given = {"actor": actor, "ratio_return": version.ratio_return, "version": version.pk}
    return [
        (services.accept_return, given),
        (services.send_back_return, {**given, "questions": "？"}),
        (services.correct_return, {**given, "name": "沈砚秋", "post": "处长", "reason": "更正"}),
    ]


def test_who_had_a_hand_in_it_does_not_decide(place, period):
    authority, both = receiver(), officer(place)
    version = filed(place, period, both)

    for act, given in decisions_on(version, turned_regulator(both, authority)):
        refused("same_person_twice", act, **given)


def test_who_answered_neither_judges_nor_decides(period):
    """Others declared, checked and attested: one answer is a hand in it."""
    authority, colleague = receiver(), officer(place := odd())
    found, other = begun(place, period, colleague), officer(place)
    check = services.check_return(actor=colleague, ratio_return=found)
    anomaly = check.anomalies.get()
    services.answer_anomaly(actor=other, anomaly=anomaly, answer="新设团队")
    version = attested(found, colleague)

    turned_regulator(other, authority)

    judged = {"anomaly": anomaly, "judgement": "explained", "because": "已核"}
    refused("same_person_twice", services.judge_anomaly, actor=other, **judged)
    for act, given in decisions_on(version, other):
        refused("same_person_twice", act, **given)
    assert services.judge_anomaly(actor=authority, **judged).judgement == "explained"


def test_who_filed_does_not_judge(period):
    authority, both = receiver(), officer(place := odd())
    anomaly = filed(place, period, both).check_of.anomalies.get()

    refused(
        "same_person_twice",
        services.judge_anomaly,
        actor=turned_regulator(both, authority),
        anomaly=anomaly,
        judgement="explained",
        because="已核",
    )
