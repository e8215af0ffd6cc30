"""Proofs of a ratio: what a new one says, line by line; those there are; and the files that are made of one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Institution, Person, User
from accounts.permissions import Permission
from accounts.selectors import masked_numbers
from certificates.credentials.checks import BASE_CONTEXT
from certificates.models import Certificate
from core import clock
from core.errors import NotAllowed
from core.exports import csv_table
from courses.models import TrainingRecord
from staffing.models import RatioProof, RatioProofEntry, RatioProofSample, RatioRule
from staffing.proofs import FORMAT, canonical
from staffing.rules import rule_text
from staffing.selectors.evidence import StaffLine, counted_people, evidence_of
from staffing.selectors.known import Known
from staffing.selectors.ratios import RatioAnswer, institution_ratio

# Terms of ours stand in no published vocabulary.
OWN_TERMS = "https://www.w3.org/ns/credentials/undefined-terms/v2"
LANGUAGES = {"zh": "zh-hans", "en": "en", "ja": "ja"}
HEADS = (
    "编号 reference", "机构 institution", "统计时点 as of", "已知至 known at", "规则 rule", "分母 staff",
    "分子 trained", "其中涉密 sealed staff", "其中涉密受训 sealed trained", "达标情况 outcome", "序号 entry",
    "接受过培训 trained entry", "人员承诺值 person commitment", "依据承诺值 evidence commitment",
)  # fmt: skip


# --- those there are ------------------------------------------------------------------------------------------------
def proofs_of(actor: User, institution: Institution) -> "QuerySet[RatioProof]":
    """Newest first, for whoever sees the ratio."""
    rows = RatioProof.objects.allowed(actor, Permission.RATIO_VIEW).filter(institution=institution)
    return rows.select_related("rule", "file").order_by("-made_at", "-pk")


def find_proof(actor: User, reference: str, permission: Permission = Permission.RATIO_VIEW) -> RatioProof:
    """Raises NotAllowed, also when there is none."""
    rows = RatioProof.objects.allowed(actor, permission).select_related(
        "institution__region", "rule", "key", "file__seal"
    )
    if not (found := rows.filter(reference=reference).first()):
        raise NotAllowed(permission=permission.value)
    return found


def samples_of(actor: User, proof: RatioProof) -> list[RatioProofSample]:
    rows = RatioProofSample.objects.allowed(actor, Permission.RATIO_AUDIT).filter(proof=proof)
    return list(rows.select_related("drawn_by").order_by("turn")[:200])


def find_sample(actor: User, uuid: str) -> RatioProofSample:
    """Raises NotAllowed, also when there is none."""
    rows = RatioProofSample.objects.allowed(actor, Permission.RATIO_AUDIT).filter(uuid=uuid)
    if not (found := rows.select_related("proof__institution__region", "proof__rule").first()):
        raise NotAllowed(permission=Permission.RATIO_AUDIT.value)
    return found


def answer_again(proof: RatioProof) -> RatioAnswer:
    """The ratio computed anew for the same day, knowledge and rule: it must be the same for ever."""
    return institution_ratio(proof.institution, as_of=proof.as_of, known_at=proof.known_at, rule=proof.rule)


def answer_now(proof: RatioProof) -> RatioAnswer:
    """The same day by the same rule, with all that was corrected since."""
    return institution_ratio(proof.institution, as_of=proof.as_of, rule=proof.rule)


def lines_of(proof: RatioProof) -> list[dict[str, Any]]:
    """As everybody may read them, in their order."""
    return [public_line(row) for row in proof.entries.order_by("place")]


def public_line(row: RatioProofEntry) -> dict[str, Any]:
    return {
        "n": row.place,
        "trained": row.trained,
        "person": row.person_commitment,
        "evidence": row.evidence_commitment or None,
    }


# --- what a new one says --------------------------------------------------------------------------------------------
def openings(answer: RatioAnswer) -> list[tuple[int, dict[str, Any], dict[str, Any] | None]]:
    """(surviving person, the facts of the appointment, the facts of the evidence) of everybody counted, by person."""
    # Read anew: what was written since the figure was counted has to show in the lines.
    again = replace(answer, facts=Known(answer.institution, answer.known_then))
    lines = sorted(counted_people(again), key=lambda line: line.person)
    people = [line.person for line in lines]
    records, masked = evidence_of(people, answer), masked_numbers(people)
    uuids = dict(Person.objects.filter(pk__in=people).values_list("pk", "uuid"))
    papers = _papers(records.values())
    return [
        (
            line.person,
            _about(line, str(uuids[line.person]), masked.get(line.person, "")),
            _evidence(records[line.person], papers) if line.person in records else None,
        )
        for line in lines
    ]


def _about(line: StaffLine, uuid: str, document: str) -> dict[str, Any]:
    return {
        "person": uuid,
        "name": line.name,
        "document": document,
        "post": line.post,
        "employment": line.employment_type,
        "since": line.start_date.isoformat(),
    }


def _papers(records: Iterable[TrainingRecord]) -> dict[int, Certificate]:
    """The certificate of each record, as its bytes were issued; the newest where one was replaced."""
    rows = Certificate.objects.stored().filter(training_record__in=[record.pk for record in records])
    return {row.training_record_id: row for row in rows.select_related("file").order_by("pk")}


def _evidence(record: TrainingRecord, papers: Mapping[int, Certificate]) -> dict[str, Any]:
    certificate = papers.get(record.pk)
    return {
        "record": record.pk,
        "title": record.title,
        "provider": record.provider,
        "track": record.track,
        "level": record.level.code if record.level else None,
        "completed_on": record.completed_on.isoformat(),
        "standing": record.standing,
        "certificate": {"number": certificate.number, "sha256": certificate.file.sha256} if certificate else None,
    }


def statement(proof: RatioProof, answer: RatioAnswer, issuer: dict[str, Any]) -> dict[str, Any]:
    """What is signed: everything but the lines, to which `root` commits."""
    ratio, institution = answer.ratio, answer.institution
    return {
        "@context": [BASE_CONTEXT, OWN_TERMS],
        "id": f"urn:uuid:{proof.uuid}",
        "type": ["VerifiableCredential", "StaffingRatioProof"],
        "issuer": issuer,
        "validFrom": _moment(proof.made_at.replace(microsecond=0)),
        "credentialSubject": {
            "type": "StaffingRatio",
            "reference": proof.reference,
            "institution": {"name": institution.name, "uscc": institution.uscc, "region": institution.region.name},
            "asOf": answer.as_of.isoformat(),
            "knownAt": _moment(answer.known_at),
            "rule": _rule(answer.rule),
            "binding": answer.binding,
            "staff": ratio.staff,
            "trained": ratio.trained,
            "sealed": {"staff": answer.sealed.staff, "trained": answer.sealed.trained},
            "percent": ratio.percent_floor,
            "outcome": ratio.outcome.value,
            "needed": ratio.needed,
            "shortfall": ratio.shortfall,
            "madeFor": proof.made_for,
            "lines": proof.lines_count,
            "root": proof.root,
        },
    }


def _rule(rule: RatioRule) -> dict[str, Any]:
    words = {
        name: {short: rule.text(name, code) for short, code in LANGUAGES.items()}
        for name in ("title", "source", "quote", "explanation")
    }
    return {
        "code": rule.code,
        "version": rule.version,
        "value": rule.value,
        "comparator": rule.comparator,
        "document": rule.document_number,
        "periodEnd": rule.source_period_end.isoformat() if rule.source_period_end else None,
        "continuedBy": rule.continued_by or None,
        # Of all its words, as the log commits to them together with a salt.
        "text": rule_text(rule.words),
        **words,
    }


def _moment(at: Any) -> str:
    return at.astimezone(clock.SHANGHAI).isoformat()


# --- files ----------------------------------------------------------------------------------------------------------
def json_bytes(proof: RatioProof, lines: list[dict[str, Any]]) -> bytes:
    """Statement, signature and lines: what a stranger checks without this site. Again is the same bytes."""
    return canonical(
        {
            "format": FORMAT,
            "document": json.loads(proof.document),
            "token": proof.token,
            "salt": proof.salt,
            "lines": lines,
        }
    )


def csv_bytes(proof: RatioProof, lines: list[dict[str, Any]]) -> bytes:
    """The same lines as a table; where there are none, one line with the figures."""
    said = json.loads(proof.document)["credentialSubject"]
    rule = f"{said['rule']['code']} {said['rule']['version']}"
    figures = [said["staff"], said["trained"], said["sealed"]["staff"], said["sealed"]["trained"], said["outcome"]]
    head = [proof.reference, said["institution"]["name"], said["asOf"], said["knownAt"], rule, *figures]
    empty: list[dict[str, Any]] = [{"n": None, "trained": None, "person": None, "evidence": None}]
    rows = [
        [*head, line["n"], _yes(line["trained"]), line["person"], line["evidence"] or None] for line in lines or empty
    ]
    return csv_table(HEADS, rows)


def _yes(trained: bool | None) -> str | None:
    return None if trained is None else "yes" if trained else "no"


def file_name(proof: RatioProof) -> str:
    """Where the sealed bytes lie."""
    return f"ratio-proofs/{proof.made_at:%Y}/{proof.uuid}.pdf"


def verify_path(proof: RatioProof) -> str:
    """Where the QR code leads, outside of the languages."""
    return reverse("v:by_code", args=[proof.reference])
