"""Places: regions, the administrative bodies' own tree, institutions, training bases."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.access import ITSELF, ScopedQuerySet


class Rank(models.TextChoices):
    """The four levels (三(二)4 of the plan): nation, province, city, county."""

    NATIONAL = "national", _("national")
    PROVINCIAL = "provincial", _("provincial")
    MUNICIPAL = "municipal", _("municipal")
    COUNTY = "county", _("county")


class Region(models.Model):
    """A division of GB/T 2260. `path` holds the codes from province down, each ending in "/"; the nation's is empty.

    What reports on its own without being a division (a high-tech zone, the production corps) hangs below the division
    it lies in, so that scope by path holds for it too; its code is none of the standard's.
    """

    class Kind(models.TextChoices):
        DIVISION = "division", _("administrative division")
        ZONE = "zone", _("high-tech zone")
        CORPS = "corps", _("production and construction corps")

    code = models.CharField(max_length=6, unique=True)
    # The name of the law, which letters, papers and the audit trail carry; the others are for readers of pages.
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    name_ja = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=12, choices=Rank.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=30, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DIVISION)
    # Lines of the statistics tables that nobody lives "in" (市辖区, development zones): not offered for choice.
    statistical = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    replaced_by = models.CharField(max_length=6, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        return local_name(self)

    def division_path(self, path: str) -> str:
        """Of a region inside this one: the path of the division of this one in which it lies; its own at its level."""
        code, slash, _below = path[len(self.path) :].partition("/")
        return f"{self.path}{code}{slash}"


def local_name(one: "Region | TrainingBase") -> str:
    """In the reader's language; in Chinese where the platform knows no other."""
    return {"en": one.name_en, "ja": one.name_ja}.get(get_language() or "") or one.name


class AdminBodyQuerySet(ScopedQuerySet):
    """A body sees itself and those whose jurisdiction lies inside its own."""

    scope_paths: ClassVar = {"region": "jurisdiction"}


class AdminBody(models.Model):
    """A body of the administration. Its jurisdiction is a region path; the national body's is empty: everywhere.

    Rank and region are two things (R62): the bureau of a separately planned city has provincial rank.
    """

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("department of a division")
        SEPARATE_CITY = "separate_city", _("department of a separately planned city")
        CORPS = "corps", _("bureau of the production and construction corps")
        ZONE_COMMITTEE = "zone_committee", _("management committee of a high-tech zone")

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    name_ja = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.DEPARTMENT)
    rank = models.CharField(max_length=12, choices=Rank.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    jurisdiction = models.CharField(max_length=30, blank=True)

    objects = AdminBodyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="admin_body_jurisdiction_ends_in_slash",
                condition=Q(jurisdiction="", rank=Rank.NATIONAL) | Q(jurisdiction__endswith="/"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class InstitutionQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"institution": ITSELF, "region": "region__path"}


class Institution(models.Model):
    """A technology-transfer institution (技术转移机构): a legal person, or an internal department of one."""

    class Kind(models.TextChoices):
        LEGAL_PERSON = "legal_person", _("legal person")
        INTERNAL_DEPARTMENT = "internal_department", _("internal department")

    class Category(models.TextChoices):
        UNIVERSITY = "university", _("university")
        RESEARCH_INSTITUTE = "research_institute", _("research institute")
        ENTERPRISE = "enterprise", _("enterprise")
        INCUBATOR = "incubator", _("incubator")
        INVESTMENT = "investment", _("investment institution")
        IP_SERVICE = "ip_service", _("intellectual property service")
        EXCHANGE = "exchange", _("technology exchange")
        ASSOCIATION = "association", _("association")
        PUBLIC_BODY = "public_body", _("public body")
        INTERNATIONAL_CENTRE = "international_centre", _("international technology-transfer centre")

    name = models.CharField(max_length=150)
    name_key = models.CharField(max_length=150)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    category = models.CharField(max_length=20, choices=Category.choices)
    level = models.CharField(max_length=12, choices=Rank.choices)
    uscc = models.CharField(max_length=18, null=True, blank=True, unique=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="institutions")
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="departments",
    )
    demo = models.BooleanField(default=False)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="institution_code_or_parent",
                condition=Q(kind="legal_person", uscc__isnull=False)
                | Q(kind="internal_department", uscc__isnull=True, parent__isnull=False),
            ),
            models.UniqueConstraint(
                name="department_name_once_per_parent",
                fields=["parent", "name_key"],
                condition=Q(kind="internal_department"),
            ),
        ]
        # The first page of a whole country's list reads as far as it reaches.
        indexes = [models.Index(fields=["name", "id"], name="institution_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        """An institution has one name, that of its registration, whatever the reader's language."""
        return self.name

    @property
    def is_legal_person(self) -> bool:
        return self.kind == self.Kind.LEGAL_PERSON

    @property
    def legal_person_id(self) -> int:
        """Of a department that of the legal person it belongs to."""
        return self.parent_id or self.pk


class BaseQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"base": ITSELF, "region": "region__path"}


class TrainingBase(models.Model):
    """A talent-training base (技术转移人才培养基地) of a host organisation. `code` stands in certificate numbers."""

    code = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=150)
    name_en = models.CharField(max_length=200, blank=True)
    name_ja = models.CharField(max_length=200, blank=True)
    host = models.ForeignKey(
        Institution,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bases",
    )
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="bases")
    # What allows the host to train, what may be trained under it, and for how long (practice, "base profile").
    qualification = models.CharField(max_length=200, blank=True)
    training_scope = models.TextField(blank=True)
    qualified_from = models.DateField(null=True, blank=True)
    qualified_to = models.DateField(null=True, blank=True)
    demo = models.BooleanField(default=False)

    objects = BaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="base_qualification_ends_after_start",
                condition=Q(qualified_to__isnull=True) | Q(qualified_to__gt=F("qualified_from")),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def local_name(self) -> str:
        """As people read it; a paper names its issuer in every language it has."""
        return local_name(self)
