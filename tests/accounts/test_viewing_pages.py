"""View as, page by page: what is shown with its banner, and that everything else is refused."""

import pytest

from accounts.middleware import viewing as guard
from accounts.permissions import PLACE_OF, Role
from tests.accounts.test_viewing import begin, routes
from tests.architecture.test_addresses import addresses, example, is_public
from tests.builders import make_base, make_institution, regulator

pytestmark = pytest.mark.django_db

PERSONAL = ["/profile/", "/hats/", "/profile/looks/", "/certificates/", "/training/", "/jobs/", "/accounts/email/"]
FILES = ["/institution/roster/import/template/", "/oversight/990000/institutions.xlsx", "/certificates/X/pdf/"]


@pytest.mark.parametrize("address", [*PERSONAL, *FILES, "/people/1/reveal/", "/members/requests/", "/cms/"])
def test_own_pages_files_and_full_numbers_are_refused(address):
    client = begin(regulator("990000"), make_institution(code="990100"))

    assert client.get(address).status_code == 403


def test_whatever_is_not_thought_of_is_refused():
    """Every address behind the login that is not on the list; a page added later is one of them."""
    client = begin(regulator("990000"), make_institution(code="990100"))
    shown = guard.SHOWN

    for route, view in addresses():
        if (address := example(route)) is None or is_public(view):
            continue
        match = guard.resolve(address)
        if match.view_name in shown or not getattr(match.func, "login_required", True):
            continue
        assert client.get(address).status_code == 403, address


def test_shown_addresses_are_there():
    known = {guard.resolve(address).view_name for address in routes()}

    assert guard.SHOWN - known == set()


@pytest.mark.parametrize("role", [Role.INSTITUTION_OFFICER, Role.BASE_MANAGER, Role.INSTRUCTOR, Role.INVIGILATOR])
def test_pages_of_the_navigation_are_shown_with_the_banner(role):
    place = make_base(area="990100") if PLACE_OF[role] == "base" else make_institution(code="990100")
    client = begin(regulator("990000"), place, role)

    home = client.get("/en/home/")
    for entry in home.context["navigation"]:
        page = client.get(entry["url"], follow=True)
        assert (entry["url"], page.status_code) == (entry["url"], 200)
        assert f"You are viewing as {role.label} of {place}." in page.content.decode()
        assert 'action="/en/view-as/stop/"' in page.content.decode()


def test_banner_stands_on_refusals_and_on_missing_pages_too():
    client = begin(regulator("990000"), make_institution(code="990100"))

    for address, status in (("/en/profile/", 403), ("/en/people/999999/", 404), ("/en/no-such-page/", 404)):
        page = client.get(address)
        assert (page.status_code, 'class="viewing"' in page.content.decode()) == (status, True)


def test_no_banner_without_viewing(client):
    client.force_login(regulator("990000"))

    assert 'class="viewing"' not in client.get("/home/").content.decode()


def test_hats_cannot_be_changed_while_looking():
    client = begin(regulator("990000"), make_institution(code="990100"))

    assert 'name="membership"' not in client.get("/home/").content.decode()
