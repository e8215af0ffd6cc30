"""Which institutions belong to an association: asked by one side, answered by the other, ended by either."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.access import ScopedQuerySet
from accounts.models.bodies import holding_on
from accounts.models.places import Institution
from accounts.workflow import MemberState
from core import clock

if TYPE_CHECKING:
    from accounts.models.positions import Membership


class AssociationMemberQuerySet(ScopedQuerySet):
    """Both sides see it, and the authorities of either region. Who may do what of the two is the service's question."""

    scope_paths: ClassVar = {"institution": "institution", "region": "institution__region__path"}

    def _within(self, membership: "Membership") -> Q:
        reach = super()._within(membership)
        if membership.institution_id:
            reach |= Q(association=membership.institution_id)
        if body := membership.admin_body:
            reach |= Q(association__region__path__startswith=body.jurisdiction)
        return reach

    def running(self, on: date) -> Self:
        """Members that day, whatever the state says of a later one."""
        return self.filter(holding_on(on))


class AssociationMember(models.Model):
    """An institution is a member of an association from `valid_from` to the day before `valid_to`; only one that both
    sides wanted has these days. The same two do not meet in time: `no_overlap` of accounts.apps."""

    association = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="member_rows")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="association_rows")
    # The association asked; else the institution did.
    proposed = models.BooleanField()
    state = models.CharField(max_length=12, choices=MemberState.choices)
    asked_at = models.DateTimeField(default=clock.now)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    # Why it was declined or ended: both sides read it, nobody else.
    reason = models.CharField(max_length=300, blank=True)

    objects = AssociationMemberQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="association_member_is_another", condition=~Q(institution=F("association"))),
            models.CheckConstraint(
                name="association_member_waits_for_the_other_side",
                condition=~Q(state=MemberState.PROPOSED, proposed=False) & ~Q(state=MemberState.APPLIED, proposed=True),
            ),
            models.CheckConstraint(
                name="association_member_has_its_days",
                condition=Q(state=MemberState.MEMBER, valid_from__isnull=False, valid_to__isnull=True)
                | Q(state=MemberState.ENDED, valid_from__isnull=False, valid_to__isnull=False)
                | (
                    ~Q(state__in=[MemberState.MEMBER, MemberState.ENDED])
                    & Q(valid_from__isnull=True, valid_to__isnull=True)
                ),
            ),
            models.CheckConstraint(
                # Ended on the day it began, it never was.
                name="association_member_ends_not_before_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.UniqueConstraint(
                fields=["association", "institution"],
                condition=Q(state__in=[MemberState.PROPOSED, MemberState.APPLIED]),
                name="one_open_question_of_association",
            ),
        ]
        indexes = [models.Index(fields=["association", "valid_from"], name="members_of_association")]

    def __str__(self) -> str:
        return f"{self.institution_id} in {self.association_id}: {self.state}"
