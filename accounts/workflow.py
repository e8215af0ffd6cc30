"""States of the accounts room: claims of persons known from a roster, disputed appointments, identity standing."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core.workflow import Step


class ClaimState(TextChoices):
    OPEN = "open", _("waiting for confirmation")
    CONFIRMED = "confirmed", _("confirmed")
    REFUSED = "refused", _("refused")


class DisputeState(TextChoices):
    OPEN = "open", _("waiting for an officer")
    UPHELD = "upheld", _("upheld: never worked there")
    REJECTED = "rejected", _("rejected: the row stays")
    WITHDRAWN = "withdrawn", _("withdrawn by the person")


P = Permission

# fmt: off
DISPUTE_STEPS = {
    #                from                            to                      who
    "uphold":   Step(frozenset({DisputeState.OPEN}), DisputeState.UPHELD,    P.DISPUTE_DECIDE),
    "reject":   Step(frozenset({DisputeState.OPEN}), DisputeState.REJECTED,  P.DISPUTE_DECIDE),
    "withdraw": Step(frozenset({DisputeState.OPEN}), DisputeState.WITHDRAWN, P.APPOINTMENT_ANSWER),
}
# fmt: on


class Standing(TextChoices):
    """How a person's identity was established; a dated fact, the last one holds (practice 1.5)."""

    SELF_DECLARED = "self_declared", _("self-declared")
    CHECKED_BY_INSTITUTION = "checked_by_institution", _("checked by the institution")
    CHECKED_AT_DESK = "checked_at_desk", _("checked at the desk")
    CHECKED_BY_SERVICE = "checked_by_service", _("checked by an identity service")


CHECKED = frozenset(
    {
        Standing.CHECKED_BY_INSTITUTION,
        Standing.CHECKED_AT_DESK,
        Standing.CHECKED_BY_SERVICE,
    }
)


class DesignationState(TextChoices):
    APPLIED = "applied", _("applied for")
    REVIEWING = "reviewing", _("under review")
    PUBLICITY = "publicity", _("in publicity")
    DESIGNATED = "designated", _("designated")
    RECTIFICATION = "rectification", _("in rectification")
    SUSPENDED = "suspended", _("designation suspended")
    REVOKED = "revoked", _("designation revoked")
    EXITED = "exited", _("left the list")
    REFUSED = "refused", _("not granted")
    WITHDRAWN = "withdrawn", _("application withdrawn")


D = DesignationState
ON_THE_WAY: frozenset[str] = frozenset({D.APPLIED, D.REVIEWING, D.PUBLICITY})
# Granted and not ended: counts over its dates. Ended: counted until its last day, in every figure of earlier days too.
# A suspension interrupts nothing of that: what a designation binds its holder to binds on, and its mark is public.
GRANTED: frozenset[str] = frozenset({D.DESIGNATED, D.RECTIFICATION, D.SUSPENDED})
ENDED: frozenset[str] = frozenset({D.REVOKED, D.EXITED})
# A number of working days runs, before whose end the next decision is not taken.
UNDER_PERIOD: frozenset[str] = frozenset({D.PUBLICITY, D.RECTIFICATION})

# Who applied decides nothing about it ("apply" makes the record); grave steps take a second officer.
APPLY = "apply"
_ASKED, _REVIEWED, _ORDERED = frozenset({APPLY}), frozenset({APPLY, "review"}), frozenset({APPLY, "rectify"})
_APPLY, _DECIDE = Permission.DESIGNATION_APPLY, Permission.DESIGNATION_DECIDE

# fmt: off
DESIGNATION_STEPS = {
    #                   from                         to               who      apart from
    "review":    Step(frozenset({D.APPLIED}),        D.REVIEWING,     _DECIDE, _ASKED),
    "publicise": Step(frozenset({D.REVIEWING}),      D.PUBLICITY,     _DECIDE, _ASKED),
    "designate": Step(frozenset({D.PUBLICITY}),      D.DESIGNATED,    _DECIDE, _REVIEWED),
    "refuse":    Step(ON_THE_WAY,                    D.REFUSED,       _DECIDE, _ASKED),
    "withdraw":  Step(ON_THE_WAY,                    D.WITHDRAWN,     _APPLY),
    "suspend":   Step(frozenset({D.DESIGNATED}),     D.SUSPENDED,     _DECIDE, _ASKED),
    "resume":    Step(frozenset({D.SUSPENDED}),      D.DESIGNATED,    _DECIDE, _ASKED),
    # A suspended one is resumed first: accepting the rectification would lift the suspension without its paper.
    "rectify":   Step(frozenset({D.DESIGNATED}),     D.RECTIFICATION, _DECIDE, _ASKED),
    "restore":   Step(frozenset({D.RECTIFICATION}),  D.DESIGNATED,    _DECIDE, _ASKED),
    "revoke":    Step(frozenset({D.RECTIFICATION}),  D.REVOKED,       _DECIDE, _ORDERED),
    "leave":     Step(GRANTED,                       D.EXITED,        _APPLY),
}
# fmt: on


