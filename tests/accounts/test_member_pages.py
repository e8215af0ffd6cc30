"""The pages of members and invitations: the whole way, what they show masked, and what is not there for others."""

import pytest
from django.test import Client

from accounts.models import AdminBody, Invitation, Membership, User
from accounts.permissions import Role
from accounts.workflow import InvitationState
from core.text import mask_email
from tests.accounts.joining import INVITED, confirmed, invited, letter, signed_in
from tests.builders import hat, make_institution, make_person, officer, place_for, regulator

pytestmark = pytest.mark.django_db


def national() -> AdminBody:
    return AdminBody.objects.get(code="NATIONAL")


def test_way_from_the_list_to_the_hat(client: Client):
    institution = make_institution("岚江大学")
    actor = officer(institution)
    make_person("贺敏", user=actor)
    page = signed_in(actor)
    address = f"/members/institution/{institution.pk}/"

    assert page.get("/members/").url == address
    assert page.post(address, {"role": "institution_officer", "email": INVITED}).url == address
    link = letter(Invitation.objects.get())

    assert client.get(link).url.startswith("/accounts/login/")
    guest = signed_in(confirmed())
    asked = guest.get(guest.get(link).url).content.decode()
    assert "贺敏" in asked
    assert "岚江大学" in asked
    assert guest.post(guest.get(link).url, {"accept": "1"}).url == "/home/"
    home = guest.get("/home/")
    assert (home.status_code, home.context["hat"].place) == (200, institution)
    assert guest.get(link).status_code == 404


def test_page_shows_masked_addresses_alone():
    institution = make_institution()
    actor = officer(institution)
    colleague = officer(institution)
    invited(actor, institution)

    page = signed_in(actor).get(f"/members/institution/{institution.pk}/").content.decode()

    assert "z***@example.test" in page
    assert INVITED not in page
    assert colleague.email not in page


def test_whoever_may_end_a_hat_reads_whose_it_is_on_the_list_and_before_ending():
    institution = make_institution()
    clerk, colleague = officer(institution), officer(institution)
    make_person("周海棠", user=colleague)

    for reader in (clerk, regulator()):
        page = signed_in(reader)
        listed = page.get(f"/members/institution/{institution.pk}/").content.decode()
        assert "周海棠" in listed
        assert mask_email(colleague.email) in listed
        assert colleague.email not in listed

    ending = Membership.objects.get(user=colleague)
    asked = signed_in(clerk).get(f"/members/hats/{ending.pk}/end/").content.decode()
    assert ("周海棠" in asked, mask_email(colleague.email) in asked) == (True, True)


def test_member_without_an_address_is_told_apart_by_the_masked_number():
    institution = make_institution()
    for name, number in (("", "+8613800000018"), ("周海棠", "+8613900000019")):
        user = User.objects.create(phone=number, phone_index=number, phone_verified=True)
        hat(Role.INSTITUTION_OFFICER, institution, user)
        if name:
            make_person(name, user=user)

    page = signed_in(officer(institution)).get(f"/members/institution/{institution.pk}/").content.decode()

    assert [word in page for word in ("138****0018", "139****0019", "周海棠")] == [True, True, True]
    assert "13800000018" not in page


def test_what_commands_act_as_is_no_member_of_the_national_body():
    page = signed_in(hat(Role.SECURITY_ADMIN, national())).get("/members/", follow=True).content.decode()

    assert "s***@platform.invalid" not in page


def test_office_reads_its_own_members():
    """Nobody looks as a body, so that its page has no viewings to ask for."""
    actor = regulator("990000")
    page = signed_in(actor)

    answer = page.get("/members/", follow=True)

    assert (answer.status_code, answer.context["place"]) == (200, actor.memberships.get().admin_body)
    assert answer.context["viewings"] == []


def test_letter_opened_by_another_login_shows_the_masked_address_alone():
    institution = make_institution("岚江大学")
    link = letter(invited(officer(institution), institution))

    page = signed_in(confirmed("other@example.test")).get(link)

    assert page.status_code == 403
    assert "z***@example.test" in page.content.decode()
    assert INVITED not in page.content.decode()
    assert "岚江大学" not in page.content.decode()


def test_wrong_entries_come_back_filled():
    institution = make_institution()
    actor = officer(institution)
    invited(actor, institution)

    page = signed_in(actor).post(
        f"/members/institution/{institution.pk}/", {"role": "institution_officer", "email": INVITED}
    )

    assert page.status_code == 200
    assert "该邮箱已收到邀请，尚未答复。" in page.content.decode()
    assert f'value="{INVITED}"' in page.content.decode()


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.INVIGILATOR, Role.AUDITOR, Role.EVALUATOR, Role.EDITOR])
def test_hats_that_give_nothing_have_no_members_page(role):
    place = place_for(role)
    client = signed_in(hat(role, place))

    assert client.get("/members/").status_code == 404


def test_members_of_others_are_not_there():
    other = make_institution()
    officer(other)
    client = signed_in(officer())

    for kind, pk in (("institution", other.pk), ("institution", 999_999), ("base", 1), ("admin_body", 1), ("x", 1)):
        assert client.get(f"/members/{kind}/{pk}/").status_code == 404


def test_regulator_sees_the_members_of_a_place_below_and_of_the_own_body():
    institution = make_institution(code="990100")
    officer(institution)
    actor = regulator("990000")
    body = actor.memberships.get().admin_body
    client = signed_in(actor)

    assert client.get(f"/members/institution/{institution.pk}/").context["form"] is None
    assert client.get("/members/").url == f"/members/admin_body/{body.pk}/"
    assert client.get(f"/members/admin_body/{national().pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_members_page_costs_the_same_for_any_number(count, django_assert_num_queries):
    institution = make_institution()
    actor = officer(institution)
    for number in range(count):
        officer(institution)
        invited(actor, institution, email=f"n{number}@example.test")
    client = signed_in(actor)
    address = f"/members/institution/{institution.pk}/"
    client.get(address)

    with django_assert_num_queries(9):
        client.get(address)


def test_withdrawing_takes_the_link_away():
    institution = make_institution()
    actor = officer(institution)
    invitation = invited(actor, institution)
    link = letter(invitation)

    signed_in(actor).post(f"/members/invitations/{invitation.pk}/withdraw/")

    assert Invitation.objects.get(pk=invitation.pk).state == InvitationState.WITHDRAWN
    assert signed_in(confirmed()).get(link).status_code == 404
    assert Membership.objects.filter(institution=institution).count() == 1
