"""Every address, role and scoped model has its place in the matrix; what is missing fails with a sentence."""

import pytest
from django.urls import path

from accounts.permissions import Role
from tests.accounts.worlds import scoped_models
from tests.isolation.addresses import PART, PUBLIC, SIGNED_IN, routes, undeclared
from tests.isolation.canaries import NOT_WORDS, PUBLIC_FIELDS, READERS, SIGNED, holds_a_word, text_fields
from tests.isolation.declared import ADDRESSES, ROOMS
from tests.isolation.world import KINDS, LOGINS, ROLES_WITHOUT_LOGIN


def test_every_address_is_declared():
    wrong = undeclared(routes(), ADDRESSES)

    assert wrong == [], "\n".join(wrong)


def test_an_undeclared_and_a_vanished_address_are_noticed_with_what_to_do():
    new = routes([path("secrets/<int:pk>/", lambda request, pk: None)])

    [missing] = undeclared(new, [])
    [gone] = undeclared([], ["old/"])

    assert missing.startswith('The address "secrets/<int:pk>/" is not declared: add one line to tests/isolation/')
    assert 'only("base regulator", pk="…")' in missing
    assert gone == 'The address "old/" is declared in tests/isolation/declared/ and no longer exists: remove its line.'


def test_no_address_is_declared_twice():
    assert len(ADDRESSES) == sum(len(room.ADDRESSES) for room in ROOMS)


def test_declarations_name_every_part_of_their_route():
    wrong = {
        route: sorted(set(PART.findall(route)) ^ set(address.parts))
        for route, address in ADDRESSES.items()
        if not address.at and set(PART.findall(route)) != set(address.parts)
    }

    assert wrong == {}


def test_declarations_use_known_kinds_of_logins():
    known = KINDS | {PUBLIC, SIGNED_IN}

    assert {route for route, one in ADDRESSES.items() if not one.audience | one.writers <= known} == set()
    assert all(set(kinds.split()) <= KINDS for kinds in READERS.values())


def test_every_role_has_a_login():
    """A new role: add a login to LOGINS in world.py that wears it, and name its kind in the declarations."""
    worn = {role for login in LOGINS.values() for role, _place in login.hats if not login.expired}

    assert set(Role) - worn == ROLES_WITHOUT_LOGIN


def test_the_world_holds_a_row_of_every_scoped_model(asker):
    """A new model: add a row to make_world in tests/accounts/worlds.py."""
    assert {model._meta.label for model in scoped_models()} == {
        model._meta.label for world in asker.isolation.worlds.values() for model in world.rows
    }


def test_every_text_column_holds_a_word(asker):
    """A column that cannot hold a word: add it to NOT_WORDS in canaries.py with the reason."""
    filled = {(canary.model, canary.field) for canary in asker.canaries.words.values()}
    filled |= {(canary.model, canary.field) for canary in asker.canaries.secrets.values()}
    wanted = {
        (model._meta.label, one.name)
        for model in scoped_models()
        for one in text_fields(model)
        if holds_a_word(one) and one.get_internal_type() != "JSONField"
    }

    assert wanted - filled == set()


def test_lists_of_words_name_what_exists():
    models = {model._meta.label: {one.name for one in model._meta.fields} for model in scoped_models()}
    columns = {name for names in models.values() for name in names}

    assert set(READERS) - set(models) == set()
    assert {one for one in PUBLIC_FIELDS if one.rpartition(".")[2] not in models[one.rpartition(".")[0]]} == set()
    assert set(NOT_WORDS) - columns == set()
    assert {label for label, names in SIGNED.items() if not set(names.split()) <= models[label]} == set()


@pytest.mark.parametrize("owner", ["home", "colleague", "parent", "sibling", "foreign"])
def test_words_of_every_owner_are_in_the_tables(asker, owner):
    assert sum(canary.owner == owner for canary in asker.canaries.words.values()) > 20
