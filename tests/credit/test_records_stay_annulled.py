"""An annulled training record is no sanction: neither repair nor the fall of a credit case makes it count again, and no
case annuls one."""

import pytest

from courses.models import AnnulmentCase, TrainingRecord, TrainingRecordAnnulment
from credit import services
from credit.services import Fallen
from tests.courses.annulling import annul
from tests.courses.builders import make_record
from tests.credit.cases import Authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Authority()


def standing(desk):
    return list(TrainingRecord.objects.standing_facts().filter(person=desk.subject))


def stays(case_of_record, desk):
    found = AnnulmentCase.objects.get()
    assert (found.state, found.pk) == ("annulled", case_of_record.pk)
    assert TrainingRecordAnnulment.objects.get().case == found
    return standing(desk)


def repaired(desk):
    case = desk.in_force("minor")
    repair = services.ask_repair(actor=desk.login, case=case, corrected="已退还", commitment="承诺", committed=True)
    services.grant_repair(actor=desk.decider, repair=repair)
    case.refresh_from_db()
    assert case.state == "repaired"


def fallen(desk):
    case = services.annul_case(actor=desk.free, case=desk.in_force(), fallen=Fallen("判决撤销", "（2026）岚行终1号"))
    assert case.state == "annulled"


@pytest.mark.parametrize("end", [repaired, fallen])
def test_end_of_a_credit_case_leaves_an_annulled_record_annulled(desk, end):
    kept, false = make_record(desk.subject), make_record(desk.subject)
    fact = annul(false, one=desk.one, two=desk.two)

    end(desk)

    assert stays(fact.case, desk) == [kept]


def test_decision_of_a_credit_case_annuls_no_record(desk):
    record = make_record(desk.subject)

    desk.in_force("serious")

    assert standing(desk) == [record]
