"""Dated facts about persons: identity checks, consent, who looked. Appended, and never changed."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AccessEntry, AppointmentVersion, Consent, IdentityCheck
from accounts.selectors import is_checked
from accounts.services import give_consent, note_access, record_identity_check
from accounts.workflow import Standing
from core.models import OutboxEvent
from tests.accounts.worlds import make_world
from tests.builders import base_manager, make_base, make_person, make_user

pytestmark = pytest.mark.django_db


# --- checks, consent, the ledger of looks ---------------------------------------------------------------------------
def test_latest_check_holds(user):
    person, manager = make_person(), base_manager()
    record_identity_check(actor=manager, person=person, standing=Standing.CHECKED_AT_DESK)
    assert is_checked(person)

    record_identity_check(actor=user, person=person, standing=Standing.SELF_DECLARED)
    assert not is_checked(person)


def test_consent_given_twice_is_one_row_and_one_event(user):
    assert give_consent(actor=user, text="code", version="1") == give_consent(actor=user, text="code", version="1")
    assert (Consent.objects.count(), OutboxEvent.objects.filter(kind="accounts.consent_given").count()) == (1, 1)


def test_consent_to_another_version_or_of_another_login_is_its_own(user):
    for actor, version in ((user, "1"), (user, "2"), (make_user(), "1")):
        give_consent(actor=actor, text="code", version=version)

    assert Consent.objects.count() == 3


def test_look_is_written_down_with_the_body_of_the_worn_hat(user):
    base = make_base("4711")
    manager, person = base_manager(base), make_person()

    note_access(actor=manager, person=person, what="credit_file", purpose="case 26")
    note_access(actor=user, person=person, what="credit_file", purpose="curiosity", granted=False)

    looks = AccessEntry.objects.order_by("pk").values_list("actor", "body_name", "purpose", "granted")
    assert list(looks) == [(manager.pk, base.name, "case 26", True), (user.pk, "", "curiosity", False)]


@pytest.mark.parametrize("model", [AccessEntry, AppointmentVersion, Consent, IdentityCheck])
@pytest.mark.parametrize("way", ["save", "update", "delete", "delete all"])
def test_what_is_written_down_stays(model, way):
    row = make_world("990100").rows[model]
    before = list(model.objects.values())
    if model is AppointmentVersion:
        # Some of its columns may become empty, so what is saved has to differ.
        row.post = "another post"

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        {
            "save": row.save,
            "update": lambda: model.objects.filter(pk=row.pk).update(id=row.pk + 1),
            "delete": row.delete,
            "delete all": lambda: model.objects.all()._raw_delete("default"),
        }[way]()

    assert list(model.objects.values()) == before
