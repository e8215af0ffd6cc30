"""Links in mails start with the site's own address, whatever host the request named."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings

from tests.builders import make_user

pytestmark = pytest.mark.django_db
FORM = {"email": "new@example.test", "password1": "correct-horse-26", "password2": "correct-horse-26"}


def links() -> list[str]:
    return [link for message in mail.outbox for link in re.findall(r"https?://\S+", str(message.body))]


@pytest.fixture
def poisoned():
    """A visitor who sends another host's name, where the web server lets it through."""
    with override_settings(ALLOWED_HOSTS=["*"], SITE_URL="https://platform.example.test"):
        yield Client(headers={"host": "evil.example"})


@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_link_that_resets_a_password(language, poisoned):
    user = make_user("he@example.test")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)

    poisoned.post(f"{language}/accounts/password/reset/", {"email": "he@example.test"})

    (link,) = links()
    assert link.startswith(f"https://platform.example.test{language}/accounts/password/reset/key/")


def test_no_mail_names_another_host(poisoned):
    make_user("he@example.test")
    poisoned.post("/accounts/signup/", FORM)
    poisoned.cookies.clear()
    poisoned.post("/accounts/signup/", {**FORM, "email": "he@example.test"})
    poisoned.cookies.clear()
    poisoned.post("/accounts/password/reset/", {"email": "nobody@example.test"})

    said = [f"{message.subject} {message.body}" for message in mail.outbox]
    assert len(said) == 3
    assert [text for text in said if "evil.example" in text] == []


def test_a_host_that_is_not_ours_is_refused(client):
    response = client.get("/accounts/login/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert settings.ALLOWED_HOSTS == [settings.SITE_HOST, "127.0.0.1", "localhost", "testserver"]
