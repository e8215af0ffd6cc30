"""A period, an institution with a body that receives its returns, and a return taken as far as a test needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.models import AdminBody, Competence, Institution, User
from accounts.selectors import system_user
from core import clock
from staffing import services
from staffing.models import FilingPeriod, RatioReturn, ReturnVersion
from staffing.rules.calendar import call_of
from staffing.services.returns import open_period
from tests.builders import hat, make_appointment, make_institution, make_person, officer, region
from tests.courses.annulling import make_annulment
from tests.staffing.test_selectors import train

DAY = date(2026, 6, 30)
# Three days after it.
NOW = date(2026, 7, 3)
ENTRY: dict[str, Any] = {
    "code": "TEST",
    "every": None,
    "valid_from": date(2026, 1, 1),
    "until": None,
    "opens_days": 30,
    "due_working_days": 10,
    "correct_working_days": 20,
    "obliges": "scope",
    "categories": [],
    "region_path": "",
    "rule": "TRAINED_STAFF_70",
    "published": True,
    "reminder_days": [30, 14, 7, 1, -1, -10],
    "texts": {
        "zh-hans": {"title": "半年填报", "basis": "测试依据"},
        "en": {"title": "Half-year return", "basis": "test"},
    },
}


def make_period(as_of: date = DAY, **changed: Any) -> FilingPeriod:
    return open_period(actor=system_user(), call=call_of(ENTRY | changed), as_of=as_of)


def receiver(code: str = "990000", place: str = "") -> User:
    """An officer of a body that receives the returns of a region."""
    area = region(code)
    made, _new = AdminBody.objects.get_or_create(
        code=f"RECEIVES-{code}", defaults={"name": f"接收部门{code}", "rank": area.level, "jurisdiction": area.path}
    )
    Competence.objects.get_or_create(
        matter="receive_returns",
        region=region(place or code),
        body=made,
        defaults={"valid_from": date(2020, 1, 1), "document": "测试", "recorded_at": clock.now()},
    )
    return hat("regulator", made)


def staffed(trained: int = 7, staff: int = 10, place: Institution | None = None, **fields: Any) -> Institution:
    """An institution of so many people, so many of them trained, all long before the day."""
    place = place or make_institution(**fields)
    for number in range(staff):
        person = make_person(f"人员{number}")
        make_appointment(person, place)
        if number < trained:
            train(person)
    return place


def odd() -> Institution:
    """An institution of which one question is asked: many joined right before the day."""
    place = staffed(14, 20)
    for number in range(4):
        make_appointment(make_person(f"新{number}"), place, start=DAY - timedelta(days=2))
    return place


def begun(institution: Institution, period: FilingPeriod, actor: User | None = None) -> RatioReturn:
    return services.declare_return(actor=actor or officer(institution), institution=institution, period=period)


def filed(institution: Institution, period: FilingPeriod, actor: User | None = None, reason: str = "") -> ReturnVersion:
    """Declared where it is not, checked, answered and attested."""
    actor = actor or officer(institution)
    found = begun(institution, period, actor)
    check = services.check_return(actor=actor, ratio_return=found)
    for anomaly in check.anomalies.filter(answer=""):
        services.answer_anomaly(actor=actor, anomaly=anomaly, answer="情况属实，附任职文件。")
    return attested(found, actor, reason)


def attested(found: RatioReturn, actor: User, reason: str = "") -> ReturnVersion:
    check = found.checks.latest("pk")
    return services.attest_return(
        actor=actor, ratio_return=found, check=check.pk, name="贺敏", post="人事处处长", reason=reason
    )


@contextmanager
def on(day: date) -> Iterator[None]:
    """Live at 10:00 of another day."""
    moment = datetime.combine(day, time(10), tzinfo=clock.SHANGHAI)
    with clock.travel(moment - clock.now()):
        yield


def annul(place: Institution) -> None:
    """One of its training records turns out to be false."""
    record = place.appointments.order_by("pk")[0].person.training_records.get()
    make_annulment(record, reason="代考")
