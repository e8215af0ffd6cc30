"""A new key of the blind indexes: all rows or none, found and unique as before; what was issued goes on being known."""

import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import override_settings

from accounts.models import AppointmentNotice, IdentityDocument, Invitation, User
from accounts.models.joining import address_index
from accounts.models.notices import notice_token, token_hash
from accounts.selectors import document_index, find_document, system_user
from accounts.selectors.sign_in import user_by_phone
from accounts.services.indexes import INDEXED, rebuild_indexes, wrong_indexes
from accounts.services.notices import open_notices
from accounts.services.sign_in import set_login_phone
from certificates.selectors.verification import verify_by_name
from core import clock, readiness
from core.data_classes import classified
from core.errors import NotAllowed
from core.models import AuditEntry
from tests.builders import make_appointment, make_institution, make_person, make_user, resident_number
from tests.certificates.builders import make_certificate

pytestmark = pytest.mark.django_db
CHANGED = {"BLIND_INDEX_KEY": "33" * 32, "FORMER_INDEX_KEYS": [settings.BLIND_INDEX_KEY]}
PHONE = "+8613812340018"


@pytest.fixture
def people() -> list[User]:
    users = [make_user() for _n in range(3)]
    for n, user in enumerate(users):
        make_person(f"人{n}", user=user, number=resident_number(80_000 + n))
    set_login_phone(actor=users[0], phone=PHONE, verified=True)
    Invitation.objects.create(
        email="li@example.test", email_index=address_index("li@example.test"), token_hash="y" * 64,
        role="institution_officer", institution=make_institution(), invited_by=users[0], created_at=clock.now(),
        expires_at=clock.now(),
    )  # fmt: skip
    return users


def command(*words: str) -> str:
    out = io.StringIO()
    call_command("rebuild_indexes", *words, stdout=out)
    return out.getvalue()


def test_half_done_change_is_refused_and_takes_the_process_out_of_service(people):
    assert readiness.checks()["indexes"] == "ok"
    command("--check")

    with override_settings(**CHANGED):
        assert all(wrong_indexes().values()), "every kind of index stands under the former key"
        with pytest.raises(CommandError, match="must not run like this"):
            command("--check")
        assert not readiness.can_serve(readiness.checks() | {"broker": "ok"})


def test_everything_is_found_again_under_the_new_key_alone(people):
    with override_settings(**CHANGED):
        said = command("--site-is-stopped")

        assert set(wrong_indexes().values()) == {0}
        assert find_document("resident_id", resident_number(80_001)).person.name == "人1"
        assert user_by_phone(PHONE) == people[0]
        assert Invitation.objects.get().email_index == address_index("li@example.test")
        assert readiness.checks()["indexes"] == "ok"
        assert AuditEntry.objects.get(verb="accounts.indexes_rebuilt").facts["rows"]["accounts.User.phone_index"] == 1
        assert command("--check").count(": 0 rows do not fit") == len(INDEXED)
    assert "accounts.IdentityDocument.number_index: 3 rows computed anew" in said


def test_one_document_stays_one_person_after_the_change(people):
    with override_settings(**CHANGED):
        rebuild_indexes(actor=system_user())

        with pytest.raises(IntegrityError), transaction.atomic():
            make_person("另一人", number=resident_number(80_001))


def test_two_keys_at_once_would_let_a_second_person_in(people):
    """The twin: why the site stands still."""
    with override_settings(**CHANGED):
        make_person("另一人", number=resident_number(80_001))

    numbers = [one.number for one in IdentityDocument.objects.all()]
    assert numbers.count(resident_number(80_001)) == 2


def test_failure_in_the_middle_leaves_every_index_as_it_was(people):
    IdentityDocument.objects.filter(person__name="人2").update(number_index="0" * 64)
    before = sorted(IdentityDocument.objects.values_list("pk", "number_index"))
    # The same document twice: somebody let two keys run at once.
    make_person("另一人", number=resident_number(80_002))
    before = sorted(IdentityDocument.objects.values_list("pk", "number_index"))
    with override_settings(**CHANGED), pytest.raises(IntegrityError), transaction.atomic():
        rebuild_indexes(actor=system_user())

    assert sorted(IdentityDocument.objects.values_list("pk", "number_index")) == before
    assert user_by_phone(PHONE) == people[0]


def test_only_the_system_rebuilds(people):
    with pytest.raises(NotAllowed):
        rebuild_indexes(actor=people[0])


def test_letters_already_sent_stay_good():
    open_notices([make_appointment(make_person(), make_institution())])
    notice = AppointmentNotice.objects.get()
    sent = notice_token(notice)

    with override_settings(**CHANGED):
        rebuild_indexes(actor=system_user())
        assert notice_token(AppointmentNotice.objects.get()) == sent
        assert token_hash(sent) == notice.token_hash
    with override_settings(BLIND_INDEX_KEY="33" * 32):
        assert notice_token(notice) != sent, "the twin: without the former key the letter printed again would be dead"


def test_certificate_from_before_is_verified_by_the_last_four_characters():
    certificate = make_certificate()
    tail = IdentityDocument.objects.get(person=certificate.person).number[-4:]
    asked = {"number": certificate.number, "name": certificate.holder_name, "tail": tail}

    with override_settings(**CHANGED):
        rebuild_indexes(actor=system_user())
        assert verify_by_name(**asked).outcome == "valid"
        assert verify_by_name(**asked | {"tail": "9999"}).outcome == "never_issued"
    with override_settings(BLIND_INDEX_KEY="33" * 32):
        assert verify_by_name(**asked).outcome == "never_issued"


def test_columns_that_are_indexes_are_all_rebuilt():
    """By their class: keyed indexes are c3 and end in _index."""

    named = {
        f"{label}.{name}"
        for label, one in classified().items()
        for name in one.of_class("c3")
        if name.endswith("_index")
    }
    # Likely doubles are computed again in the background.
    others = {"accounts.IdentityDocument.twin_index"}

    assert {place.label for place in INDEXED} == named - others
    assert document_index("passport", "E1") != ""
