"""From a certificate's snapshot to what the template prints: sentences, dates, texts fitted to their places."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from certificates.models import Certificate
from certificates.pdf import round_seal, wording
from certificates.pdf.fonts import rare_characters
from certificates.pdf.layout import fit_all
from certificates.seals import Identity

TEMPLATE = "certificates/pdf/completion.html"


def check_address(certificate: Certificate) -> str:
    """What the QR code holds: SITE_URL is the only source of addresses."""
    return settings.SITE_URL + reverse("v:by_code", args=[certificate.code])


def sheet_html(certificate: Certificate, *, seal: Identity | None = None) -> str:
    return render_to_string(
        TEMPLATE,
        {
            **fit_all(_texts(certificate)),
            "certificate": certificate,
            "document": wording.document(certificate.holder_document_type),
            "issued_on": wording.day(certificate.issued_on),
            "valid_until": wording.day(certificate.valid_until) if certificate.valid_until else None,
            "created": certificate.created_at.isoformat(timespec="seconds"),
            "url": check_address(certificate),
            "seal": round_seal.words(seal.owner, seal.name, seal.kind) if seal else "",
            "site": settings.SITE_URL.split("://", 1)[1] + "/verify/",
        },
    )


def rare_on(certificate: Certificate) -> frozenset[int]:
    """Characters that need a font of their own. Raises `glyphs_missing` before anything is drawn."""
    return rare_characters("".join(_texts(certificate).values()))


def check_printable(certificate: Certificate) -> None:
    """Raises `glyphs_missing`, `name_too_long` or `text_too_long` for what could not be printed."""
    rare_on(certificate)
    fit_all(_texts(certificate))


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
        **{f"title_{language}": facts["title"][language] for language in ("zh", "en", "ja")},
        **{f"issuer_{language}": facts["issuer"][language] for language in ("zh", "en", "ja")},
        **_sentences(certificate),
    }


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


def _hours(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
