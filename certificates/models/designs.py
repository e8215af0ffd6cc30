"""Designs of certificates as data: a template, and versions of it whose words never change, drafts included."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from accounts.models import User
from accounts.permissions import GRANTS
from certificates.workflow import CertificateKind, DesignState
from core import clock


class NationwideQuerySet(models.QuerySet):
    """Rows of the whole platform: they lead to no person and no place, so a hat of a nationwide body reaches all."""

    def allowed(self, actor: User, permission: str) -> Self:
        bodies = (hat.admin_body for hat in actor.worn_memberships() if permission in GRANTS[hat.role])
        return self if any(body is not None and body.jurisdiction == "" for body in bodies) else self.none()


class CertificateTemplate(models.Model):
    """What a design is called and for what it is (append-only). `levels`: codes, none for all levels of its kind.

    `joint`: for classes whose certificates others issue together with the base.
    """

    key = models.SlugField(max_length=30, unique=True)
    kind = models.CharField(max_length=12, choices=CertificateKind.choices)
    levels = models.JSONField(default=list, blank=True)
    joint = models.BooleanField(default=False)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    title_ja = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=clock.now)

    objects = NationwideQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ("key",)
        constraints = [
            models.CheckConstraint(
                name="template_has_its_titles", condition=~Q(title_zh="") & ~Q(title_en="") & ~Q(title_ja="")
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def title(self) -> str:
        return getattr(self, f"title_{ {'en': 'en', 'ja': 'ja'}.get(get_language() or '', 'zh') }")


class TemplateVersion(models.Model):
    """One wording of a template (frozen but for its state and days). Saving a draft makes another version.

    Shipped versions came with the code: nobody wrote them.
    """

    template = models.ForeignKey(CertificateTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=DesignState.choices, default=DesignState.DRAFT)
    html = models.TextField()
    css = models.TextField()
    # JSON as its author wrote it: an export gives back the same bytes.
    fields = models.TextField()
    sha256 = models.CharField(max_length=64)
    shipped = models.BooleanField(default=False)
    written_at = models.DateTimeField(default=clock.now)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The first day on which it draws, and the first on which it no longer does.
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = NationwideQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ("template", "-number")
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once"),
            # Two windows, two clicks: a template has one draft.
            models.UniqueConstraint(
                fields=["template"], condition=Q(state=DesignState.DRAFT), name="template_one_draft"
            ),
            models.CheckConstraint(
                name="template_version_written_by_somebody",
                condition=Q(shipped=True, written_by__isnull=True) | Q(shipped=False, written_by__isnull=False),
            ),
            models.CheckConstraint(
                name="template_version_published_with_its_day",
                condition=Q(state__in=["draft", "dropped"], valid_from__isnull=True, published_at__isnull=True)
                | Q(state__in=["published", "retired"], valid_from__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="template_version_published_by_another",
                condition=Q(shipped=True, published_by__isnull=True)
                | Q(shipped=False, published_at__isnull=True, published_by__isnull=True)
                | (
                    Q(shipped=False, published_at__isnull=False, published_by__isnull=False)
                    & ~Q(published_by=F("written_by"))
                ),
            ),
            models.CheckConstraint(
                name="template_version_retired_with_its_day",
                condition=Q(state=DesignState.RETIRED, valid_to__isnull=False)
                | (~Q(state=DesignState.RETIRED) & Q(valid_to__isnull=True)),
            ),
            models.CheckConstraint(
                name="template_version_has_words", condition=Q(number__gt=0) & ~Q(html="") & ~Q(fields="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}-{self.number}"
