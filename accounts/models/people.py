"""People: the login, the one person behind it, identity documents, claims, consent, and who looked."""

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.access import NOTHING, ScopedQuerySet
from accounts.identifiers import DocumentType
from accounts.workflow import ClaimState, Standing
from core import clock
from core.compiled import compiled
from core.fields import SealedField, unseal
from core.text import mask_number, mask_phone

if TYPE_CHECKING:
    from accounts.models.positions import Membership


class OptionalEmailField(models.EmailField):
    """No address is NULL, never an empty text: unique holds for addresses, not for their absence."""

    def get_prep_value(self, value: object) -> object:
        return super().get_prep_value(value) or None


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str = "", password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A login, by mail address or mobile number. What it may see and do follows from its memberships and its person,
    never from flags."""

    # What is encrypted is bound to it.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = OptionalEmailField(unique=True, null=True, blank=True)
    phone = SealedField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    # Only a verified number belongs to one login alone: nobody blocks another's number by typing it in.
    phone_verified = models.BooleanField(default=False)
    # Part of what every session is checked against: one more, and all sessions from before have ended.
    session_epoch = models.PositiveIntegerField(default=0)
    # Of letters and messages; none: the language of the site, until a sign-in or its owner says another.
    language = models.CharField(max_length=7, choices=settings.LANGUAGES, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    # Set per request by the hat middleware: the one hat that counts, or none. None: every valid membership counts.
    worn: "list[Membership] | None" = None
    # Set while an authority looks at the site as a place below: what is one's own does not count then.
    looks_as_a_place = False

    objects = UserManager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"], condition=Q(phone_verified=True), name="verified_phone_of_one_login"
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | ~Q(phone_index=""), name="login_has_mail_or_phone"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["", "zh-hans", "en", "ja"]), name="login_language_is_of_the_site"
            ),
            models.CheckConstraint(
                condition=Q(phone_verified=False) | ~Q(phone_index=""), name="verified_phone_is_there"
            ),
        ]

    def __str__(self) -> str:
        return self.email or mask_phone(self.phone)

    @property
    def is_staff(self) -> bool:
        return self.is_superuser

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split("@")[0]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's own place for this, asked also with older keys of the site."""
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    def worn_memberships(self) -> list["Membership"]:
        """The hats that count now: the one worn in this request, or all that are valid (commands, tests)."""
        return self.worn if self.worn is not None else self.valid_memberships()

    def valid_memberships(self, on: datetime | None = None) -> list["Membership"]:
        day = (on or clock.now()).astimezone(clock.SHANGHAI).date()
        # A login has a handful. Every request asks this: day and order in SQL cost as much as all the rest of it.
        rows: list[Membership] = _memberships_of(user=self.pk)
        for one in rows:
            one.user = self
        return sorted((one for one in rows if one.runs_on(day)), key=lambda one: one.pk)


@compiled(user=models.BigIntegerField())
def _memberships_of(*, user: Any) -> models.QuerySet:
    rows = apps.get_model("accounts.Membership").objects.filter(user=user)
    return rows.select_related("admin_body", "institution", "base")


# So long after somebody left, the institution still settles their affairs.
LEAVERS_REACHED_FOR = timedelta(days=90)


def running_or_just_ended(on: date) -> Q:
    """Appointments by which an institution reaches people and their training records; begun ones only."""
    ended = Q(end_date__isnull=False, end_date__lte=on - LEAVERS_REACHED_FOR)
    return Q(start_date__lte=on) & ~ended


class PersonQuerySet(ScopedQuerySet):
    """A person is reached through what they do: own login, or appointments (never by region of residence).

    An institution reaches its leavers for a while only; regulators keep the history.
    """

    scope_paths: ClassVar = {
        "user": "user",
        "institution": "appointments",
        "region": "appointments",
    }

    def _within(self, membership: "Membership") -> Q:
        if membership.base_id:
            return NOTHING
        appointments = _appointments()
        if membership.institution_id:
            here = appointments.filter(institution=membership.institution_id)
            return named_in(here.filter(running_or_just_ended(clock.today())))
        body = membership.admin_body
        if body is None:
            return NOTHING
        if body.jurisdiction == "":
            # The nation also reaches persons whom no institution names yet.
            return Q(pk__isnull=False)
        return named_in(appointments.filter(institution__region__path__startswith=body.jurisdiction))


def named_in(appointments: models.QuerySet, prefix: str = "") -> Q:
    """Is the person of the row named in one of these appointments? `prefix`: the way to the person, "person__".

    Nothing is moved on a merge: work and records of a double are the surviving person's, whichever of the two they
    stand with. Two conditions and not one with OR, so that each finds its index.
    """
    survivor = Coalesce(OuterRef(f"{prefix}merged_into"), OuterRef(f"{prefix}id"))
    directly = appointments.filter(person=survivor)
    return Q(Exists(directly)) | Q(Exists(appointments.filter(person__merged_into=survivor)))


