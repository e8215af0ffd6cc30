"""View as: nothing can be changed, every request is written down, and nobody sees more than both hats allow."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client

from accounts.middleware import viewing as guard
from accounts.models import AdminBody, Membership, User, ViewedPage, Viewing
from accounts.permissions import GRANTS, PLACE_OF, Permission, Role
from accounts.services.viewing import AT_MOST, may_still_view, start_viewing, stop_viewing
from core import clock
from core.errors import DomainError, NotAllowed
from tests.accounts.joining import signed_in
from tests.accounts.test_access import matrix
from tests.accounts.worlds import World, make_world
from tests.architecture.test_addresses import addresses, example
from tests.builders import (
    base_manager,
    hat,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    place_for,
    region,
    regulator,
)

pytestmark = pytest.mark.django_db
REASON = "核对机构反映的名册问题"
# What a visit itself leaves behind, and the ledger.
KEPT_OF_A_VISIT = {"sessions.Session", "accounts.ViewedPage"}


def begin(actor: User, place, role: str = Role.INSTITUTION_OFFICER) -> Client:
    client = signed_in(actor)
    kind = PLACE_OF[role]
    answer = client.post(f"/view-as/{kind}/{place.pk}/", {"role": role, "reason": REASON})
    assert (answer.status_code, answer.url) == (302, "/home/")
    return client


def counts() -> dict[str, int]:
    models = (model for model in apps.get_models() if model._meta.managed and not model._meta.proxy)
    return {model._meta.label: model._base_manager.count() for model in models}


def looking(viewing: Viewing) -> User:
    """The viewer as the middleware leaves them."""
    user = User.objects.get(pk=viewing.viewer_id)
    user.worn, user.looks_as_a_place = [viewing.worn_hat()], True
    return user


def routes() -> Iterator[str]:
    """Every address of the site, once, the editors' room and the interface for machines included."""
    yield from sorted({example(route) or "" for route, _ in addresses()} - {""})


# --- who may look, at what ------------------------------------------------------------------------------------------
def test_regulator_looks_as_a_place_of_the_region():
    place = make_institution(code="990100")
    actor = regulator("990000")

    viewing = start_viewing(actor=actor, role=Role.INSTITUTION_OFFICER, place=place, reason=REASON)

    assert (viewing.place, viewing.body_name, viewing.reason) == (place, "主管部门990000", REASON)
    assert viewing.ends_at - viewing.started_at == AT_MOST == timedelta(minutes=30)


@pytest.mark.parametrize(
    "somebody",
    [
        lambda: regulator("990200"),
        lambda: regulator("980000"),
        officer,
        base_manager,
        make_user,
        *(lambda role=role: hat(role, place_for(role)) for role in (Role.SECURITY_ADMIN, Role.AUDITOR, Role.EVALUATOR)),
    ],
)
def test_others_do_not(somebody):
    place = make_institution(code="990100")
    actor = somebody()

    with pytest.raises(NotAllowed):
        start_viewing(actor=actor, role=Role.INSTITUTION_OFFICER, place=place, reason=REASON)
    assert signed_in(actor).get(f"/view-as/institution/{place.pk}/").status_code == 404
    assert Viewing.objects.count() == 0


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.INSTITUTION_OFFICER}))
def test_nobody_looks_as_a_role_that_does_not_sit_there(role):
    with pytest.raises(NotAllowed):
        start_viewing(actor=regulator("990000"), role=role, place=make_institution(code="990100"), reason=REASON)


def test_nobody_looks_without_a_reason():
    place = make_institution(code="990100")
    actor = regulator("990000")

    with pytest.raises(DomainError, match="needs_reason"):
        start_viewing(actor=actor, role=Role.INSTITUTION_OFFICER, place=place, reason="  ")
    page = signed_in(actor).post(f"/view-as/institution/{place.pk}/", {"role": Role.INSTITUTION_OFFICER, "reason": " "})
    assert page.status_code == 200
    assert Viewing.objects.count() == 0


def test_bodies_are_never_looked_at(client):
    actor = regulator("990000")
    client.force_login(actor)

    assert client.get(f"/view-as/admin_body/{actor.memberships.get().admin_body_id}/").status_code == 404


# --- neither wider nor narrower than the place's own hat --------------------------------------------------------------
@pytest.fixture
def here() -> World:
    return make_world("990100")


