"""The hat one wears: one membership counts at a time, chosen by its owner and by nobody else."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Membership, User
from accounts.permissions import Role
from accounts.views.home import TEMPLATES
from core import clock
from tests.builders import (
    base_manager,
    hat,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    place_for,
)

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def worn(client: Client) -> Membership | None:
    """Whose home page it is."""
    return client.get("/home/").context["hat"]


def wear(client: Client, choice: object, **more: str):
    return client.post("/hat/", {"membership": str(choice), **more})


@pytest.fixture
def two_hats():
    """An officer of one institution who manages a base as well."""
    user = officer(make_institution("岚江大学"))
    hat(Role.BASE_MANAGER, make_base("9901"), user)
    return user


@pytest.fixture
def client(two_hats):
    return signed_in(two_hats)


def hats_of(user: User) -> list[Membership]:
    return list(user.memberships.order_by("pk"))


def test_without_a_choice_the_first_hat_counts(client, two_hats):
    assert worn(client) == hats_of(two_hats)[0]


def test_login_without_hats_wears_none():
    assert worn(signed_in(make_user())) is None


def test_chosen_hat_counts_from_the_next_page_on(client, two_hats):
    second = hats_of(two_hats)[1]

    answer = wear(client, second.pk)

    assert (answer.status_code, answer.url) == (302, "/home/")
    assert worn(client) == second
    assert client.get("/home/").templates[0].name == "accounts/home_base.html"


def test_worn_hat_decides_what_is_reached(two_hats):
    """The other hat is in the wardrobe: its permissions do not count now."""
    institution = hats_of(two_hats)[0].institution
    person = make_person("高轩")
    make_appointment(person, institution)
    client = signed_in(two_hats)

    assert client.get(f"/people/{person.pk}/").status_code == 200
    wear(client, hats_of(two_hats)[1].pk)
    assert client.get(f"/people/{person.pk}/").status_code == 404


def test_self_is_no_hat_and_reaches_ones_own_records_only(two_hats):
    own = make_person("林知夏", user=two_hats)
    person = make_person("高轩")
    make_appointment(person, hats_of(two_hats)[0].institution)
    client = signed_in(two_hats)

    wear(client, "self")

    assert worn(client) is None
    assert client.get("/home/").templates[0].name == "accounts/home_trainee.html"
    assert client.get(f"/people/{person.pk}/").status_code == 404
    assert client.get(f"/people/{own.pk}/").status_code == 200


@pytest.mark.parametrize("choice", ["", "0", "-1", "x", "1.5", "None", "self ", "999999"])
def test_nonsense_changes_nothing(choice, client, two_hats):
    before = worn(client)

    assert wear(client, choice).status_code == 302
    assert worn(client) == before


def test_hat_of_somebody_else_is_ignored(client, two_hats):
    foreign = hats_of(base_manager())[0]

    wear(client, foreign.pk)

    assert worn(client) == hats_of(two_hats)[0]


def test_foreign_hat_slipped_into_the_session_is_worn_by_nobody(client):
    foreign = hats_of(base_manager())[0]
    session = client.session
    session["worn_membership"] = foreign.pk
    session.save()

    assert worn(client) is None


def test_hat_that_ended_is_taken_off(client, two_hats):
    first, second = hats_of(two_hats)
    wear(client, second.pk)
    Membership.objects.filter(pk=second.pk).update(valid_to=clock.today())

    page = client.get("/en/home/")
    assert page.context["hat"] is None
    assert "The hat you wore is no longer valid." in page.content.decode()
    assert client.session["worn_membership"] == "self"
    assert "The hat you wore is no longer valid." not in client.get("/en/home/").content.decode()
    wear(client, first.pk)
    assert worn(client) == first


def test_write_after_the_hat_ended_is_done_under_no_other_hat(two_hats):
    """The hat that is left has the power; nobody chose it."""
    first, second = hats_of(two_hats)
    person = make_person("高轩")
    make_appointment(person, first.institution)
    client = signed_in(two_hats)
    wear(client, second.pk)
    Membership.objects.filter(pk=second.pk).update(valid_to=clock.today())

    assert client.get(f"/people/{person.pk}/").status_code == 404
    wear(client, first.pk)
    assert client.get(f"/people/{person.pk}/").status_code == 200


def test_session_key_changes_with_the_hat(client, two_hats):
    keys = [client.session.session_key]
    for choice in (hats_of(two_hats)[1].pk, "self"):
        wear(client, choice)
        keys.append(client.session.session_key)
    wear(client, hats_of(base_manager())[0].pk)

    assert len(set(keys)) == 3
    assert client.session.session_key == keys[-1]


def test_hat_that_has_not_begun_cannot_be_worn(client, two_hats):
    first, second = hats_of(two_hats)
    Membership.objects.filter(pk=second.pk).update(valid_from=clock.today() + timedelta(days=1))

    wear(client, second.pk)

    assert worn(client) == first


def test_choice_ends_with_the_login(client, two_hats):
    wear(client, hats_of(two_hats)[1].pk)
    client.logout()
    client.force_login(two_hats)

    assert worn(client) == hats_of(two_hats)[0]


def test_looking_does_not_change_hats(client):
    assert client.get("/hat/").status_code == 405


def test_changing_hats_needs_a_login_and_a_token(two_hats):
    assert wear(Client(), hats_of(two_hats)[1].pk).url.startswith("/accounts/login/")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(two_hats)
    assert wear(strict, hats_of(two_hats)[1].pk).status_code == 403


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/profile/?a=1", "/profile/?a=1"),
        ("https://evil.example/", "/home/"),
        ("//evil.example/", "/home/"),
        ("\\\\evil.example", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("980101", "/home/"),
        ("", "/home/"),
    ],
)
def test_way_back_stays_on_this_site(target, expected, client, two_hats):
    assert wear(client, hats_of(two_hats)[1].pk, next=target).url == expected


def test_menu_offers_the_own_hats_and_oneself(client, two_hats):
    foreign = hats_of(base_manager())[0]

    page = client.get("/en/home/").content.decode()

    assert [page.count(f'name="membership" value="{one.pk}"') for one in hats_of(two_hats)] == [1, 1]
    assert page.count('name="membership" value="self"') == 1
    assert f'name="membership" value="{foreign.pk}"' not in page


def test_visitor_gets_pages_without_any_hat():
    response = Client().get("/accounts/login/")

    assert (response.status_code, response.context["hat"], response.context["hats"]) == (200, None, [])


@pytest.mark.parametrize("count", [1, 3])
def test_hats_cost_one_query_per_request(count, django_assert_num_queries):
    user = make_user()
    for _ in range(count):
        hat(Role.INSTITUTION_OFFICER, make_institution(), user)
    client = signed_in(user)

    # Session, login, hats: a page that asks for nothing else.
    with django_assert_num_queries(3):
        client.get("/powers/")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM}))
def test_every_hat_has_its_home(role):
    response = signed_in(hat(role, place_for(role))).get("/home/")

    assert (response.status_code, response.templates[0].name) == (200, TEMPLATES[role])
    assert response.context["navigation"][0]["url"] == "/home/"


def test_no_two_hats_share_a_home():
    assert len(set(TEMPLATES.values())) == len(TEMPLATES) == len(Role) - 1
