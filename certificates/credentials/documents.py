"""What a credential says, from the certificate's snapshot alone; and how DID documents and lists of states are built.

Personal data in it: the holder's name as a salted hash, the number and the code of the certificate. Nothing else says
who somebody is (decision 0022).
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from certificates.credentials import library
from certificates.credentials.checks import BASE_CONTEXT
from certificates.models import LIST_SIZE, Certificate, CredentialIntent, IssuerKey
from certificates.workflow import StatusPurpose
from core import clock
from core.text import name_key

BADGE_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ISSUER_NAME = "技术经理人平台"
LANGUAGES = ("zh", "en", "ja")
CRITERIA = {
    "zh": "完成培训方案规定的全部学习与考核。",
    "en": "Completed all learning and assessment that the programme requires.",
    "ja": "研修課程が定める学習と評価をすべて修了。",
}
HOURS = "学时 / class hours / 時間"
TOGETHER = "联合发证单位 / issued together with / 共同発行機関"
PAGE = "核验页面 / verification page / 検証ページ"


def as_bytes(document: dict[str, Any]) -> bytes:
    """The one spelling in which documents of ours are stored and sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def certificate_uri(uuid: UUID) -> str:
    return f"urn:uuid:{uuid}"


def achievement_credential(certificate: Certificate, intent: CredentialIntent) -> dict[str, Any]:
    """Open Badges 3.0, not signed yet. Names are texts in Chinese, as its readers expect one text; the descriptions
    carry all three languages."""
    facts = certificate.facts
    document = {
        "@context": [BASE_CONTEXT, BADGE_CONTEXT],
        "id": certificate_uri(certificate.uuid),
        "type": ["VerifiableCredential", "AchievementCredential"],
        "issuer": issuer(intent.key.controller),
        "validFrom": _morning(certificate.issued_on),
        "awardedDate": _morning(certificate.issued_on),
        "name": facts["title"]["zh"],
        "description": three_languages(facts["title"]) + _together(facts),
        "credentialSubject": _subject(certificate, intent),
        "evidence": [
            {"id": f"{settings.SITE_URL}/v/{certificate.code}", "type": ["Evidence"], "name": PAGE},
        ],
        "credentialStatus": [status_entry(purpose, intent) for purpose in StatusPurpose],
    }
    if certificate.valid_until:
        document["validUntil"] = _evening(certificate.valid_until)
    return document


def issuer(controller: str) -> dict[str, Any]:
    return {"id": controller, "type": ["Profile"], "name": ISSUER_NAME, "url": settings.SITE_URL}


def holder_identifier(name: str, salt: str) -> dict[str, Any]:
    """The name as a hash: whoever has name and file can compare them, and nobody reads it off the file.

    It does not withstand somebody who tries all names: the salt stands beside it, as the format wants.
    """
    recipient = hashlib.sha256(f"recipient:{salt}".encode()).hexdigest()[:32]
    digest = hashlib.sha256(f"{name_key(name)}{recipient}".encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "name",
        "salt": recipient,
    }


def status_entry(purpose: str, intent: CredentialIntent) -> dict[str, Any]:
    address = status_address(purpose, intent.status_list)
    return {
        "id": f"{address}#{intent.status_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": str(purpose),
        "statusListIndex": str(intent.status_index),
        "statusListCredential": address,
    }


def status_address(purpose: str, number: int) -> str:
    return f"{settings.SITE_URL}/status/{purpose}-{number}"


def status_list(*, purpose: str, number: int, indices: list[int], controller: str, at: datetime) -> dict[str, Any]:
    """A list of states, not signed yet; readers may keep it for an hour."""
    address = status_address(purpose, number)
    return {
        "@context": [BASE_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": controller,
        "validFrom": _moment(at),
        "validUntil": _moment(at + timedelta(hours=1)),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": str(purpose),
            "encodedList": library.encode_bits(indices, LIST_SIZE),
        },
    }


def did_document(controller: str, signers: Iterable[IssuerKey]) -> dict[str, Any]:
    """Every key that ever signed. A former one has no `expires`: that word (Controlled Identifiers 1.0) makes readers
    refuse from then on what the key signed before. Until when each signed, the register knows."""
    methods = [_method(key) for key in signers]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": controller,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _method(key: IssuerKey) -> dict[str, str]:
    return {
        "id": key.method,
        "type": "Multikey",
        "controller": key.controller,
        "publicKeyMultibase": key.public_key,
    }


def _subject(certificate: Certificate, intent: CredentialIntent) -> dict[str, Any]:
    facts = certificate.facts
    achievement = _achievement(certificate)
    return {
        "type": ["AchievementSubject"],
        "identifier": [holder_identifier(certificate.holder_name, intent.salt)],
        "licenseNumber": certificate.number,
        "activityStartDate": min(facts["cohort"]["starts_on"], certificate.completed_on.isoformat()),
        "activityEndDate": certificate.completed_on.isoformat(),
        "achievement": achievement,
        "result": [
            {
                "type": ["Result"],
                "resultDescription": achievement["resultDescription"][0]["id"],
                "value": f"{certificate.hours.normalize():f}",
            }
        ],
    }


def _achievement(certificate: Certificate) -> dict[str, Any]:
    """The same achievement has the same name in the world: the same wording, level and base."""
    facts = certificate.facts
    # What others issue, too, is another achievement; of whatever names nobody else the name stays as it was.
    together = [facts["co_issuers"]] if facts.get("co_issuers") else []
    said = json.dumps(
        [certificate.level, facts["title"], facts["training"], facts["issuer"], *together], sort_keys=True
    )
    base = uuid5(NAMESPACE_URL, f"{settings.SITE_URL}/bases/{certificate.base.code}")
    own = uuid5(base, said)
    return {
        "id": certificate_uri(own),
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": facts["title"]["zh"],
        "description": three_languages(facts["training"]) + _together(facts),
        "criteria": {"narrative": three_languages(CRITERIA)},
        "creator": {"id": certificate_uri(base), "type": ["Profile"], "name": facts["issuer"]["zh"]},
        "humanCode": certificate.level,
        "inLanguage": "zh",
        "resultDescription": [
            {
                "id": certificate_uri(uuid5(own, "hours")),
                "type": ["ResultDescription"],
                "name": HOURS,
                "resultType": "ext:ClassHours",
            }
        ],
    }


def _together(facts: dict[str, Any]) -> str:
    """Open Badges 3.0 knows one creator; whoever issues with it is named in the words that readers show."""
    bodies = "; ".join(map(three_languages, facts.get("co_issuers", [])))
    return f" · {TOGETHER}: {bodies}" if bodies else ""


def three_languages(words: dict[str, str]) -> str:
    """The three languages in the order of the page, each said once."""
    return " / ".join(dict.fromkeys(words[language] for language in LANGUAGES if words.get(language)))


def _morning(day: date) -> str:
    return datetime.combine(day, time.min, tzinfo=clock.SHANGHAI).isoformat()


def _evening(day: date) -> str:
    return datetime.combine(day, time(23, 59, 59), tzinfo=clock.SHANGHAI).isoformat()


def _moment(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).replace(microsecond=0).isoformat()
