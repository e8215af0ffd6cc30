"""Limits of tries at the login door: counted once for all processes, the same for known and unknown, and they end."""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from config.settings import base
from tests.accounts.signing_in import PASSWORD, give_second_factor, sign_in
from tests.builders import make_user
from tools.environment import ROOT, child_environment

pytestmark = pytest.mark.django_db
LOGIN, BAD = "/en/accounts/login/", "wrong-one"
LOCKED = "Wait five minutes, or sign in with a code"
WRONG = "do not fit together"
NOW = "2026-11-27 09:00:00+08:00"


@pytest.fixture(autouse=True)
def _counts(settings):
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    cache.clear()


def confirmed(email: str):
    user = make_user(email)
    user.emailaddress_set.create(email=email, verified=True, primary=True)
    return user


def attempt(name: str, password: str = BAD, *, address: str = "192.0.2.1", **headers: str) -> str:
    """What came of it: in, wrong, locked, or the status."""
    answer = Client(REMOTE_ADDR=address, headers=headers or None).post(LOGIN, {"login": name, "password": password})
    if answer.status_code != 200:
        return "in" if answer.status_code == 302 else str(answer.status_code)
    page = answer.content.decode()
    return "locked" if LOCKED in page else "wrong" if WRONG in page else "other"


# --- one login ------------------------------------------------------------------------------------------------------
def test_sixth_wrong_password_is_refused_in_every_round():
    wrong = Counter()
    for n in range(100):
        name = f"user{n}@example.test" if n % 2 else f"+86138000{n:05d}"
        with time_machine.travel(NOW, tick=False):
            wrong.update([tuple(attempt(name, address=f"192.0.2.{n}") for _try in range(6))])

    assert wrong == {("wrong",) * 5 + ("locked",): 100}


def test_right_password_is_refused_while_locked_and_gets_in_after_cool_off():
    confirmed("he@example.test")
    with time_machine.travel(NOW, tick=False) as clock:
        for _try in range(5):
            attempt("he@example.test")
        assert attempt("he@example.test", PASSWORD) == "locked"
        clock.shift(299)
        assert attempt("he@example.test", PASSWORD) == "locked"
        clock.shift(2)
        assert attempt("he@example.test", PASSWORD) == "in"


def test_right_passwords_between_wrong_ones_wipe_nothing():
    confirmed("he@example.test")
    said = []
    with time_machine.travel(NOW, tick=False) as clock:
        for n in range(9):
            said.append(attempt("he@example.test", PASSWORD if n % 3 == 2 else BAD))
            clock.shift(1)

    assert said == ["wrong", "wrong", "in", "wrong", "wrong", "in", "wrong", "locked", "locked"]


def test_spellings_of_one_number_share_a_counter():
    spellings = ["13800000018", "138 0000 0018", "+86 13800000018", "0086-13800000018", "１３８００００００１８"]
    with time_machine.travel(NOW, tick=False):
        assert [attempt(one) for one in spellings] == ["wrong"] * 5
        assert attempt("(+86) 138-0000-0018") == "locked"


def test_numbers_do_not_share_a_counter():
    with time_machine.travel(NOW, tick=False):
        for _try in range(6):
            attempt("13800000018")

        assert attempt("13900000018") == "wrong"


def test_locked_answer_is_the_same_for_known_and_unknown():
    confirmed("he@example.test")
    pages = []
    for name in ("he@example.test", "li@example.test"):
        with time_machine.travel(NOW, tick=False):
            for _try in range(5):
                attempt(name)
            answer = Client().post(LOGIN, {"login": name, "password": PASSWORD})
        text = re.sub(r'value="[^"]{32,}"', "", answer.content.decode()).replace(name, "")
        pages.append((answer.status_code, text))

    assert pages[0] == pages[1]
    assert LOCKED in pages[0][1]


