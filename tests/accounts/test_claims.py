"""Claims: confirmed by the code on file or at the desk of the admitting base, and by nothing else."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings

from accounts import tasks
from accounts.models import Claim, Person, User
from accounts.selectors import is_checked
from accounts.services import (
    confirm_claim_at_desk,
    confirm_claim_by_code,
    import_roster,
    resend_claim_code,
    save_profile,
)
from accounts.services.identity import deliver_claim_code
from accounts.services.notices import open_notices
from core import audit, clock
from core.errors import NotAllowed, WrongState
from core.models import OutboxEvent
from tests.accounts.profiles import refused
from tests.accounts.sheets import person_row, roster
from tests.builders import (
    base_manager,
    join_records,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    resident_number,
)

pytestmark = pytest.mark.django_db


# --- the code -------------------------------------------------------------------------------------------------------
def test_code_goes_to_the_phone_on_file(claim):
    event = OutboxEvent.objects.get(kind="accounts.send_claim_code")

    tasks.send_claim_code(event)

    (message,) = mail.outbox
    assert message.to == ["8613800000018@sms.invalid"]
    assert re.findall(r"\d{6}", message.subject) == []


def test_roster_of_a_joined_double_names_the_phone_as_well(claim, known):
    kept = make_person("林知夏")
    join_records(known, kept)

    deliver_claim_code(claim_id=claim.pk)

    assert mail.outbox[0].to == ["8613800000018@sms.invalid"]


def test_person_of_a_roster_with_phones_claims_the_record_by_code_and_keeps_the_number(db):
    """From the file to the own record: the number is proved, and a notice that names another one goes there too."""
    place, number, other = make_institution(), resident_number(41_001), make_institution()
    file = roster(person_row("林知夏", number, 手机="138 0000 0018"))
    import_roster(actor=officer(place), institution=place, content=file)
    user = make_user()
    with clock.travel(timedelta(days=8)):
        claim = save_profile(actor=user, name="林知夏", document_type="resident_id", number=number).claim
        tasks.send_claim_code(OutboxEvent.objects.get(kind="accounts.send_claim_code"))
        sent = mail.outbox[-1]
        confirm_claim_by_code(actor=user, claim=claim, code=re.findall(r"\d{6}", sent.body)[0])

        User.objects.filter(pk=user.pk).update(email=None, phone_index="x")
        open_notices([make_appointment(user.person, other, phone="+8613700000017")])
        tasks.tell_newly_named(OutboxEvent.objects.filter(kind="accounts.tell_newly_named").latest("pk"))

    person = Person.objects.get(user=user)
    assert (sent.to, claim.person, person.phone) == (["8613800000018@sms.invalid"], person, "+8613800000018")
    assert mail.outbox[-1].to == ["8613800000018@sms.invalid"]


@pytest.mark.parametrize("days", [0, 30])
def test_two_phones_on_file_are_none(days, claim, known):
    """The second may be that of an officer who named it to get the code."""
    earlier = clock.now() - timedelta(days=days)
    make_appointment(known, make_institution(), phone="+8613700000017", recorded_at=earlier)

    deliver_claim_code(claim_id=claim.pk)

    assert mail.outbox == []


@pytest.mark.parametrize(("days", "messages"), [(6, 0), (8, 1)])
def test_phone_counts_once_it_was_known_for_a_week(days, messages, claim, known):
    known.appointments.update(recorded_at=claim.created_at - timedelta(days=days))

    deliver_claim_code(claim_id=claim.pk)

    assert len(mail.outbox) == messages


def test_same_phone_named_again_still_counts(claim, known):
    make_appointment(known, make_institution(), phone="+8613800000018", recorded_at=clock.now())
    make_appointment(known, make_institution(), recorded_at=clock.now())

    deliver_claim_code(claim_id=claim.pk)

    assert mail.outbox[0].to == ["8613800000018@sms.invalid"]


def test_code_is_stored_hashed(claim, code):
    claim.refresh_from_db()

    assert re.fullmatch(r"[0-9a-f]{64}", claim.code_hash)
    assert code not in claim.code_hash


def test_without_a_phone_or_a_gateway_no_code_is_sent(claim, known):
    with override_settings(SMS_MAIL_DOMAIN=""):
        deliver_claim_code(claim_id=claim.pk)
    known.appointments.get().delete()
    deliver_claim_code(claim_id=claim.pk)

    assert mail.outbox == []
    assert Claim.objects.get().code_sent_at is None


def test_closed_claim_gets_no_code(claim):
    Claim.objects.update(state="refused")

    deliver_claim_code(claim_id=claim.pk)

    assert mail.outbox == []


def test_right_code_links_the_record(claim, code, user, known):
    done = confirm_claim_by_code(actor=user, claim=claim, code=f" {code} ")

    assert (done.state, done.confirmed_by_way) == ("confirmed", "code")
    assert Person.objects.get(pk=known.pk).user == user
    (entry,) = audit.entries_about(claim).filter(verb="accounts.claim_confirmed")
    assert (entry.actor, entry.facts) == (user, {"way": "code"})


def test_code_does_not_check_the_identity(claim, code, user, known):
    """A phone proves who holds it; the original document is seen at the desk."""
    confirm_claim_by_code(actor=user, claim=claim, code=code)

    assert not is_checked(known)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_wrong_code_is_counted_and_links_nothing(claim, code, user, known):
    answer = confirm_claim_by_code(actor=user, claim=claim, code=wrong(code))

    assert (answer.state, Claim.objects.get().tries) == ("open", 1)
    assert Person.objects.get(pk=known.pk).user is None


def test_after_five_wrong_codes_the_right_one_is_refused(claim, code, user, known):
    for _ in range(5):
        confirm_claim_by_code(actor=user, claim=claim, code=wrong(code))

    assert refused(confirm_claim_by_code, actor=user, claim=claim, code=code) == "too_many_tries"
    assert Person.objects.get(pk=known.pk).user is None


def test_after_four_wrong_codes_the_right_one_still_holds(claim, code, user):
    for _ in range(4):
        confirm_claim_by_code(actor=user, claim=claim, code=wrong(code))

    assert confirm_claim_by_code(actor=user, claim=claim, code=code).state == "confirmed"


@pytest.mark.parametrize(("seconds", "expected"), [(599, "confirmed"), (601, "code_expired")])
def test_code_holds_ten_minutes(seconds, expected, claim, code, user):
    with clock.travel(timedelta(seconds=seconds)):
        if expected == "confirmed":
            assert confirm_claim_by_code(actor=user, claim=claim, code=code).state == expected
        else:
            assert refused(confirm_claim_by_code, actor=user, claim=claim, code=code) == expected


def test_before_any_code_was_sent_none_holds(claim, user):
    for guess in ("", "000000"):
        assert refused(confirm_claim_by_code, actor=user, claim=claim, code=guess) == "code_expired"


def test_a_new_code_replaces_the_old_one(claim, code, user):
    deliver_claim_code(claim_id=claim.pk)
    newest = re.search(r"\d{6}", mail.outbox[-1].body)[0]

    if newest != code:
        assert confirm_claim_by_code(actor=user, claim=claim, code=code).state == "open"
    assert confirm_claim_by_code(actor=user, claim=claim, code=newest).state == "confirmed"


def test_claim_of_another_login_cannot_be_confirmed(claim, code, known):
    with pytest.raises(NotAllowed):
        confirm_claim_by_code(actor=make_user(), claim=claim, code=code)

    assert (Claim.objects.get().tries, Person.objects.get(pk=known.pk).user) == (0, None)


@pytest.mark.parametrize("state", ["confirmed", "refused"])
def test_closed_claim_cannot_be_confirmed(state, claim, code, user):
    Claim.objects.update(state=state)

    with pytest.raises(WrongState):
        confirm_claim_by_code(actor=user, claim=claim, code=code)


def test_a_new_code_does_not_forgive_wrong_tries(claim, code, user):
    for _ in range(5):
        confirm_claim_by_code(actor=user, claim=claim, code=wrong(code))
    deliver_claim_code(claim_id=claim.pk)
    newest = re.search(r"\d{6}", mail.outbox[-1].body)[0]

    assert refused(confirm_claim_by_code, actor=user, claim=claim, code=newest) == "too_many_tries"
    assert refused(resend_claim_code, actor=user, claim=claim) == "too_many_tries"


def test_a_new_code_is_sent_three_times_at_most(claim, user):
    for _ in range(3):
        resend_claim_code(actor=user, claim=claim)

    assert refused(resend_claim_code, actor=user, claim=claim) == "codes_spent"
    assert OutboxEvent.objects.filter(kind="accounts.send_claim_code").count() == 4


def test_a_new_code_for_the_claim_of_another_is_not_allowed(claim):
    with pytest.raises(NotAllowed):
        resend_claim_code(actor=make_user(), claim=claim)

    assert OutboxEvent.objects.filter(kind="accounts.send_claim_code").count() == 1


# --- the desk -------------------------------------------------------------------------------------------------------
def test_desk_of_the_base_links_the_record(claim, user, known):
    base = make_base()

    done = confirm_claim_at_desk(actor=base_manager(base), claim=claim, base=base)

    assert (done.state, done.confirmed_by_way) == ("confirmed", "desk")
    assert Person.objects.get(pk=known.pk).user == user


def test_desk_of_another_base_is_not_allowed(claim, known):
    with pytest.raises(NotAllowed):
        confirm_claim_at_desk(actor=base_manager(), claim=claim, base=make_base())

    assert (Claim.objects.get().state, Person.objects.get(pk=known.pk).user) == ("open", None)


def test_claimant_is_no_desk(claim, user):
    with pytest.raises(NotAllowed):
        confirm_claim_at_desk(actor=user, claim=claim, base=make_base())


@pytest.mark.parametrize("state", ["confirmed", "refused"])
def test_desk_cannot_open_a_closed_claim_again(state, claim):
    Claim.objects.update(state=state)
    base = make_base()

    with pytest.raises(WrongState):
        confirm_claim_at_desk(actor=base_manager(base), claim=claim, base=base)


def test_person_taken_meanwhile_is_not_taken_away(claim, known):
    first = make_user()
    Person.objects.filter(pk=known.pk).update(user=first)
    base = make_base()

    code = refused(confirm_claim_at_desk, actor=base_manager(base), claim=claim, base=base)

    assert (code, Person.objects.get(pk=known.pk).user) == ("person_taken", first)


def test_login_that_got_a_person_meanwhile_gets_no_second_one(claim, user, known):
    make_person("何磊", user=user, number=resident_number())
    base = make_base()

    code = refused(confirm_claim_at_desk, actor=base_manager(base), claim=claim, base=base)

    assert (code, Person.objects.get(pk=known.pk).user) == ("profile_exists", None)