class Person(models.Model):
    """One per human being, across regions; may exist before any login (roster). Nothing is moved on a merge."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="person")
    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=100, db_index=True)
    latin_name = models.CharField(max_length=100, blank=True)
    # The number that the person proved to be the own one: the code of a claim was read on it. Rosters' stay with them.
    phone = SealedField(blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    created_at = models.DateTimeField(default=clock.now)

    objects = PersonQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="person_not_merged_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            )
        ]

    def __str__(self) -> str:
        return self.name


class OfPersonQuerySet(ScopedQuerySet):
    """What belongs to one person alone: pages of others get it from a selector that has asked for the person."""

    scope_paths: ClassVar = {"user": "person__user"}


class IdentityDocument(models.Model):
    """Type, issuing country and number; the number is encrypted, found by its blind index, shown masked."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="documents")
    type = models.CharField(max_length=30, choices=DocumentType.choices)
    country = models.CharField(max_length=3, default="CHN")
    number = SealedField()
    number_index = models.CharField(max_length=64)
    # What likely doubles share: keyed index of name and birth date (services.doubles); empty: not computed yet.
    twin_index = models.CharField(max_length=64, blank=True, default="", db_index=True)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["number_index"], name="identity_document_once")]

    def __str__(self) -> str:
        return f"{self.type} {self.masked}"

    @property
    def masked(self) -> str:
        return mask_number(self.number)

    @classmethod
    def masked_of(cls, row: UUID, token: str) -> str:
        """The same for lists, of the two columns that it takes."""
        return mask_number(unseal(token, cls.number.field.binding_to(row)))


class IdentityCheck(models.Model):
    """How and when somebody established that this person is who they say (append-only; the latest holds)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identity_checks")
    standing = models.CharField(max_length=30, choices=Standing.choices)
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The day the original document was seen, and the desk that saw it; empty for what somebody declared.
    seen_on = models.DateField(null=True)
    body_name = models.CharField(max_length=150, blank=True, default="")

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["person", "checked_at"], name="identity_check_latest")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.standing}"


class OfLoginQuerySet(ScopedQuerySet):
    """What a login said or asked for; nobody else's business."""

    scope_paths: ClassVar = {"user": "user"}


class Claim(models.Model):
    """A login says to be a person whom a roster already named; nothing of that record is shown until confirmed."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="claims")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims")
    state = models.CharField(max_length=12, choices=ClaimState.choices, default=ClaimState.OPEN)
    code_hash = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    # How it was confirmed: "code", "invitation" or "desk".
    confirmed_by_way = models.CharField(max_length=12, blank=True)

    objects = OfLoginQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state=ClaimState.OPEN),
                name="one_open_claim_per_login",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} -> {self.person_id}"


class Consent(models.Model):
    """A versioned text that a login agreed to (append-only; a withdrawal is a row of its own)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    text = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    given = models.BooleanField(default=True)
    at = models.DateTimeField()
    # The very wording that was shown, what was ticked of it, and where.
    text_sha256 = models.CharField(max_length=64, blank=True)
    parts = models.JSONField(default=list)
    channel = models.CharField(max_length=20, blank=True)

    objects = OfLoginQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.text} {self.version}"


class AccessEntry(models.Model):
    """Somebody looked into, or tried to look into, a person's record: who, why, when (append-only)."""

    class What(models.TextChoices):
        CREDIT_FILE = "credit_file", _("credit file")
        IDENTITY_NUMBER = "identity_number", _("identity number")
        PHONE = "phone", _("phone number")
        RATIO_PROOF = "ratio_proof", _("line in a proof of a ratio")
        EVIDENCE = "evidence", _("scan of a training certificate")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="access_entries")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body_name = models.CharField(max_length=150)
    what = models.CharField(max_length=20, choices=What.choices)
    purpose = models.CharField(max_length=200)
    granted = models.BooleanField(default=True)
    at = models.DateTimeField()

    # The person concerned sees who looked; the audit administrator searches the whole ledger (selectors.audit).
    objects = OfPersonQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["person", "at"], name="access_by_person"),
            models.Index(fields=["at", "id"], name="access_by_time"),
            models.Index(fields=["actor", "at", "id"], name="access_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} -> {self.person_id}: {self.what}"


def _appointments() -> models.QuerySet:
    from accounts.models.positions import Appointment  # noqa: PLC0415 - Appointment names Person by foreign key

    return Appointment.objects.holding()
