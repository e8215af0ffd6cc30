"""Administrative cases: from filing to repair. What no adverse effect may lack is a promise of the database."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.access import NOTHING, ScopedQuerySet
from accounts.models import AdminBody, Institution, Membership, Person, TrainingBase, User
from accounts.permissions import Permission
from credit.models.case_phases import (
    Decision,
    Defence,
    Ending,
    Filing,
    Investigation,
    PriorNotice,
    ServiceOfDecision,
)
from credit.models.concerned import Concerned
from credit.models.reports import CaseReport
from credit.workflow.cases import (
    ADVERSE,
    BEFORE_NOTICE,
    CLOSED_STATES,
    DECIDED_STATES,
    HEARD_STATES,
    NOTICED_STATES,
    SEVERITIES,
    STANDING,
    CaseOutcome,
    CaseState,
    ServedBy,
)

C = CaseState


def of_one_subject(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(person__isnull=False, institution__isnull=True) | Q(person__isnull=True, institution__isnull=False),
    )


def needs(states: tuple, condition: Q) -> Q:
    """In these states the condition holds."""
    return ~Q(state__in=[str(state) for state in states]) | condition


class CaseQuerySet(ScopedQuerySet):
    """Read by the body that handles it and those above, and from the notice on by its subject and the unit it names.
    Steps are taken by the body itself alone: services."""

    scope_paths: ClassVar = {"user": "person__user", "institution": "institution", "region": "body__jurisdiction"}
    # Where the case stands from these rows.
    case_path: ClassVar = ""

    def _reached(self, membership: Membership, permission: Permission | str) -> Q:
        """What concerns a base or a department stands in a file of its institution, which answers; the unit reads."""
        reach = super()._reached(membership, permission)
        return reach | (self._of_unit(membership) & self._told()) if permission == Permission.OWN_CASE_VIEW else reach

    def _of_unit(self, hat: Membership) -> Q:
        if hat.base_id:
            return Q(**{f"{self.case_path}unit_base": hat.base_id})
        return Q(**{f"{self.case_path}unit_institution": hat.institution_id}) if hat.institution_id else NOTHING

    def _own(self, actor: User) -> Q:
        return super()._own(actor) & self._told()

    def _within(self, membership: Membership) -> Q:
        if body := membership.admin_body:
            # Bodies are few and found first: joined, the cases of the whole country were read for those of one body.
            within = AdminBody.objects.filter(jurisdiction__startswith=body.jurisdiction)
            return Q(**{f"{self.case_path}body__in": within})
        reach = super()._within(membership)
        return reach & self._told() if membership.institution_id else reach

    def _told(self) -> Q:
        return Q(**{f"{self.case_path}noticed_at__isnull": False})


class AdministrativeCase(
    Concerned, Filing, Investigation, PriorNotice, Defence, Decision, ServiceOfDecision, Ending, models.Model
):
    """One case about one subject (practice 1.1, 1.2). The unit concerned is named where it has no credit code."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.OneToOneField(CaseReport, on_delete=models.PROTECT, related_name="case")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="administrative_cases")
    institution = models.ForeignKey(
        Institution, null=True, on_delete=models.PROTECT, related_name="administrative_cases"
    )
    unit_institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    # Of the fingerprints in the log; without it nothing can be shown to be what they speak of.
    salt = models.CharField(max_length=64)
    unit_base = models.ForeignKey(TrainingBase, null=True, on_delete=models.PROTECT, related_name="+")

    objects = CaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            of_one_subject("case_of_one_subject"),
            models.UniqueConstraint(fields=["body", "number"], name="case_number_once"),
            models.CheckConstraint(name="case_has_a_number", condition=~Q(number="")),
            models.CheckConstraint(name="case_within_the_limit", condition=Q(discovered_on__lte=F("limit_on"))),
            models.CheckConstraint(
                name="case_by_two_officers",
                condition=Q(state__in=[C.FILED, C.DROPPED])
                | (
                    Q(officer_one__isnull=False, officer_two__isnull=False)
                    & ~Q(officer_one=F("officer_two"))
                    & ~Q(officer_one_certificate="")
                    & ~Q(officer_two_certificate="")
                ),
            ),
            models.CheckConstraint(
                name="case_noticed_with_facts",
                condition=needs(
                    NOTICED_STATES,
                    Q(notice_served_on__isnull=False, answer_until__isnull=False, answer_days__isnull=False)
                    & Q(answer_until__gt=F("notice_served_on"), answer_days__gte=5)
                    & Q(noticed_at__isnull=False, noticed_by__isnull=False)
                    & ~Q(findings="")
                    & ~Q(notice_facts="")
                    & ~Q(notice_reasons="")
                    & ~Q(notice_basis="")
                    & ~Q(notice_served_by="")
                    & ~Q(notice_proof="")
                    & ~Q(intended=""),
                ),
            ),
            models.CheckConstraint(
                name="case_notice_written_whole",
                condition=needs(
                    (C.WRITTEN,),
                    Q(notice_written_on__isnull=False, notice_written_by__isnull=False)
                    & ~Q(notice_number="")
                    & ~Q(notice_facts="")
                    & ~Q(notice_reasons="")
                    & ~Q(notice_basis="")
                    & ~Q(intended=""),
                ),
            ),
            # What was written is a draft as long as nobody was served; afterwards it stands.
            models.CheckConstraint(
                name="case_noticed_by_service",
                condition=needs((*BEFORE_NOTICE, C.DROPPED), Q(noticed_at__isnull=True))
                & (
                    Q(notice_written_on__isnull=True)
                    | Q(notice_served_on__isnull=True)
                    | Q(notice_served_on__gte=F("notice_written_on"))
                ),
            ),
            # Nobody is decided upon before the time to speak and to ask for a hearing is over, unless the subject
            # itself says that nothing more will come; an answer alone, or what came on paper, shortens nothing.
            models.CheckConstraint(
                name="case_considered_after_hearing",
                condition=needs(
                    HEARD_STATES,
                    Q(considered_on__isnull=False, considered_by__isnull=False)
                    & ~Q(considered="")
                    & (
                        Q(completed_at__isnull=False)
                        | Q(waived_at__isnull=False)
                        | Q(window_of_before=True)
                        | Q(answer_is_provisional=False, considered_on__gt=F("answer_until"))
                    ),
                ),
            ),
            # Whoever asked for a hearing in time had one, announced, with a record, led by nobody who investigated.
            models.CheckConstraint(
                name="case_hearing_was_held",
                condition=needs(
                    HEARD_STATES,
                    Q(hearing_asked_on__isnull=True)
                    | (
                        Q(hearing_announced_on__isnull=False, hearing_on__isnull=False)
                        & Q(hearing_on__gt=F("hearing_announced_on"))
                        & (
                            Q(considered_on__gte=F("hearing_on"))
                            | Q(reconsidered_on__isnull=False, reconsidered_on__gte=F("hearing_on"))
                        )
                        & Q(hearing_chair__isnull=False)
                        & ~Q(hearing_record="")
                    ),
                ),
            ),
            # What a paper reopened is considered anew before anything follows.
            models.CheckConstraint(
                name="case_reopened_after_consideration",
                condition=(
                    Q(reopened_at__isnull=True, reconsidered_on__isnull=True, rediscussed_on__isnull=True)
                    | (Q(reopened_at__isnull=False, considered_on__isnull=False) & ~Q(considered=""))
                )
                & needs(
                    (C.REOPENED,),
                    Q(reopened_at__isnull=False, reconsidered_on__isnull=True, rediscussed_on__isnull=True),
                ),
            ),
            models.CheckConstraint(
                name="case_reopened_is_considered_anew",
                condition=needs(HEARD_STATES, Q(reopened_at__isnull=True) | Q(reconsidered_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="case_hearing_was_served",
                condition=Q(hearing_time__isnull=True)
                | Q(hearing_record="")
                | (
                    Q(hearing_served_on__isnull=False, hearing_served_on__lt=F("hearing_on"))
                    & ~Q(hearing_served_by="")
                    & ~Q(hearing_proof="")
                ),
            ),
            models.CheckConstraint(
                name="case_completed_by_its_own_words",
                condition=Q(completed_at__isnull=True) | Q(answered_at__isnull=False, answer_recorded_by__isnull=True),
            ),
            models.CheckConstraint(
                name="case_hearing_on_paper_says_where",
                condition=Q(hearing_asked_by__isnull=True) | ~Q(hearing_asked_document=""),
            ),
            models.CheckConstraint(
                name="case_hearing_led_by_another",
                condition=Q(hearing_chair__isnull=True)
                | (~Q(hearing_chair=F("officer_one")) & ~Q(hearing_chair=F("officer_two"))),
            ),
            models.CheckConstraint(
                name="case_decided_whole",
                condition=needs(
                    DECIDED_STATES,
                    Q(decided_on__isnull=False, decided_by__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(decision_number="")
                    & ~Q(decision_basis="")
                    & ~Q(decision_reasons="")
                    & ~Q(decision_rule="")
                    & ~Q(remedy_body="")
                    & ~Q(remedy_court=""),
                ),
            ),
            models.CheckConstraint(
                name="case_adverse_in_proportion",
                condition=~Q(outcome__in=SEVERITIES)
                | (
                    Q(repair_from__isnull=False, ends_on__isnull=False, ends_on__gte=F("repair_from"))
                    & ~Q(proportionality="")
                ),
            ),
            models.CheckConstraint(
                name="case_no_worse_than_noticed", condition=Q(outcome_rank__lte=F("intended_rank"))
            ),
            models.CheckConstraint(
                name="case_serious_was_discussed",
                condition=~Q(outcome=CaseOutcome.SERIOUS)
                | (
                    Q(reviewed_on__isnull=False)
                    & (
                        (Q(reopened_at__isnull=True, discussed_on__isnull=False) & ~Q(discussion=""))
                        | Q(rediscussed_on__isnull=False)
                    )
                ),
            ),
            models.CheckConstraint(
                name="case_decided_by_another",
                condition=Q(decided_by__isnull=True)
                | (
                    ~Q(decided_by=F("officer_one"))
                    & ~Q(decided_by=F("officer_two"))
                    & ~Q(decided_by=F("found_by"))
                    & (Q(reviewed_by__isnull=True) | ~Q(decided_by=F("reviewed_by")))
                ),
            ),
            models.CheckConstraint(
                name="case_law_reviewed_by_another",
                condition=Q(reviewed_by__isnull=True)
                | (~Q(reviewed_by=F("officer_one")) & ~Q(reviewed_by=F("officer_two"))),
            ),
            # Natural persons never; what is slight or not established is never published either.
            models.CheckConstraint(
                name="case_published_of_entities_alone",
                condition=Q(published=False)
                | (Q(person__isnull=True, outcome__in=[CaseOutcome.GENERAL, CaseOutcome.SERIOUS]) & ~Q(reference="")),
            ),
            models.CheckConstraint(
                name="case_served_with_proof",
                condition=needs(
                    (*STANDING, C.CLOSED, C.REPAIRED, C.EXPIRED),
                    Q(served_on__isnull=False) & ~Q(served_by="") & ~Q(service_proof=""),
                ),
            ),
            models.CheckConstraint(
                name="case_served_electronically_by_consent",
                condition=(
                    ~Q(served_by=ServedBy.ELECTRONIC)
                    & ~Q(notice_served_by=ServedBy.ELECTRONIC)
                    & ~Q(hearing_served_by=ServedBy.ELECTRONIC)
                )
                | ~Q(consent_document=""),
            ),
            # In force once served, with the repair notice beside the decision.
            models.CheckConstraint(
                name="case_in_force_after_service",
                condition=needs(
                    (C.IN_FORCE, C.REPAIRED, C.EXPIRED),
                    Q(begun_on__isnull=False, served_on__isnull=False, begun_on__gte=F("served_on"))
                    & Q(outcome__in=SEVERITIES, repair_notice=True),
                ),
            ),
            models.CheckConstraint(
                name="case_closed_without_entry",
                condition=~Q(state=C.CLOSED) | Q(outcome__in=["not_established", "exempt"]),
            ),
            models.CheckConstraint(
                name="case_repaired_after_the_minimum",
                condition=~Q(state=C.REPAIRED)
                | Q(ended_on__isnull=False, repair_from__isnull=False, ended_on__gte=F("repair_from")),
            ),
            models.CheckConstraint(
                name="case_expired_after_the_maximum",
                condition=~Q(state=C.EXPIRED)
                | Q(ended_on__isnull=False, ends_on__isnull=False, ended_on__gt=F("ends_on")),
            ),
            models.CheckConstraint(
                name="case_over_for_a_reason",
                condition=needs(CLOSED_STATES, Q(ended_on__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(
                name="case_annulled_by_a_document",
                condition=~Q(state=C.ANNULLED)
                | (
                    Q(annulled_on__isnull=False, annulled_by__isnull=False)
                    & ~Q(annul_reason="")
                    & ~Q(annul_document="")
                    & ~Q(annulled_by=F("decided_by"))
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["body", "state", "due_on"], name="cases_of_body"),
            models.Index(fields=["person", "state"], name="cases_of_person"),
            models.Index(fields=["institution", "state"], name="cases_of_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.state}"

    @property
    def is_adverse(self) -> bool:
        return self.outcome in ADVERSE

    @property
    def officers(self) -> tuple[int | None, int | None]:
        return self.officer_one_id, self.officer_two_id

    @property
    def heard(self) -> str:
        """Also when a paper last reopened it."""
        return f"{super().heard} {self.reopened_at.isoformat()}" if self.reopened_at else super().heard

    @property
    def spoke(self) -> bool:
        return self.answered_in_person or self.waived_at is not None

    @property
    def said_all(self) -> bool:
        """By its own word: whoever only answered may still add to it, or ask for a hearing."""
        return self.completed_at is not None or self.waived_at is not None

    def seen_on(self, day: date) -> bool:
        """Does the entry stand that day? It ends by itself at the maximum, with no step of anybody."""
        ends = self.ends_on is None or day <= self.ends_on
        return self.state == C.IN_FORCE and ends
