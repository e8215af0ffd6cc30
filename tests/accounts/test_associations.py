"""Associations: asked by one side, answered by the other, ended by either; each side does its own half only."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import AssociationMember, Institution, User
from accounts.permissions import Role
from accounts.selectors.associations import asked_by, associations_to_join, member_rows, members_on, waiting_for_answer
from accounts.selectors.waiting import waiting_lines
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from tests.builders import hat, make_institution, make_user, officer, regulator

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def association():
    return make_institution("岚江省技术转移协会", category="association")


@pytest.fixture
def institution():
    return make_institution("岚江大学技术转移中心")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def proposed(association: Institution, institution: Institution, actor: User | None = None) -> AssociationMember:
    return services.propose_member(
        actor=actor or officer(association), association=association, code=str(institution.uscc)
    )


def applied(association: Institution, institution: Institution) -> AssociationMember:
    return services.apply_for_membership(actor=officer(institution), institution=institution, association=association)


def member(association: Institution, institution: Institution) -> AssociationMember:
    return services.accept_proposal(actor=officer(institution), member=proposed(association, institution))


def ended(association: Institution, institution: Institution, in_days: int = 0) -> AssociationMember:
    return services.end_member(
        actor=officer(association),
        member=member(association, institution),
        valid_to=clock.today() + in_days * DAY,
        reason="未缴会费",
    )


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


def test_whoever_asked_for_one_side_is_not_offered_the_answer_of_the_other(association, institution):
    both = hat(Role.INSTITUTION_OFFICER, institution, officer(association))
    made, other = proposed(association, institution, actor=both), proposed(association, make_institution())
    client = client_of(both)
    client.post(reverse("accounts:wear_hat"), {"membership": both.memberships.get(institution=institution).pk})

    (line,) = client.get(reverse("accounts:associations")).context["lines"]

    assert asked_by(both, [made, other]) == {made.pk}
    assert [step["url"].split("/")[-2] for step in line["steps"]] == ["decline"]


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


# --- pages ------------------------------------------------------------------------------------------------------------
def step(client: Client, made: AssociationMember, name: str, **fields: object):
    return client.post(reverse("accounts:association_step", args=[made.pk, name]), fields)


def test_association_proposes_and_the_institution_accepts_on_the_pages(association, institution):
    keeper, joiner = client_of(officer(association)), client_of(officer(institution))

    sent = keeper.post(reverse("accounts:association_members"), {"code": institution.uscc})
    made = AssociationMember.objects.get()
    listed = joiner.get(reverse("accounts:associations")).content.decode()
    question = joiner.get(reverse("accounts:association_step", args=[made.pk, "accept"]))
    step(joiner, made, "accept")
    left = step(joiner, made, "leave", valid_to=clock.today().isoformat())

    assert sent.url == reverse("accounts:association_members")
    assert reverse("accounts:association_step", args=[made.pk, "accept"]) in listed
    assert reverse("accounts:association_step", args=[made.pk, "retract"]) not in listed
    assert question.status_code == 200
    assert left.url == reverse("accounts:associations")
    made.refresh_from_db()
    assert (made.state, made.valid_to) == ("ended", clock.today())


def test_institution_finds_an_association_applies_and_is_refused_with_a_reason(association, institution):
    keeper, joiner = client_of(officer(association)), client_of(officer(institution))
    address = reverse("accounts:join_association", args=[association.pk])

    found = joiner.get(reverse("accounts:find_association"), {"q": "转移协会"}).content.decode()
    joiner.post(address)
    made = AssociationMember.objects.get()
    silent = step(keeper, made, "refuse", reason="")
    step(keeper, made, "refuse", reason="条件不符")

    assert address in found
    assert silent.context["form"].errors.keys() == {"reason"}
    assert "条件不符" in joiner.get(reverse("accounts:associations")).content.decode()


def test_wrong_code_comes_back_filled(association):
    answer = client_of(officer(association)).post(reverse("accounts:association_members"), {"code": "12000000X"})

    assert answer.context["form"].errors.keys() == {"code"}
    assert "12000000X" in answer.content.decode()


def test_members_page_is_the_associations_alone(association, institution):
    made = proposed(association, institution)
    address = reverse("accounts:association_members")

    for who in (officer(institution), officer(make_institution()), regulator(), make_user()):
        assert client_of(who).get(address).status_code == 404
    for who, name in [(officer(institution), "retract"), (officer(association), "accept"), (regulator(), "accept")]:
        other = reverse("accounts:association_step", args=[made.pk, name])
        missing = reverse("accounts:association_step", args=[999_999, name])
        assert [client_of(who).post(url).status_code for url in (other, missing)] == [404, 404]
    made.refresh_from_db()
    assert made.state == "proposed"


def test_members_are_filtered_by_name_code_and_state(association):
    first, second = make_institution("甲技术转移中心"), make_institution("乙研究院")
    running, waiting = member(association, first), proposed(association, second)
    client, address = client_of(officer(association)), reverse("accounts:association_members")
    found = {
        (name, value): [line["one"] for line in client.get(address, {name: value}).context["lines"]]
        for name, value in [("q", "研究"), ("q", first.uscc), ("state", "member"), ("state", "nonsense")]
    }

    assert list(found.values()) == [[waiting], [running], [running], [waiting, running]]


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_more_rows(rows, association, institution, django_assert_num_queries):
    for _ in range(rows):
        member(association, make_institution())
        applied(association, make_institution())
        applied(make_institution(category="association"), institution)
    keeper, joiner = client_of(officer(association)), client_of(officer(institution))
    visitor = Client()
    pages = {
        reverse("accounts:association_members"): keeper,
        reverse("accounts:associations"): joiner,
        reverse("accounts:find_association"): joiner,
        reverse("website:institution_members", args=[association.pk]): visitor,
    }
    for address, client in pages.items():
        client.get(address)

    with django_assert_num_queries(25):
        for address, client in pages.items():
            assert client.get(address).status_code == 200


def test_page_says_until_when_whose_end_is_told(association, institution):
    ended(association, institution, in_days=30)

    page = client_of(officer(institution)).get("/en" + reverse("accounts:associations")).content.decode()

    assert "membership ends on" in page


def test_public_reads_members_of_today_and_nothing_of_what_was_asked(association, institution):
    gone, asked = make_institution("已退会的机构"), make_institution("被提名的机构")
    member(association, institution)
    ended(association, gone)
    proposed(association, asked)
    address = reverse("website:institution_members", args=[association.pk])

    page = Client().get(address).content.decode()

    assert institution.name in page
    assert [name for name in (gone.name, asked.name, "未缴会费") if name in page] == []
    assert Client().get(reverse("website:institution_members", args=[institution.pk])).status_code == 404


def test_authority_reads_members_and_their_number_at_the_association(association, institution):
    member(association, institution)
    client = client_of(regulator())

    at_association = client.get(reverse("oversight:institution", args=[association.pk]))
    at_member = client.get(reverse("oversight:institution", args=[institution.pk]))

    assert at_association.context["card"].members_count == 1
    assert institution.name in at_association.content.decode()
    assert association.name in at_member.content.decode()


def test_associations_to_join_are_those_without_a_tie(association, institution):
    free = make_institution("岚州市技术转移联盟", category="association")
    make_institution("不是协会")
    member(association, institution)

    assert list(associations_to_join(institution, "")) == [free]
    assert list(associations_to_join(free, "")) == [association]
