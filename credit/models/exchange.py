"""Exchange with partners: who they are, what came in and went out, and which case's entry whom was given."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access import ScopedQuerySet
from accounts.models import AdminBody, User
from core import clock
from credit.models.cases import AdministrativeCase
from credit.models.records import CreditRecord


class PartnerKind(models.TextChoices):
    INTEGRITY = "integrity", _("department in charge of research integrity")
    TRADING = "trading", _("trading institution")
    PLATFORM = "platform", _("public credit platform")
    DEPARTMENT = "department", _("another department")


class Direction(models.TextChoices):
    IN = "in", pgettext_lazy("exchange", "received")
    OUT = "out", pgettext_lazy("exchange", "sent")


class FileForm(models.TextChoices):
    JSON = "json", "JSON"
    CSV = "csv", "CSV"


class LineOutcome(models.TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("exchange", "accepted")
    REFUSED = "refused", pgettext_lazy("exchange", "refused")
    # The very same was received before.
    KNOWN = "known", _("received before")


class PartnerQuerySet(ScopedQuerySet):
    """Reached by the body that keeps it and those above; only the body itself acts: services."""

    scope_paths: ClassVar = {"region": "kept_by__jurisdiction"}


class OfPartnerQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"region": "partner__kept_by__jurisdiction"}


class LineQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {"region": "receipt__partner__kept_by__jurisdiction"}


class ExchangePartner(models.Model):
    """A partner of one body: what it may deliver and be given, and on which basis. Ended, never rewritten.

    It is one from `valid_from` to the day before `valid_to`.
    """

    kept_by = models.ForeignKey(AdminBody, on_delete=models.PROTECT, related_name="exchange_partners")
    kind = models.CharField(max_length=12, choices=PartnerKind.choices)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    name_ja = models.CharField(max_length=200, blank=True)
    basis = models.CharField(max_length=300)
    # Bodies named in the basis whose records it hands on, one a line; its own it always may.
    sources = models.TextField(blank=True)
    delivers = models.BooleanField()
    receives = models.BooleanField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PartnerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kept_by", "name"], condition=Q(valid_to__isnull=True), name="exchange_partner_once"
            ),
            models.CheckConstraint(name="exchange_partner_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="exchange_partner_has_a_basis", condition=~Q(basis="")),
            models.CheckConstraint(
                name="exchange_partner_does_something", condition=Q(delivers=True) | Q(receives=True)
            ),
            models.CheckConstraint(
                name="exchange_partner_ends_not_before_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_one_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class ExchangeReceipt(models.Model):
    """One file that came in or went out (append-only). Of the file its hash is kept, nothing of what stood in it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(ExchangePartner, on_delete=models.PROTECT, related_name="receipts")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    form = models.CharField(max_length=4, choices=FileForm.choices)
    sha256 = models.CharField(max_length=64)
    dictionary = models.CharField(max_length=20)
    # The basis of the partner on that day.
    basis = models.CharField(max_length=300)
    purpose = models.CharField(max_length=200, blank=True)
    accepted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = OfPartnerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="exchange_receipt_has_a_basis", condition=~Q(basis="")),
            models.CheckConstraint(
                name="exchange_receipt_one_direction",
                condition=Q(direction="in", sent=0) | Q(direction="out", accepted=0, refused=0, known=0),
            ),
            models.CheckConstraint(
                name="exchange_receipt_sent_for_a_purpose", condition=Q(direction="in") | ~Q(purpose="")
            ),
        ]
        indexes = [models.Index(fields=["partner", "-at"], name="exchange_receipts_of_partner")]

    def __str__(self) -> str:
        return f"{self.direction} {self.sha256[:12]}"

    @property
    def total(self) -> int:
        return self.accepted + self.refused + self.known + self.sent


class ExchangeLine(models.Model):
    """What became of one record of a received file, and why (append-only). It names nobody: the number is the
    source's."""

    receipt = models.ForeignKey(ExchangeReceipt, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    record_number = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=8, choices=LineOutcome.choices)
    reason = models.CharField(max_length=40, blank=True)
    entry = models.ForeignKey(CreditRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = LineQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["receipt", "row"], name="exchange_line_once"),
            models.CheckConstraint(
                name="exchange_line_accepted_is_an_entry",
                condition=(Q(outcome="refused", entry__isnull=True) & ~Q(reason=""))
                | (~Q(outcome="refused") & Q(entry__isnull=False, reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.outcome}"


class ExchangeGiven(models.Model):
    """A partner was given the adverse entry of a case, by a file or by a machine's question: whom to tell of its end.

    Append-only, and written by questions of machines, too: a ledger of what was disclosed.
    """

    partner = models.ForeignKey(ExchangePartner, on_delete=models.PROTECT, related_name="given")
    case = models.ForeignKey(AdministrativeCase, on_delete=models.PROTECT, related_name="given")
    receipt = models.ForeignKey(ExchangeReceipt, null=True, on_delete=models.PROTECT, related_name="given")
    use = models.ForeignKey("credit.TokenUse", null=True, on_delete=models.PROTECT, related_name="given")
    at = models.DateTimeField(default=clock.now)

    objects = OfPartnerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="exchange_given_one_way",
                condition=Q(receipt__isnull=False, use__isnull=True) | Q(receipt__isnull=True, use__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} -> {self.partner_id}"
