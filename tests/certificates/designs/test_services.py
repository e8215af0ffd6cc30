"""Designs as data: written, published by a second person, frozen, in force by the day, and drawn from the intent."""

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

import pypdf
import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AdminBody
from accounts.permissions import Role
from accounts.selectors import system_user
from certificates.models import Certificate, CertificateTemplate, TemplateVersion
from certificates.pdf.designs.design import PARTS, shipped
from certificates.pdf.sheet import version_design
from certificates.selectors.designs import Standing
from certificates.services import designs as services
from certificates.services import issue_certificate
from certificates.services.issue import allot_certificate, store_certificate
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from courses.models import Level
from tests.builders import hat
from tests.certificates.builders import make_award

pytestmark = pytest.mark.django_db
LEAD = "兹证明"


@dataclass
class Two:
    author: object
    second: object


@pytest.fixture
def two():
    national = AdminBody.objects.get(code="NATIONAL")
    return Two(hat(Role.SYSTEM_ADMIN, national), hat(Role.SYSTEM_ADMIN, national))


def completion():
    return CertificateTemplate.objects.get(key="completion")


def drafted(actor, lead="今证明", **texts):
    design = shipped("completion")
    given = {"html": design.html.replace(LEAD, lead), "css": design.css, "fields": design.fields, **texts}
    return services.write_draft(actor=actor, template=completion(), **given)


def published(two, lead="今证明", **fields):
    return services.publish_version(actor=two.second, version=drafted(two.author, lead), **fields)


@pytest.fixture
def quick(monkeypatch):
    """Publishing without looking at every sample: that is tested with the linter."""
    monkeypatch.setattr(services, "lint", lambda design: [])


@pytest.mark.parametrize("key", ["completion", "level"])
def test_shipped_designs_are_rows_with_the_words_of_their_files(key):
    version = TemplateVersion.objects.select_related("template").get(template__key=key)
    assert version_design(version) == shipped(key)
    assert (version.state, version.number, version.shipped, version.sha256) == (
        "published",
        1,
        True,
        shipped(key).sha256,
    )


@pytest.mark.parametrize(("level", "key"), [("JUNIOR", "completion"), ("INTERMEDIATE", "level"), ("SENIOR", "level")])
def test_level_says_by_a_dated_rule_which_design_draws(level, key):
    assert Standing.today().of(level).template.key == key


def test_certificate_of_a_level_is_drawn_with_its_design():
    certificate = issue_certificate(
        actor=system_user(), training_record=make_award(level=Level.objects.get(code="SENIOR"))
    )
    assert certificate.file.template_version == shipped("level").version


# --- drafts -----------------------------------------------------------------------------------------------------------
def test_draft_saved_again_is_another_version_and_the_same_words_are_the_same(two):
    first = drafted(two.author)
    assert drafted(two.author).pk == first.pk
    second = drafted(two.author, "现证明")
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == ("dropped", "draft", 3)
    assert AuditEntry.objects.filter(verb="certificates.templateversion.write").count() == 2


@pytest.mark.parametrize("role", [Role.EDITOR, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.REGULATOR])
def test_nobody_else_writes_or_publishes(two, role):
    other, draft = hat(role, AdminBody.objects.get(code="NATIONAL")), drafted(two.author)
    for work in (
        lambda: drafted(other),
        lambda: services.publish_version(actor=other, version=draft),
        lambda: services.retire_version(actor=other, version=draft, reason="x"),
        lambda: services.create_template(actor=other, key="x", kind="level", titles={}),
    ):
        with pytest.raises(NotAllowed):
            work()


def test_draft_has_a_size(two):
    with pytest.raises(DomainError, match="design_too_large"):
        drafted(two.author, html="x" * 5_000_000)


# --- publishing -------------------------------------------------------------------------------------------------------
def test_author_does_not_publish_nor_whoever_wrote_an_earlier_draft(two, quick):
    draft = drafted(two.author)
    with pytest.raises(NotAllowed, match="same_person_twice"):
        services.publish_version(actor=two.author, version=draft)
    later = drafted(two.second, "现证明")
    for one in (two.author, two.second):
        with pytest.raises(NotAllowed, match="same_person_twice"):
            services.publish_version(actor=one, version=later)
    third = hat(Role.SYSTEM_ADMIN, AdminBody.objects.get(code="NATIONAL"))
    assert services.publish_version(actor=third, version=later).state == "published"


