"""Builders of self-regulation: an association with a member, a report to it, a case led to any state by services."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from accounts.models import AssociationMember, Institution, Person, TrainingBase, User
from accounts.permissions import Role
from core import clock
from core.models import CalendarYear
from credit import services
from credit.models import CaseReport, SelfRegulatoryCase, SelfReview
from credit.rules.self_regulation import Result
from credit.services import Decision, Finding, Letter, Opening, Paper, Rule
from tests.builders import hat, make_institution, make_user, region

_numbers = count(1)
RULE = Rule("code_of_conduct", "不得以不实宣传招揽业务。", "技术经理人从业公约第七条", "2025年版")
EXCLUDED = "exclusion"


def make_association(name: str = "") -> Institution:
    return make_institution(name or f"测试协会{next(_numbers)}", category="association")


def join(association: Institution, institution: Institution) -> Institution:
    AssociationMember.objects.create(
        association=association, institution=institution, proposed=True, state="member", valid_from=date(2020, 1, 1)
    )
    return institution


def make_self_report(at: Institution | TrainingBase, **fields: Any) -> CaseReport:
    place = {"at_base" if isinstance(at, TrainingBase) else "at_institution": at}
    given = {"said_of": "某会员", "ground": "other", "said": "宣传册写“包过”。", "region": region(), **fields}
    given = {"happened_on": clock.today(), "due_on": clock.today() + timedelta(days=7), **given}
    return CaseReport.objects.create(**(place | given))


def letter(**fields: Any) -> Letter:
    return Letter(**{"how": "in_person", "proof": "签收单", "on": clock.today(), **fields})


def paper(**fields: Any) -> Paper:
    return Paper(**{"reference": "来文〔2026〕7号", "came_on": clock.today(), **fields})


def acting_for(place: Institution | TrainingBase, user: User | None = None) -> User:
    role = Role.BASE_MANAGER if isinstance(place, TrainingBase) else Role.INSTITUTION_OFFICER
    return hat(role, place, user)


@dataclass
class OwnRules:
    """A body, its people in their parts, and somebody whom a case concerns."""

    body: Institution | TrainingBase
    first: User
    second: User
    third: User
    subject: Person | Institution
    answering: User
    unit: Institution | TrainingBase | None = None

    def report(self, **fields: Any) -> CaseReport:
        return make_self_report(self.body, **fields)

    def opened(self, **fields: Any) -> SelfRegulatoryCase:
        given = {
            "number": f"自律{next(_numbers)}号",
            "subject": self.subject,
            "rule": RULE,
            "unit": self.unit,
            **fields,
        }
        return services.open_self_case(actor=self.first, report=self.report(), opening=Opening(**given))

    def noticed(self, intended: str = EXCLUDED) -> SelfRegulatoryCase:
        facts = "宣传册第3页写有“包过”字样。"
        return services.give_self_notice(
            actor=self.first, case=self.opened(), facts=facts, intended=intended, letter=letter()
        )

    def answered(self, intended: str = EXCLUDED) -> SelfRegulatoryCase:
        return services.answer_self_notice(actor=self.answering, case=self.noticed(intended), answer="已撤下。")

    def decided(self, result: Result | None = None, intended: str = EXCLUDED) -> SelfRegulatoryCase:
        return self.decide(self.answered(intended), result=result)

    def decide(self, case: SelfRegulatoryCase, *, result: Result | None = None, **fields: Any) -> SelfRegulatoryCase:
        decision = Decision(result or Result("reminder"), "已撤下属实，予以考虑。", "公约第七条。")
        return services.decide_self_case(**{"actor": self.second, "case": case, "decision": decision, **fields})

    def told(self, result: Result | None = None) -> SelfRegulatoryCase:
        return services.hand_over_decision(actor=self.second, case=self.decided(result), letter=letter())

    def asked(self, result: Result | None = None) -> SelfReview:
        return services.ask_self_review(actor=self.answering, case=self.told(result), grounds="人数口径不同。")

    def review(self, review: SelfReview, step: str = "maintain", **fields: Any) -> SelfReview:
        finding = Finding(step, "已复核。", fields.pop("result", None))
        return services.decide_self_review(**{"actor": self.third, "review": review, "finding": finding, **fields})


def rules_of(body: Institution | TrainingBase, subject: Person | Institution, answering: User) -> OwnRules:
    return OwnRules(body, acting_for(body), acting_for(body), acting_for(body), subject, answering)


def association_and_member() -> OwnRules:
    association = make_association()
    member = join(association, make_institution())
    return rules_of(association, member, acting_for(member))


def excluded(days: int = 90, activity: str = "events") -> Result:
    return Result(EXCLUDED, activity, clock.today() + timedelta(days=days))


def forget_calendar() -> None:
    """No year is loaded: every day that is counted is provisional."""
    CalendarYear.objects.all().delete()


def outsider() -> User:
    return make_user()
