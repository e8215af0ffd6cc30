"""A NUL in an address: PostgreSQL takes no text that holds one, so none gets as far as the database."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("nul", ["%00", "%%0000", "%0%000"])
@pytest.mark.parametrize("path", ["/search/", "/institutions/", "/bases/", "/courses/"])
def test_searches_leave_it_out(client, path, nul):
    page = client.get(f"{path}?q=a{nul}b")

    assert page.status_code == 200
    assert "ab" in page.content.decode()


@pytest.mark.parametrize("path", ["/v/ABC%00", "/courses/a%00/"])
def test_no_page_stands_at_such_an_address(client, path):
    assert client.get(path).status_code == 404
