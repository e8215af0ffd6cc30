"""States of reports and of administrative cases: who takes which step, and who must not also take another one."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.permissions import Permission
from core.workflow import Step


class Track(TextChoices):
    """Chosen when a report is accepted, and never mixed (practice 1.1)."""

    ADMINISTRATIVE = "administrative", _("administrative procedure")
    SELF_REGULATORY = "self_regulatory", _("self-regulation")


class ReportState(TextChoices):
    RECEIVED = "received", _("received")
    ACCEPTED = "accepted", pgettext_lazy("a report", "accepted")
    REFUSED = "refused", pgettext_lazy("a report", "not accepted")


class CaseState(TextChoices):
    """An administrative case. "Answered" and "unanswered" are the two ways in which the time to speak ends."""

    FILED = "filed", pgettext_lazy("a case", "filed")
    INVESTIGATING = "investigating", _("under investigation")
    FOUND = "found", _("findings written")
    REVIEWED = "reviewed", _("law reviewed")
    WRITTEN = "written", _("prior notice written, not served")
    NOTICED = "noticed", _("prior notice served")
    ANSWERED = "answered", _("statement and defence received")
    UNANSWERED = "unanswered", _("time to answer is over")
    CONSIDERED = "considered", _("defence considered")
    REOPENED = "reopened", pgettext_lazy("a case", "reopened: a paper came in time")
    DISCUSSED = "discussed", _("discussed collectively")
    DECIDED = "decided", pgettext_lazy("a case", "decided")
    SERVED = "served", pgettext_lazy("a case", "served, not yet in force")
    IN_FORCE = "in_force", _("in force")
    REPAIRED = "repaired", _("repaired")
    EXPIRED = "expired", _("ended by time")
    ANNULLED = "annulled", _("annulled")
    CLOSED = "closed", pgettext_lazy("a case", "closed without an adverse entry")
    DROPPED = "dropped", pgettext_lazy("a case", "dropped before notice")


class CaseOutcome(TextChoices):
    """What a decision may say; only listed conduct has a severity (Order 36 art. 4)."""

    NOT_ESTABLISHED = "not_established", _("not established")
    EXEMPT = "exempt", _("exempt: due diligence, or first and slight")
    MINOR = "minor", pgettext_lazy("severity", "minor")
    GENERAL = "general", pgettext_lazy("severity", "general")
    SERIOUS = "serious", pgettext_lazy("severity", "serious")


class ServedBy(TextChoices):
    """How a document was served (Civil Procedure Law; Penalty Law art. 61). A message here is none of these."""

    IN_PERSON = "in_person", _("handed over in person")
    POST = "post", _("by post")
    ELECTRONIC = "electronic", _("electronically, by a signed consent on file")
    LEFT = "left", _("left at the place")
    NOTICE = "notice", _("by public notice")


class CameAs(TextChoices):
    """What a paper was that came in time and reached the officer after the defence was considered."""

    ANSWER = "answer", _("a statement or defence")
    HEARING = "hearing", _("a request for a hearing")


class RecusalState(TextChoices):
    ASKED = "asked", pgettext_lazy("a recusal", "asked for")
    UPHELD = "upheld", pgettext_lazy("a recusal", "granted")
    REJECTED = "rejected", pgettext_lazy("a recusal", "not granted")


class RepairState(TextChoices):
    ASKED = "asked", pgettext_lazy("a repair", "applied for")
    GRANTED = "granted", pgettext_lazy("a repair", "granted")
    REFUSED = "refused", pgettext_lazy("a repair", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("a repair", "withdrawn")


F, C, R, P = CaseOutcome, CaseState, ReportState, Permission

SEVERITIES = (F.MINOR, F.GENERAL, F.SERIOUS)

# A defence never makes it worse: a decision stands no higher here than the notice before it.
RANK: dict[str, int] = {F.NOT_ESTABLISHED: 0, F.EXEMPT: 0, F.MINOR: 1, F.GENERAL: 2, F.SERIOUS: 3}
ADVERSE: frozenset[str] = frozenset(SEVERITIES)

BEFORE_NOTICE = (C.FILED, C.INVESTIGATING, C.FOUND, C.REVIEWED, C.WRITTEN)
HEARING = (C.NOTICED, C.ANSWERED, C.UNANSWERED, C.REOPENED)
CONSIDERING = (C.CONSIDERED, C.DISCUSSED)
STANDING = (C.SERVED, C.IN_FORCE)
# Over. The three first had been in force, or decided at least.
ENDED = (C.REPAIRED, C.EXPIRED, C.ANNULLED)
# Whose end has a reason of its own; what was annulled fell by a document.
CLOSED_STATES = (C.REPAIRED, C.EXPIRED, C.CLOSED, C.DROPPED)
OVER = (*ENDED, C.CLOSED, C.DROPPED)
HEARD_STATES = (*CONSIDERING, C.DECIDED, *STANDING, *ENDED, C.CLOSED)
NOTICED_STATES = (*HEARING, *HEARD_STATES)
DECIDED_STATES = (C.DECIDED, *STANDING, *ENDED, C.CLOSED)
OPEN_STATES = (*BEFORE_NOTICE, *HEARING, *CONSIDERING, C.DECIDED, C.SERVED)

# Whoever investigated, or reviewed the law, does not decide; whoever decided does not re-examine (Penalty Law 42, 58).
INVESTIGATION: frozenset[str] = frozenset({"find"})
BEFORE_DECISION: frozenset[str] = frozenset({"find", "review"})
EVERYBODY_BEFORE: frozenset[str] = frozenset({"find", "review", "decide"})

# fmt: off
REPORT_STEPS = {
    #         from                      to           who
    "accept": Step(frozenset({R.RECEIVED}), R.ACCEPTED, P.CASE_HANDLE),
    "refuse": Step(frozenset({R.RECEIVED}), R.REFUSED,  P.CASE_HANDLE),
}
ADMINISTRATIVE_CASE_STEPS = {
    #             from                                           to               who            apart from
    "assign":     Step(frozenset({C.FILED}),                     C.INVESTIGATING, P.CASE_HANDLE),
    # Only the two who were named: services.
    "find":       Step(frozenset({C.INVESTIGATING}),             C.FOUND,         P.CASE_HANDLE),
    "notice":     Step(frozenset({C.WRITTEN}),                   C.NOTICED,       P.CASE_HANDLE),
    # Also once a notice is written: one that is to intend more needs it.
    "review":     Step(frozenset({C.FOUND, C.WRITTEN}),          C.REVIEWED,      P.CASE_HANDLE, INVESTIGATION),
    # And written anew, as long as nobody was served.
    "write":      Step(frozenset({C.FOUND, C.REVIEWED, C.WRITTEN}), C.WRITTEN,    P.CASE_HANDLE),
    # Also after the time is over, as long as nothing was considered.
    "answer":     Step(frozenset({C.NOTICED, C.UNANSWERED, C.ANSWERED}), C.ANSWERED, P.CASE_ANSWER),
    "record":     Step(frozenset({C.NOTICED, C.UNANSWERED}),     C.ANSWERED,      P.CASE_HANDLE),
    "waive":      Step(frozenset({C.NOTICED}),                   C.UNANSWERED,    P.CASE_ANSWER),
    "lapse":      Step(frozenset({C.NOTICED}),                   C.UNANSWERED,    P.CASE_HANDLE),
    "consider":   Step(frozenset({C.ANSWERED, C.UNANSWERED, C.REOPENED}), C.CONSIDERED, P.CASE_HANDLE),
    # Back, for paper alone that came in time; never once it is decided.
    "reopen":     Step(frozenset({*CONSIDERING, C.REOPENED}),    C.REOPENED,      P.CASE_HANDLE),
    # Whoever is concerned may speak as long as it is open.
    "add":        Step(frozenset({C.REOPENED}),                  C.REOPENED,      P.CASE_ANSWER),
    "discuss":    Step(frozenset({C.CONSIDERED}),                C.DISCUSSED,     P.CASE_HANDLE),
    "decide":     Step(frozenset({C.CONSIDERED, C.DISCUSSED}),   C.DECIDED,       P.CASE_HANDLE, BEFORE_DECISION),
    "serve":      Step(frozenset({C.DECIDED}),                   C.SERVED,        P.CASE_HANDLE),
    "begin":      Step(frozenset({C.SERVED}),                    C.IN_FORCE,      P.CASE_HANDLE),
    "close":      Step(frozenset({C.SERVED}),                    C.CLOSED,        P.CASE_HANDLE),
    "drop":       Step(frozenset(BEFORE_NOTICE),                 C.DROPPED,       P.CASE_HANDLE),
    "repair":     Step(frozenset({C.IN_FORCE}),                  C.REPAIRED,      P.CASE_HANDLE),
    "expire":     Step(frozenset({C.IN_FORCE}),                  C.EXPIRED,       P.CASE_HANDLE),
    "annul":      Step(frozenset({C.DECIDED, C.SERVED, C.IN_FORCE, C.REPAIRED, C.EXPIRED}),
                                                                 C.ANNULLED,      P.CASE_HANDLE, EVERYBODY_BEFORE),
}
RECUSAL_STEPS = {
    #         from                                  to                     who
    "uphold": Step(frozenset({RecusalState.ASKED}), RecusalState.UPHELD,   P.CASE_HANDLE),
    "reject": Step(frozenset({RecusalState.ASKED}), RecusalState.REJECTED, P.CASE_HANDLE),
}
REPAIR_STEPS = {
    #           from                                 to                     who            apart from
    "grant":    Step(frozenset({RepairState.ASKED}), RepairState.GRANTED,   P.CASE_HANDLE),
    "refuse":   Step(frozenset({RepairState.ASKED}), RepairState.REFUSED,   P.CASE_HANDLE),
    "withdraw": Step(frozenset({RepairState.ASKED}), RepairState.WITHDRAWN, P.CASE_ANSWER),
}
# fmt: on
