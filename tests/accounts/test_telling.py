"""Whoever was decided on is told: by mail, or by a text message, where to read it and nothing of the reasons."""

import pytest
from django.core import mail

from accounts.models import AppointmentDispute, Membership
from accounts.permissions import Role
from accounts.services import accept_request, ask_to_join, decide_dispute, end_hat, refuse_request
from core.models import OutboxEvent
from core.outbox import deliver_event
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator

pytestmark = pytest.mark.django_db


def deliver(kind: str) -> None:
    for event in OutboxEvent.objects.filter(kind=kind):
        deliver_event(event.pk)


def asked(institution, email="lin@example.test"):
    return ask_to_join(actor=make_user(email), role=Role.INSTITUTION_OFFICER, place=institution)


def test_whoever_asked_to_join_is_told_of_the_answer():
    institution = make_institution("岚江大学技术转移中心")
    accept_request(actor=officer(institution), request=asked(institution))

    deliver("accounts.join_answered")

    [letter] = mail.outbox
    assert letter.to == ["lin@example.test"]
    assert "岚江大学技术转移中心" in letter.body
    assert "/hats/" in letter.body


def test_refusal_names_no_reason_in_the_mail():
    institution = make_institution()
    refuse_request(actor=officer(institution), request=asked(institution), reason="并非本单位人员")

    deliver("accounts.join_answered")

    assert [("并非" in letter.body, letter.to) for letter in mail.outbox] == [(False, ["lin@example.test"])]


def test_whose_hat_was_ended_is_told():
    institution = make_institution("岚江大学技术转移中心")
    clerk = officer(institution)
    ended = end_hat(actor=officer(institution), membership=Membership.objects.get(user=clerk), reason="离岗")

    deliver("accounts.hat_ended")

    assert [letter.to for letter in mail.outbox] == [[ended.user.email]]


@pytest.mark.parametrize("upheld", [True, False])
def test_person_is_told_of_the_decision_on_a_denial(upheld):
    person = make_person("高轩", user=make_user("gao@example.test"))
    dispute = AppointmentDispute.objects.create(appointment=make_appointment(person, make_institution()))
    decide_dispute(actor=regulator(), dispute=dispute, upheld=upheld, reason="经核实", document="核查1号")

    deliver("accounts.dispute_decided")

    assert [letter.to for letter in mail.outbox] == [["gao@example.test"]]


def test_without_a_login_or_address_nobody_is_written_to():
    dispute = AppointmentDispute.objects.create(appointment=make_appointment(make_person("高轩"), make_institution()))
    decide_dispute(actor=regulator(), dispute=dispute, upheld=False, reason="经核实")

    deliver("accounts.dispute_decided")

    assert mail.outbox == []
