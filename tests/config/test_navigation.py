"""The navigation of every hat: each name in it is an address, and what a hat is led to opens for it."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.permissions import Role
from accounts.services.memberships import EDITORS
from config.context_processors import BY_ROLE, PUBLIC, TRAINEE
from tests.builders import hat, place_for

ENTRIES = {"public": PUBLIC, "trainee": TRAINEE, **{str(role): entries for role, entries in BY_ROLE.items()}}


@pytest.mark.parametrize("entries", ENTRIES.values(), ids=ENTRIES)
def test_every_name_is_an_address(entries):
    """One that is not would be left out without a word."""
    for name, _label in entries:
        assert reverse(name).startswith("/")


def test_every_role_that_people_wear_has_a_navigation():
    assert set(BY_ROLE) == set(Role) - {Role.SYSTEM}


@pytest.mark.django_db
@pytest.mark.parametrize("role", BY_ROLE)
def test_every_entry_is_shown_and_opens_for_its_hat(role):
    client = Client()
    user = hat(role, place_for(role))
    if role == Role.EDITOR:
        # As the service does that gives this hat.
        user.groups.add(Group.objects.get(name=EDITORS))
    client.force_login(user)
    shown = client.get(reverse("accounts:home")).context["navigation"]

    assert len(shown) == len(BY_ROLE[role])
    for entry in shown:
        assert client.get(entry["url"], follow=True).status_code == 200, entry["url"]


@pytest.mark.django_db
@pytest.mark.parametrize(("contact", "shown"), [("010-0000 0000", True), ("", False)])
def test_foot_of_every_page_says_whom_to_ask(client, settings, contact, shown):
    settings.CONTACT = contact

    page = client.get("/en/accounts/password/reset/").content.decode()

    assert ("Contact: 010-0000 0000" in page) == shown
