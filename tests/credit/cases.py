"""An authority with its officers, a subject, and a case brought as far as a test wants it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from itertools import count
from typing import Any

import pytest

from accounts.models import AdminBody, Competence, Institution, Person, User
from accounts.permissions import Role
from core import clock
from core.errors import DomainError
from core.models import CalendarYear
from credit import services
from credit.models import AdministrativeCase, CaseReport, CatalogueItem, Measure
from credit.services import Filing, Hearing, Notice, Officer, Ruling, Said, Served
from tests.builders import hat, make_appointment, make_institution, make_person, make_user, region, regulator

_numbers = count(1)
LONG_AGO = date(2024, 1, 1)


def know_years() -> None:
    """Every year that a travelling test may reach has its working days."""
    for year in range(2020, 2040):
        CalendarYear.objects.get_or_create(year=year, defaults={"source": "test"})


def item(highest: str = "serious", **fields: Any) -> CatalogueItem:
    number = f"T-{next(_numbers)}"
    words = {"scope": "national", "catalogue": "目录", "edition": "1", "conduct": "提供虚假信息", "basis": "某法第1条"}
    words |= {"number": number, "highest": highest, "valid_from": LONG_AGO, "recorded_at": clock.now()}
    words |= by_two()
    return CatalogueItem.objects.create(**words | fields)


def measure(restricts: str = "", **fields: Any) -> Measure:
    code = f"m{next(_numbers)}"
    words = {"listed_in": "清单", "basis": "某法第2条", "severities": ["minor", "general", "serious"]}
    words |= {"title": {"zh": "措施", "en": "Measure", "ja": "措置"}, "title_zh": "措施", "valid_from": LONG_AGO}
    return Measure.objects.create(code=code, restricts=restricts, **{**words, **by_two(), **fields})


def by_two() -> dict[str, User]:
    return {"proposed_by": make_user(), "adopted_by": make_user()}


@dataclass
class Authority:
    """沈 and 魏 investigate, 马 reviews the law, 郑 decides, 顾 is free; all of one body."""

    body: AdminBody = field(init=False)
    one: User = field(init=False)
    two: User = field(init=False)
    lawyer: User = field(init=False)
    decider: User = field(init=False)
    free: User = field(init=False)
    subject: Person | Institution = field(init=False)
    login: User = field(init=False)
    item: CatalogueItem = field(init=False)
    code: str = "990000"

    def __post_init__(self) -> None:
        know_years()
        self.one = regulator(self.code)
        self.body = self.one.memberships.get().admin_body  # type: ignore[assignment]
        self.two, self.lawyer, self.decider, self.free = (hat(Role.REGULATOR, self.body) for _ in range(4))
        Competence.objects.get_or_create(
            matter="decide",
            region=region(self.code),
            body=self.body,
            defaults={"valid_from": LONG_AGO, "document": "文", "recorded_at": clock.now()},
        )
        self.login = make_user()
        self.subject = make_person("何磊", user=self.login)
        make_appointment(self.subject, make_institution(code=self.code))
        self.item = item()

    def of_entity(self, **fields: Any) -> "Authority":
        self.subject = make_institution(code=self.code, **fields)
        self.login = hat(Role.INSTITUTION_OFFICER, self.subject)
        return self

    def report(self, **words: Any) -> CaseReport:
        said = {
            "said_of": "何磊",
            "said_at": "某公司",
            "region": region(self.code),
            "ground": "collusion",
            "said": "收受隐性佣金",
            "happened_on": clock.today() - timedelta(days=30),
        }
        return services.make_report(actor=make_user(), said=Said(**{**said, **words}))

    def filing(self, **words: Any) -> Filing:
        said = {
            "number": f"案〔2026〕{next(_numbers)}号",
            "item": self.item,
            "subject": self.subject,
            "unit": None,
            "conduct_ended_on": clock.today() - timedelta(days=30),
            "discovered_on": clock.today() - timedelta(days=2),
        }
        return Filing(**{**said, **words})

    def filed(self, **words: Any) -> AdministrativeCase:
        return services.file_case(actor=self.decider, report=self.report(), filing=self.filing(**words))

    def investigated(self, **words: Any) -> AdministrativeCase:
        case = self.filed(**words)
        pair = {"one": Officer(self.one, "ZF-1"), "two": Officer(self.two, "ZF-2")}
        case = services.assign_officers(actor=self.free, case=case, **pair)
        return services.write_findings(actor=self.one, case=case, findings="查明的事实", evidence="证据清单")

    def reviewed(self, **words: Any) -> AdministrativeCase:
        return services.review_law(actor=self.lawyer, case=self.investigated(**words), opinion="合法")

    def written(self, **words: Any) -> AdministrativeCase:
        return services.write_notice(actor=self.one, case=self.reviewed(**words), notice=notice())

    def noticed(self, intended: str = "general", measures: tuple = (), **words: Any) -> AdministrativeCase:
        case = self.reviewed(**words)
        return notify(self.one, case, notice(intended, measures))

    def heard(self, intended: str = "general", measures: tuple = (), **words: Any) -> AdministrativeCase:
        case = self.noticed(intended, measures, **words)
        case = services.answer_notice(actor=self.login, case=case, answer="我没有收。", complete=True)
        case = services.consider(actor=self.two, case=case, considered="逐条回应")
        if intended == "serious":
            case = services.record_discussion(actor=self.two, case=case, discussion="集体讨论：五人参加")
        return case

    def decided(self, outcome: str = "general", measures: tuple = (), **ruled: Any) -> AdministrativeCase:
        intended = outcome if outcome in ("minor", "general", "serious") else "general"
        case = self.heard(intended, measures)
        return services.decide_case(actor=self.decider, case=case, ruling=ruling(outcome, measures, **ruled))

    def in_force(self, outcome: str = "general", measures: tuple = (), **ruled: Any) -> AdministrativeCase:
        return services.serve_decision(actor=self.free, case=self.decided(outcome, measures, **ruled), served=served())


def notify(actor: User, case: AdministrativeCase, said: Notice, how: Served | None = None) -> AdministrativeCase:
    """The prior notice, written and served."""
    how = how or served()
    said = replace(said, on=said.on or how.on)
    return services.serve_notice(
        actor=actor, case=services.write_notice(actor=actor, case=case, notice=said), served=how
    )


def served(by: str = "in_person", **words: Any) -> Served:
    return Served(**{"by": by, "proof": "送达回证第1号", "on": clock.today(), **words})


def notice(intended: str = "general", measures: tuple = (), **words: Any) -> Notice:
    said = {"number": "告〔2026〕1号", "facts": "事实", "reasons": "理由", "basis": "依据"}
    return Notice(**{**said, "intended": intended, "measures": measures, **words})


def hearing(day: date, chair: User) -> Hearing:
    return Hearing(day, time(9, 30), "三层302室", chair)


def ruling(outcome: str = "general", measures: tuple = (), **words: Any) -> Ruling:
    said = {
        "number": f"决〔2026〕{next(_numbers)}号",
        "basis": "某法第3条",
        "reasons": "理由",
        "proportionality": "没有更轻而足够的办法",
        "remedy_body": "岚江省人民政府",
        "remedy_court": "岚州市中级人民法院",
    }
    return Ruling(outcome=outcome, measures=measures, **{**said, **words})


@contextmanager
def later(days: int) -> Iterator[None]:
    with clock.travel(timedelta(days=days)):
        yield


def refused(code: str, call: Callable[..., Any], **arguments: Any) -> None:
    """A call that has to raise exactly this code."""
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    assert caught.value.code == code
