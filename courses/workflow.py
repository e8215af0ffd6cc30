"""States of cohorts, enrolments and training records: tables that engine, buttons, docs and tests read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.permissions import Permission
from core.workflow import Step


class CohortState(TextChoices):
    DRAFT = "draft", _("draft")
    FILED = "filed", _("reported")
    OPEN = "open", _("open for applications")
    RUNNING = "running", _("running")
    ASSESSING = "assessing", _("assessing")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")


class EnrolmentState(TextChoices):
    APPLIED = "applied", _("applied")
    WAITLISTED = "waitlisted", _("on the waiting list")
    ADMITTED = "admitted", _("admitted")
    REFUSED = "refused", _("refused")
    ATTENDING = "attending", _("attending")
    COMPLETED = "completed", _("completed")
    FAILED = "failed", _("not completed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class SeatState(TextChoices):
    HELD = "held", _("held")
    TAKEN = "taken", _("taken")
    RELEASED = "released", _("given back")
    WITHDRAWN = "withdrawn", _("taken back by the base")


class RecordStanding(TextChoices):
    """Why a training record counts, or does not yet (practice 1.4)."""

    ISSUED = "issued", _("issued here")
    CONFIRMED_BY_BASE = "confirmed_by_base", _("confirmed by the base")
    CONFIRMED_BY_REGULATOR = "confirmed_by_regulator", _("confirmed by the regulator")
    CLAIMED = "claimed", _("claimed, not verified")


class EvidenceState(TextChoices):
    SUBMITTED = "submitted", pgettext_lazy("evidence from elsewhere", "waits for a decision")
    ACCEPTED = "accepted", pgettext_lazy("evidence from elsewhere", "accepted")
    REFUSED = "refused", pgettext_lazy("evidence from elsewhere", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("evidence from elsewhere", "withdrawn")


class AnnulmentState(TextChoices):
    """An annulment is prepared, heard and decided; the training record counts until the decision."""

    NOTICED = "noticed", pgettext_lazy("an annulment", "notice given")
    ANSWERED = "answered", pgettext_lazy("an annulment", "answered")
    LAPSED = "lapsed", pgettext_lazy("an annulment", "not answered in time")
    ANNULLED = "annulled", pgettext_lazy("an annulment", "annulled")
    DROPPED = "dropped", pgettext_lazy("an annulment", "dropped")


class BatchState(TextChoices):
    """Of many evidences at once."""

    SUBMITTED = "submitted", pgettext_lazy("many evidences", "waits for a draw")
    DRAWN = "drawn", pgettext_lazy("many evidences", "sample drawn")
    ACCEPTED = "accepted", pgettext_lazy("many evidences", "accepted")
    REFUSED = "refused", pgettext_lazy("many evidences", "refused")
    PARTED = "parted", pgettext_lazy("many evidences", "decided one by one")
    WITHDRAWN = "withdrawn", pgettext_lazy("many evidences", "withdrawn")

    @classmethod
    def decided(cls) -> list[str]:
        return [cls.ACCEPTED, cls.REFUSED, cls.PARTED]


COUNTED = frozenset(
    {
        RecordStanding.ISSUED,
        RecordStanding.CONFIRMED_BY_BASE,
        RecordStanding.CONFIRMED_BY_REGULATOR,
    }
)

C, E, S, V, B, P = CohortState, EnrolmentState, SeatState, EvidenceState, BatchState, Permission
A = AnnulmentState

# Waiting for the base's answer; taking part; holding a seat (also afterwards: a seat is not given out twice).
UNDECIDED: frozenset[str] = frozenset({E.APPLIED, E.WAITLISTED})
STUDYING: frozenset[str] = frozenset({E.ADMITTED, E.ATTENDING})
SEATED: frozenset[str] = STUDYING | {E.COMPLETED, E.FAILED}
# Cohorts that anybody may see, that still admit, and in which attendance is marked and completion reviewed.
PUBLISHED: frozenset[str] = frozenset(CohortState) - {C.DRAFT, C.FILED}
ADMITTING: frozenset[str] = frozenset({C.OPEN, C.RUNNING})
UNDER_WAY: frozenset[str] = frozenset({C.RUNNING, C.ASSESSING})

# fmt: off
COHORT_STEPS = {
    #                 from                                     to           who
    "file":    Step(frozenset({C.DRAFT}),                      C.FILED,     P.COHORT_MANAGE),
    "open":    Step(frozenset({C.FILED}),                      C.OPEN,      P.COHORT_MANAGE),
    "begin":   Step(frozenset({C.OPEN}),                       C.RUNNING,   P.COHORT_MANAGE),
    "assess":  Step(frozenset({C.RUNNING}),                    C.ASSESSING, P.COHORT_MANAGE),
    "close":   Step(frozenset({C.ASSESSING}),                  C.CLOSED,    P.COMPLETION_REVIEW),
    "cancel":  Step(frozenset({C.DRAFT, C.FILED, C.OPEN, C.RUNNING}), C.CANCELLED, P.COHORT_MANAGE),
}

ENROLMENT_STEPS = {
    #                  from                                          to            who
    "waitlist": Step(frozenset({E.APPLIED}),                         E.WAITLISTED, P.ENROLMENT_ADMIT),
    "admit":    Step(UNDECIDED,                                      E.ADMITTED,   P.ENROLMENT_ADMIT),
    "refuse":   Step(UNDECIDED,                                      E.REFUSED,    P.ENROLMENT_ADMIT),
    "attend":   Step(frozenset({E.ADMITTED}),                        E.ATTENDING,  P.ENROLMENT_ADMIT),
    "complete": Step(STUDYING,                                       E.COMPLETED,  P.COMPLETION_REVIEW),
    "fail":     Step(STUDYING,                                       E.FAILED,     P.COMPLETION_REVIEW),
    "withdraw": Step(UNDECIDED | STUDYING,                           E.WITHDRAWN,  P.ENROLMENT_WITHDRAW),
}

SEAT_RESERVATION_STEPS = {
    #                  from                 to           who
    "take":     Step(frozenset({S.HELD}), S.TAKEN,     P.ENROLMENT_ADMIT),
    "release":  Step(frozenset({S.HELD}), S.RELEASED,  P.SEAT_RESERVE),
    "withdraw": Step(frozenset({S.HELD}), S.WITHDRAWN, P.ENROLMENT_ADMIT),
}

# Whoever submitted, or is the person, decides nothing: the service keeps that apart. Annulling is a case of its own.
EXTERNAL_EVIDENCE_STEPS = {
    #                  from                      to           who
    "accept":   Step(frozenset({V.SUBMITTED}), V.ACCEPTED,  P.TRAINING_RECORD_CONFIRM, frozenset({"submit"})),
    "refuse":   Step(frozenset({V.SUBMITTED}), V.REFUSED,   P.TRAINING_RECORD_CONFIRM, frozenset({"submit"})),
    "withdraw": Step(frozenset({V.SUBMITTED}), V.WITHDRAWN, P.EVIDENCE_SUBMIT),
}

# Whoever submitted it cannot take it back for another draw.
EVIDENCE_BATCH_STEPS = {
    #                  from                               to           who
    "draw":     Step(frozenset({B.SUBMITTED}),          B.DRAWN,     P.TRAINING_RECORD_CONFIRM, frozenset({"submit"})),
    "accept":   Step(frozenset({B.DRAWN}),              B.ACCEPTED,  P.TRAINING_RECORD_CONFIRM, frozenset({"submit"})),
    "refuse":   Step(frozenset({B.SUBMITTED, B.DRAWN}), B.REFUSED,   P.TRAINING_RECORD_CONFIRM, frozenset({"submit"})),
    "part":     Step(frozenset({B.SUBMITTED, B.DRAWN}), B.PARTED,    P.TRAINING_RECORD_CONFIRM, frozenset({"submit"})),
    "withdraw": Step(frozenset({B.SUBMITTED}),          B.WITHDRAWN, P.EVIDENCE_SUBMIT),
}

# Who gave the notice does not annul, and does not put down what was answered. Nothing leads out of "annulled": no
# repair and no other decision makes a false record true again.
APART = frozenset({"notice"})
ANNULMENT_STEPS = {
    #              from                                            to           who                      apart from
    # From "answered" once more: own words beside an answer that somebody else put down.
    "answer":  Step(frozenset({A.NOTICED, A.LAPSED, A.ANSWERED}),  A.ANSWERED,  P.TRAINING_RECORD_OWN),
    "record":  Step(frozenset({A.NOTICED, A.LAPSED}),              A.ANSWERED,  P.TRAINING_RECORD_ANNUL, APART),
    "lapse":   Step(frozenset({A.NOTICED}),                        A.LAPSED,    P.TRAINING_RECORD_ANNUL),
    "annul":   Step(frozenset({A.ANSWERED, A.LAPSED}),             A.ANNULLED,  P.TRAINING_RECORD_ANNUL, APART),
    "drop":    Step(frozenset({A.NOTICED, A.ANSWERED, A.LAPSED}),  A.DROPPED,   P.TRAINING_RECORD_ANNUL),
}
# fmt: on
