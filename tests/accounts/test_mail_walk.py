"""Every mail and text message that can leave the house, in three languages, with canary data: no full number, nobody's
name beside a document, a link where something is to be done. A new template is walked by itself.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Appointment, Person, User
from core import clock
from tests.architecture.sources import ROOT
from tests.builders import make_appointment, make_institution, make_person, make_user

LANGUAGES = ["zh-hans", "en", "ja"]
NUMBER, PHONE, NAME = "000000199001010018", "13812340018", "林知夏"
MISSING = "(nothing known)"
LIBRARY = Path(allauth.__file__).parent / "templates"
OURS = sorted(
    str(path.relative_to(ROOT / "templates"))
    for folder in ("emails", "account/email")
    for path in (ROOT / "templates" / folder).rglob("*")
    if path.is_file()
)
THEIRS = sorted(
    str(path.relative_to(LIBRARY)) for app in ("account", "mfa") for path in (LIBRARY / app / "email").glob("*")
)
# Frames that others extend, and what has no link and why.
FRAMES = {"account/email/base_message.txt", "account/email/base_notification.txt"}
NO_LINK = {
    "emails/claim_code.txt": "a code is typed on the open page; a link beside it would teach people to follow links",
    "emails/sms_code.txt": "the same",
    "emails/data_erased.txt": "there is no login any more",
    "account/email/login_code_message.txt": "the same",
    "account/email/email_confirmation_message.txt": "ours has the code; the library's own has a link as well",
    "account/email/email_confirmation_signup_message.txt": "a code is typed on the open page",
    "account/email/password_reset_code_message.txt": "a code; not sent here",
    "account/email/email_confirm_message.txt": "tells what was done; not sent here",
    "account/email/email_changed_message.txt": "tells what was done; not sent here",
    "account/email/email_deleted_message.txt": "tells what was done; not sent here",
    "account/email/password_changed_message.txt": "tells what was done; not sent here",
    "account/email/password_reset_message.txt": "tells what was done; not sent here",
    "account/email/password_set_message.txt": "tells what was done; not sent here",
}


@pytest.fixture
def canaries(db, monkeypatch) -> dict[str, Any]:
    """Everything that a template may ask for, each thing holding more than a mail may say."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", MISSING)
    user: User = make_user("lin@example.test", phone=f"+86{PHONE}", phone_index="x")
    person: Person = make_person(NAME, number=NUMBER, user=user)
    person.phone = f"+86{PHONE}"
    person.save(update_fields=["phone"])
    appointment: Appointment = make_appointment(
        person, make_institution("岚江大学"), phone=f"+86{PHONE}", email="lin@work.test", staff_no="S-77"
    )
    url = f"{settings.SITE_URL}/go/"
    return {
        "user": user, "person": person, "appointment": appointment, "document": person.documents.get(),
        "code": "424242", "minutes": 10, "days": 14, "inviter": "岚江大学", "role": "机构管理员", "place": "岚江大学",
        "link": url, "url": url, "site_url": settings.SITE_URL, "activate_url": url, "password_reset_url": url,
        "signup_url": url, "email": "lin@example.test", "username": None, "to_email": "l***@example.test",
        "from_email": "l***@work.test", "deleted_email": "l***@work.test", "ip": "192.0.2.1", "user_agent": "Firefox",
        "timestamp": clock.now(), "current_site": {"name": "平台", "domain": "127.0.0.1"}, "key": "k", "uid": "u",
        "until": clock.today() + timedelta(days=14), "request": None,
        "day": clock.today(), "as_of": clock.today(), "late": True, "what": "案件的下一步",
        "cohort": {"title": "2026年第1期", "base": {"name": "岚江大学培训基地"}}, "refused": True,
        "body": "岚江省技术转移协会",
    }  # fmt: skip


def rendered(template: str, language: str, context: dict[str, Any]) -> str:
    with translation.override(language):
        return render_to_string(template, context)


def faults(text: str) -> list[str]:
    """What a message may not say."""
    found = [secret for secret in (NUMBER, NUMBER[6:14], PHONE, "S-77", MISSING) if secret in text]
    if NAME in text and any(part in text for part in (NUMBER[:3] + "*", "0018")):
        found.append("a name beside a document")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted({*OURS, *THEIRS}))
def test_message_says_no_number_and_leads_somewhere(template, language, canaries):
    text = rendered(template, language, canaries)

    assert faults(text) == []
    if template not in FRAMES and "_subject" not in template and template not in NO_LINK and "mfa/" not in template:
        assert settings.SITE_URL in text, "a link, or an entry in NO_LINK"
    if "_subject" in template:
        assert "\n" not in text.strip()


@pytest.mark.parametrize("template", sorted(set(OURS) - FRAMES))
def test_own_message_is_in_the_readers_language(template, canaries):
    texts = {rendered(template, language, canaries) for language in LANGUAGES}

    assert len(texts) == 3


@pytest.mark.django_db
def test_walk_finds_all_of_them():
    """As many as there are: a folder that is named otherwise would leave its letters out."""
    everywhere = [path for path in (ROOT / "templates").rglob("*.txt") if "robots" not in path.name]

    assert {str(path.relative_to(ROOT / "templates")) for path in everywhere} == set(OURS)
    assert len(THEIRS) >= 30
    assert set(NO_LINK) - {*OURS, *THEIRS} == set()


def test_number_in_a_letter_would_be_seen(canaries):
    letter = engines["django"].from_string(
        "{{ person.name }}, {{ document.number }} {{ document.masked }} {{ nobody }}"
    )

    assert faults(letter.render(canaries)) == [NUMBER, NUMBER[6:14], MISSING, "a name beside a document"]
