"""Designs written, published and retired: the words of a version never change, and nobody publishes what he wrote.

A saved draft is a version of its own; the draft before it is dropped. What is published is clean by the linter.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.access import require_everywhere
from accounts.models import User
from accounts.permissions import Permission
from certificates.identifiers import LEVEL_LETTERS
from certificates.models import CertificateTemplate, TemplateVersion
from certificates.pdf.designs.design import sha256_of
from certificates.pdf.designs.linter import MOST, lint
from certificates.pdf.designs.package import Unpacked, unpack
from certificates.pdf.sheet import version_design
from certificates.rules import MOST_CO_ISSUERS
from certificates.workflow import TEMPLATE_VERSION_STEPS, DesignState
from core import audit, clock
from core.errors import DomainError, NotAllowed
from core.workflow import advance


@transaction.atomic
def create_template(
    *,
    actor: User,
    key: str,
    kind: str,
    titles: dict[str, str],
    levels: list[str] | None = None,
    joint: bool = False,
) -> CertificateTemplate:
    """A name for designs to come; nothing is drawn by it before a version is published. Raises `template_exists`."""
    require_everywhere(actor, Permission.TEMPLATE_MANAGE)
    if set(levels or []) - set(LEVEL_LETTERS):
        raise DomainError("level_unknown", levels=levels)
    names = {f"title_{language}": titles[language] for language in ("zh", "en", "ja")}
    try:
        with transaction.atomic():
            made = CertificateTemplate.objects.create(
                key=key, kind=kind, levels=sorted(levels or []), joint=joint, **names
            )
    except IntegrityError as error:
        # Asked only now: between a question and the row somebody else could take the name.
        if CertificateTemplate.objects.filter(key=key).exists():
            raise DomainError("template_exists", key=key) from error
        raise
    audit.record(actor, "certificates.certificatetemplate.create", made, key=key, kind=kind, joint=joint)
    return made


@transaction.atomic
def write_draft(
    *, actor: User, template: CertificateTemplate, html: str, css: str, fields: str, base: int | None = None
) -> TemplateVersion:
    """The next version, as a draft in place of the draft there was; the same words again are the same draft.

    `base`: the newest number when its author began. What the linter finds is no reason against a draft.
    Raises `design_too_large`, `design_empty`, `saved_meanwhile`.
    """
    require_everywhere(actor, Permission.TEMPLATE_MANAGE)
    texts = {"html": html, "css": css, "fields": fields}
    if any(len(text.encode()) > MOST[name] for name, text in texts.items()):
        raise DomainError("design_too_large")
    if not html or not fields:
        raise DomainError("design_empty")
    CertificateTemplate.objects.select_for_update().get(pk=template.pk)
    before = TemplateVersion.objects.filter(template=template, state=DesignState.DRAFT).first()
    sha256 = sha256_of(html, css, fields)
    if before and before.sha256 == sha256:
        return before
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    if base is not None and base != last:
        raise DomainError("saved_meanwhile", number=last)
    if before:
        advance(before, "drop", TEMPLATE_VERSION_STEPS, actor=actor)
    made = TemplateVersion.objects.create(template=template, number=last + 1, sha256=sha256, written_by=actor, **texts)
    # The verb of a step, so that the table keeps apart who wrote and who publishes.
    audit.record(actor, "certificates.templateversion.write", made, number=made.number, sha256=sha256)
    return made


@transaction.atomic
def import_draft(
    *, actor: User, template: CertificateTemplate, content: bytes, in_its_place: bool = False
) -> TemplateVersion:
    """An archive as the next draft. What was saved after its export is not written over unseen.

    `in_its_place`: whoever takes it in has looked at the newest version and means it.
    Raises `package_refused`, `moved_since_export`, and as write_draft does.
    """
    require_everywhere(actor, Permission.TEMPLATE_MANAGE)
    found = unpack(content)
    CertificateTemplate.objects.select_for_update().get(pk=template.pk)
    newest = TemplateVersion.objects.filter(template=template).order_by("-number").first()
    if newest and not in_its_place and _moved(template, newest, found):
        raise DomainError("moved_since_export", base=f"{found.base.key}-{found.base.number}", newest=newest.number)
    return write_draft(actor=actor, template=template, html=found.html, css=found.css, fields=found.fields)


def _moved(template: CertificateTemplate, newest: TemplateVersion, found: Unpacked) -> bool:
    """The newest version is another than the one that was exported. An archive of another design knows nothing of this
    one's versions: there only a draft can be lost."""
    if newest.sha256 == sha256_of(found.html, found.css, found.fields):
        return False
    if found.base.key != template.key:
        return newest.state == DesignState.DRAFT
    return (newest.number, newest.sha256) != (found.base.number, found.base.sha256)


