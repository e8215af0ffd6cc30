"""Certificates of which the register tells something else than its own history or the public log: for those who act.

Every day's round looks at all of them in one statement and puts down what it finds; pages and the readiness look only
at what was put down, so that they cost the same however large the register is.
"""

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast

from accounts.access import ScopedQuerySet
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.waiting import Waiting
from certificates.models import Certificate, CertificateEvent
from certificates.models.statements import STATE_OF
from certificates.selectors.status_log import stray_events
from certificates.tlog.models import PendingEntry
from core.models import AuditEntry

FOUND = "certificates.register_differs"


def disagreeing(rows: QuerySet[Certificate] | None = None) -> QuerySet[Certificate]:
    """Another state than that of the newest event or than the newest entry tells of; an event by no service."""
    rows = Certificate.objects.stored() if rows is None else rows
    events = CertificateEvent.objects.filter(certificate=OuterRef("pk")).order_by("-pk")
    told = PendingEntry.objects.filter(ref=OuterRef("uuid"), turn__gt=0).order_by("-turn")
    state = Case(*(When(kind=kind, then=Value(state)) for kind, state in STATE_OF.items()), default=Value(""))
    rows = rows.annotate(
        event_state=Subquery(events.values("state")[:1]), told_state=Subquery(told.values(said=state)[:1])
    )
    otherwise = Q(told_state__isnull=False) & ~Q(told_state=F("state"))
    strays = stray_events().filter(certificate=OuterRef("pk"))
    return rows.filter(~Q(event_state=F("state")) | otherwise | Q(Exists(strays))).order_by("pk")


def found_disagreeing(rows: QuerySet[Certificate] | None = None) -> QuerySet[Certificate]:
    """Of what a round has found, what still disagrees."""
    found = AuditEntry.objects.filter(verb=FOUND, subject_type="certificates.certificate")
    known = found.order_by().values(certificate=Cast("subject_id", BigIntegerField()))
    rows = Certificate.objects.all() if rows is None else rows
    return disagreeing(rows.filter(pk__in=known))


def register_agrees() -> bool:
    return not found_disagreeing().exists()


def disagreeing_in_reach(actor: User) -> QuerySet[Certificate]:
    rows: ScopedQuerySet = Certificate.objects.allowed(actor, Permission.CERTIFICATE_VIEW)
    return found_disagreeing(rows).select_related("base")


def disagreements_waiting(actor: User) -> Waiting:
    return Waiting(disagreeing_in_reach(actor).count())
