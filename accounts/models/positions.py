"""Who works where (appointments, with every earlier wording kept) and who acts for whom (memberships)."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models.people import Person, User
from accounts.models.places import AdminBody, Institution, TrainingBase
from accounts.permissions import PLACE_OF, Role
from core import clock
from core.fields import SealedField


class EmploymentType(models.TextChoices):
    """How somebody is employed (practice 1.8); which kinds count is a list in the rule version."""

    ESTABLISHMENT = "establishment", _("established post")
    CONTRACT = "contract", _("contract")
    AGENCY = "agency", _("personnel agency")
    DISPATCHED = "dispatched", _("dispatched")
    SECONDED = "seconded", _("seconded")
    CONCURRENT = "concurrent", _("concurrent")
    DUAL = "dual", _("dual appointment")
    TEMPORARY_POST = "temporary_post", _("temporary post")
    ON_LEAVE_STARTUP = "on_leave_startup", _("on leave for a start-up")
    REENGAGED = "reengaged", _("re-engaged")
    EXTERNAL = "external", _("external")


# What two spellings of a post may differ in: blanks of any width, tabs, and the case of A to Z.
BLANKS = (" ", "\u00a0", "\u3000", "\t")


class PostKey(Func):
    """A post without blanks and in small letters, computed by the database: no writer can forget or forge it."""

    function = "LOWER"
    template = "%(expressions)s"

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:  # type: ignore[override]
        sql, params = super().as_sql(compiler, connection, **context)
        for blank in BLANKS:
            sql = f"REPLACE({sql}, '{blank}', '')"
        # Only A to Z, on both databases alike.
        return f'LOWER({sql} COLLATE "C")' if connection.vendor == "postgresql" else f"LOWER({sql})", params


def post_key(post: str) -> str:
    """The same in Python, for plans of what the database will hold."""
    return "".join(one.lower() if one.isascii() else one for one in post if one not in BLANKS)


class AppointmentTerms(models.Model):
    """What a roster says of an appointment; shared by the present wording and the earlier ones."""

    start_date = models.DateField()
    post = models.CharField(max_length=100)
    professional = models.BooleanField()
    employment_type = models.CharField(max_length=20, choices=EmploymentType.choices)
    full_time = models.BooleanField(null=True)
    share = models.PositiveSmallIntegerField(null=True)
    department = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    staff_no = models.CharField(max_length=40, blank=True)
    # The first day no longer counted; a leaver counts to the day before.
    end_date = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    TERMS: ClassVar = (
        "start_date", "post", "professional", "employment_type", "full_time", "share", "department", "email",
        "staff_no", "end_date",
    )  # fmt: skip
    # What a roster says of somebody beyond the facts that a ratio needs: erased with the person.
    PERSONAL: ClassVar = ("email", "department", "staff_no", "phone")

    class Meta:
        abstract = True


def not_voided(known_at: datetime | None = None, prefix: str = "") -> Q:
    """Without those of which an officer decided that nobody worked there; later decisions were not known then."""
    holding = Q(**{f"{prefix}voided_at__isnull": True})
    return holding if known_at is None else holding | Q(**{f"{prefix}voided_at__gt": known_at})


class AppointmentQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "person__user", "institution": "institution", "region": "institution__region__path",
    }  # fmt: skip

    def holding(self, known_at: datetime | None = None) -> Self:
        """What counts, reaches people and blocks another appointment: everything but the voided ones."""
        return self.filter(not_voided(known_at))


class Appointment(AppointmentTerms):
    """A person works at an institution from a day on. The row holds the present wording; see AppointmentVersion.

    The same person may hold several posts, here and elsewhere, but no post twice at a time: see `no_overlap` of the
    app's config. Which of them is the main one on a day: accounts.selectors.primary_appointment.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="appointments")
    post_key = models.GeneratedField(
        expression=PostKey("post"), output_field=models.CharField(max_length=100), db_persist=True
    )
    # Somebody decided that this is the main one; without such a decision it is the earliest that runs.
    is_primary = models.BooleanField(default=False)
    # When an officer last wrote this row by hand: a roster file does not change it without an explicit tick.
    by_hand_at = models.DateTimeField(null=True, blank=True)
    # The phone a roster names; never written over the person's own.
    phone = SealedField(blank=True)
    # Set by an officer's decision on a disputed row (DisputeDecision): from then on it is known to have been false.
    voided_at = models.DateTimeField(null=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="appointment_ends_after_start",
                condition=Q(end_date__isnull=True) | Q(end_date__gt=F("start_date")),
            ),
            models.CheckConstraint(
                name="appointment_share_is_percent",
                condition=Q(share__isnull=True) | Q(share__lte=100),
            ),
        ]
        # In the order of the staff list; what its filters ask stands in the index, so that rows are counted there.
        indexes = [
            models.Index(
                fields=["institution", "start_date", "id", "end_date", "professional", "employment_type", "voided_at"],
                name="appointment_of_institution",
            ),
            # Whether somebody works here in another post is asked of each row of the staff list.
            models.Index(fields=["person", "institution", "start_date"], name="appointment_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.institution_id} {self.start_date}"

    @property
    def counted_until(self) -> date | None:
        """The last day that counts; a leaving date is the day after."""
        return self.end_date - timedelta(days=1) if self.end_date else None


class AppointmentVersionQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "appointment__person__user", "institution": "appointment__institution",
        "region": "appointment__institution__region__path",
    }  # fmt: skip


class AppointmentVersion(AppointmentTerms):
    """An earlier wording of an appointment, true to what was known from recorded_at to superseded_at (append-only)."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="versions")
    superseded_at = models.DateTimeField()

    objects = AppointmentVersionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["appointment", "recorded_at"], name="appointment_versions")]

    def __str__(self) -> str:
        return f"{self.appointment_id} until {self.superseded_at}"


class OfPlaceQuerySet(ScopedQuerySet):
    """What belongs to exactly one place: an institution, a base, or an administrative body of the jurisdiction."""

    scope_paths: ClassVar = {"institution": "institution", "base": "base", "region": "institution__region__path"}

    def _within(self, membership: "Membership") -> Q:
        reach = super()._within(membership)
        if body := membership.admin_body:
            reach |= Q(base__region__path__startswith=body.jurisdiction)
            reach |= Q(admin_body__jurisdiction__startswith=body.jurisdiction)
        return reach

    def at(self, place: AdminBody | Institution | TrainingBase) -> Self:
        return self.filter(**{FIELD_OF[type(place)]: place})


FIELD_OF: dict[type, str] = {AdminBody: "admin_body", Institution: "institution", TrainingBase: "base"}


class MembershipQuerySet(OfPlaceQuerySet):
    scope_paths: ClassVar = {**OfPlaceQuerySet.scope_paths, "user": "user"}

    def running(self, on: date) -> Self:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)


def _only(place: str) -> Q:
    return Q(**{f"{name}__isnull": name != place for name in ("admin_body", "institution", "base")})


def _roles_at(place: str) -> Q:
    roles = sorted(str(role) for role, kind in PLACE_OF.items() if kind == place)
    return Q(role__in=roles, **{f"{place}__isnull": False})


class Membership(models.Model):
    """A hat: one user, one role, exactly one place, for a time.

    Two administrators' hats of one user do not meet in time, nor does a hat meet itself: `no_overlap` of
    accounts.apps.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=24, choices=Role.choices)
    admin_body = models.ForeignKey(
        AdminBody,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="members",
    )
    institution = models.ForeignKey(
        Institution,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="members",
    )
    base = models.ForeignKey(
        TrainingBase,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="members",
    )
    valid_from = models.DateField(default=clock.today)
    valid_to = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="membership_has_exactly_one_place",
                # A membership without a place would mean "everywhere"; nationwide is the national body.
                condition=_only("admin_body") | _only("institution") | _only("base"),
            ),
            models.CheckConstraint(
                name="membership_role_sits_at_its_place",
                condition=_roles_at("admin_body") | _roles_at("institution") | _roles_at("base"),
            ),
            models.CheckConstraint(
                # Taken off on the day it begins, a hat was never worn.
                name="membership_ends_not_before_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role} of {self.place}"

    def runs_on(self, day: date) -> bool:
        """Of a row in hand, what `running` says of rows in the database."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)

    @property
    def place(self) -> AdminBody | Institution | TrainingBase:
        return self.base or self.institution or self.admin_body  # type: ignore[return-value]

    @property
    def label(self) -> str:
        return f"{self.place} · {Role(self.role).label}"