def test_design_with_findings_is_not_published(two):
    with pytest.raises(DomainError, match="design_refused"):
        published(two, "国家证明")
    assert Standing.today().of("JUNIOR").number == 1


def test_version_draws_from_its_day_on(two, quick):
    today = clock.today()
    later = published(two, valid_from=today + timedelta(days=7))
    assert (Standing(today).of("JUNIOR").number, Standing(today + timedelta(days=7)).of("JUNIOR").pk) == (1, later.pk)
    with pytest.raises(DomainError, match="day_has_passed"):
        published(two, "现证明", valid_from=today - timedelta(days=1))


def test_design_for_joint_issue_has_a_place_for_every_body_that_may_be_named(two, quick):
    """With two places it would take over from the shipped one and turn away each class that names three."""
    template, design = CertificateTemplate.objects.get(key="completion-joint"), shipped("completion-joint")
    for html, refused in ((design.html.replace("{{ co_issuer_3_zh }}", ""), True), (design.html + "\n", False)):
        draft = services.write_draft(
            actor=two.author, template=template, html=html, css=design.css, fields=design.fields
        )
        if refused:
            with pytest.raises(DomainError, match="too_few_places"):
                services.publish_version(actor=two.second, version=draft)
        else:
            assert services.publish_version(actor=two.second, version=draft).state == "published"


def test_design_for_one_level_comes_before_that_for_all(two, quick):
    titles = {"zh": "高级", "en": "Senior", "ja": "上級"}
    template = services.create_template(actor=two.author, key="senior", kind="level", titles=titles, levels=["SENIOR"])
    design = shipped("level")
    texts = {name: getattr(design, name) for name in PARTS}
    draft = services.write_draft(actor=two.author, template=template, **texts)
    services.publish_version(actor=two.second, version=draft)
    standing = Standing.today()
    assert [standing.of(level).template.key for level in ("SENIOR", "INTERMEDIATE")] == ["senior", "level"]


def test_retired_version_gives_way_to_the_one_before(two, quick):
    version = published(two)
    assert Standing.today().of("JUNIOR").pk == version.pk
    with pytest.raises(DomainError, match="reason_missing"):
        services.retire_version(actor=two.author, version=version, reason=" ")
    services.retire_version(actor=two.author, version=version, reason="a word was wrong")
    assert Standing.today().of("JUNIOR").number == 1
    with pytest.raises(WrongState):
        services.retire_version(actor=two.author, version=version, reason="again")
    with pytest.raises(DomainError, match="nothing_would_draw"):
        services.retire_version(actor=two.author, version=Standing.today().of("JUNIOR"), reason="x")


# --- issue ------------------------------------------------------------------------------------------------------------
def printed(certificate):
    with default_storage.open(certificate.file.storage_name) as file:
        return pypdf.PdfReader(file).pages[0].extract_text()


def test_intent_keeps_its_design_when_another_is_published_before_the_file(two, quick):
    record = make_award()
    intent = allot_certificate(actor=system_user(), training_record=record)
    version = published(two)
    stored = store_certificate(actor=system_user(), certificate=intent)
    after = issue_certificate(actor=system_user(), training_record=make_award())
    assert stored.file.template_version == shipped("completion").version
    assert after.file.template_version == version_design(version).version
    texts = [printed(one) for one in (stored, after)]
    assert [("今证明" in text, LEAD in text) for text in texts] == [(False, True), (True, False)]


def test_draft_whose_design_was_retired_is_issued_under_its_number_with_the_one_that_stands(two, quick):
    version = published(two)
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    assert intent.design == version
    services.retire_version(actor=two.second, version=version, reason="a word was wrong")
    stored = store_certificate(actor=system_user(), certificate=intent)
    assert (stored.number, stored.state) == (intent.number, "issued")
    assert (stored.design.number, stored.file.template_version) == (1, shipped("completion").version)
    assert ("今证明" in printed(stored), LEAD in printed(stored)) == (False, True)
    refused(lambda: Certificate.objects.filter(pk=stored.pk).update(design=version))


