"""Proofs of a claim: wrong tries per person, invitations by the institution, checked documents, the outside service."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from accounts.models import (
    Appointment,
    AppointmentDispute,
    AppointmentVersion,
    Claim,
    ClaimInvitation,
    ClaimTry,
    Person,
)
from accounts.selectors import identity_history, is_checked
from accounts.services import (
    check_colleague,
    confirm_claim_at_desk,
    confirm_claim_by_code,
    confirm_claim_by_invitation,
    invite_to_claim,
)
from accounts.services.claim_invitations import tell_others
from accounts.services.identity_provider import check_by_service
from core import clock
from core.errors import NotAllowed
from core.models import OutboxEvent
from tests.accounts.profiles import NUMBER, refused, save
from tests.accounts.test_profile_pages import FORM
from tests.builders import (
    base_manager,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution(known):
    return known.appointments.get().institution


@pytest.fixture
def invited(known, institution):
    return invite_to_claim(actor=officer(institution), person=known, institution=institution)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def tries():
    return list(ClaimTry.objects.order_by("pk").values_list("what", flat=True))


# --- wrong tries ----------------------------------------------------------------------------------------------------
def test_every_kind_of_wrong_try_is_counted_for_the_person(claim, code, user, known):
    refused(save, make_user(), "王五")
    confirm_claim_by_code(actor=user, claim=claim, code=f"{(int(code) + 1) % 1_000_000:06d}")
    confirm_claim_by_invitation(actor=user, claim=claim, code="0000 0000 0000")

    assert tries() == ["name", "code", "invitation"]
    assert set(ClaimTry.objects.values_list("person", flat=True)) == {known.pk}


def test_unknown_number_is_a_try_of_nobody(db):
    save(make_user())

    assert tries() == []


def test_after_ten_wrong_tries_no_login_may_try_for_a_day(claim, code, user, known):
    for _try in range(10):
        refused(save, make_user(), "王五")

    assert refused(confirm_claim_by_code, actor=user, claim=claim, code=code) == "too_many_tries"
    assert refused(confirm_claim_by_invitation, actor=user, claim=claim, code="x") == "too_many_tries"
    assert refused(save, make_user()) == "profile_refused"
    with clock.travel(timedelta(days=1, minutes=1)):
        assert save(make_user()).claim is not None


def test_after_nine_wrong_tries_one_more_is_open(claim, code, user):
    for _try in range(9):
        refused(save, make_user(), "王五")

    assert confirm_claim_by_code(actor=user, claim=claim, code=code).state == "confirmed"


def test_desk_goes_on_whatever_others_try(claim, known):
    for _try in range(10):
        refused(save, make_user(), "王五")
    base = make_base()

    assert confirm_claim_at_desk(actor=base_manager(base), claim=claim, base=base).state == "confirmed"


def test_institution_sees_when_and_never_who(known, institution):
    stranger = make_user("stranger@example.test")
    refused(save, stranger, "王五")

    page = signed_in(officer(institution)).get(f"/people/{known.pk}/").content.decode()

    assert "有人" in page
    assert "stranger" not in page
    assert "王五" not in page


# --- invitations ----------------------------------------------------------------------------------------------------
def test_invitation_confirms_a_claim_of_document_and_name(invited, claim, user, known):
    code = invited[1]
    spelt = f" {code[:4].lower()}-{code[4:8]} {code[8:]} ".replace("0", "o").replace("1", "l")

    done = confirm_claim_by_invitation(actor=user, claim=claim, code=spelt)

    assert (done.state, done.confirmed_by_way) == ("confirmed", "invitation")
    assert Person.objects.get(pk=known.pk).user == user
    assert code not in ClaimInvitation.objects.get().code_hash


def test_invitation_alone_proves_nothing(invited):
    """Without document and name there is no claim that the code could confirm."""
    other = make_person("何磊")
    claim = Claim.objects.create(user=make_user(), person=other)

    answer = confirm_claim_by_invitation(actor=claim.user, claim=claim, code=invited[1])

    assert (answer.state, ClaimInvitation.objects.get().used_at) == ("open", None)


def test_officer_cannot_use_the_own_invitation(known, institution):
    actor = officer(institution)
    _invitation, code = invite_to_claim(actor=actor, person=known, institution=institution)
    claim = save(actor).claim

    assert confirm_claim_by_invitation(actor=actor, claim=claim, code=code).state == "open"


@pytest.mark.parametrize(("days", "state"), [(13, "confirmed"), (15, "open")])
def test_invitation_holds_two_weeks(invited, claim, user, days, state):
    with clock.travel(timedelta(days=days)):
        assert confirm_claim_by_invitation(actor=user, claim=claim, code=invited[1]).state == state


def test_new_invitation_ends_the_one_before(invited, claim, user, known, institution):
    _newer, code = invite_to_claim(actor=officer(institution), person=known, institution=institution)

    assert confirm_claim_by_invitation(actor=user, claim=claim, code=invited[1]).state == "open"
    assert confirm_claim_by_invitation(actor=user, claim=claim, code=code).state == "confirmed"


def test_only_the_own_institution_invites_its_own_staff(known, institution):
    elsewhere = make_institution()
    for actor, place in ((officer(), institution), (regulator(), institution), (officer(elsewhere), elsewhere)):
        with pytest.raises(NotAllowed):
            invite_to_claim(actor=actor, person=known, institution=place)

    assert ClaimInvitation.objects.count() == 0


# --- a row is not written in order to take a record over ------------------------------------------------------------
@pytest.fixture
def takers(known, institution):
    """An institution that names somebody else's person today."""
    institution = make_institution()
    make_appointment(known, institution, post="顾问")
    return institution


