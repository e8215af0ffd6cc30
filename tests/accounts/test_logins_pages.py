"""The security administrator finds one login by its whole address, and changes it with a reason; nobody else does."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from accounts.permissions import ADMINISTRATORS, Role
from accounts.selectors import system_user
from accounts.services import logins as services
from accounts.services.erasure import erase_login
from accounts.services.sign_in import put_phone
from core import outbox
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from tests.accounts.signing_in import give_second_factor, sign_in
from tests.builders import hat, make_person, make_user, officer, place_for

pytestmark = pytest.mark.django_db
STEPS = ("close", "reopen", "end-sessions", "reset-second-factor")
OTHERS = [role for role in Role if role not in (Role.SECURITY_ADMIN, Role.SYSTEM)]
LOGINS = "/en/logins/"


def worn(role: Role) -> User:
    return hat(role, place_for(role))


@pytest.fixture
def administrator() -> User:
    return worn(Role.SECURITY_ADMIN)


@pytest.fixture
def page(administrator) -> Client:
    return client_of(administrator)


@pytest.fixture
def owner() -> User:
    user = officer()
    make_person("林知夏", user=user)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(user: User, step: str = "") -> str:
    return f"{LOGINS}{user.uuid}/{step + '/' if step else ''}"


def text(response) -> str:
    return response.content.decode()


def ask(page: Client, user: User, step: str, reason: str = "本人来电，已核对证件"):
    return page.post(at(user, step), {"reason": reason})


def told() -> list[str]:
    for event in outbox.undelivered():
        outbox.deliver_event(event)
    return [str(one.body) for one in mail.outbox]


# --- doors ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", OTHERS)
def test_pages_are_not_there_for_any_other_role(role, owner):
    client = client_of(worn(role))

    assert client.get(LOGINS).status_code == 404
    assert client.post(LOGINS, {"who": owner.email}).status_code == 404
    assert client.get(at(owner)).status_code == 404
    for step in STEPS:
        assert client.get(at(owner, step)).status_code == 404
        assert ask(client, owner, step).status_code == 404
    owner.refresh_from_db()
    assert owner.is_active


def test_pages_open_for_the_security_administrator(page, owner):
    assert page.get(LOGINS).status_code == 200
    assert page.get(at(owner)).status_code == 200
    assert [page.get(at(owner, step)).status_code for step in STEPS] == [200] * 4
    assert page.get(at(owner, "something-else")).status_code == 404


def test_pages_open_for_others_when_the_guard_is_off(monkeypatch, owner):
    """What the refusals above stand on."""
    for module in ("views.logins", "selectors.logins"):
        monkeypatch.setattr(f"accounts.{module}.require_everywhere", lambda *_: None)
    client = client_of(worn(Role.AUDIT_ADMIN))

    assert client.get(LOGINS).status_code == 200
    assert client.get(at(owner, "close")).status_code == 200


@pytest.mark.parametrize("name", ["close_login", "reopen_login", "end_login_sessions", "reset_second_factor"])
def test_services_ask_by_themselves(owner, name):
    with pytest.raises(NotAllowed):
        getattr(services, name)(actor=worn(Role.AUDIT_ADMIN), user=owner, reason="x")


def test_login_that_commands_act_as_is_not_there(page):
    system = system_user()

    assert page.get(at(system)).status_code == 404
    assert "No login has exactly" in text(page.post(LOGINS, {"who": system.email}))


# --- finding --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("words", [" Somebody@Example.test", "13800001234", "+86 138-0000-1234"])
def test_login_is_found_by_its_whole_address_or_number(page, words):
    user = make_user("somebody@example.test")
    put_phone(user, "+8613800001234")
    user.phone_verified = True
    user.save()

    answer = page.post(LOGINS, {"who": words})

    assert answer.url == at(user)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("somebody", "neither an e-mail address"),
        ("林知夏", "neither an e-mail address"),
        ("1380000", "neither an e-mail address"),
        ("somebody@", "No login has exactly"),
        ("@example.test", "No login has exactly"),
        ("%@example.test", "No login has exactly"),
        ("13800009999", "No login has exactly"),
    ],
)
def test_a_part_finds_nothing_and_a_wrong_form_is_explained(page, words, said):
    make_person("林知夏", user=make_user("somebody@example.test"))

    answer = page.post(LOGINS, {"who": words})

    assert answer.status_code == 200
    assert said in text(answer)
    assert "/logins/0" not in text(answer)


def test_a_number_that_was_never_verified_finds_nothing(page):
    user = make_user()
    put_phone(user, "+8613800001234")
    user.save()

    assert "No login has exactly" in text(page.post(LOGINS, {"who": "13800001234"}))


def test_search_page_lists_no_login(page, owner):
    shown = text(page.get(LOGINS))

    assert str(owner.uuid) not in shown
    assert owner.email not in shown


def test_card_shows_state_roles_and_factors_and_no_full_address(page, owner):
    give_second_factor(owner)
    sign_in(owner)

    shown = text(page.get(at(owner)))

    assert owner.email not in shown
    assert "林知夏" not in shown
    assert "林** · u***@example.test" in shown
    assert str(owner.valid_memberships()[0].get_role_display()) in shown or "Institution officer" in shown
    assert "Recovery codes" in shown
    assert "TOTP" in shown


# --- closing and reopening ------------------------------------------------------------------------------------------
def test_closing_ends_every_session_at_once_and_no_sign_in_opens_again(page, owner):
    inside = sign_in(owner)
    assert inside.get("/home/").status_code == 200

    assert ask(page, owner, "close").url == at(owner)

    assert inside.get("/home/").status_code == 302
    assert "_auth_user_id" not in sign_in(owner).session


def test_reopened_login_gets_in_anew_and_old_sessions_stay_over(page, owner):
    inside = sign_in(owner)
    ask(page, owner, "close")
    ask(page, owner, "reopen")

    assert inside.get("/home/").status_code == 302
    assert sign_in(owner).get("/home/").status_code == 200


def test_each_change_is_written_down_with_its_reason_and_shown(page, administrator, owner):
    give_second_factor(owner)
    for step in ("end-sessions", "reset-second-factor", "close", "reopen"):
        ask(page, owner, step, reason=f"来电 {step} 13800001234")

    own = AuditEntry.objects.filter(actor=administrator, subject_id=str(owner.pk), reason__startswith="来电")
    assert list(own.order_by("pk").values_list("verb", flat=True)) == [
        "accounts.login_sessions_ended",
        "accounts.second_factor_reset",
        "accounts.login_closed",
        "accounts.login_reopened",
    ]
    shown = text(page.get(at(owner)))
    assert "来电 close 138****1234" in shown
    assert "13800001234" not in shown


def test_ending_sessions_leaves_the_login_open(page, owner):
    inside = sign_in(owner)
    ask(page, owner, "end-sessions")

    assert inside.get("/home/").status_code == 302
    assert sign_in(owner).get("/home/").status_code == 200


# --- the second factor ----------------------------------------------------------------------------------------------
def test_reset_takes_every_factor_and_tells_the_owner(page, owner):
    give_second_factor(owner)

    ask(page, owner, "reset-second-factor")

    assert not Authenticator.objects.filter(user=owner).exists()
    assert AuditEntry.objects.get(verb="accounts.second_factor_reset").facts == {"kinds": ["recovery_codes", "totp"]}
    [message] = told()
    assert "双重验证" in message
    assert mail.outbox[0].to == [owner.email]


def test_owner_without_an_address_is_told_by_text_message(page):
    owner = make_user()
    put_phone(owner, "+8613800001234")
    owner.phone_verified, owner.email = True, None
    owner.save()
    give_factor(owner)

    ask(page, owner, "reset-second-factor")
    told()

    assert [one.to[0].partition("@")[0] for one in mail.outbox] == ["8613800001234"]


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_second_factor_of_an_administrator_is_not_reset(page, role):
    other = worn(Role(role))
    give_second_factor(other)

    answer = ask(page, other, "reset-second-factor")

    assert "The second factor of an administrator is not reset" in text(answer)
    assert Authenticator.objects.filter(user=other).count() == 2
    assert not AuditEntry.objects.filter(verb="accounts.second_factor_reset").exists()


def test_reset_of_nothing_says_so(page, owner):
    assert "no second factor that could be reset" in text(ask(page, owner, "reset-second-factor"))


# --- refusals -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", STEPS)
def test_nobody_does_it_to_the_own_login(page, administrator, step):
    worn(Role.SECURITY_ADMIN)

    assert "This is your own login" in text(ask(page, administrator, step))
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.session_epoch) == (True, 0)


@pytest.mark.parametrize("step", STEPS)
def test_an_erased_login_stays_as_it_is(page, administrator, step):
    user = make_user()
    erase_login(actor=system_user(), user=user)

    assert "erased at its owner" in text(ask(page, user, step))
    user.refresh_from_db()
    assert not user.is_active
    assert told() == []


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("reason", ["", "   "])
def test_every_change_needs_a_reason(page, owner, step, reason):
    answer = ask(page, owner, step, reason=reason)

    assert answer.status_code == 200
    assert not AuditEntry.objects.filter(subject_id=str(owner.pk), verb__startswith="accounts.login_").exists()


def test_service_refuses_a_blank_reason(administrator, owner):
    with pytest.raises(DomainError, match="reason_missing"):
        services.close_login(actor=administrator, user=owner, reason=" \n")


def test_twice_the_same_is_said_and_changes_nothing(page, owner):
    assert "open already" in text(ask(page, owner, "reopen"))
    ask(page, owner, "close")
    assert "closed already" in text(ask(page, owner, "close"))


def test_last_administrator_of_a_kind_is_not_closed(page):
    last = worn(Role.AUDIT_ADMIN)

    assert "Nobody else holds this administrator" in text(ask(page, last, "close"))
    last.refresh_from_db()
    assert last.is_active

    worn(Role.AUDIT_ADMIN)
    ask(page, last, "close")
    last.refresh_from_db()
    assert not last.is_active


@pytest.mark.parametrize("step", STEPS)
def test_change_asks_who_one_is(page, owner, step):
    with override_settings(SECOND_FACTOR_EXEMPT=False, CONFIRM_AGAIN_AFTER=0):
        answer = ask(page, owner, step)

    assert answer.status_code == 302
    assert answer.url != at(owner)
    assert not AuditEntry.objects.filter(subject_id=str(owner.pk), reason__gt="").exists()


def test_navigation_leads_there(page):
    assert reverse("accounts:logins") in [one["url"] for one in page.get("/home/").context["navigation"]]


def give_factor(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
