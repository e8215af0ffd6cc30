"""Words that exist once: every text column of every scoped row gets one, so that a leak is found by looking for words.

A word says by itself whose it is. After it comes one of a hundred ways to break out of a page, where it fits.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models

from certificates.models import CertificateCredential, CertificateFile, FileRevision
from certificates.pdf.renderer import draw
from certificates.services.credential import sign_credential
from core.fields import SealedField
from core.text import name_key
from tests.isolation.payloads import payload
from tests.isolation.world import Isolation, Owner

WORD = re.compile(r"zqx[a-z]\d{4}z", re.I)
# A shorter column holds a code, never a text.
SHORTEST = 20
# Columns that no free text can stand in, by name, and why.
NOT_WORDS = {
    "code": "a code",
    "code_hash": "a hash",
    "commitment": "a hash",
    "file_sha256": "a hash",
    "docx_sha256": "a hash",
    "docx_storage_name": "the name of a file",
    "fonts_sha256": "a hash",
    "holder_document_masked": "masked digits",
    "holder_document_tail": "a hash",
    "json_form": "signed bytes",
    "jurisdiction": "the path of a region",
    "jwt_form": "signed bytes",
    "jwt_sha256": "a hash",
    "name_key": "follows the name",
    "number": "a number with check characters, or sealed",
    "number_index": "a blind index",
    "region_path": "the path of a region",
    "salt": "random digits",
    "set_aside_why": "only of a line that has no number",
    "sha256": "a hash",
    "signature": "a hash",
    "source": "an event's key, or the source of hours",
    "storage_name": "the name of a file",
    "template_version": "a version",
    "token_hash": "a hash",
    "text": "the key of an agreed text",
    "text_sha256": "a hash",
    "twin_index": "a blind index",
    "uscc": "a code with a check character",
}
# Parts of a proof that is signed as a whole, of which pages are drawn: with a word in one of them it would be none.
SIGNED = {
    "credit.CreditReport": "reference sealed_content sha256 matrix",
    # Only of who has no grade.
    "credit.EvaluationResult": "unrated_reason",
    # Versions of rules, by which a page reads its days.
    "credit.AdministrativeCase": "rule_version decision_rule",
    # And what is written once, with a decision that is still to come.
    "credit.SelfReview": "considered activity",
    # Of a later edition alone.
    "credit.CaseLetter": "why",
    "credit.SelfRegulatoryCase": "clocks_version considered reasons activity told_proof fulfilled_how",
    "staffing.RatioProof": "reference document token root json_sha256 csv_sha256",
    "staffing.RatioProofEntry": "person_commitment evidence_commitment",
    "staffing.RatioProofSample": "head seed",
    "staffing.ReturnReceipt": "reference salt document",
}
# What the public registers print of everybody.
PUBLIC_FIELDS = {
    "accounts.Designation.document",
    "accounts.Institution.name",
    "accounts.TrainingBase.name",
    "accounts.TrainingBase.name_en",
    "accounts.TrainingBase.name_ja",
}
# Which kinds of login may ever read a model's words; written down a second time and on purpose, apart from the table
# of powers. A model that is not named here: every kind that its rows reach.
READERS = {
    "accounts.AccessEntry": "trainee",
    "accounts.Appointment": "trainee officer regulator",
    "accounts.AppointmentVersion": "trainee officer regulator",
    # Whoever supervises an examination reads who sits there.
    "accounts.Person": "trainee officer base instructor invigilator regulator",
    "certificates.Certificate": "trainee base regulator",
    "certificates.CertificateEvent": "base",
    "certificates.RevocationCase": "trainee base regulator",
    "courses.AnnulmentCase": "trainee base regulator",
    "courses.TrainingRecord": "trainee officer base regulator",
    "courses.TrainingRecordAnnulment": "officer base regulator",
    "credit.ConflictDeclaration": "regulator",
    "credit.CreditRecord": "trainee regulator",
    "credit.EvaluationConsequence": "officer regulator",
    "credit.EvaluationObjection": "officer regulator",
    "credit.EvaluationScheme": "regulator",
    "credit.Evaluator": "regulator",
    "credit.IndicatorValue": "officer regulator",
    "credit.SupervisionItem": "regulator",
    "credit.CreditObjection": "trainee regulator",
    # Made by the trainee for itself; an authority finds its own alone.
    "credit.CreditReport": "trainee",
    "credit.EntityLook": "officer",
    "credit.ObjectionDecision": "trainee regulator",
    "credit.StatementHidden": "trainee regulator",
    "credit.SubjectStatement": "trainee regulator",
    "exams.RoomEntry": "base invigilator",
    "exams.Sitting": "trainee base invigilator regulator",
}
LANGUAGES = ("zh", "en", "ja")


@dataclass(frozen=True)
class Canary:
    owner: Owner
    model: str
    field: str

    @property
    def is_public(self) -> bool:
        return f"{self.model}.{self.field}" in PUBLIC_FIELDS


@dataclass
class Canaries:
    words: dict[str, Canary]
    # Full identity numbers and phones, which no page prints.
    secrets: dict[str, Canary]
    after: Callable[[int], str] = payload
    longer: bool = False

    def of(self, owner: Owner, model: str, field: str) -> str:
        wanted = Canary(owner, model, field)
        return next(word for word, canary in self.words.items() if canary == wanted)

    def found_in(self, text: str) -> Iterator[Canary]:
        for word in {word.lower() for word in WORD.findall(text)}:
            yield self.words[word]

    def secrets_in(self, text: str) -> Iterator[Canary]:
        for number, canary in self.secrets.items():
            if number in text:
                yield canary


def fill(isolation: Isolation, after: Callable[[int], str] = payload, *, longer: bool = False) -> Canaries:
    """Every text of every row of every world becomes a word; `after` answers what follows the word of that number.

    `longer`: than the columns are, too (SQLite measures no text).
    """
    canaries = Canaries({}, {}, after, longer)
    with _without_guards():
        for owner, world in isolation.worlds.items():
            for row in world.rows.values():
                if owner != Owner.COLLEAGUE or row not in isolation.worlds[Owner.HOME].rows.values():
                    _fill_row(row, owner, canaries)
        for owner, world in isolation.worlds.items():
            for row in [*world.rows.values(), *isolation.rows[owner].values()]:
                row.refresh_from_db()
        if not longer:
            _print_certificates(isolation)
    return canaries


def _print_certificates(isolation: Isolation) -> None:
    """The bytes behind the addresses of certificates: drawn from rows that hold words by now."""
    for rows in isolation.rows.values():
        certificate, stored = rows["certificate"], rows["certificatefile"]
        body = draw(certificate).body
        name = default_storage.save(f"isolation/{certificate.uuid}.pdf", ContentFile(body))
        CertificateFile.objects.filter(pk=stored.pk).update(
            storage_name=name, sha256=hashlib.sha256(body).hexdigest(), size=len(body)
        )
        signed = sign_credential(certificate)
        CertificateCredential.objects.filter(certificate=certificate).update(
            json_form=signed.document.decode(), jwt_form=signed.token
        )
        later = body + b"\n"
        name = default_storage.save(f"isolation/{certificate.uuid}-1.pdf", ContentFile(later))
        FileRevision.objects.filter(file=stored).update(
            storage_name=name, sha256=hashlib.sha256(later).hexdigest(), size=len(later)
        )


def text_fields(model: type[models.Model]) -> list[models.Field]:
    """Columns of free text, short codes and lists of choices left out."""
    return [
        one
        for one in model._meta.concrete_fields
        if isinstance(one, models.CharField | models.TextField | models.JSONField | SealedField) and not one.choices
        and (one.max_length is None or one.max_length >= SHORTEST)
    ]  # fmt: skip


def holds_a_word(field: models.Field) -> bool:
    return field.name not in NOT_WORDS and field.name not in SIGNED.get(field.model._meta.label, "").split()


def _fill_row(row: models.Model, owner: Owner, canaries: Canaries) -> None:
    changed: dict[str, Any] = {}
    for one in text_fields(type(row)):
        canary = Canary(owner, row._meta.label, one.name)
        if isinstance(one, SealedField):
            _seal(row, one, canary, canaries)
        elif isinstance(one, models.JSONField):
            # Those of a question about a figure are numbers.
            if one.name == "facts" and row._meta.label != "staffing.ReturnAnomaly":
                changed[one.name] = _facts(canary, canaries)
        elif holds_a_word(one):
            changed[one.name] = _text(one, canary, canaries)
    if "name" in changed and any(one.name == "name_key" for one in row._meta.concrete_fields):
        changed["name_key"] = name_key(changed["name"])[:100]
    if changed:
        type(row)._base_manager.filter(pk=row.pk).update(**changed)


def _word(canary: Canary, canaries: Canaries) -> str:
    word = f"zqx{canary.owner[0]}{len(canaries.words):04d}z"
    canaries.words[word] = canary
    return word


def _text(column: models.Field, canary: Canary, canaries: Canaries) -> str:
    word = _word(canary, canaries)
    if isinstance(column, models.EmailField):
        return f"{word}@example.test"
    text = word + canaries.after(len(canaries.words))
    # name_key may be longer than the name: some letters fold to two.
    return text if canaries.longer or len(text) <= (column.max_length or 2000) - 10 else word


def _facts(canary: Canary, canaries: Canaries) -> dict[str, Any]:
    """What certificates and credit records print in three languages."""
    texts = ("title", "issuer", "publisher", "level")
    made: dict[str, Any] = {
        name: {code: _word(canary, canaries) + canaries.after(3) for code in LANGUAGES} for name in texts
    }
    made["level"]["code"] = "JUNIOR"
    cohort = {"year": 2026, "number": 1, "starts_on": "2026-10-09", "ends_on": "2026-11-18"}
    return made | {"cohort": cohort, "training": made["title"], "latin_name": ""}


def _seal(row: models.Model, column: SealedField, canary: Canary, canaries: Canaries) -> None:
    number = getattr(row, column.attname)
    if not number:
        number = f"+8613900{len(canaries.secrets):06d}"
        setattr(row, column.attname, number if column.name != "wanted" else _wanted(number, canary, canaries))
        row.save(update_fields=[column.name])
    canaries.secrets[number.removeprefix("+86")] = canary


def _wanted(number: str, canary: Canary, canaries: Canaries) -> str:
    """The corrections that somebody asks for are sealed as a whole."""
    name = _word(canary, canaries) + canaries.after(len(canaries.words))
    return json.dumps({"name": name, "document_type": "passport", "number": number})


@contextmanager
def _without_guards() -> Iterator[None]:
    """Append-only tables as they would have been written with these words from the start."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = 'replica'")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _made in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = 'origin'")
        else:
            for _name, made in triggers:
                cursor.execute(made)
