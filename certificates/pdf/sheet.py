"""From a certificate's snapshot to what the template prints: sentences, dates, texts fitted to their places."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape

from certificates.models import Certificate, TemplateVersion
from certificates.pdf import round_seal, wording
from certificates.pdf.designs import issuers, language
from certificates.pdf.designs.design import Design, shipped
from certificates.pdf.fonts import rare_characters
from certificates.pdf.layout import Fitted, fit_all
from certificates.seals import Identity
from core.errors import DomainError

LANGUAGES = ("zh", "en", "ja")


def check_address(certificate: Certificate) -> str:
    """What the QR code holds: SITE_URL is the only source of addresses."""
    return settings.SITE_URL + reverse("v:by_code", args=[certificate.code])


def design_of(certificate: Certificate) -> Design:
    """The version that its intent was written for. One without is from before designs were kept as data."""
    version = certificate.design
    return version_design(version) if version else shipped("completion")


def version_design(version: TemplateVersion) -> Design:
    return Design(version.template.key, version.number, version.html, version.css, version.fields)


def sheet_html(certificate: Certificate, *, design: Design | None = None, seal: Identity | None = None) -> str:
    """The whole page: our own head, and of the design what its tree draws. Raises as `values` does."""
    body = language.draw((design or design_of(certificate)).tree.nodes, values(certificate, design=design, seal=seal))
    title, by = certificate.facts["title"], "、".join(one["zh"] for one in all_issuers(certificate))
    created = certificate.created_at.isoformat(timespec="seconds")
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        f"<title>{escape(title['zh'])} {escape(certificate.number)}</title>"
        f'<meta name="author" content="{escape(by)}">'
        f'<meta name="description" content="{escape(title["en"])}">'
        f'<meta name="dcterms.created" content="{created}"></head><body>{body}</body></html>'
    )


def all_issuers(certificate: Certificate) -> list[dict[str, str]]:
    """The base, and whoever issues together with it, in the order of print."""
    return [certificate.facts["issuer"], *certificate.facts.get("co_issuers", [])]


def values(
    certificate: Certificate, *, design: Design | None = None, seal: Identity | None = None
) -> dict[str, str | Fitted]:
    """Every field's value, texts of any length fitted.

    Raises `name_too_long`, `text_too_long`, `no_place_for_issuers`.
    """
    return {**_plain(certificate, seal), **_fitted(certificate, design or design_of(certificate))}


def _fitted(certificate: Certificate, design: Design) -> dict[str, Fitted]:
    if (many := len(certificate.facts.get("co_issuers", []))) > design.places:
        # Never without one of them.
        raise DomainError("no_place_for_issuers", design=design.key, issuers=many, places=design.places)
    stacks = [(stack.fields, stack.height) for stack in design.declared.stacks]
    return fit_all(_texts(certificate), design.declared.slots, stacks)


def as_text(value: str | Fitted) -> str:
    return "".join(value.lines) if isinstance(value, Fitted) else value


def _plain(certificate: Certificate, seal: Identity | None) -> dict[str, str]:
    until = wording.day(certificate.valid_until) if certificate.valid_until else {}
    return {
        **_by_language("document", wording.document(certificate.holder_document_type)),
        **_by_language("issued_on", wording.day(certificate.issued_on)),
        **_by_language("valid_until", until),
        "document_masked": certificate.holder_document_masked,
        "number": certificate.number,
        "code_in_fours": certificate.code_in_fours,
        "filing_number": certificate.filing_number,
        "address": check_address(certificate),
        "site": settings.SITE_URL.split("://", 1)[1] + "/verify/",
        "seal": round_seal.words(seal.owner, seal.name, seal.kind) if seal else "",
        # The class of a list with lines that most certificates lack.
        "more": "many" if until or certificate.filing_number else "",
    }


def _by_language(name: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{name}_{language_}": texts.get(language_, "") for language_ in LANGUAGES}


def rare_on(certificate: Certificate) -> frozenset[int]:
    """Characters that need a font of their own. Raises `glyphs_missing` before anything is drawn."""
    return rare_characters("".join(_texts(certificate).values()))


def check_printable(certificate: Certificate) -> None:
    """Raises `glyphs_missing` and what `values` raises for what could not be printed."""
    rare_on(certificate)
    _fitted(certificate, design_of(certificate))


def facts_json(certificate: Certificate) -> bytes:
    """The same facts for machines, attached to the file. Keys are sorted, so that equal facts are equal bytes."""
    facts = {
        "number": certificate.number,
        "code": certificate.code,
        "verify": check_address(certificate),
        "holder": {
            "name": certificate.holder_name,
            "latin_name": certificate.facts["latin_name"],
            "document_type": certificate.holder_document_type,
            "document_masked": certificate.holder_document_masked,
        },
        "level": certificate.level,
        "title": certificate.facts["title"],
        "issuer": certificate.facts["issuer"],
        **({"co_issuers": together} if (together := certificate.facts.get("co_issuers")) else {}),
        "cohort": certificate.facts["cohort"],
        "class_hours": str(certificate.hours),
        "completed_on": certificate.completed_on.isoformat(),
        "issued_on": certificate.issued_on.isoformat(),
        "valid_until": certificate.valid_until.isoformat() if certificate.valid_until else None,
        "filing_number": certificate.filing_number or None,
        "note": "Proof of training, not a vocational qualification",
    }
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _texts(certificate: Certificate) -> dict[str, str]:
    facts = certificate.facts
    return {
        "name": certificate.holder_name,
        "latin_name": facts["latin_name"],
        **_by_language("title", facts["title"]),
        **_by_language("issuer", facts["issuer"]),
        **_co_issuers(facts),
        **_by_language("level", facts["level"]),
        **_sentences(certificate),
        **_statements(certificate),
    }


def _co_issuers(facts: dict[str, Any]) -> dict[str, str]:
    listed = enumerate(facts.get("co_issuers", []), start=1)
    return {issuers.name_of(number, language_): one[language_] for number, one in listed for language_ in LANGUAGES}


def _sentences(certificate: Certificate) -> dict[str, str]:
    facts, cohort = certificate.facts, certificate.facts["cohort"]
    hours = _hours(certificate.hours)
    days = wording.period(date.fromisoformat(cohort["starts_on"]), date.fromisoformat(cohort["ends_on"]))
    done = wording.day(certificate.completed_on)
    training: dict[str, Any] = facts["training"]
    return {
        "sentence_zh": f"参加{cohort['year']}年第{cohort['number']}期{training['zh']}培训（{days['zh']}），"
        f"修满{hours}学时，考核合格，于{done['zh']}结业。",
        "sentence_en": f"took part in the training “{training['en']}”, class {cohort['number']} of {cohort['year']} "
        f"({days['en']}), completed {hours} class hours of 45 minutes each, passed the assessment "
        f"and finished on {done['en']}.",
        "sentence_ja": f"{cohort['year']}年第{cohort['number']}期「{training['ja']}」研修（{days['ja']}）において"
        f"{hours}学時（1学時＝45分）を履修し、考査に合格して{done['ja']}に修了したことを証明する。",
    }


def _statements(certificate: Certificate) -> dict[str, str]:
    """What a certificate of a level says: the training, and that the requirements of its syllabus are met."""
    facts, cohort = certificate.facts, certificate.facts["cohort"]
    hours, training, level = _hours(certificate.hours), facts["training"], facts["level"]
    days = wording.period(date.fromisoformat(cohort["starts_on"]), date.fromisoformat(cohort["ends_on"]))
    return {
        "statement_zh": f"参加{cohort['year']}年第{cohort['number']}期{training['zh']}培训（{days['zh']}），"
        f"修满{hours}学时，经考核合格，达到{level['zh']}技术转移专业人员能力等级培训大纲的要求，特发此证。",
        "statement_en": f"took part in the training “{training['en']}”, class {cohort['number']} of {cohort['year']} "
        f"({days['en']}), completed {hours} class hours of 45 minutes each, passed the assessment and met the "
        f"requirements of the training syllabus for the ability level “{level['en']}”.",
        "statement_ja": f"{cohort['year']}年第{cohort['number']}期「{training['ja']}」研修（{days['ja']}）において"
        f"{hours}学時（1学時＝45分）を履修し、考査に合格し、能力等級「{level['ja']}」の研修大綱に定める要件を"
        "満たしたことを証明する。",
    }


def _hours(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
