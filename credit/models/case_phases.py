"""What an administrative case holds, phase by phase. One row, so that the database can tie each phase to those before.

Texts are written once (`filled_once`); days, people and texts of a phase come together with its step.
"""

from django.db import models

from accounts.models import AdminBody, User
from core import clock
from credit.workflow.cases import CaseOutcome, CaseState, ServedBy

OUTCOMES = [(str(one), one.label) for one in CaseOutcome]


def by_whom() -> models.ForeignKey:
    return models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")


class Filing(models.Model):
    """立案: by which body, under which rules, for which item, and within the time limit (Penalty Law art. 36)."""

    state = models.CharField(max_length=16, choices=CaseState.choices, default=CaseState.FILED)
    body = models.ForeignKey(AdminBody, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("credit.CatalogueItem", on_delete=models.PROTECT, related_name="+")
    rule_version = models.CharField(max_length=20)
    number = models.CharField(max_length=60)
    conduct_ended_on = models.DateField()
    discovered_on = models.DateField()
    limit_on = models.DateField()
    filed_on = models.DateField()
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(default=clock.now)
    decide_by = models.DateField()
    # Of the next step, as the calendar knows it now; none once nothing has to be done by a day.
    due_on = models.DateField(null=True)
    is_provisional = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Investigation(models.Model):
    """Two officers with certificates (art. 42), what they found, and who reviewed the law (art. 58)."""

    officer_one = by_whom()
    officer_one_certificate = models.CharField(max_length=40, blank=True)
    officer_two = by_whom()
    officer_two_certificate = models.CharField(max_length=40, blank=True)
    findings = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    found_by = by_whom()
    found_on = models.DateField(null=True)
    reviewed_by = by_whom()
    reviewed_on = models.DateField(null=True)
    review_opinion = models.TextField(blank=True)

    class Meta:
        abstract = True


class PriorNotice(models.Model):
    """事先告知书 (arts. 44, 45): facts, reasons, basis, what is intended; how it was served; the time to speak."""

    # Written first, so that there is something to serve; the day is the one it bears.
    notice_written_by = by_whom()
    notice_written_on = models.DateField(null=True)
    notice_measures = models.JSONField(default=list, blank=True)
    notice_number = models.CharField(max_length=60, blank=True)
    notice_facts = models.TextField(blank=True)
    notice_reasons = models.TextField(blank=True)
    notice_basis = models.TextField(blank=True)
    intended = models.CharField(max_length=16, choices=OUTCOMES, blank=True)
    intended_rank = models.PositiveSmallIntegerField(default=0)
    noticed_by = by_whom()
    noticed_at = models.DateTimeField(null=True)
    notice_served_by = models.CharField(max_length=12, choices=ServedBy.choices, blank=True)
    notice_proof = models.CharField(max_length=200, blank=True)
    notice_served_on = models.DateField(null=True)
    answer_days = models.PositiveSmallIntegerField(null=True)
    answer_until = models.DateField(null=True)
    answer_is_provisional = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Defence(models.Model):
    """陈述申辩 (art. 45) and hearing (arts. 63-65): what the subject said, and what was made of each point."""

    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    # Put down by an officer from paper: does not shorten the time to speak.
    answer_recorded_by = by_whom()
    waived_at = models.DateTimeField(null=True)
    # When the subject itself said that this is all, and that no hearing is asked for: nobody has to wait any longer.
    completed_at = models.DateTimeField(null=True)
    # Considered when an answer of its own still closed the time to speak: rows from before 2026-11-29, written by their
    # migration and by nothing else.
    window_of_before = models.BooleanField(default=False, editable=False)
    hearing_asked_on = models.DateField(null=True)
    # Of a request that came on paper: who put it down, and where it lies.
    hearing_asked_by = by_whom()
    hearing_asked_document = models.CharField(max_length=200, blank=True)
    hearing_announced_on = models.DateField(null=True)
    hearing_on = models.DateField(null=True)
    # None of hearings announced before hours were asked for.
    hearing_time = models.TimeField(null=True)
    hearing_served_by = models.CharField(max_length=12, choices=ServedBy.choices, blank=True)
    hearing_proof = models.CharField(max_length=200, blank=True)
    hearing_served_on = models.DateField(null=True)
    hearing_place = models.CharField(max_length=200, blank=True)
    hearing_chair = by_whom()
    hearing_record = models.TextField(blank=True)
    considered = models.TextField(blank=True)
    considered_by = by_whom()
    considered_on = models.DateField(null=True)
    discussed_on = models.DateField(null=True)
    discussion = models.TextField(blank=True)
    # By the last paper that came in time; both days after it are empty until it is done anew, whose words stand with
    # that paper (`CaseReopening`).
    reopened_at = models.DateTimeField(null=True)
    reconsidered_on = models.DateField(null=True)
    rediscussed_on = models.DateField(null=True)

    class Meta:
        abstract = True


class Decision(models.Model):
    """What is decided, on which basis, why no milder means would do, what follows, and what can be done against it."""

    outcome = models.CharField(max_length=16, choices=OUTCOMES, blank=True)
    outcome_rank = models.PositiveSmallIntegerField(default=0)
    decision_rule = models.CharField(max_length=20, blank=True)
    decision_number = models.CharField(max_length=60, blank=True)
    decision_basis = models.TextField(blank=True)
    decision_reasons = models.TextField(blank=True)
    proportionality = models.TextField(blank=True)
    remedy_body = models.CharField(max_length=200, blank=True)
    remedy_court = models.CharField(max_length=200, blank=True)
    decided_by = by_whom()
    decided_on = models.DateField(null=True)
    # Of an adverse outcome: whether it is published at all, the first day of repair, the last day it is seen.
    published = models.BooleanField(default=False)
    reference = models.CharField(max_length=200, blank=True)
    repair_from = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        abstract = True


class ServiceOfDecision(models.Model):
    """送达 (art. 61): decision and repair notice together (两书同达), by which way, with which proof, on which day."""

    served_by = models.CharField(max_length=12, choices=ServedBy.choices, blank=True)
    service_proof = models.CharField(max_length=200, blank=True)
    served_on = models.DateField(null=True)
    repair_notice = models.BooleanField(default=False)
    # The signed confirmation of electronic service, given for this case.
    consent_document = models.CharField(max_length=200, blank=True)
    begun_on = models.DateField(null=True)

    class Meta:
        abstract = True


class Ending(models.Model):
    """Why it ended; and by which document it fell, which may come later still."""

    ended_on = models.DateField(null=True)
    ended_by = by_whom()
    end_reason = models.TextField(blank=True)
    annulled_on = models.DateField(null=True)
    annulled_by = by_whom()
    annul_reason = models.TextField(blank=True)
    annul_document = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
