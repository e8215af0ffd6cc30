"""Asking to act for a place, the answers, leaving and ending: powers go at once and with every open session."""

from datetime import timedelta

import pytest

from accounts.models import AdminBody, JoinRequest, Membership
from accounts.permissions import Permission, Role
from accounts.services import accept_request, ask_to_join, end_hat, leave, refuse_request, withdraw_request
from accounts.workflow import JoinState
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from tests.accounts.joining import confirmed, invited, letter, signed_in
from tests.accounts.signing_in import sign_in
from tests.builders import (
    base_manager,
    hat,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
)

pytestmark = pytest.mark.django_db


def national() -> AdminBody:
    return AdminBody.objects.get(code="NATIONAL")


def asked(place, role: str = Role.INSTITUTION_OFFICER, user=None) -> JoinRequest:
    return ask_to_join(actor=user or make_user(), role=role, place=place, message="我是新来的人事专员。")


def refused(act) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


# --- asking ---------------------------------------------------------------------------------------------------------
def test_member_of_the_place_answers():
    institution = make_institution()
    request = asked(institution)

    membership = accept_request(actor=officer(institution), request=request)

    assert (membership.user, membership.role, membership.place) == (request.user, request.role, institution)
    with pytest.raises(WrongState):
        refuse_request(actor=officer(institution), request=request, reason="late")


@pytest.mark.parametrize(
    "somebody",
    [officer, base_manager, lambda: regulator("980000"), lambda: hat(Role.AUDITOR, national()), make_user],
    ids=["other institution", "base", "other province", "auditor", "nobody"],
)
def test_others_do_not_answer(somebody):
    request = asked(make_institution(code="990100"))
    actor = somebody()

    for answer in (accept_request, lambda **given: refuse_request(reason="no", **given)):
        with pytest.raises(NotAllowed):
            answer(actor=actor, request=request)
    assert JoinRequest.objects.get().state == JoinState.OPEN


def test_regulator_answers_where_nobody_acts_yet():
    institution = make_institution(code="990100")
    request = asked(institution)

    assert accept_request(actor=regulator("990000"), request=request).place == institution


def test_regulator_answers_nothing_where_somebody_acts():
    """The place answers: a body above would else put a second officer of its own choice into it."""
    institution = make_institution(code="990100")
    officer(institution)
    request, actor = asked(institution), regulator("990000")

    for answer in (accept_request, lambda **given: refuse_request(reason="no", **given)):
        with pytest.raises(NotAllowed):
            answer(actor=actor, request=request)
    page = signed_in(actor)
    assert page.get("/members/requests/").context["lines"] == []
    assert page.get(f"/members/requests/{request.pk}/").status_code == 404
    assert page.post(f"/members/requests/{request.pk}/", {"accept": "1"}).status_code == 404
    assert (
        f"/members/requests/{request.pk}/" not in page.get(f"/members/institution/{institution.pk}/").content.decode()
    )
    assert Membership.objects.at(institution).count() == 1


def test_nobody_answers_the_own_request():
    base = make_base()
    actor = hat(Role.BASE_MANAGER, base)
    request = asked(base, Role.INSTRUCTOR, actor)

    assert refused(lambda: accept_request(actor=actor, request=request)) == "own_request"


def test_refusal_has_a_reason_that_the_asker_reads():
    institution = make_institution()
    request = asked(institution)

    refuse_request(actor=officer(institution), request=request, reason="请先办理入职手续。")

    page = signed_in(request.user).get("/hats/").content.decode()
    assert "请先办理入职手续。" in page
    assert AuditEntry.objects.get(verb="accounts.joinrequest.refuse").reason == "请先办理入职手续。"
    assert request.user.memberships.count() == 0


@pytest.mark.parametrize(
    ("place", "role"),
    [
        (make_institution, Role.INSTRUCTOR),
        (make_base, Role.INSTITUTION_OFFICER),
        (national, Role.REGULATOR),
        (national, Role.SECURITY_ADMIN),
        (make_institution, Role.SYSTEM),
    ],
)
def test_only_roles_of_institutions_and_bases_are_asked_for(place, role):
    assert refused(lambda: asked(place(), role)) == "not_asked_for"


def test_asking_twice_and_asking_for_what_one_has():
    institution, user = make_institution(), make_user()
    asked(institution, user=user)

    assert refused(lambda: asked(institution, user=user)) == "asked_already"
    assert refused(lambda: asked(institution, user=officer(institution))) == "already_member"


