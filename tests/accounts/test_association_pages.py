"""Pages of associations: both sides, what the public and the authorities read of it; closed to others."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AssociationMember, User
from accounts.permissions import Role
from accounts.selectors.associations import asked_by, associations_to_join
from core import clock
from tests.accounts.joining_associations import applied, ended, member, proposed
from tests.builders import hat, make_institution, make_user, officer, regulator

pytestmark = pytest.mark.django_db


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

    with django_assert_num_queries(26):
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


def test_whoever_asked_for_one_side_is_not_offered_the_answer_of_the_other(association, institution):
    both = hat(Role.INSTITUTION_OFFICER, institution, officer(association))
    made, other = proposed(association, institution, actor=both), proposed(association, make_institution())
    client = client_of(both)
    client.post(reverse("accounts:wear_hat"), {"membership": both.memberships.get(institution=institution).pk})

    (line,) = client.get(reverse("accounts:associations")).context["lines"]

    assert asked_by(both, [made, other]) == {made.pk}
    assert [step["url"].split("/")[-2] for step in line["steps"]] == ["decline"]