@pytest.fixture
def sibling() -> World:
    return make_world("990200")


@pytest.mark.parametrize("role", [Role.INSTITUTION_OFFICER, Role.BASE_MANAGER, Role.INSTRUCTOR, Role.INVIGILATOR])
def test_viewer_reaches_what_the_role_reaches_there_and_nothing_else(role, here, sibling):
    place = here.institution if role == Role.INSTITUTION_OFFICER else here.base
    viewer = regulator("990000")
    make_person("沈砚秋", user=viewer)
    viewing = start_viewing(actor=viewer, role=role, place=place, reason=REASON)

    own = {str(permission): labels for permission, labels in matrix(hat(role, place), here).items()}
    assert matrix(looking(viewing), here) == {p: labels for p, labels in own.items() if p in GRANTS[role]}
    assert matrix(looking(viewing), sibling) == {}


def test_own_record_of_the_viewer_is_not_reached_while_looking():
    place = make_institution(code="990100")
    viewer = regulator("990000")
    own = make_person("沈砚秋", user=viewer)
    client = begin(viewer, place)

    assert client.get(f"/people/{own.pk}/").status_code == 404
    client.post("/view-as/stop/")
    assert client.get(f"/people/{own.pk}/").status_code == 200


def test_person_outside_the_place_is_not_reached_although_inside_the_region():
    """The own hat alone would reach them."""
    place, other = make_institution(code="990100"), make_institution(code="990100")
    inside, outside = make_person("高轩"), make_person("何磊")
    make_appointment(inside, place)
    make_appointment(outside, other)
    viewer = regulator("990000")
    assert signed_in(viewer).get(f"/people/{outside.pk}/").status_code == 200

    client = begin(viewer, place)

    assert client.get(f"/people/{inside.pk}/").status_code == 200
    assert client.get(f"/people/{outside.pk}/").status_code == 404


# --- how it ends ----------------------------------------------------------------------------------------------------
def test_half_an_hour_is_all():
    client = begin(regulator("990000"), make_institution(code="990100"))

    with clock.travel(AT_MOST - timedelta(seconds=5)):
        assert client.get("/home/").context["viewing"] is not None
    with clock.travel(AT_MOST):
        page = client.get("/home/")
        assert (page.context["viewing"], page.context["hat"].role) == (None, Role.REGULATOR)


def test_place_that_moves_away_is_no_longer_looked_at():
    place = make_institution(code="990100")
    client = begin(regulator("990000"), place)
    assert client.get("/home/").context["viewing"] is not None

    type(place).objects.filter(pk=place.pk).update(region=region("980000"))

    assert client.get("/home/").context["viewing"] is None
    assert "viewing" not in client.session


def test_hat_that_ends_takes_the_view_along():
    viewer = regulator("990000")
    client = begin(viewer, make_institution(code="990100"))

    Membership.objects.filter(user=viewer).update(valid_to=clock.today())

    page = client.get("/home/")
    assert (page.context["viewing"], page.context["hat"]) == (None, None)


def test_stopped_viewing_does_not_come_back():
    viewer = regulator("990000")
    client = begin(viewer, make_institution(code="990100"))
    kept = client.session["viewing"]
    client.post("/view-as/stop/")
    session = client.session
    session["viewing"] = kept
    session.save()

    assert client.get("/home/").context["viewing"] is None


def test_viewing_of_somebody_else_slipped_into_the_session_shows_nothing():
    begin(regulator("990000"), make_institution(code="990100"))
    thief = signed_in(regulator("980000"))
    session = thief.session
    session["viewing"] = Viewing.objects.get().pk
    session.save()

    assert thief.get("/home/").context["viewing"] is None
    assert not may_still_view(regulator("980000"), Viewing.objects.get())


def test_only_the_viewer_stops():
    viewing = start_viewing(
        actor=regulator("990000"), role=Role.INSTITUTION_OFFICER, place=make_institution(code="990100"), reason=REASON
    )

    with pytest.raises(NotAllowed):
        stop_viewing(actor=regulator("990000"), viewing=viewing)


def test_session_key_changes_on_the_way_in_and_out():
    viewer, place = regulator("990000"), make_institution(code="990100")
    client = signed_in(viewer)
    keys = [client.session.session_key]
    client.post(f"/view-as/institution/{place.pk}/", {"role": Role.INSTITUTION_OFFICER, "reason": REASON})
    keys.append(client.session.session_key)
    client.post("/view-as/stop/")
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3