def test_both_buttons_at_once_are_a_refusal_that_lacks_its_reason():
    institution = make_institution()
    request = asked(institution)

    page = signed_in(officer(institution)).post(f"/members/requests/{request.pk}/", {"accept": "1", "refuse": "1"})

    request.refresh_from_db()
    assert (page.status_code, request.state) == (200, "open")


def test_request_is_withdrawn_by_its_owner_alone():
    institution = make_institution()
    request = asked(institution)

    with pytest.raises(NotAllowed):
        withdraw_request(actor=officer(institution), request=request)
    assert withdraw_request(actor=request.user, request=request).state == JoinState.WITHDRAWN


def test_pages_from_the_search_to_the_answer():
    institution = make_institution("岚江大学技术转移中心")
    person = make_person("祝一松", user=make_user())
    guest, host = signed_in(person.user), signed_in(officer(institution))
    address = f"/hats/join/institution/{institution.pk}/"

    assert address in guest.get("/hats/join/?q=岚江").content.decode()
    assert guest.post(address, {"role": "institution_officer", "message": "人事"}).url == "/hats/"
    assert "祝一松" in host.get(f"/members/institution/{institution.pk}/").content.decode()
    request = JoinRequest.objects.get()
    assert host.post(f"/members/requests/{request.pk}/", {"refuse": "1", "reason": ""}).status_code == 200
    host.post(f"/members/requests/{request.pk}/", {"accept": "1"})
    assert person.user.memberships.get().institution == institution


def test_foreign_request_is_not_there():
    request = asked(make_institution())
    client = signed_in(officer())

    assert client.get(f"/members/requests/{request.pk}/").status_code == 404
    assert client.post(f"/members/requests/{request.pk}/", {"accept": "1"}).status_code == 404
    assert client.post(f"/hats/requests/{request.pk}/withdraw/").status_code == 404
    assert JoinRequest.objects.get().state == JoinState.OPEN


def test_regulator_finds_the_requests_of_the_region(client):
    here, there = asked(make_institution(code="990100")), asked(make_institution(code="980000"))
    client.force_login(regulator("990000"))

    lines = client.get("/members/requests/").context["lines"]

    assert [line["request"] for line in lines] == [here]
    assert there.state == JoinState.OPEN


# --- leaving --------------------------------------------------------------------------------------------------------
def test_leaving_ends_the_hat_today():
    institution = make_institution()
    officer(institution)
    user = officer(institution)

    left = leave(actor=user, membership=user.memberships.get())

    assert left.valid_to == clock.today()
    assert user.valid_memberships() == []


def test_nobody_leaves_for_somebody_else():
    institution = make_institution()
    one, other = officer(institution), officer(institution)

    for actor in (other, regulator("990000"), hat(Role.SECURITY_ADMIN, national())):
        with pytest.raises(NotAllowed):
            leave(actor=actor, membership=one.memberships.get())


@pytest.mark.parametrize("role", [Role.INSTITUTION_OFFICER, Role.BASE_MANAGER])
def test_last_one_leaves_with_a_warning(role):
    place = make_institution() if role == Role.INSTITUTION_OFFICER else make_base()
    user = hat(role, place)
    membership = user.memberships.get()

    assert refused(lambda: leave(actor=user, membership=membership)) == "last_member"
    assert leave(actor=user, membership=membership, knows_it_is_the_last=True).valid_to == clock.today()


def test_warning_names_who_answers_then():
    institution = make_institution(code="990101")
    user = officer(institution)
    city, nation = regulator("990100"), national()
    region("990101")
    body = city.memberships.get().admin_body

    page = signed_in(user).get(f"/hats/{user.memberships.get().pk}/leave/")

    assert page.context["answers_then"] == [body]
    assert body.name in page.content.decode()
    assert nation.name not in page.content.decode()


def test_very_next_request_of_an_old_session_is_refused():
    """Two browsers: one leaves, the other has the roster open."""
    institution = make_institution()
    officer(institution)
    user, person = officer(institution), make_person("高轩")
    make_appointment(person, institution)
    here, there = signed_in(user), signed_in(user)
    assert there.get(f"/people/{person.pk}/").status_code == 200

    here.post(f"/hats/{user.memberships.get().pk}/leave/")

    assert there.get(f"/people/{person.pk}/").url.startswith("/accounts/login/")
    assert here.get(f"/people/{person.pk}/").status_code == 404
    assert here.get("/hats/").status_code == 200


def test_session_that_did_not_end_would_still_reach_nothing():
    """The twin: even with its session alive, the hat is gone."""
    institution = make_institution()
    officer(institution)
    user, person = officer(institution), make_person("高轩")
    make_appointment(person, institution)
    client = signed_in(user)
    assert client.get(f"/people/{person.pk}/").status_code == 200

    Membership.objects.filter(user=user).update(valid_to=clock.today())

    assert client.get(f"/people/{person.pk}/").status_code == 404


