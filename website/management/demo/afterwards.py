"""What happened to some certificates and records after they were made: each state of the story once."""

from datetime import timedelta

from certificates.services import (
    deregister_certificate,
    revoke_certificate,
    supersede_certificate,
    suspend_certificate,
)

from accounts.models import Person
from accounts.services import correct_name
from certificates.models import Certificate
from courses.models import TrainingRecord
from courses.services import annul_training_record
from website.management.demo.story import on_day
from website.management.demo.world import World

MANAGER = "qinwen@demo.invalid"


def happen(world: World) -> None:
    manager = world.users[MANAGER]
    with on_day(world, world.day - timedelta(days=120)):
        wrong = _certificate("chenmo@demo.invalid", world)
        correct_name(actor=world.actor, person=wrong.person, name="陈默", reason="登记时误作陈黙")
        supersede_certificate(actor=manager, certificate=wrong, reason="信息更正")
    with on_day(world, world.day - timedelta(days=60)):
        deregister_certificate(actor=manager, certificate=_certificate("sunli@demo.invalid", world), reason="本人申请")
    with on_day(world, world.day - timedelta(days=40)):
        false = _certificate("zhoutao@demo.invalid", world)
        revoke_certificate(actor=manager, certificate=false, reason="经调查，考试由他人代考")
        annul_training_record(actor=manager, record=false.training_record, reason="考试由他人代考，不符合结业条件")
        _annul_unconfirmed_degree(world)
    with on_day(world, world.day - timedelta(days=8)):
        suspend_certificate(actor=manager, certificate=_certificate("guoqi@demo.invalid", world), reason="身份核查中")


def _certificate(email: str, world: World) -> Certificate:
    person = Person.objects.get(user=world.users[email])
    return Certificate.objects.get(person=person, state="issued")


def _annul_unconfirmed_degree(world: World) -> None:
    """One degree that the association had reported could not be confirmed by the university."""
    records = TrainingRecord.objects.filter(
        track="DEGREE", person__appointments__institution=world.institutions["association"]
    )
    annul_training_record(actor=world.actor, record=records.order_by("pk")[0], reason="学历未能核实")
