"""The demo's page: the cast, entering with one click, and that none of it exists anywhere else."""

import re

import pytest
import yaml
from django.conf import settings
from django.core.checks import run_checks
from django.test import Client, override_settings

from accounts.models import User
from courses.exams.selectors import paper_of
from tests.builders import make_user
from tests.exams.builders import running_attempt
from website.apps import no_demo_in_production
from website.selectors import cast, login_of_the_cast

pytestmark = pytest.mark.django_db


def member_login() -> tuple[str, User]:
    member = cast()[0]
    return member.key, make_user(member.email)


def test_cast_is_introduced_in_three_languages():
    members = cast()

    assert len({member.key for member in members}) == len(members) == len({member.email for member in members})
    for member in members:
        for texts in (member.hat, member.name, member.what):
            assert set(texts) == {"zh-hans", "en", "ja"}
        assert member.email.endswith(".invalid")


def test_readme_lists_the_logins_of_the_cast():
    readme = (settings.ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| login | who |")[2].partition("\n\n")[0]

    assert sorted(re.findall(r"([a-z-]+)@", table)) == sorted(member.email.partition("@")[0] for member in cast())


def test_every_login_of_the_cast_is_loaded_with_the_story():
    folder = settings.ROOT / "demo" / "story"
    files = ("world.yaml", "cohorts.yaml", "cases.yaml")
    story = "".join((folder / name).read_text(encoding="utf-8") for name in files)

    assert [member.email for member in cast() if member.email not in story] == []


def test_two_of_the_cast_act_for_the_national_body():
    world = yaml.safe_load((settings.ROOT / "demo" / "story" / "world.yaml").read_text(encoding="utf-8"))
    national = [one["email"] for one in world["logins"] if one["role"] == "regulator" and "NATIONAL" in one["place"]]

    assert len({member.email for member in cast()} & set(national)) == 2


def test_demo_page_introduces_everybody_with_a_button(client: Client):
    response = client.get("/en/demo/")

    assert [one["key"] for one in response.context["cast"]] == [member.key for member in cast()]
    assert f"Enter as {cast()[0].name['en']}" in response.content.decode()


def test_demo_tour_has_five_steps_and_names_people_of_the_cast(client: Client):
    tour = client.get("/demo/").context["tour"]

    known = {member.key for member in cast()}
    assert len(tour) == 5
    assert {step["key"] for step in tour} <= known | {""}


def test_enter_signs_in_as_the_person_chosen(client: Client):
    key, user = member_login()

    response = client.post("/demo/enter/", {"key": key})

    assert response.url == "/home/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_enter_as_somebody_else_changes_the_login(client: Client):
    client.force_login(make_user())
    key, user = member_login()

    client.post("/demo/enter/", {"key": key})

    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("key", ["", "nobody", "someone@example.test"])
def test_enter_as_somebody_outside_the_cast_is_not_there(client: Client, key):
    make_user("someone@example.test")

    assert client.post("/demo/enter/", {"key": key}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_enter_as_a_closed_account_is_not_there(client: Client):
    key, user = member_login()
    user.is_active = False
    user.save()

    assert client.post("/demo/enter/", {"key": key}).status_code == 404


def test_enter_by_get_is_refused(client: Client):
    key, _user = member_login()

    assert client.get("/demo/enter/", {"key": key}).status_code == 405
    assert "_auth_user_id" not in client.session


def test_enter_needs_the_form_of_the_page():
    key, _user = member_login()
    client = Client(enforce_csrf_checks=True)

    assert client.post("/demo/enter/", {"key": key}).status_code == 403


@override_settings(DEMO=False)
def test_outside_the_demo_there_is_neither_page_nor_entrance(client: Client):
    key, _user = member_login()

    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/enter/", {"key": key}).status_code == 404
    assert login_of_the_cast(key) is None
    assert "_auth_user_id" not in client.session


@override_settings(DEMO=True, SETTINGS_MODULE="config.settings.production")
def test_demo_in_production_is_an_error_of_the_system_check():
    assert [message.id for message in run_checks(tags=["security"]) if message.id == "website.E001"] == ["website.E001"]


@pytest.mark.parametrize(("demo", "module"), [(False, "config.settings.production"), (True, "config.settings.dev")])
def test_demo_elsewhere_is_no_error(demo, module):
    with override_settings(DEMO=demo, SETTINGS_MODULE=module):
        assert no_demo_in_production(None) == []


def test_answers_show_ones_own_running_paper_and_nobody_elses(client: Client):
    mine, foreign = running_attempt(), running_attempt()
    client.force_login(mine.person.user)

    page = client.get("/demo/answers/")

    assert [one["position"] for one in page.context["answers"]] == [place.position for place in paper_of(mine)]
    assert [one["stem"] for one in page.context["answers"]] == [
        place.question.texts["zh-hans"]["stem"] for place in paper_of(mine)
    ]
    assert mine.person_id != foreign.person_id
    client.force_login(make_user())
    assert client.get("/demo/answers/").context["answers"] == []


@override_settings(DEMO=False)
def test_answers_exist_nowhere_but_in_the_demo(client: Client):
    client.force_login(running_attempt().person.user)

    assert client.get("/demo/answers/").status_code == 404