@transaction.atomic
def publish_version(*, actor: User, version: TemplateVersion, valid_from: date | None = None) -> TemplateVersion:
    """From a day on (today when none is said) this version draws. By somebody who wrote none of its drafts.

    Raises `design_refused` with the findings, `too_few_places`, `day_has_passed`, `same_person_twice`, WrongState.
    """
    require_everywhere(actor, Permission.TEMPLATE_MANAGE)
    if (day := valid_from or clock.today()) < clock.today():
        raise DomainError("day_has_passed", day=day.isoformat())
    if actor.pk in authors(version):
        raise NotAllowed("same_person_twice", steps=["write"])
    design = version_design(version)
    if found := lint(design):
        raise DomainError("design_refused", findings=len(found), first=found[0].problem.code)
    # With fewer places it would take over from the one before and turn classes away that name more.
    if version.template.joint and design.places < MOST_CO_ISSUERS:
        raise DomainError("too_few_places", places=design.places, most=MOST_CO_ISSUERS)
    changes = {"valid_from": day, "published_at": clock.now(), "published_by": actor}
    return advance(
        version,
        "publish",
        TEMPLATE_VERSION_STEPS,
        actor=actor,
        changes=changes,
        sha256=version.sha256,
        valid_from=day.isoformat(),
    )


@transaction.atomic
def drop_draft(*, actor: User, version: TemplateVersion) -> TemplateVersion:
    """A draft that nobody wants. Raises WrongState."""
    require_everywhere(actor, Permission.TEMPLATE_MANAGE)
    return advance(version, "drop", TEMPLATE_VERSION_STEPS, actor=actor)


@transaction.atomic
def retire_version(*, actor: User, version: TemplateVersion, reason: str) -> TemplateVersion:
    """From today on it draws nothing new; what was allotted before is still drawn with it.

    Raises `reason_missing`, `nothing_would_draw`, WrongState.
    """
    require_everywhere(actor, Permission.TEMPLATE_MANAGE)
    if not reason.strip():
        raise DomainError("reason_missing")
    today = clock.today()
    # Two who retire the last two at once queue here.
    list(CertificateTemplate.objects.select_for_update().filter(kind=version.template.kind).values_list("pk"))
    others = TemplateVersion.objects.filter(
        state=DesignState.PUBLISHED,
        valid_from__lte=today,
        template__kind=version.template.kind,
        template__joint=version.template.joint,
        template__levels=[],
    ).exclude(pk=version.pk)
    if not version.template.levels and not others.exists():
        raise DomainError("nothing_would_draw", kind=version.template.kind)
    day = max(today, version.valid_from or today)
    return advance(
        version, "retire", TEMPLATE_VERSION_STEPS, actor=actor, reason=reason.strip(), changes={"valid_to": day}
    )


def authors(version: TemplateVersion) -> set[int]:
    """Who wrote the version or one of the drafts that it grew from, back to the last one that was published."""
    earlier = version.template.versions.filter(number__lte=version.number).order_by("-number")
    found: set[int] = set()
    for one in earlier.only("state", "number", "written_by_id", "template_id"):
        if one.pk != version.pk and one.state in (DesignState.PUBLISHED, DesignState.RETIRED):
            break
        found |= {one.written_by_id} - {None}  # type: ignore[arg-type]
    return found
