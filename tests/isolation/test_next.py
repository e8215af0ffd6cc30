"""Where an answer leads: never away from this site, whatever stands in `next=` and its kin."""

import os
import re
import zlib
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts.views import security
from tests.accounts.signing_in import PASSWORD
from tests.isolation.probes import Asker, undone
from tests.isolation.world import ANONYMOUS, Owner

WHOLE = os.environ.get("WHOLE_MATRIX") == "1"
AWAY = (
    "https://away.invalid/", "//away.invalid/", "/\\away.invalid/", "\\\\away.invalid", "https:away.invalid",
    "///away.invalid", "http:///away.invalid/", "javascript:alert(1)//away.invalid", "https://testserver@away.invalid/",
    "\t//away.invalid",
)  # fmt: skip
FIELDS = ("next", "url", "return_to", "redirect_to", "back", "continue")
# What a browser would follow by itself or at a click.
LEADS = re.compile(r"""(?:href|action|formaction|src|content)\s*=\s*["'][^"']*away\.invalid""", re.I)
HOSTS = {"", "testserver", urlsplit(settings.SITE_URL).netloc}


def leads_away(answer) -> bool:
    target = answer.headers.get("Location", "")
    # Browsers read a backslash as a slash and pass by tabs.
    place = urlsplit(re.sub(r"[\t\r\n]", "", target).replace("\\", "/"))
    if place.netloc not in HOSTS or place.scheme not in ("", "http", "https"):
        return True
    # The site's own address with the word as a value behind it, quoted, leads nowhere else.
    return bool(
        LEADS.search(
            "" if answer.streaming else re.sub(r"[?&;]\w+=[^\"']*", "", answer.content.decode("utf-8", "replace"))
        )
    )


def test_no_answer_leads_away_from_this_site(asker: Asker, record_property):
    wrong, asked = [], 0
    for login in (
        (ANONYMOUS, "officer home", "trainee home", "regulator province") if WHOLE else (ANONYMOUS, "officer home")
    ):
        for route, address in asker.declared.items():
            path = address.path(route, lambda part: asker.isolation.value(Owner.HOME, part))
            first = zlib.crc32(route.encode()) % len(AWAY)
            for away in AWAY if WHOLE else AWAY[first : first + 1]:
                for method in ("GET", "POST"):
                    sent = dict.fromkeys(FIELDS, away)
                    asker.sign_in_again()
                    client = asker.clients[login]
                    cookies = client.cookies.copy()
                    with undone():
                        answer = client.get(path, sent) if method == "GET" else client.post(path, sent)
                    client.cookies = cookies
                    asked += 1
                    if leads_away(answer):
                        wrong.append(
                            f"{method} {path} as {login} with {away!r}: {answer.headers.get('Location', 'page')}"
                        )

    record_property("probes", asked)
    record_property("probes of next", asked)
    record_property("faults", len(wrong))
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("away", AWAY)
def test_login_leads_home_and_not_away(asker: Asker, away):
    user, client = asker.isolation.users["officer home"], Client()

    with undone():
        answer = client.post(f"/accounts/login/?next={away}", {"login": user.email, "password": PASSWORD, "next": away})

    assert (answer.status_code, leads_away(answer)) == (302, False)


def test_login_leads_back_to_a_foreign_page_that_is_not_there(asker: Asker):
    user, client = asker.isolation.users["officer home"], Client()
    foreign = f"/people/{asker.isolation.value(Owner.FOREIGN, 'person')}/"

    with undone():
        sent = {"login": user.email, "password": PASSWORD, "next": foreign}
        answer = client.post("/accounts/login/", sent, follow=True)

    assert (answer.redirect_chain[-1][0], answer.status_code) == (foreign, 404)


def test_a_door_that_leads_away_is_noticed(asker: Asker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(security, "url_has_allowed_host_and_scheme", lambda *args, **options: True)

    with undone():
        answer = asker.clients["officer home"].post("/hat/", {"membership": "self", "next": "//away.invalid/"})

    assert leads_away(answer)