def test_codes_of_the_second_factor_are_limited_too():
    user = confirmed("he@example.test")
    give_second_factor(user)
    client = sign_in(user)
    with time_machine.travel(NOW, tick=False):
        pages = [
            client.post("/en/accounts/2fa/authenticate/", {"code": "000000"}).content.decode() for _try in range(6)
        ]

    assert [LOCKED in page for page in pages] == [False] * 5 + [True]


def test_messages_to_one_number_are_limited(settings):
    form = {"phone": "13800000018", "email": "", "password1": "correct-horse-26", "password2": "correct-horse-26"}
    with time_machine.travel(NOW, tick=False) as clock:
        first = Client().post("/en/accounts/signup/", form)
        second = Client().post("/en/accounts/signup/", form)
        clock.shift(31)
        third = Client().post("/en/accounts/signup/", form)

    assert [one.status_code for one in (first, second, third)] == [302, 429, 302]


# --- one address ----------------------------------------------------------------------------------------------------
def test_thousand_names_from_one_address_are_stopped_at_thirty():
    with time_machine.travel(NOW, tick=False):
        said = Counter(attempt(f"user{n}@example.test") for n in range(1000))

    assert said == {"wrong": 30, "429": 970}


def test_forged_forwarding_changes_nothing():
    assert django_settings.TRUSTED_PROXIES == 0
    with time_machine.travel(NOW, tick=False):
        said = [attempt(f"user{n}@example.test", **{"x-forwarded-for": f"198.51.100.{n}"}) for n in range(40)]

    assert Counter(said) == {"wrong": 30, "429": 10}


def test_behind_a_proxy_of_ones_own_only_its_word_counts(settings):
    settings.TRUSTED_PROXIES = 1
    with time_machine.travel(NOW, tick=False):
        said = [
            attempt(f"user{n}@example.test", **{"x-forwarded-for": f"198.51.100.{n}, 203.0.113.7"}) for n in range(31)
        ]
        other = attempt("li@example.test", **{"x-forwarded-for": "203.0.113.8"})

    assert (Counter(said), other) == ({"wrong": 30, "429": 1}, "wrong")


def test_page_says_what_to_do():
    with time_machine.travel(NOW, tick=False):
        for n in range(30):
            attempt(f"user{n}@example.test")
        answer = Client(REMOTE_ADDR="192.0.2.1").post(LOGIN, {"login": "x@example.test", "password": "x"})

    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Wait one minute" in answer.content.decode()


def test_without_limits_everything_would_be_tried(settings):
    """The guard off: the tests above measure it and not something else."""
    settings.ACCOUNT_RATE_LIMITS = False

    assert Counter(attempt(f"user{n}@example.test") for n in range(40)) == {"wrong": 40}
    assert Counter(attempt("he@example.test") for _try in range(10)) == {"wrong": 10}


# --- several processes ----------------------------------------------------------------------------------------------
PROCESS = """
import sys, django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}
settings.ALLOWED_HOSTS = ["*"]
from django.test import Client
pages = [Client().post("/en/accounts/login/", {"login": "he@example.test", "password": "x"}) for _try in range(3)]
print(*("locked" if "Wait five minutes" in page.content.decode() else "wrong" for page in pages))
"""


@pytest.mark.django_db(transaction=True)
def test_four_processes_share_one_counter():
    command = [sys.executable, "-W", "ignore", "-c", PROCESS, str(connection.settings_dict["NAME"])]
    server = {name: value for name, value in os.environ.items() if name.startswith("PLATFORM_DB_")}
    environment = child_environment("test", **server)
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _process in range(4)
    ]
    ended = [process.communicate(timeout=300) for process in started]

    said = Counter(word for out, _errors in ended for word in out.split())
    assert sum(said.values()) == 12, ended
    assert said["wrong"] <= 5
    assert said["locked"] >= 7


def test_counters_never_lie_in_the_memory_of_one_process():
    backend = base.CACHES["default"]["BACKEND"]

    assert backend == "django.core.cache.backends.db.DatabaseCache"
    assert (ROOT / "config/settings/production.py").read_text().count("LocMemCache") == 0
