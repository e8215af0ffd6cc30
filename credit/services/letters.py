"""Letters are made once the step that fixes their words is taken, kept as PDF and DOCX, and never written anew.

A correction is another edition beside the first. What is handed out again is what was kept.
"""

import hashlib
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from accounts.permissions import Role
from certificates.pdf.fonts import fonts_sha256
from core import audit, clock
from core.errors import DomainError, NotAllowed
from credit.models import AdministrativeCase, CaseLetter, LetterKind, SelfRegulatoryCase
from credit.models.letters import BEFORE_SERVICE
from credit.pdf.case_letters import case_letter
from credit.pdf.letter import letter_pdf
from credit.pdf.letter_docx import letter_docx
from credit.pdf.letter_text import WORDING, LetterText
from credit.pdf.self_letters import self_letter
from credit.selectors.cases import measures_of
from credit.selectors.letters import Due, decided_review, missing_letters, open_kinds
from credit.services import case_common, self_common
from credit.services.case_common import filled, refuse

Case = AdministrativeCase | SelfRegulatoryCase
# Why another edition stands in the place of one that was served: the hearing has another day.
PUT_OFF = "听证改期"


def make_letters(*, actor: User, case: Case) -> list[CaseLetter]:
    """Those that are due and not there yet, by an officer who does not wait. Raises NotAllowed, `own_case`,
    `glyphs_missing`, `pdf_incomplete`."""
    _handles(actor, case)
    return _missing_written(actor, case)


def make_letters_due(*, actor: User, case: Case) -> list[CaseLetter]:
    """The same after a step, by the platform. Safe to run twice."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    return _missing_written(actor, case)


def make_edition(*, actor: User, letter: CaseLetter, why: str, document_number: str = "") -> CaseLetter:
    """Another edition in the place of the newest one: with its document number, or with what was corrected meanwhile.

    Raises NotAllowed, `own_case`, `why_missing`, `number_of_its_step`, `superseded`, `nothing_changed`,
    `glyphs_missing`.
    """
    _handles(actor, letter.of)
    refuse(filled(why=why))
    number = document_number.strip()
    refuse({"number_of_its_step": bool(number) and not letter.can_be_numbered})
    due = Due(LetterKind(letter.kind), letter.repair)
    text = letter_text(letter.of, due, number=number or letter.document_number)
    refuse({"nothing_changed": text.sha256 == letter.text_sha256 and letter.wording == WORDING})
    return _written(actor, letter.of, due, text=text, before=letter, why=why.strip())


@transaction.atomic
def note_reading(*, actor: User, letter: CaseLetter, form: str) -> None:
    """An officer took one along: written down, as every look is."""
    audit.record(actor, "credit.letter_read", letter, kind=letter.kind, form=form, edition=letter.edition)


def letter_text(case: Case, due: Due, *, number: str = "") -> LetterText:
    """What it says, of the rows as they are now."""
    if isinstance(case, SelfRegulatoryCase):
        return self_letter(case, due.kind, number=number, review=decided_review(case))
    chair = getattr(case.hearing_chair, "person", None)
    named = {"chair": chair.name if chair else ""}
    measures = measures_of(case, ordered=due.kind == LetterKind.DECISION)
    return case_letter(case, due.kind, number=number, measures=measures, repair=due.about, **named)


def _handles(actor: User, case: Case) -> None:
    """By the body itself, and by nobody whom it concerns or who stepped aside."""
    with transaction.atomic():
        if isinstance(case, AdministrativeCase):
            case_common.locked_for(actor, case)
        else:
            self_common.locked_for(actor, case)


def _missing_written(actor: User, case: Case) -> list[CaseLetter]:
    """One that cannot be drawn keeps no other from being made; it is said after them."""
    made, refusals = [], []
    rewritten = rewritten_letters(case) if isinstance(case, AdministrativeCase) else []
    for due, before in [*((one, None) for one in missing_letters(case)), *rewritten]:
        try:
            made.append(_written(actor, case, due, before=before, why=_why_anew(case, before) if before else ""))
        except DomainError as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]
    return made


def rewritten_letters(case: AdministrativeCase) -> list[tuple[Due, CaseLetter]]:
    """Letters whose words changed while they still may, each with its newest edition: that one is to be served no
    more."""
    found = []
    for kind in open_kinds(case):
        last = case.letters.filter(kind=kind).order_by("edition").last()
        if last and letter_text(case, Due(kind), number=last.document_number).sha256 != last.text_sha256:
            found.append((Due(kind), last))
    return found


def letters_wait(case: AdministrativeCase) -> bool:
    """Is one to be made yet, for the first time or anew?"""
    return bool(missing_letters(case) or rewritten_letters(case))


def _why_anew(case: Case, before: CaseLetter) -> str:
    if before.kind == LetterKind.NOTICE:
        return BEFORE_SERVICE
    served = case.letters.filter(kind=LetterKind.HEARING_SERVICE, made_at__gte=before.made_at).exists()
    return PUT_OFF if served else BEFORE_SERVICE


def _written(
    actor: User,
    case: Case,
    due: Due,
    *,
    text: LetterText | None = None,
    before: CaseLetter | None = None,
    why: str = "",
) -> CaseLetter:
    """Drawn outside of any transaction, kept in one."""
    said, now = text or letter_text(case, due), clock.now()
    bodies = {"pdf": letter_pdf(said, made_at=now), "docx": letter_docx(said, made_at=now)}
    return _keep(actor, case, due, said, bodies, now, before, why)


@transaction.atomic
def _keep(
    actor: User,
    case: Case,
    due: Due,
    said: LetterText,
    bodies: dict[str, bytes],
    now: datetime,
    before: CaseLetter | None,
    why: str,
) -> CaseLetter:
    type(case).objects.select_for_update(of=("self",)).get(pk=case.pk)
    if (made := _made_meanwhile(case, due, before)) is not None:
        return made
    key = uuid4()
    names = {form: f"case-letters/{now:%Y}/{key}.{form}" for form in bodies}
    letter = CaseLetter.objects.create(
        uuid=key,
        **{"case" if isinstance(case, AdministrativeCase) else "self_case": case},
        repair=due.about,
        kind=due.kind,
        edition=before.edition + 1 if before else 1,
        supersedes=before,
        why=why,
        document_number=said.document_number,
        dated_on=said.day,
        wording=WORDING,
        text_sha256=said.sha256,
        fonts_sha256=fonts_sha256(),
        made_by=actor,
        made_at=now,
        **_stored(names, bodies),
    )
    verb = "credit.letter_corrected" if before else "credit.letter_made"
    audit.record(actor, verb, letter, kind=letter.kind, edition=letter.edition, sha256=letter.sha256, reason=why)
    return letter


def _made_meanwhile(case: Case, due: Due, before: CaseLetter | None) -> CaseLetter | None:
    """Raises `superseded`: two corrections of one letter are not two letters."""
    there = case.letters.filter(kind=due.kind, repair=due.about)
    if before is None:
        return there.order_by("edition").first()
    if there.filter(edition__gt=before.edition).exists():
        raise DomainError("superseded", letter=before.pk)
    return None


def _stored(names: dict[str, str], bodies: dict[str, bytes]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for form, prefix in (("pdf", ""), ("docx", "docx_")):
        body = bodies[form]
        kept[f"{prefix}storage_name"] = default_storage.save(names[form], ContentFile(body))
        kept[f"{prefix}sha256"] = hashlib.sha256(body).hexdigest()
        kept[f"{prefix}size"] = len(body)
    return kept