# --- nothing can be changed -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_no_address_of_the_site_writes_anything(method):
    """Every address, every way of sending: refused, and not one row more or less but sessions and the ledger."""
    place = make_institution(code="990100")
    client = begin(regulator("990000"), place)
    leaving = {"/view-as/stop/", "/accounts/logout/"} if method == "post" else set[str]()
    tried = [address for address in routes() if address not in leaving]
    before = counts()

    answers = {getattr(client, method)(address).status_code for address in tried}

    assert len(tried) > 250
    assert answers == {403}
    after = counts()
    changed = {label for label in before if before[label] != after[label]}
    assert changed - KEPT_OF_A_VISIT == set()
    assert ViewedPage.objects.filter(refused=True).count() == len(tried)


def test_real_forms_are_refused_and_would_have_been_taken(monkeypatch):
    """The twin: the same words, once with the guard and once without."""
    place = make_institution(code="990100")
    client = begin(regulator("990000"), place)
    address, words = f"/members/institution/{place.pk}/", {"role": "institution_officer", "email": "x@example.test"}

    assert client.post(address, words).status_code == 403
    assert counts()["accounts.Invitation"] == 0

    monkeypatch.setattr(guard, "_is_shown", lambda request, match: True)
    assert client.post(address, words).status_code == 302
    assert counts()["accounts.Invitation"] == 1


def test_refusal_says_that_nothing_was_changed():
    client = begin(regulator("990000"), make_institution(code="990100"))

    page = client.post("/en/hat/", {"membership": "self"})

    assert page.status_code == 403
    assert "nothing is changed, and nothing was" in page.content.decode()
    assert "Stop viewing" in page.content.decode()


# --- the ledger -----------------------------------------------------------------------------------------------------
def test_every_request_is_written_down_once_and_in_order():
    place = make_institution(code="990100")
    client = begin(regulator("990000"), place)
    asked = ["/home/", "/institution/roster/?q=高轩", "/profile/", "/people/999999/", "/no-such-page/"]
    for address in asked:
        client.get(address)
    client.post("/hat/", {"membership": "self"})
    client.post("/view-as/stop/")
    client.get("/home/")

    rows = ViewedPage.objects.order_by("pk").values_list("method", "path", "refused")
    assert list(rows) == [
        ("GET", "/home/", False),
        ("GET", "/institution/roster/", False),
        ("GET", "/profile/", True),
        ("GET", "/people/999999/", False),
        ("GET", "/no-such-page/", False),
        ("POST", "/hat/", True),
        ("POST", "/view-as/stop/", False),
    ]


def test_page_that_cannot_be_written_down_is_not_shown(monkeypatch):
    """The intent before the act: no ledger, no look."""
    client = begin(regulator("990000"), make_institution(code="990100"))

    def full(**given):
        raise RuntimeError("disk full")

    monkeypatch.setattr(guard, "note_page", full)
    with pytest.raises(RuntimeError):
        client.get("/home/")


def test_members_read_who_looked_why_and_at_what():
    place = make_institution(code="990100")
    viewer = regulator("990000")
    client = begin(viewer, place)
    client.get("/institution/roster/")
    member = signed_in(officer(place))

    members = member.get(f"/members/institution/{place.pk}/").content.decode()
    pages = member.get(f"/members/views/{Viewing.objects.get().pk}/").content.decode()

    for words in ("主管部门990000", REASON):
        assert words in members
        assert words in pages
    assert "/institution/roster/" in pages
    assert viewer.email not in members + pages


def test_others_do_not_read_it():
    place = make_institution(code="990100")
    begin(regulator("990000"), place)
    address = f"/members/views/{Viewing.objects.get().pk}/"

    national = AdminBody.objects.get(code="NATIONAL")
    administrators = [hat(role, national) for role in (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)]
    for user in (officer(), base_manager(), regulator("980000"), make_user(), *administrators):
        assert signed_in(user).get(address).status_code == 404


def test_permission_is_the_regulators_alone():
    assert [role for role in Role if Permission.PLACE_VIEW_AS in GRANTS[role]] == [Role.REGULATOR, Role.SYSTEM]
