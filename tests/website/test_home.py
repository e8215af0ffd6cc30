"""The first page in three languages, its loader, and what visitors find there."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from wagtail.models import Page, Revision, Site

from accounts.models import Region
from accounts.permissions import Role
from accounts.selectors import system_user
from core.errors import NotAllowed
from core.models import AuditEntry
from courses.models import CoursePage, LessonPage
from tests.builders import hat, make_appointment, make_institution, make_person, make_user
from tests.courses.builders import make_cohort, make_record
from tests.courses.pages import make_site
from website.models import HomePage
from website.services import load_home

pytestmark = pytest.mark.django_db
FOLDER = settings.ROOT / "demo" / "website"


@pytest.fixture(autouse=True)
def _fresh_figures():
    cache.clear()


def province_with(trained: int, staff: int) -> None:
    institution = make_institution()
    for number in range(staff):
        person = make_person(f"人员{number}")
        make_appointment(person, institution)
        if number < trained:
            make_record(person)


# --- loading --------------------------------------------------------------------------------------------------------
def test_load_home_makes_one_page_per_language_joined_by_key():
    home = load_home(actor=system_user(), folder=FOLDER)

    pages = HomePage.objects.filter(translation_key=home.translation_key, live=True)
    assert sorted(page.locale.language_code for page in pages) == ["en", "ja", "zh-hans"]


def test_load_home_points_the_site_at_it_and_removes_the_welcome_page():
    home = load_home(actor=system_user(), folder=FOLDER)

    site = Site.objects.get()
    assert (site.root_page_id, site.hostname, site.port) == (home.pk, "127.0.0.1", 8000)
    assert not Page.objects.filter(title__startswith="Welcome").exists()


def test_load_home_twice_changes_nothing():
    load_home(actor=system_user(), folder=FOLDER)
    before = (Revision.objects.count(), Page.objects.count(), AuditEntry.objects.count())

    load_home(actor=system_user(), folder=FOLDER)

    assert (Revision.objects.count(), Page.objects.count(), AuditEntry.objects.count()) == before


def test_load_home_follows_the_address_of_the_site():
    load_home(actor=system_user(), folder=FOLDER)

    with override_settings(SITE_URL="https://platform.example"):
        load_home(actor=system_user(), folder=FOLDER)

    site = Site.objects.get()
    assert (site.hostname, site.port) == ("platform.example", 443)


def test_load_home_by_somebody_who_may_not_edit_is_refused():
    with pytest.raises(NotAllowed):
        load_home(actor=make_user(), folder=FOLDER)

    assert HomePage.objects.count() == 0


def test_load_content_loads_home_and_courses(capsys):
    call_command("load_content")

    assert capsys.readouterr().out == "初级技术经纪人培训: 9\n"
    assert (HomePage.objects.count(), CoursePage.objects.count(), LessonPage.objects.count()) == (3, 3, 27)


def test_editor_may_publish_pages_and_an_officer_may_not():
    make_site()
    place = system_user().memberships.get().admin_body
    home = HomePage.objects.get(locale__language_code="en")
    editor = hat(Role.EDITOR, place)
    editor.groups.add(Group.objects.get(name="Editors"))

    assert home.permissions_for_user(editor).can_publish()
    assert not home.permissions_for_user(make_user()).can_publish()


# --- visiting -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "headline"),
    [
        ("/", "把科研成果带到市场的人，从这里学起、从这里得到证明。"),
        ("/en/", "For the people who bring research to market. Learn here, and prove it here."),
        ("/ja/", "研究成果を市場へ届ける人が、ここで学び、ここで証明を得る。"),
    ],
)
def test_home_speaks_the_language_of_its_address(client: Client, address, headline):
    make_site()

    page = client.get(address).content.decode()

    assert re.findall(r"<h1>(.*?)</h1>", page) == [headline]


def test_home_offers_to_verify_and_to_find_a_course(client: Client):
    make_site()

    page = client.get("/en/").content.decode()

    assert 'action="/en/verify/"' in page
    assert 'name="number"' in page
    assert 'action="/en/courses/"' in page


def test_home_shows_the_next_three_open_cohorts(client: Client):
    make_site()
    cohorts = [make_cohort() for _ in range(4)]
    make_cohort(state="draft")

    assert client.get("/").context["cohorts"] == cohorts[:3]


def test_home_shows_the_demo_provinces_figure_as_demo_data(client: Client):
    make_site()
    province_with(trained=2, staff=3)

    response = client.get("/en/")

    figure = response.context["province"]
    assert {name: figure[name] for name in ("trained", "staff", "percent", "institutions", "binding")} == {
        "trained": 2, "staff": 3, "percent": "66.6", "institutions": 1, "binding": 0,
    }  # fmt: skip
    assert f"{Region.objects.get(code='990000').name} (demo data)" in response.content.decode()


@override_settings(DEMO=False)
def test_home_outside_the_demo_shows_no_figure(client: Client):
    make_site()
    province_with(trained=2, staff=3)

    response = client.get("/en/")

    assert response.context["province"] is None
    assert "demo data" not in response.content.decode()


def test_home_before_the_demo_is_loaded_shows_no_figure(client: Client):
    make_site()

    assert not client.get("/").context["province"]


def test_home_asks_few_questions_however_many_cohorts(client: Client, django_assert_num_queries):
    make_site()
    province_with(trained=1, staff=1)
    for more in (1, 2):
        for _ in range(more):
            make_cohort()
        client.get("/")
        with django_assert_num_queries(5):
            client.get("/")
