"""A base and its manager at the browser."""

import pytest

from tests.builders import base_manager, make_base


@pytest.fixture
def base():
    return make_base()


@pytest.fixture
def signed_in(client, base):
    client.force_login(base_manager(base))
    return client