def test_row_written_today_invites_nobody(takers, known):
    actor = officer(takers)

    assert refused(invite_to_claim, actor=actor, person=known, institution=takers) == "named_lately"
    page = signed_in(actor).post(f"/en/people/{known.pk}/invite/", follow=True).content.decode()
    assert "has stood on your roster for seven days" in page
    assert not ClaimInvitation.objects.exists()
    with clock.travel(timedelta(days=7, minutes=1)):
        assert invite_to_claim(actor=actor, person=known, institution=takers)


def test_row_that_was_only_reworded_today_has_been_known_before(known, institution):
    row = known.appointments.get()
    terms = {name: getattr(row, name) for name in Appointment.TERMS}
    terms["recorded_at"] = row.recorded_at
    AppointmentVersion.objects.create(appointment=row, superseded_at=clock.now(), **terms)
    Appointment.objects.filter(pk=row.pk).update(recorded_at=clock.now(), post="部长")

    assert invite_to_claim(actor=officer(institution), person=known, institution=institution)


def test_disputed_row_invites_nobody_and_confirms_nothing(invited, claim, user, known, institution):
    AppointmentDispute.objects.create(appointment=known.appointments.get())

    assert refused(invite_to_claim, actor=officer(institution), person=known, institution=institution) == (
        "row_disputed"
    )
    assert refused(confirm_claim_by_invitation, actor=user, claim=claim, code=invited[1]) == "row_disputed"
    assert Person.objects.get(pk=known.pk).user is None


def test_other_institutions_of_the_person_are_told_without_names(takers, known, institution):
    host, guest = officer(institution), officer(takers)
    officer(make_institution())
    with clock.travel(timedelta(days=8)):
        invitation, _code = invite_to_claim(actor=guest, person=known, institution=takers)
        assert OutboxEvent.objects.get(kind="accounts.tell_claim_invited").key == str(invitation.pk)

        tell_others(invitation_id=invitation.pk)

    (sent,) = mail.outbox
    assert sent.to == [host.email]
    assert f"/people/{known.pk}/" in sent.body
    assert [word for word in (known.name, takers.name) if word in f"{sent.subject}{sent.body}"] == []


