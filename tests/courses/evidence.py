"""Evidence from elsewhere, submitted by an institution of a province whose body decides about it."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Competence, Institution, Person, Region, User
from accounts.selectors import system_user
from core import clock
from core.scans import Scan, checked_scan
from courses.models import EvidenceBatch, ExternalEvidence, MutualRecognition
from courses.selectors.evidence_batches import least_sample
from courses.services import Training, draw_batch, submit_batch, submit_evidence
from tests.builders import make_appointment, make_institution, make_person, officer, region, regulator, resident_number
from tests.courses.training_files import file, row

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
        facts = {name: given.pop(name) for name in list(given) if name not in {*fields, "named"}}
        return submit_evidence(training=training(**facts), **{**fields, **given})


def make_case(code: str = "990100") -> Case:
    institution = make_institution(code=code)
    person = make_person("高轩", number=NUMBER)
    make_appointment(person, institution)
    decider = regulator("990000")
    competent(decider)
    return Case(institution, officer(institution), person, decider)


# --- many at once ---------------------------------------------------------------------------------------------------
def packed(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def hire(case, name, number):
    person = make_person(name, number=number)
    make_appointment(person, case.institution)
    return person


def many(case, count):
    """A batch of so many people."""
    rows, files = [], []
    for n in range(count):
        number = resident_number(40_000 + n)
        hire(case, f"学员{n}", number)
        rows.append(row(f"学员{n}", number))
        files.append((f"学员{n}-{number[-6:]}.pdf", PDF + str(n).encode()))
    plan = submit_batch(actor=case.officer, institution=case.institution, table=file(*rows), scans=packed(*files))
    assert not plan.has_errors
    return EvidenceBatch.objects.get()


def drawn_batch(case, count=6):
    batch = draw_batch(actor=case.decider, batch=many(case, count), size=least_sample(count))
    return batch, list(batch.evidence.filter(place__in=batch.places).order_by("place"))
