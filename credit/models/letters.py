"""Letters of cases: what a body writes in a case, kept as PDF and DOCX with the hashes of their bytes."""

import uuid
from typing import Any, ClassVar, NamedTuple, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.permissions import Permission
from core import clock
from credit.models.case_parts import CreditRepair, OfCaseQuerySet
from credit.models.cases import AdministrativeCase
from credit.models.self_cases import HANDLING, SelfRegulatoryCase


class LetterKind(models.TextChoices):
    """What a letter is. Those of a body's own rules have words of their own, and go with cases of that track alone."""

    FILING = "filing", pgettext_lazy("a letter", "record of filing")
    NOTICE = "notice", pgettext_lazy("a letter", "prior notice")
    NOTICE_SERVICE = "notice_service", pgettext_lazy("a letter", "proof of service of the prior notice")
    HEARING = "hearing", pgettext_lazy("a letter", "notice of the hearing")
    HEARING_SERVICE = "hearing_service", pgettext_lazy("a letter", "proof of service of the notice of the hearing")
    DECISION = "decision", pgettext_lazy("a letter", "decision")
    REPAIR_NOTICE = "repair_notice", pgettext_lazy("a letter", "repair notice")
    DECISION_SERVICE = "decision_service", pgettext_lazy("a letter", "proof of service of the decision")
    REPAIR = "repair", pgettext_lazy("a letter", "decision on repair")
    ANNULMENT = "annulment", pgettext_lazy("a letter", "notice that the decision was set aside")
    SELF_NOTICE = "self_notice", pgettext_lazy("a letter under own rules", "notice")
    SELF_OUTCOME = "self_outcome", pgettext_lazy("a letter under own rules", "outcome")
    SELF_REVIEW = "self_review", pgettext_lazy("a letter under own rules", "outcome of the review")


K = LetterKind
SELF_KINDS = (K.SELF_NOTICE, K.SELF_OUTCOME, K.SELF_REVIEW)
CASE_KINDS = tuple(kind for kind in K if kind not in SELF_KINDS)
# To whom the case concerns; the others are for the file of the body.
ADDRESSED = (K.NOTICE, K.HEARING, K.DECISION, K.REPAIR_NOTICE, K.REPAIR, K.ANNULMENT, *SELF_KINDS)
# Served together: whom it concerns reads neither before.
WITH_SERVICE = (K.DECISION, K.REPAIR_NOTICE)
# Whose document number stands in the row of the case.
NUMBERED = (K.FILING, K.NOTICE, K.DECISION)
FORMS = ("pdf", "docx")
# Why another edition stands in the place of one that reached nobody: a draft of the body.
BEFORE_SERVICE = "送达前改写"


# None was put down for those from before hours were asked for.
OF_A_SERVED_HEARING = Q(case__hearing_served_on__isnull=False) | Q(case__hearing_time__isnull=True)


class Kept(NamedTuple):
    """Where bytes lie, and what they have to be."""

    storage_name: str
    sha256: str


class CaseLetterQuerySet(OfCaseQuerySet):
    """All of them reach whoever reads the case for its body; of the others each reaches what is addressed to it, from
    the notice on. A letter under own rules goes as its case does."""

    scope_paths: ClassVar = {
        "user": "case__person__user", "institution": "case__institution", "region": "case__body__jurisdiction",
    }  # fmt: skip

    def allowed(self, actor: User, permission: Permission | str) -> Self:
        under_own_rules = Q(self_case__in=SelfRegulatoryCase.objects.allowed(actor, permission))
        if permission in HANDLING:
            return self.filter(under_own_rules)
        in_cases = super().allowed(actor, permission)
        if permission != Permission.CASE_ANSWER:
            return in_cases
        return self.filter(Q(pk__in=in_cases.values("pk")) | under_own_rules)

    def _told(self) -> Q:
        served = ~Q(kind__in=[str(kind) for kind in WITH_SERVICE]) | Q(case__served_on__isnull=False)
        announced = ~Q(kind=str(K.HEARING)) | Q(superseded_by__isnull=False) | OF_A_SERVED_HEARING
        addressed = Q(kind__in=[str(kind) for kind in ADDRESSED]) & ~Q(superseded_by__why=BEFORE_SERVICE)
        return super()._told() & addressed & served & announced


class CaseLetter(models.Model):
    """One edition of one letter (append-only). Another edition names the one in whose place it stands, and why."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(AdministrativeCase, null=True, on_delete=models.PROTECT, related_name="letters")
    self_case = models.ForeignKey(SelfRegulatoryCase, null=True, on_delete=models.PROTECT, related_name="letters")
    # Of a decision on repair: which of them.
    repair = models.ForeignKey(CreditRepair, null=True, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20, choices=LetterKind.choices)
    edition = models.PositiveSmallIntegerField(default=1)
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    why = models.CharField(max_length=200, blank=True)
    # 文号 as it is printed; "" where the body has given none: then its place is printed empty.
    document_number = models.CharField(max_length=60, blank=True)
    dated_on = models.DateField()
    # Of the fixed words around those of the case.
    wording = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    docx_storage_name = models.CharField(max_length=200, unique=True)
    docx_sha256 = models.CharField(max_length=64)
    docx_size = models.PositiveIntegerField()
    fonts_sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    objects = CaseLetterQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="letter_of_one_case_and_its_track",
                condition=Q(
                    case__isnull=False, self_case__isnull=True, kind__in=[str(kind) for kind in CASE_KINDS]
                )
                | Q(
                    case__isnull=True,
                    self_case__isnull=False,
                    repair__isnull=True,
                    kind__in=[str(kind) for kind in SELF_KINDS],
                ),
            ),
            models.CheckConstraint(
                name="letter_about_a_repair",
                condition=Q(kind=K.REPAIR, repair__isnull=False) | (~Q(kind=K.REPAIR) & Q(repair__isnull=True)),
            ),
            models.CheckConstraint(
                name="letter_edition_with_its_reason",
                condition=Q(edition=1, supersedes__isnull=True, why="")
                | (Q(edition__gt=1, supersedes__isnull=False) & ~Q(why="") & ~Q(supersedes=F("id"))),
            ),
            models.CheckConstraint(
                name="letter_has_bytes",
                condition=Q(size__gt=0, docx_size__gt=0)
                & ~Q(sha256="") & ~Q(docx_sha256="") & ~Q(text_sha256="") & ~Q(wording=""),
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "edition"], condition=Q(repair__isnull=True), name="letter_of_case_once"
            ),
            models.UniqueConstraint(fields=["self_case", "kind", "edition"], name="letter_under_own_rules_once"),
            models.UniqueConstraint(fields=["repair", "edition"], name="letter_of_repair_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.edition}"

    @property
    def of(self) -> Any:
        """The case of either track."""
        return self.case or self.self_case

    @property
    def can_be_numbered(self) -> bool:
        """Is its document number given here, and not with a step of the case?"""
        return self.kind not in NUMBERED

    def kept(self, form: str) -> Kept:
        if form == "docx":
            return Kept(self.docx_storage_name, self.docx_sha256)
        return Kept(self.storage_name, self.sha256)
