"""Limits of a day under many hands: counted one after the other, so that asking at once gives no more."""

import pytest

from accounts.models import Invitation, User
from accounts.permissions import Role
from accounts.services import invite, save_profile
from accounts.services.identity import REFUSED_A_DAY
from accounts.services.invitations import A_DAY
from core import audit
from core.models import AuditEntry
from tests.accounts.profiles import NUMBER
from tests.builders import make_institution, make_person, make_user, officer
from tests.courses.test_race import together

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def test_profiles_tried_at_the_same_moment_are_ten_a_day():
    make_person("林知夏", number=NUMBER)
    user = make_user()
    for _try in range(REFUSED_A_DAY - 1):
        audit.record(user, "accounts.profile_refused", user, code="profile_refused")

    def guess(name):
        save_profile(actor=User.objects.get(pk=user.pk), name=name, document_type="resident_id", number=NUMBER)

    together(guess, [f"王{number}" for number in range(AT_ONCE)])

    assert AuditEntry.objects.filter(verb="accounts.profile_refused").count() == REFUSED_A_DAY


def test_invitations_sent_at_the_same_moment_are_counted():
    institution = make_institution()
    actor = officer(institution)
    for number in range(A_DAY - 1):
        invite(actor=actor, role=Role.INSTITUTION_OFFICER, place=institution, email=f"n{number}@example.test")

    def send(email):
        sender = User.objects.get(pk=actor.pk)
        invite(actor=sender, role=Role.INSTITUTION_OFFICER, place=institution, email=email)

    together(send, [f"m{number}@example.test" for number in range(AT_ONCE)])

    assert Invitation.objects.count() == A_DAY