class InvitationState(TextChoices):
    OPEN = "open", _("waiting for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")


class JoinState(TextChoices):
    OPEN = "open", _("waiting for an answer")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


_INVITED, _JOIN, P = InvitationState, JoinState, Permission
# fmt: off
INVITATION_STEPS = {
    #                   from                  to           who
    "accept":   Step(frozenset({_INVITED.OPEN}),     _INVITED.ACCEPTED,  P.MEMBERSHIP_OWN),
    "decline":  Step(frozenset({_INVITED.OPEN}),     _INVITED.DECLINED,  P.MEMBERSHIP_OWN),
    "withdraw": Step(frozenset({_INVITED.OPEN}),     _INVITED.WITHDRAWN, P.MEMBER_MANAGE),
    "expire":   Step(frozenset({_INVITED.OPEN}),     _INVITED.EXPIRED,   P.MEMBER_MANAGE),
}

JOIN_STEPS = {
    #                   from                  to           who
    "accept":   Step(frozenset({_JOIN.OPEN}),     _JOIN.ACCEPTED,  P.MEMBER_MANAGE),
    "refuse":   Step(frozenset({_JOIN.OPEN}),     _JOIN.REFUSED,   P.MEMBER_MANAGE),
    "withdraw": Step(frozenset({_JOIN.OPEN}),     _JOIN.WITHDRAWN, P.MEMBERSHIP_OWN),
}
# fmt: on


class MemberState(TextChoices):
    """An institution in an association."""

    PROPOSED = "proposed", _("proposed by the association")
    APPLIED = "applied", _("membership applied for")
    MEMBER = "member", _("member institution")
    DECLINED = "declined", _("membership declined")
    WITHDRAWN = "withdrawn", _("taken back")
    ENDED = "ended", _("membership ended")


_MEMBER, _KEEP, _JOINS = MemberState, Permission.ASSOCIATION_KEEP, Permission.ASSOCIATION_JOIN
# Who asked for one side does not answer for the other ("propose" and "apply" make the record).
# fmt: off
ASSOCIATION_STEPS = {
    #                 from                          to                 who     apart from
    "accept":   Step(frozenset({_MEMBER.PROPOSED}), _MEMBER.MEMBER,    _JOINS, frozenset({"propose"})),
    "decline":  Step(frozenset({_MEMBER.PROPOSED}), _MEMBER.DECLINED,  _JOINS),
    "retract":  Step(frozenset({_MEMBER.PROPOSED}), _MEMBER.WITHDRAWN, _KEEP),
    "admit":    Step(frozenset({_MEMBER.APPLIED}),  _MEMBER.MEMBER,    _KEEP,  frozenset({APPLY})),
    "refuse":   Step(frozenset({_MEMBER.APPLIED}),  _MEMBER.DECLINED,  _KEEP),
    "withdraw": Step(frozenset({_MEMBER.APPLIED}),  _MEMBER.WITHDRAWN, _JOINS),
    "end":      Step(frozenset({_MEMBER.MEMBER}),   _MEMBER.ENDED,     _KEEP),
    "leave":    Step(frozenset({_MEMBER.MEMBER}),   _MEMBER.ENDED,     _JOINS),
}
# fmt: on


class ServedHow(TextChoices):
    """How a notice before a decision reached whom it concerns; a message of the platform is a courtesy copy and none
    of these."""

    IN_PERSON = "in_person", _("handed over in person")
    POST = "post", _("by post")
    ELECTRONIC = "electronic", _("electronically, with the holder's signed consent on file")


class AnswerCame(TextChoices):
    """How an answer before a decision reached the office past this platform."""

    IN_PERSON = "in_person", _("brought in person")
    POST = "post", _("by post")
    SPOKEN = "spoken", _("spoken, put down and signed")


class HearingState(TextChoices):
    """What every hearing before a decision goes through; each room adds the state in which its own ends."""

    NOTICED = "noticed"
    ANSWERED = "answered"
    LAPSED = "lapsed"
    DROPPED = "dropped"


OPEN_HEARING = (HearingState.NOTICED, HearingState.ANSWERED, HearingState.LAPSED)
