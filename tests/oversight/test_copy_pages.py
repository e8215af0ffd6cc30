"""The readable page in the copy of one's data: in words, in the owner's language, and it needs nothing else."""

import io
import re
import zipfile

import pytest
from django.apps import apps
from django.utils import translation

from accounts.models import Person
from accounts.services import note_access
from certificates.models import BatchCheck, BatchCheckLine, CertificateFile
from certificates.selectors.files import stored_bytes
from core.data_classes import classified
from core.models import OutboxEvent
from core.outbox import deliver_event
from oversight.models import DataRequest
from oversight.selectors.copies import THROUGH
from oversight.services import ask_for_copy
from oversight.services.copies import copy_of_data
from oversight.services.copy_words import FACTS, SECTIONS
from tests.builders import (
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
    resident_number,
)
from tests.certificates.builders import make_certificate
from tests.courses.builders import make_record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
NUMBER = resident_number(50_101)
# Which question was drawn, what a job was called, pages somebody looked at as another place: machinery.
MACHINERY = {
    "credit.CreditReportFile",
    # Which line of a partner's file an entry came from; the entry has its section.
    "credit.ExchangeLine",
    "account.EmailConfirmation", "accounts.ViewedPage", "core.Job", "exams.AnswerEntry", "exams.PaperQuestion",
    "accounts.User_groups", "accounts.User_user_permissions", "certificates.CredentialIntent",
    "certificates.StatusStatement",
}  # fmt: skip
EDITORS_ROOM = ("wagtail",)


def person(language: str = "") -> Person:
    made = make_person("林知夏", number=NUMBER, user=make_user("lin@example.test", language=language))
    make_appointment(made, make_institution("岚江大学"), post="合同管理")
    make_record(made, title="技术经理人初级培训")
    note_access(actor=regulator(), person=made, what="credit_file", purpose="案件 26")
    return made


def copy_for(owner: Person) -> zipfile.ZipFile:
    request = ask_for_copy(actor=owner.user)
    for event in OutboxEvent.objects.filter(kind="oversight.make_copy", state="new"):
        deliver_event(event.pk)
    content = copy_of_data(DataRequest.objects.get(pk=request.pk))
    assert content
    return zipfile.ZipFile(io.BytesIO(content))


def page_of(owner: Person) -> str:
    return copy_for(owner).read("index.html").decode()


@pytest.mark.parametrize(
    ("language", "heading", "fact"),
    [("", "任职", "岗位"), ("en", "Appointments", "Post"), ("ja", "在職", "職務")],
)
def test_page_speaks_the_language_of_its_owner(language, heading, fact):
    page = page_of(person(language))

    assert f'<html lang="{language or "zh-hans"}">' in page
    assert f"<h2>{heading}</h2>" in page
    assert f'<th scope="col">{fact}</th>' in page


def test_page_says_in_words_what_is_held():
    with translation.override("ja"):
        page = page_of(person("en"))

    assert [word in page for word in ("林知夏", NUMBER, "岚江大学", "合同管理", "技术经理人初级培训", "案件 26")] == [
        True
    ] * 6
    # Choices and days as people read them.
    assert "credit file" in page
    assert "credit_file" not in page
    assert not re.search(r"\d\d\+00:00|<td>(True|False|None)</td>", page)
    assert not re.search(r"\b(accounts|courses|account|exams)\.[A-Z]\w+", page)


def test_page_needs_no_other_file_and_no_server():
    page = page_of(person())

    links = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert [link for link in links if not link.startswith(("#", "certificates/"))] == []
    assert "<script" not in page
    assert ("@import" in page, "url(" in page) == (False, False)


def test_page_names_the_certificates_that_lie_beside_it_bit_by_bit():
    issued = make_certificate()
    holder = issued.training_record.person
    if holder.user is None:
        Person.objects.filter(pk=holder.pk).update(user=make_user("holder@example.test"))
        holder.refresh_from_db()
    archive = copy_for(holder)

    file = CertificateFile.objects.get(certificate=issued)
    assert archive.read(f"certificates/{issued.number}.pdf") == stored_bytes(file)
    assert archive.read(f"certificates/{issued.number}.pdf").startswith(b"%PDF")
    page = archive.read("index.html").decode()
    assert f'href="certificates/{issued.number}.pdf"' in page
    assert sorted(archive.namelist()) == [
        f"certificates/{issued.number}.pdf", "data.json", "index.html", "who-looked.json",
    ]  # fmt: skip


def test_page_says_which_institution_had_a_certificate_checked():
    issued = make_certificate()
    holder = issued.training_record.person
    if holder.user is None:
        Person.objects.filter(pk=holder.pk).update(user=make_user("holder@example.test"))
        holder.refresh_from_db()
    employer = make_institution("云杉测试公司")
    asked = BatchCheck.objects.create(institution=employer, asked_by=officer(employer), sha256="0" * 64, size=1)
    line = {"number": issued.number, "way": "code", "outcome": "valid", "certificate": issued}
    BatchCheckLine.objects.create(check_of=asked, line=2, **line)

    assert "云杉测试公司" in page_of(holder)


def test_names_are_escaped():
    made = make_person("<b>林</b>", number=NUMBER, user=make_user("lin@example.test"))

    page = page_of(made)

    assert ("<b>林</b>" in page, "&lt;b&gt;林&lt;/b&gt;" in page) == (False, True)


def test_every_table_about_people_has_a_heading_or_is_machinery():
    personal = {label for label, entry in classified().items() if entry.person or entry.login}
    ours = {label for label in personal if not label.startswith(EDITORS_ROOM)}

    assert ours - MACHINERY == set(SECTIONS)


def test_every_fact_of_a_section_is_a_field_of_its_table():
    wrong = [
        (label, name)
        for label, (_title, names) in SECTIONS.items()
        for name in names.split()
        if name not in FACTS
        or name not in {field.name for field in apps.get_model(label)._meta.get_fields()} | set(THROUGH.get(label, ()))
    ]

    assert wrong == []
