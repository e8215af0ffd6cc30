"""Who and where: logins and people, places and bodies, and the dated facts between them."""

from accounts.models.people import (
    AccessEntry,
    Claim,
    Consent,
    IdentityCheck,
    IdentityDocument,
    Person,
    User,
)
from accounts.models.places import (
    AdminBody,
    Designation,
    Institution,
    Region,
    TrainingBase,
)
from accounts.models.positions import Appointment, AppointmentVersion, Membership

__all__ = [
    "AccessEntry",
    "AdminBody",
    "Appointment",
    "AppointmentVersion",
    "Claim",
    "Consent",
    "Designation",
    "IdentityCheck",
    "IdentityDocument",
    "Institution",
    "Membership",
    "Person",
    "Region",
    "TrainingBase",
    "User",
]
