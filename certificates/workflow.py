"""States and steps of a certificate: the table that engine, buttons, docs and tests read. Expiry is a date."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core.workflow import Step


class CertificateState(TextChoices):
    # The number is allotted and the bytes are not stored yet: seen by nobody, verified as never issued.
    DRAFT = "draft", _("being made")
    ISSUED = "issued", _("registered as normal")
    SUSPENDED = "suspended", _("suspended")
    REVOKED = "revoked", _("revoked")
    SUPERSEDED = "superseded", _("replaced")
    DEREGISTERED = "deregistered", _("deregistered")


class Ground(TextChoices):
    """Why a step was taken, in the classes that verification shows; details stay in the event's note."""

    IDENTITY_UNDER_CHECK = "identity_under_check", _("the holder's identity is being checked")
    AUTHENTICITY_UNDER_CHECK = "authenticity_under_check", _("the authenticity of the certificate is being checked")
    COURT_ORDER = "court_order", _("by order of a court")
    CHECK_PASSED = "check_passed", _("the check found nothing wrong")
    FALSE_FACT = "false_fact", _("issued on a fact that turned out to be false")
    INFORMATION_CORRECTED = "information_corrected", _("information was corrected")
    OWN_REQUEST = "own_request", _("at the holder's own request")
    HOLDER_DECEASED = "holder_deceased", _("the holder has died")


class StatusPurpose(TextChoices):
    """The two published lists of states: what is over for good, and what may come back."""

    REVOCATION = "revocation", _("revocation")
    SUSPENSION = "suspension", _("suspension")


class RevisionKind(TextChoices):
    """What a later file of a certificate is: one more time stamp, or the same sheet with the log's proof in it."""

    STAMP = "stamp", _("time stamp renewed")
    PROOF = "proof", _("proof of the public log put in")


class RevocationState(TextChoices):
    """A revocation is prepared, heard and decided; the certificate itself changes with the decision alone."""

    NOTICED = "noticed", _("notice given")
    ANSWERED = "answered", _("the holder has answered")
    LAPSED = "lapsed", _("not answered in time")
    REVOKED = "revoked", _("revoked")
    DROPPED = "dropped", _("dropped")


class CertificateKind(TextChoices):
    """What a certificate attests; which level has which is a dated rule."""

    COMPLETION = "completion", _("certificate of completion")
    LEVEL = "level", _("certificate of a level")


class DesignState(TextChoices):
    """A wording of a design: a draft until a second person publishes it; what is saved over is dropped."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")
    DROPPED = "dropped", _("dropped")


class BatchState(TextChoices):
    """An issue by batch: asked for, then decided once."""

    ASKED = "asked", _("waits for a decision")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class FilingMode(TextChoices):
    """When the receiving body's number comes: before the certificate, or after it."""

    AFTER_FILING = "after_filing", _("issued after filing, with the number printed")
    ISSUE_FIRST = "issue_first", _("issued first, with the number on the verification page")


class FilingState(TextChoices):
    """A list for the receiving body: drawn up, sent, answered with numbers, done with."""

    DRAFT = "draft", _("drawn up")
    SENT = "sent", _("sent")
    ANSWERED = "answered", _("numbers returned")
    CLOSED = "closed", _("closed")
    DROPPED = "dropped", _("dropped")


class SentHow(TextChoices):
    """By which channel a list went out."""

    ONLINE = "online", _("by the receiving body's system")
    EMAIL = "email", _("by e-mail")
    POST = "post", _("by post")
    IN_PERSON = "in_person", _("handed over in person")


S, G, P = CertificateState, Ground, Permission

# What readers of a credential learn without asking anybody's name: do not rely on this file. Why (revoked, replaced,
# ended without fault) is said by the verification page, to which the credential leads (decision 0022).
LISTED_UNDER: dict[str, frozenset[str]] = {
    StatusPurpose.REVOCATION: frozenset({S.REVOKED, S.SUPERSEDED, S.DEREGISTERED}),
    StatusPurpose.SUSPENSION: frozenset({S.SUSPENDED}),
}

# fmt: off
CERTIFICATE_STEPS = {
    #                   from                                 to              who
    "issue":      Step(frozenset({S.DRAFT}),                 S.ISSUED,       P.CERTIFICATE_ISSUE),
    "suspend":    Step(frozenset({S.ISSUED}),                S.SUSPENDED,    P.CERTIFICATE_MANAGE),
    "resume":     Step(frozenset({S.SUSPENDED}),             S.ISSUED,       P.CERTIFICATE_MANAGE),
    # What is under check is not replaced by one that is in force: the suspension ends first.
    "supersede":  Step(frozenset({S.ISSUED}),                S.SUPERSEDED,   P.CERTIFICATE_MANAGE),
    "revoke":     Step(frozenset({S.ISSUED, S.SUSPENDED}),   S.REVOKED,      P.CERTIFICATE_MANAGE),
    "deregister": Step(frozenset({S.ISSUED, S.SUSPENDED}),   S.DEREGISTERED, P.CERTIFICATE_MANAGE),
}

