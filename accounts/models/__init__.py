"""Who and where: logins and people, places and bodies, and the dated facts between them."""

from accounts.models.associations import AssociationMember
from accounts.models.bodies import Competence, Duty
from accounts.models.claim_proofs import ClaimInvitation, ClaimTry
from accounts.models.designations import Designation, DesignationEvent, PublicityPeriod
from accounts.models.doubles import NotADouble, PersonMerge
from accounts.models.joining import Invitation, JoinRequest
from accounts.models.leaves import LeaveKind, LeaveOfAbsence
from accounts.models.notices import AppointmentDispute, AppointmentNotice, DisputeDecision, NoticeFact
from accounts.models.people import (
    AccessEntry,
    Claim,
    Consent,
    IdentityCheck,
    IdentityDocument,
    Person,
    User,
)
from accounts.models.placements import Placement
from accounts.models.places import (
    AdminBody,
    Institution,
    Region,
    TrainingBase,
)
from accounts.models.positions import Appointment, AppointmentVersion, Membership
from accounts.models.restrictions import Restriction, RestrictionKind
from accounts.models.rosters import RosterHeads
from accounts.models.sign_in import SignIn
from accounts.models.viewing import ViewedPage, Viewing

__all__ = [
    "AccessEntry",
    "AdminBody",
    "Appointment",
    "AppointmentDispute",
    "AppointmentNotice",
    "AppointmentVersion",
    "AssociationMember",
    "Claim",
    "ClaimInvitation",
    "ClaimTry",
    "Competence",
    "Consent",
    "Designation",
    "DesignationEvent",
    "DisputeDecision",
    "Duty",
    "IdentityCheck",
    "IdentityDocument",
    "Institution",
    "Invitation",
    "JoinRequest",
    "LeaveKind",
    "LeaveOfAbsence",
    "Membership",
    "NotADouble",
    "NoticeFact",
    "Person",
    "PersonMerge",
    "Placement",
    "PublicityPeriod",
    "Region",
    "Restriction",
    "RestrictionKind",
    "RosterHeads",
    "SignIn",
    "TrainingBase",
    "User",
    "ViewedPage",
    "Viewing",
]
