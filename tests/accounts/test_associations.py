"""Associations: asked by one side, answered by the other, ended by either; each side does its own half only."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts import services
from accounts.models import AssociationMember, Institution
from accounts.permissions import Role
from accounts.selectors.associations import member_rows, members_on, waiting_for_answer
from accounts.selectors.waiting import waiting_lines
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from tests.accounts.joining_associations import DAY, applied, ended, member, proposed
from tests.builders import hat, make_institution, make_user, officer, regulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return make_institution("岚江省技术转移协会", category="association")


@pytest.fixture
def institution():
    return make_institution("岚江大学技术转移中心")


# --- the way ----------------------------------------------------------------------------------------------------------
def test_what_the_association_proposes_the_institution_accepts(association, institution):
    made = member(association, institution)

    assert (made.state, made.valid_from, made.valid_to, made.proposed) == ("member", clock.today(), None, True)
    verbs = AuditEntry.objects.filter(subject_type="accounts.associationmember").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "accounts.associationmember.propose",
        "accounts.associationmember.accept",
    ]


def test_what_the_institution_applies_for_the_association_admits(association, institution):
    made = services.admit_member(actor=officer(association), member=applied(association, institution))

    assert (made.state, made.valid_from, made.proposed) == ("member", clock.today(), False)


def test_proposal_is_found_by_the_code_however_typed(association, institution):
    code = f" {institution.uscc[:8].lower()} {institution.uscc[8:]} "

    made = services.propose_member(actor=officer(association), association=association, code=code)

    assert made.institution == institution


@pytest.mark.parametrize("code", ["", "1", "12000000DEM0"])
def test_proposal_of_what_is_no_code_is_refused(code, association):
    with pytest.raises(DomainError, match="unknown_institution"):
        services.propose_member(actor=officer(association), association=association, code=code)


@pytest.mark.parametrize(
    ("step", "state"),
    [("decline", "declined"), ("retract", "withdrawn"), ("refuse", "declined"), ("withdraw", "withdrawn")],
)
def test_question_is_closed_without_a_day(step, state, association, institution):
    made = proposed(association, institution) if step in ("decline", "retract") else applied(association, institution)
    act = {
        "decline": lambda: services.decline_proposal(actor=officer(institution), member=made),
        "retract": lambda: services.retract_proposal(actor=officer(association), member=made),
        "refuse": lambda: services.refuse_member(actor=officer(association), member=made, reason="条件不符"),
        "withdraw": lambda: services.withdraw_application(actor=officer(institution), member=made),
    }[step]

    closed = act()

    assert (closed.state, closed.valid_from) == (state, None)
    # It can be asked again.
    assert proposed(association, institution).state == "proposed"


def test_either_side_ends_it_on_a_day(association, institution):
    other = make_institution()

    by_association = ended(association, institution, in_days=30)
    by_member = services.leave_association(
        actor=officer(other), member=member(association, other), valid_to=clock.today()
    )

    assert (by_association.state, by_association.valid_to) == ("ended", clock.today() + 30 * DAY)
    assert by_association.reason == "未缴会费"
    assert (by_member.state, by_member.valid_to) == ("ended", clock.today())


def test_member_counts_to_the_day_before_its_end(association, institution):
    made = ended(association, institution, in_days=30)

    assert [list(members_on(association, made.valid_to - n * DAY)) for n in (1, 0)] == [[made], []]
    assert list(members_on(association, made.valid_from - DAY)) == []


@pytest.mark.parametrize(("days", "code"), [(-1, "end_in_past"), (367, "end_too_late")])
def test_end_is_today_or_within_a_year(days, code, association, institution):
    made = member(association, institution)

    with pytest.raises(DomainError, match=code):
        services.leave_association(actor=officer(institution), member=made, valid_to=clock.today() + days * DAY)


# --- who may not ------------------------------------------------------------------------------------------------------
STRANGERS = {
    "other institution": lambda a, i: officer(make_institution()),
    "authority": lambda a, i: regulator(),
    "nobody": lambda a, i: make_user(),
}
OWN_HALF = {
    "accept": ("institution", lambda who, made: services.accept_proposal(actor=who, member=made)),
    "decline": ("institution", lambda who, made: services.decline_proposal(actor=who, member=made)),
    "retract": ("association", lambda who, made: services.retract_proposal(actor=who, member=made)),
    "admit": ("association", lambda who, made: services.admit_member(actor=who, member=made)),
    "refuse": ("association", lambda who, made: services.refuse_member(actor=who, member=made, reason="x")),
    "withdraw": ("institution", lambda who, made: services.withdraw_application(actor=who, member=made)),
    "end": (
        "association",
        lambda who, made: services.end_member(actor=who, member=made, valid_to=clock.today(), reason="x"),
    ),
    "leave": (
        "institution",
        lambda who, made: services.leave_association(actor=who, member=made, valid_to=clock.today()),
    ),
}


def ready_for(step: str, association: Institution, institution: Institution) -> AssociationMember:
    if step in ("end", "leave"):
        return member(association, institution)
    return (proposed if step in ("accept", "decline", "retract") else applied)(association, institution)


@pytest.mark.parametrize("step", OWN_HALF)
@pytest.mark.parametrize("who", [*STRANGERS, "the other side"])
def test_each_side_does_its_own_half_only(who, step, association, institution):
    side, act = OWN_HALF[step]
    made = ready_for(step, association, institution)
    other = association if side == "institution" else institution
    actor = officer(other) if who == "the other side" else STRANGERS[who](association, institution)
    before = AssociationMember.objects.filter(pk=made.pk).values().get()

    with pytest.raises(NotAllowed):
        act(actor, made)

    assert AssociationMember.objects.filter(pk=made.pk).values().get() == before


def test_whoever_asked_for_one_side_does_not_answer_for_the_other(association, institution):
    both = hat(Role.INSTITUTION_OFFICER, institution, officer(association))
    made = proposed(association, institution, actor=both)

    with pytest.raises(NotAllowed, match="same_person_twice"):
        services.accept_proposal(actor=both, member=made)


def test_nobody_asks_for_a_foreign_place(association, institution):
    stranger = officer(make_institution())

    with pytest.raises(NotAllowed):
        proposed(association, institution, actor=stranger)
    with pytest.raises(NotAllowed):
        services.apply_for_membership(actor=stranger, institution=institution, association=association)

    assert AssociationMember.objects.count() == 0


def test_only_an_association_has_members_and_never_itself(association, institution):
    other = make_institution()

    with pytest.raises(DomainError, match="no_association"):
        proposed(institution, other)
    with pytest.raises(DomainError, match="own_member"):
        proposed(association, association)


def test_step_out_of_order_is_refused(association, institution):
    made = proposed(association, institution)

    with pytest.raises(WrongState):
        services.admit_member(actor=officer(association), member=made)


@pytest.mark.parametrize("step", ["refuse", "end"])
def test_association_says_why(step, association, institution):
    made = ready_for(step, association, institution)
    more = {"valid_to": clock.today()} if step == "end" else {}

    with pytest.raises(DomainError, match="reason_missing"):
        {"refuse": services.refuse_member, "end": services.end_member}[step](
            actor=officer(association), member=made, reason=" ", **more
        )


# --- no overlap -------------------------------------------------------------------------------------------------------
def test_member_is_not_asked_again_until_its_last_day_has_passed(association, institution):
    made = ended(association, institution, in_days=30)

    with pytest.raises(DomainError, match="member_already"):
        proposed(association, institution)
    with clock.travel(30 * DAY):
        again = member(association, institution)

    assert (again.state, again.valid_from) == ("member", made.valid_to)


def test_same_question_is_asked_once_from_whichever_side(association, institution):
    proposed(association, institution)

    for ask in (proposed, applied):
        with pytest.raises(DomainError, match="asked_already"):
            ask(association, institution)


@pytest.mark.parametrize(("start", "end", "fits"), [(0, None, False), (-5, 1, False), (10, None, True), (-5, 0, True)])
def test_database_refuses_the_same_pair_twice_at_a_time(start, end, fits, association, institution):
    begun = date(2026, 3, 1)

    def row(valid_from: date, valid_to: date | None) -> None:
        AssociationMember.objects.create(
            association=association,
            institution=institution,
            proposed=True,
            state="ended" if valid_to else "member",
            valid_from=valid_from,
            valid_to=valid_to,
        )

    row(begun, begun + 10 * DAY)
    again = (begun + start * DAY, None if end is None else begun + end * DAY)

    if fits:
        row(*again)
    else:
        with pytest.raises(IntegrityError, match="association_member_once_at_a_time"), transaction.atomic():
            row(*again)


def test_pair_and_question_are_never_rewritten(association, institution):
    made = member(association, institution)

    for change in ({"institution": make_institution()}, {"proposed": False}, {"asked_at": clock.now()}):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            AssociationMember.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        AssociationMember.objects.filter(pk=made.pk)._raw_delete("default")


# --- who sees what ----------------------------------------------------------------------------------------------------
def test_authorities_of_either_region_see_it_and_others_do_not():
    association = make_institution(category="association", code="990100")
    member(association, make_institution(code="990200"))
    seen = {
        code: member_rows(regulator(code), association, {}).count() for code in ("990000", "990100", "990200", "980000")
    }

    assert seen == {"990000": 1, "990100": 1, "990200": 1, "980000": 0}


def test_what_waits_is_what_the_other_side_asked(association, institution):
    asked, applies = proposed(association, institution), applied(association, make_institution())

    assert list(waiting_for_answer(officer(institution))) == [asked]
    assert list(waiting_for_answer(officer(association))) == [applies]
    assert list(waiting_for_answer(regulator())) == []


def test_desk_of_the_home_counts_what_waits(association, institution):
    proposed(association, institution)

    lines = {line.desk.code: line.waiting.count for line in waiting_lines(officer(institution), "institution_officer")}

    assert lines["associations"] == 1


def test_association_that_has_members_keeps_its_category(association, institution):
    made, authority = member(association, institution), regulator()
    values = {"name": association.name, "level": association.level, "uscc": association.uscc, "reason": "更正"}

    with pytest.raises(DomainError, match="association_has_members"):
        services.correct_institution(actor=authority, institution=association, category="enterprise", **values)
    services.leave_association(actor=officer(institution), member=made, valid_to=clock.today())
    corrected = services.correct_institution(actor=authority, institution=association, category="enterprise", **values)

    assert corrected.category == "enterprise"