# A certificate of completion is suspended only while something is under check or a court says so, and revoked only for
# a false fact; later conduct is never a ground (practice 1.3).
GROUNDS: dict[str, frozenset[str]] = {
    "suspend":    frozenset({G.IDENTITY_UNDER_CHECK, G.AUTHENTICITY_UNDER_CHECK, G.COURT_ORDER}),
    "resume":     frozenset({G.CHECK_PASSED, G.COURT_ORDER}),
    "supersede":  frozenset({G.INFORMATION_CORRECTED}),
    "revoke":     frozenset({G.FALSE_FACT, G.COURT_ORDER}),
    "deregister": frozenset({G.OWN_REQUEST, G.HOLDER_DECEASED}),
}

# What the buttons of a decision say, in the order in which they stand. A false fact goes by a revocation case.
STEP_TITLES = {
    "suspend":    _("Suspend the certificate"),
    "resume":     _("End the suspension"),
    "supersede":  _("Replace by a corrected certificate"),
    "deregister": _("Deregister the certificate"),
    "revoke":     _("Revoke by order of a court"),
}

R = RevocationState
# Who gave the notice does not revoke, and does not put down what the holder answered.
APART = frozenset({"notice"})
REVOCATION_STEPS = {
    #               from                                            to          who                   apart from
    # From "answered" once more: the holder's own words beside an answer that somebody else put down.
    "answer":  Step(frozenset({R.NOTICED, R.LAPSED, R.ANSWERED}),   R.ANSWERED, P.CERTIFICATE_OWN),
    # An answer on paper, put down by somebody else than who gave the notice.
    "record":  Step(frozenset({R.NOTICED, R.LAPSED}),               R.ANSWERED, P.CERTIFICATE_MANAGE, APART),
    "lapse":   Step(frozenset({R.NOTICED}),                         R.LAPSED,   P.CERTIFICATE_MANAGE),
    "revoke":  Step(frozenset({R.ANSWERED, R.LAPSED}),              R.REVOKED,  P.CERTIFICATE_MANAGE, APART),
    "drop":    Step(frozenset({R.NOTICED, R.ANSWERED, R.LAPSED}),   R.DROPPED,  P.CERTIFICATE_MANAGE),
}

B = BatchState
ISSUE_BATCH_STEPS = {
    #                  from                    to            who                   apart from
    # Up to the number of the rule whoever asked confirms; above it a second person approves.
    "confirm":  Step(frozenset({B.ASKED}),     B.APPROVED,   P.CERTIFICATE_ISSUE),
    "approve":  Step(frozenset({B.ASKED}),     B.APPROVED,   P.CERTIFICATE_ISSUE,  frozenset({"ask"})),
    "refuse":   Step(frozenset({B.ASKED}),     B.REFUSED,    P.CERTIFICATE_ISSUE,  frozenset({"ask"})),
    "withdraw": Step(frozenset({B.ASKED}),     B.WITHDRAWN,  P.CERTIFICATE_ISSUE),
}

F = FilingState
FILING_LIST_STEPS = {
    #         from                       to           who
    "send":   Step(frozenset({F.DRAFT}),    F.SENT,     P.CERTIFICATE_ISSUE),
    "drop":   Step(frozenset({F.DRAFT}),    F.DROPPED,  P.CERTIFICATE_ISSUE),
    # Once every line has its number, or is set aside because it will get none.
    "answer": Step(frozenset({F.SENT}),     F.ANSWERED, P.CERTIFICATE_ISSUE),
    "close":  Step(frozenset({F.ANSWERED}), F.CLOSED,   P.CERTIFICATE_ISSUE),
}

D = DesignState
TEMPLATE_VERSION_STEPS = {
    #              from                        to            who               apart from
    "publish": Step(frozenset({D.DRAFT}),      D.PUBLISHED,  P.TEMPLATE_MANAGE, frozenset({"write"})),
    "drop":    Step(frozenset({D.DRAFT}),      D.DROPPED,    P.TEMPLATE_MANAGE),
    "retire":  Step(frozenset({D.PUBLISHED}),  D.RETIRED,    P.TEMPLATE_MANAGE),
}
# fmt: on