def test_every_change_of_membership_ends_the_sessions():
    institution = make_institution()
    host = officer(institution)
    guest = confirmed()
    sessions = [signed_in(guest)]
    link = letter(invited(host, institution))
    accepting = sign_in(guest)
    accepting.post(accepting.get(link).url, {"accept": "1"})
    assert sessions[0].get("/hats/").url.startswith("/accounts/login/")
    assert accepting.get("/home/").context["hat"].place == institution

    signed_in(host).post(f"/members/hats/{guest.memberships.get().pk}/end/", {"reason": "left the institution"})

    assert accepting.get("/home/").url.startswith("/accounts/login/")
    assert guest.memberships.get().valid_to == clock.today()


def test_own_session_goes_on_under_another_key():
    institution = make_institution()
    officer(institution)
    user = officer(institution)
    client = signed_in(user)
    before = client.session.session_key

    client.post(f"/hats/{user.memberships.get().pk}/leave/")

    assert client.session.session_key != before
    assert client.session["worn_membership"] == "self"


# --- ending ---------------------------------------------------------------------------------------------------------
def test_whoever_may_invite_may_end_with_a_reason():
    institution = make_institution(code="990100")
    one, other = officer(institution), officer(institution)

    end_hat(actor=other, membership=one.memberships.get(), reason="moved")
    end_hat(actor=regulator("990000"), membership=other.memberships.get(), reason="closed")

    reasons = AuditEntry.objects.filter(verb="accounts.membership_ended").values_list("reason", flat=True)
    assert list(reasons.order_by("pk")) == ["moved", "closed"]


@pytest.mark.parametrize(
    "somebody",
    [officer, base_manager, lambda: regulator("980000"), lambda: hat(Role.SYSTEM_ADMIN, national()), make_user],
    ids=["other institution", "base", "other province", "system administrator", "nobody"],
)
def test_others_end_nobodys_hat(somebody):
    institution = make_institution(code="990100")
    membership = officer(institution).memberships.get()

    with pytest.raises(NotAllowed):
        end_hat(actor=somebody(), membership=membership, reason="x")
    assert Membership.objects.get(pk=membership.pk).valid_to is None


def test_security_administrator_ends_hats_of_bodies_and_not_of_institutions():
    actor = hat(Role.SECURITY_ADMIN, national())
    theirs, ours = officer().memberships.get(), regulator("990000").memberships.get()

    end_hat(actor=actor, membership=ours, reason="retired")
    with pytest.raises(NotAllowed):
        end_hat(actor=actor, membership=theirs, reason="x")


def test_instructor_does_not_end_the_manager():
    base = make_base()
    manager = hat(Role.BASE_MANAGER, base)

    with pytest.raises(NotAllowed):
        end_hat(actor=hat(Role.INSTRUCTOR, base), membership=manager.memberships.get(), reason="x")


def test_own_hat_is_left_and_not_ended():
    institution = make_institution()
    user = officer(institution)

    assert refused(lambda: end_hat(actor=user, membership=user.memberships.get(), reason="x")) == "own_hat"


@pytest.mark.parametrize("path", ["/members/hats/{}/end/", "/hats/{}/leave/"])
def test_foreign_hat_is_not_there(path):
    foreign = officer().memberships.get()
    client = signed_in(officer())

    assert client.get(path.format(foreign.pk)).status_code == 404
    assert client.post(path.format(foreign.pk), {"reason": "x"}).status_code == 404
    assert Membership.objects.get(pk=foreign.pk).valid_to is None


def test_ending_says_what_it_does_before():
    institution = make_institution(code="990100")
    one, other = officer(institution), officer(institution)
    make_person("贺敏", user=other)
    client = signed_in(one)
    address = f"/members/hats/{other.memberships.get().pk}/end/"

    page = client.get(address).content.decode()

    assert "自即刻起，贺敏不再代表" in page
    assert client.post(address, {"reason": " "}).status_code == 200
    assert other.valid_memberships() != []


def test_hat_that_ended_grants_nothing_to_its_old_owner():
    institution = make_institution()
    officer(institution)
    user = officer(institution)
    membership = user.memberships.get()
    leave(actor=user, membership=membership)

    with pytest.raises(NotAllowed):
        invited(user, institution)
    with clock.travel(timedelta(days=-1)):
        assert [one.role for one in user.valid_memberships()] == [Role.INSTITUTION_OFFICER]
    assert not Membership.objects.allowed(user, Permission.MEMBER_VIEW).exists()
