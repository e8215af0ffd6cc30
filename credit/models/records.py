"""The credit file (信用档案): one append-only row per fact about a person or an entity with a credit code."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.access import NOTHING, ScopedQuerySet
from accounts.models import Appointment, Institution, Membership, Person, TrainingBase, User
from accounts.models.people import named_in
from core import clock


class FileQuerySet(ScopedQuerySet):
    """Reached by the person, and by the region where the person holds an appointment or the entity stands.

    An institution reaches its own entity's rows, never those of its people; a training base reaches none. `subject`:
    the way from a row to the entry that names person or institution.
    """

    subject: ClassVar[str] = ""

    def _within(self, membership: Membership) -> Q:
        if membership.admin_body is None:
            return super()._within(membership) if membership.institution_id else NOTHING
        jurisdiction = membership.admin_body.jurisdiction
        if jurisdiction == "":
            return Q(pk__isnull=False)
        appointments = Appointment.objects.holding().filter(institution__region__path__startswith=jurisdiction)
        return super()._within(membership) | named_in(appointments, f"{self.subject}person__")


class CreditRecordQuerySet(FileQuerySet):
    scope_paths: ClassVar = {
        "user": "person__user", "institution": "institution", "region": "institution__region__path",
    }  # fmt: skip


class CreditRecord(models.Model):
    """A fact as its publisher gave it (append-only; a correction is a second entry that names the first).

    `facts` is a snapshot that later renames do not change; texts in it are {zh, en, ja}. `source` is the event the
    row came from, "<kind>:<key>", so that an event delivered twice is one row. What concerns a `department` or a
    `base` stands in the file of its parent or host, for neither is a credit subject (practice 1.2).
    """

    class Category(models.TextChoices):
        BASIC = "basic", _("basic")
        POSITIVE = "positive", _("positive")
        # Only from a decision: the constraint below asks for its case.
        ADVERSE = "adverse", _("adverse")
        OTHER = "other", _("other record")

    class Kind(models.TextChoices):
        COMMITMENT_ACCEPTED = "commitment_accepted", _("Code of conduct accepted")
        TRAINING_COMPLETED = "training_completed", _("Training completed")
        CERTIFICATE_ISSUED = "certificate_issued", _("Certificate issued")
        DECISION = "decision", _("Decision of a competent body")
        COMMITMENT_KEPT = "commitment_kept", _("Commitment kept")
        AWARD = "award", _("Award or commendation")
        TEACHING = "teaching", _("Teaching")
        DEAL_FILED = "deal_filed", _("Technology contract registered")
        NOTE = "note", _("Other fact")
        # What partners deliver: never an adverse entry, for that needs a decision in a case.
        INTEGRITY_NOTICE = "integrity_notice", _("Notice of a finding on research integrity")
        PARTNER_NOTICE = "partner_notice", _("Notice of a trading institution")
        CREDIT_PLATFORM_NOTICE = "platform_notice", _("Notice of a public credit platform")
        # Says that the entry it names should not stand there; names no new fact.
        WITHDRAWAL = "withdrawal", _("Entry withdrawn")

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_records")
    institution = models.ForeignKey(
        Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_records"
    )
    department = models.ForeignKey(Institution, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey(TrainingBase, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=10, choices=Category.choices)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    occurred_on = models.DateField()
    recorded_at = models.DateTimeField(default=clock.now)
    publisher = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)
    source = models.CharField(max_length=120, unique=True)
    # One entry, and the second ones that say it rightly: what becomes of the case holds for all of them.
    case = models.ForeignKey(
        "credit.AdministrativeCase", null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    # Of an entry by an officer's hand: who, and the paper it rests on.
    entered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.CharField(max_length=150, blank=True)

    objects = CreditRecordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="credit_record_of_one_subject",
                condition=Q(person__isnull=False, institution__isnull=True)
                | Q(person__isnull=True, institution__isnull=False),
            ),
            models.CheckConstraint(
                name="credit_record_has_a_known_category",
                condition=Q(category__in=["basic", "positive", "adverse", "other"]),
            ),
            models.UniqueConstraint(
                name="credit_record_one_entry_per_case",
                fields=["case"],
                condition=Q(corrects__isnull=True),
            ),
            models.CheckConstraint(
                name="credit_record_adverse_from_a_case",
                condition=Q(category="adverse", case__isnull=False) | (~Q(category="adverse") & Q(case__isnull=True)),
            ),
            models.CheckConstraint(name="credit_record_has_a_publisher", condition=~Q(publisher="")),
            models.CheckConstraint(
                name="credit_record_unit_of_an_entity",
                condition=Q(department__isnull=True, base__isnull=True)
                | Q(institution__isnull=False, department__isnull=False, base__isnull=True)
                | Q(institution__isnull=False, department__isnull=True, base__isnull=False),
            ),
            models.CheckConstraint(
                name="credit_record_by_hand_has_a_document", condition=Q(entered_by__isnull=True) | ~Q(document="")
            ),
            models.CheckConstraint(
                name="credit_record_corrects_another", condition=Q(corrects__isnull=True) | ~Q(corrects=F("id"))
            ),
            models.CheckConstraint(
                name="credit_withdrawal_names_an_entry", condition=~Q(kind="withdrawal") | Q(corrects__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-occurred_on", "-id"], name="credit_file_of_person"),
            models.Index(fields=["institution", "-occurred_on", "-id"], name="credit_file_of_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_on}"

    @property
    def publisher_name(self) -> str:
        return in_reader_language(self.facts.get("publisher")) or self.publisher

    @property
    def level_title(self) -> str:
        return in_reader_language(self.facts.get("level"))

    @property
    def title(self) -> str:
        return in_reader_language(self.facts.get("title"))

    @property
    def unit_name(self) -> str:
        """The department or base that the entry concerns, as it was called; "" for the entity itself."""
        return in_reader_language(self.facts.get("unit"))

    @property
    def text_title(self) -> Promise | str:
        text = self.facts.get("text", "")
        return COMMITMENTS.get(text, text)


# The texts whose acceptance stands in a credit file, by the name under which people agree to them.
COMMITMENTS: dict[str, Promise] = {
    "trainee_commitment": _("integrity commitment of trainees"),
    "code_of_conduct": _("code of conduct of technology managers"),
}


def in_reader_language(texts: dict[str, Any] | None) -> str:
    """The wording in the reader's language, the Chinese one where there is no other."""
    texts = texts or {}
    language = {"en": "en", "ja": "ja"}.get(get_language() or "", "zh")
    return str(texts.get(language) or texts.get("zh") or "")