# --- what the database refuses ----------------------------------------------------------------------------------------
def refused(work):
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


@pytest.mark.parametrize("field", ["html", "css", "fields", "sha256", "number", "shipped", "written_by"])
def test_words_of_a_version_never_change(two, field):
    draft = drafted(two.author)
    for one in (draft, Standing.today().of("JUNIOR")):
        value = {"number": 99, "shipped": not one.shipped, "written_by": two.second}.get(field, "x")
        rows = TemplateVersion.objects.filter(pk=one.pk)
        refused(lambda rows=rows, value=value: rows.update(**{field: value}))
    refused(lambda: TemplateVersion.objects.filter(pk=draft.pk).delete())
    refused(lambda: CertificateTemplate.objects.filter(key="completion").update(title_en="x"))


def test_state_and_days_may_change_by_their_rules_alone(two):
    draft = TemplateVersion.objects.filter(pk=drafted(two.author).pk)
    now, today = clock.now(), clock.today()
    refused(lambda: draft.update(state="published"))
    refused(lambda: draft.update(state="published", valid_from=today, published_at=now))
    refused(lambda: draft.update(state="published", valid_from=today, published_at=now, published_by=two.author))
    draft.update(state="published", valid_from=today, published_at=now, published_by=two.second)
    refused(lambda: draft.update(state="retired"))
    refused(lambda: draft.update(valid_to=today))
    for changes in (
        {"state": "draft", "valid_from": None, "published_at": None, "published_by": None},
        {"state": "dropped", "valid_from": None, "published_at": None, "published_by": None},
        {"valid_from": today + timedelta(days=1)},
        {"published_at": now + timedelta(days=1)},
        {"published_by": hat(Role.SYSTEM_ADMIN, AdminBody.objects.get(code="NATIONAL"))},
    ):
        refused(lambda changes=changes: draft.update(**changes))
    draft.update(state="retired", valid_to=today)
    refused(lambda: draft.update(valid_from=today + timedelta(days=1)))


def test_shipped_version_is_as_frozen_as_those_of_people():
    rows = TemplateVersion.objects.filter(shipped=True)
    refused(lambda: rows.update(state="draft", valid_from=None, published_at=None))
    refused(lambda: rows.update(valid_from=clock.today()))


def test_migration_that_is_made_once_more_passes_by_what_is_there():
    before = [*TemplateVersion.objects.values_list("pk", "sha256")]
    import_module("certificates.migrations.0014_shipped_designs").load(apps, None)
    assert [*TemplateVersion.objects.values_list("pk", "sha256")] == before


def test_short_name_is_taken_once_even_when_two_ask_at_once(two):
    """What the database says decides, so there is no moment between a question and the row."""
    titles = {"zh": "一", "en": "One", "ja": "一"}
    with pytest.raises(DomainError, match="template_exists"), CaptureQueriesContext(connection) as asked:
        services.create_template(actor=two.author, key="level", kind="level", titles=titles)
    said = [one["sql"] for one in asked.captured_queries if "certificates_certificatetemplate" in one["sql"]]
    assert [one.split()[0] for one in said][:2] == ["INSERT", "SELECT"]
    assert CertificateTemplate.objects.filter(key="level").count() == 1
    with pytest.raises(IntegrityError):
        services.create_template(actor=two.author, key="other", kind="level", titles={**titles, "en": ""})


def test_versions_are_of_somebody_once_and_hold_words(two):
    template = completion()
    words = {"template": template, "html": "x", "fields": "x", "sha256": "x"}
    refused(TemplateVersion(**words, number=7).save)
    refused(TemplateVersion(**words, number=7, shipped=True, written_by=two.author).save)
    refused(TemplateVersion(**words, number=1, written_by=two.author).save)
    refused(TemplateVersion(**words, number=0, written_by=two.author).save)
    refused(TemplateVersion(**{**words, "html": ""}, number=7, written_by=two.author).save)
    TemplateVersion(**words, number=7, written_by=two.author).save()
    refused(TemplateVersion(**words, number=8, written_by=two.author).save)
    refused(CertificateTemplate(key="x", kind="level", title_zh="x", title_en="x").save)
