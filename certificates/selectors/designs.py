"""Reads of designs: which version draws on a day, and what the administration's pages list."""

from datetime import date
from functools import cached_property
from typing import Self

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from certificates.models import CertificateTemplate, TemplateVersion
from certificates.rules import figure
from certificates.workflow import CertificateKind, DesignState
from core import clock

# Up to 120 kB a version, and no list shows them.
TEXTS = ("html", "css", "fields")
DRAWS = frozenset({DesignState.PUBLISHED, DesignState.RETIRED})


class Standing:
    """The versions that are in force on a day, read once, when first asked, for however many certificates."""

    def __init__(self, on: date) -> None:
        self._on = on

    @classmethod
    def today(cls) -> Self:
        return cls(clock.today())

    @cached_property
    def _versions(self) -> list[TemplateVersion]:
        in_force = Q(valid_to__isnull=True) | Q(valid_to__gt=self._on)
        rows = TemplateVersion.objects.filter(in_force, state__in=DRAWS, valid_from__lte=self._on)
        return list(rows.select_related("template").order_by("-valid_from", "-published_at", "-pk"))

    def of(self, level: str, *, joint: bool = False) -> TemplateVersion | None:
        """What draws a certificate of this level: a design for just this level before one for all, the newest first;
        that of completion where a kind has none. `joint`: one for joint issue comes before the others."""
        for kind in (kind_of(level, on=self._on), CertificateKind.COMPLETION):
            fitting = [one for one in self._versions if one.template.kind == kind and level_fits(one, level)]
            if found := [one for one in fitting if joint or not one.template.joint]:
                return max(found, key=lambda one: (one.template.joint, bool(one.template.levels)))
        return None


def level_fits(version: TemplateVersion, level: str) -> bool:
    return not version.template.levels or level in version.template.levels


def kind_of(level: str, *, on: date) -> str:
    """Which kind of certificate attests a level, by the rule of the day."""
    return str(figure("certificate_kind", on=on).get(level, CertificateKind.COMPLETION))


def templates(actor: User) -> QuerySet[CertificateTemplate]:
    rows = CertificateTemplate.objects.allowed(actor, Permission.TEMPLATE_MANAGE)
    return rows.prefetch_related(Prefetch("versions", TemplateVersion.objects.defer(*TEXTS)))


def template_of(actor: User, key: str) -> CertificateTemplate | None:
    return CertificateTemplate.objects.allowed(actor, Permission.TEMPLATE_MANAGE).filter(key=key).first()


def versions(actor: User, template: CertificateTemplate) -> QuerySet[TemplateVersion]:
    rows = TemplateVersion.objects.allowed(actor, Permission.TEMPLATE_MANAGE).filter(template=template)
    return rows.select_related("written_by", "published_by").defer(*TEXTS).order_by("-number")


def newest_of(actor: User, template: CertificateTemplate) -> TemplateVersion | None:
    rows = TemplateVersion.objects.allowed(actor, Permission.TEMPLATE_MANAGE)
    return rows.filter(template=template).order_by("-number").first()


def version_of(actor: User, key: str, number: int) -> TemplateVersion | None:
    rows = TemplateVersion.objects.allowed(actor, Permission.TEMPLATE_MANAGE).select_related("template")
    return rows.filter(template__key=key, number=number).first()


def newest_of_kind(actor: User, kind: str, *, joint: bool) -> TemplateVersion | None:
    rows = TemplateVersion.objects.allowed(actor, Permission.TEMPLATE_MANAGE)
    rows = rows.filter(template__kind=kind, template__joint=joint)
    return rows.filter(state=DesignState.PUBLISHED).order_by("-valid_from", "-pk").first()
