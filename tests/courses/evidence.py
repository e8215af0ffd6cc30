"""Evidence from elsewhere, submitted by an institution of a province whose body decides about it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Competence, Institution, Person, Region, User
from accounts.selectors import system_user
from core import clock
from core.scans import Scan, checked_scan
from courses.models import ExternalEvidence, MutualRecognition
from courses.services import Training, submit_evidence
from tests.builders import make_appointment, make_institution, make_person, officer, region, regulator

NUMBER = "000000199001010018"
PDF = b"%PDF-1.7 a diploma"


def scan(name: str = "证书.pdf", content: bytes = PDF) -> Scan:
    return checked_scan(name, content)


def training(**fields: Any) -> Training:
    facts = {
        "kind": "earlier", "track": "SOCIAL", "title": "技术经纪人培训班", "provider": "岚江大学",
        "completed_on": date(2019, 6, 1),
    }  # fmt: skip
    return Training(**{**facts, **fields})


def competent(actor: User, code: str = "990000", matter: str = "recognise_evidence") -> None:
    """The actor's body decides about evidence in this region."""
    body = actor.worn_memberships()[0].admin_body
    Competence.objects.create(
        matter=matter, region=region(code), body=body, document="No. 1", valid_from=date(2020, 1, 1),
        recorded_at=clock.now(),
    )  # fmt: skip


def agreement(one: Region, other: Region, **fields: Any) -> MutualRecognition:
    facts = {"title": "互认协议", "document": "岚科〔2020〕1号", "valid_from": date(2019, 1, 1)}
    return MutualRecognition.objects.create(
        region=one, other=other, recorded_at=clock.now(), entered_by=system_user(), **{**facts, **fields}
    )


@dataclass
class Case:
    """An institution with its officer, one of its staff, and the officer of the authority that decides."""

    institution: Institution
    officer: User
    person: Person
    decider: User

    def submit(self, **given: Any) -> ExternalEvidence:
        fields = {"actor": self.officer, "person": self.person, "institution": self.institution, "scans": [scan()]}
        facts = {name: given.pop(name) for name in list(given) if name not in fields}
        return submit_evidence(training=training(**facts), **{**fields, **given})


def make_case(code: str = "990100") -> Case:
    institution = make_institution(code=code)
    person = make_person("高轩", number=NUMBER)
    make_appointment(person, institution)
    decider = regulator("990000")
    competent(decider)
    return Case(institution, officer(institution), person, decider)