def test_officer_of_another_institution_without_a_mail_address_is_told_by_text_message(
    takers, known, institution, settings
):
    settings.SMS_MAIL_DOMAIN = "sms.invalid"
    host = officer(institution)
    host.email, host.phone, host.phone_index, host.phone_verified = None, "+8613800000018", "x", True
    host.save()
    with clock.travel(timedelta(days=8)):
        invitation, _code = invite_to_claim(actor=officer(takers), person=known, institution=takers)
        tell_others(invitation_id=invitation.pk)

    assert [letter.to for letter in mail.outbox] == [["8613800000018@sms.invalid"]]


def test_nobody_is_invited_to_a_record_with_a_login(known, institution):
    Person.objects.filter(pk=known.pk).update(user=make_user())

    code = refused(invite_to_claim, actor=officer(institution), person=known, institution=institution)

    assert code == "person_taken"


def test_officer_invites_and_the_person_claims_on_the_pages(known, institution):
    page = signed_in(officer(institution)).post(f"/people/{known.pk}/invite/")
    assert page.status_code == 200
    code, client = page.context["code"], signed_in(make_user())
    client.post("/en/profile/", FORM)
    assert "林知夏" not in client.get("/profile/claim/").content.decode()
    client.post("/profile/claim/", {"invitation": code})

    assert Person.objects.get(pk=known.pk).user is not None


# --- checked documents ----------------------------------------------------------------------------------------------
def test_institution_records_what_it_has_seen(known, institution):
    actor, day = officer(institution), clock.today() - timedelta(days=1)

    check_colleague(actor=actor, person=known, institution=institution, seen_on=day)

    assert is_checked(known)
    (check,) = identity_history(known)
    assert (check.standing, check.seen_on, check.body_name) == ("checked_by_institution", day, institution.name)
    assert signed_in(actor).get(f"/people/{known.pk}/").status_code == 200


def test_others_and_oneself_are_not_vouched_for(known, institution):
    today = clock.today()
    for actor, place in ((officer(), institution), (regulator(), institution)):
        with pytest.raises(NotAllowed):
            check_colleague(actor=actor, person=known, institution=place, seen_on=today)
    own = officer(institution)
    make_appointment(make_person("何磊", user=own), institution, post="x")
    fields = {"actor": own, "institution": institution}
    assert refused(check_colleague, person=own.person, seen_on=today, **fields) == "own_record"
    assert refused(check_colleague, person=known, seen_on=today + timedelta(days=1), **fields) == "day_wrong"
    with pytest.raises(NotAllowed):
        check_colleague(person=make_person("王五"), seen_on=today, **fields)

    assert not is_checked(known)


def test_page_asks_for_the_tick(known, institution):
    client = signed_in(officer(institution))
    client.post(f"/people/{known.pk}/check/", {"seen_on": "2026-01-05"})
    assert not is_checked(known)
    client.post(f"/people/{known.pk}/check/", {"seen_on": "2026-01-05", "original": "on"})

    assert is_checked(known)


# --- the outside service --------------------------------------------------------------------------------------------
class Registry:
    """A service as the port wants it."""

    name = "测试身份核验服务"
    url = ""

    def matches(self, *, name, document_type, number):
        if name == "silent":
            raise ConnectionError
        return (name, document_type, number) == ("林知夏", "resident_id", NUMBER)


SERVICE = "tests.accounts.test_claim_proofs.Registry"


def test_without_a_service_nothing_is_checked(db):
    person = make_person("林知夏", number=NUMBER, user=make_user())

    assert refused(check_by_service, actor=person.user, person=person) == "no_service"


@pytest.mark.parametrize(("name", "expected"), [("林知夏", ""), ("何磊", "no_match"), ("silent", "service_silent")])
@override_settings(IDENTITY_PROVIDER=SERVICE)
def test_service_checks_or_says_why_not(db, name, expected):
    person = make_person(name, number=NUMBER, user=make_user())
    if expected:
        assert refused(check_by_service, actor=person.user, person=person) == expected
    else:
        check_by_service(actor=person.user, person=person)

    assert is_checked(person) == (not expected)


# --- what the database promises -------------------------------------------------------------------------------------
def test_tries_are_append_only(known):
    refused(save, make_user(), "王五")
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimTry.objects.all().delete()
