"""Who issues the certificates of a class together with its base: named before anything of it is issued, then settled.

A list stands still from the first number of the class on, and while a batch of it waits or once one was approved: what
a second person agreed to, and what the class's other certificates say, does not change behind their backs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.access import require
from accounts.models import TrainingBase, User
from accounts.permissions import Permission
from certificates.models import CoIssuers
from certificates.pdf.designs.words import name_problems
from certificates.pdf.fonts import rare_characters
from certificates.rules import LONGEST_NAMES, MOST_CO_ISSUERS
from certificates.selectors.joint import Body, is_settled, newest_of
from core import audit
from core.errors import DomainError
from core.text import name_key, normal_name
from courses.models import Cohort

# What stands between two names. An English one may hold a comma: "Institute of Optics, Wanghai University".
SEVERAL = {
    "zh": re.compile(r"[、，,；;/／|｜]"),
    "en": re.compile(r"[、；;/／|｜]"),
    "ja": re.compile(r"[、，,；;/／|｜]"),
}
_HAN, _KANA = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff", r"\u3041-\u3096\u30a1-\u30fa"
WRITTEN = {
    "zh": re.compile(f"(?=.*[{_HAN}])[^{_KANA}]*"),
    "en": re.compile(f"(?=.*[A-Za-z])[^{_HAN}{_KANA}]*"),
    "ja": re.compile(f".*[{_HAN}{_KANA}].*"),
}


@dataclass(frozen=True)
class NameProblem:
    """What stands against one name: of which body (from 0), in which language, why, and its own words."""

    body: int
    language: str
    code: str
    detail: str = ""


@transaction.atomic
def name_co_issuers(*, actor: User, cohort: Cohort, bodies: Sequence[Body], basis: str) -> CoIssuers:
    """The list in its order, none to take it back; the same again is the same row.

    Raises `basis_missing`, `names_refused` with its NameProblems, `nobody_named`, `issuers_settled`.
    """
    require(actor, Permission.CERTIFICATE_ISSUE, cohort)
    if not basis.strip():
        raise DomainError("basis_missing")
    # Whoever takes the first number of the class, or asks for a batch, holds the same row.
    locked = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    listed = [{language: normal_name(str(one.get(language, ""))) for language in LONGEST_NAMES} for one in bodies]
    if found := [*_problems(listed, locked.base)]:
        raise DomainError("names_refused", problems=found)
    before = newest_of(locked.pk)
    if before and (before.bodies, before.basis) == (listed, basis.strip()):
        return before
    if not listed and not (before and before.bodies):
        raise DomainError("nobody_named")
    if is_settled(locked):
        raise DomainError("issuers_settled")
    made = CoIssuers.objects.create(cohort=locked, bodies=listed, basis=basis.strip(), recorded_by=actor)
    audit.record(actor, "certificates.co_issuers_named", made, cohort=locked.pk, bodies=len(listed))
    return made


def _problems(bodies: list[Body], base: TrainingBase) -> Iterator[NameProblem]:
    if len(bodies) > MOST_CO_ISSUERS:
        yield NameProblem(MOST_CO_ISSUERS - 1, "zh", "too_many", str(MOST_CO_ISSUERS))
        return
    named = {("zh", name_key(base.name)), ("en", name_key(base.name_en)), ("ja", name_key(base.name_ja))}
    for at, body in enumerate(bodies):
        for language in LONGEST_NAMES:
            yield from (NameProblem(at, language, *one) for one in _of_name(body[language], language))
        keys = {(language, key) for language in LONGEST_NAMES if (key := name_key(body[language]))}
        yield from (NameProblem(at, language, "named_twice") for language, _key in sorted(keys & named))
        named |= keys


def _of_name(name: str, language: str) -> Iterator[tuple[str, str]]:
    """(code, its own words) of whatever the linter would not let a design say, and of what could not be printed."""
    if not name:
        yield "missing", ""
        return
    if len(name) > LONGEST_NAMES[language]:
        yield "too_long", str(LONGEST_NAMES[language])
        return
    if found := SEVERAL[language].search(name):
        yield "several_bodies", found[0]
    if not WRITTEN[language].fullmatch(name):
        yield "other_language", ""
    refused = [*name_problems(name)]
    yield from refused
    try:
        rare_characters(name)
    except DomainError as refusal:
        if not refused:
            yield refusal.code, str(refusal.facts.get("characters", ""))
