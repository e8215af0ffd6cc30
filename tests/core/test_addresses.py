"""Rooms are looked through only where an address may be one of theirs; every one is found as before."""

import pytest
from django.urls import Resolver404, include, path, resolve
from django.urls.resolvers import LocalePrefixPattern, RegexPattern, URLResolver

from config.urls import urlpatterns
from core import views
from core.addresses import RoomPattern, room
from tests.accounts.test_viewing import routes
from tests.architecture.test_addresses import example

ROOMS = ("core", "accounts", "courses", "certificates", "staffing", "credit", "oversight", "website")


def rooms() -> list[URLResolver]:
    [languages] = [one for one in urlpatterns if isinstance(one.pattern, LocalePrefixPattern)]
    return [one for one in languages.url_patterns if isinstance(one.pattern, RoomPattern)]


def test_every_room_is_one():
    assert [one.urlconf_name.__name__ for one in rooms()] == [f"{name}.urls" for name in ROOMS]


@pytest.mark.parametrize("name", ROOMS)
def test_addresses_of_a_room_resolve_as_by_include(name):
    plain = URLResolver(RegexPattern(r""), [path("", include(f"{name}.urls"))])
    quick = URLResolver(RegexPattern(r""), [room(f"{name}.urls")])
    found = 0
    for address in {example(str(one.pattern)) for one in room(f"{name}.urls").url_patterns} - {None}:
        expected = plain.resolve(address.lstrip("/"))
        assert quick.resolve(address.lstrip("/")).view_name == expected.view_name
        found += 1
    assert found > 2
    assert quick.reverse_dict.keys() == plain.reverse_dict.keys()


def test_room_of_another_address_is_not_looked_through():
    oversight = room("oversight.urls")
    with pytest.raises(Resolver404) as refused:
        oversight.resolve("institution/roster/")
    assert "tried" not in refused.value.args[0]
    assert oversight.resolve("oversight/990000/").url_name == "region"


def test_address_that_begins_with_a_variable_may_be_anywhere(monkeypatch):
    class Urls:
        urlpatterns = [path("<slug:name>/about/", views.healthz, name="about")]

    monkeypatch.setattr("core.addresses.include", lambda _urls: (Urls, None, None))
    assert room("any").resolve("whatever/about/").url_name == "about"


def test_addresses_of_the_site_resolve():
    assert all(resolve(address) for address in routes())
