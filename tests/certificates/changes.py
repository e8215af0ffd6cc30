"""Decisions about certificates by the services, and what somebody with the owner's rights does past them."""

from contextlib import contextmanager

from django.db import connection

from accounts.selectors import system_user
from certificates import services
from certificates.models import BeforeTheLog, Certificate, CertificateEvent, StatusStatement
from certificates.selectors import verify
from certificates.tlog.models import PendingEntry
from certificates.workflow import GROUNDS
from core import clock
from tests.tlog.logs import unguarded

GONE = ("certificates_certificateevent", "certificates_statusstatement")


def asked(certificate):
    return verify(number=certificate.number, code=certificate.code)


def decide(certificate, step, ground="", **more):
    done = {
        "suspend": services.suspend_certificate,
        "resume": services.resume_certificate,
        "revoke": services.revoke_certificate,
        "deregister": services.deregister_certificate,
        "supersede": services.supersede_certificate,
    }[step]
    done(actor=system_user(), certificate=certificate, ground=ground or sorted(GROUNDS[step])[0], **more)
    certificate.refresh_from_db()
    return certificate


@contextmanager
def past_the_guards(*tables):
    """As somebody with the owner's rights over the database."""
    connection.check_constraints()
    with unguarded(*tables):
        yield
    connection.check_constraints()


def before_the_log(*, events=(), keys=()):
    """As the migration would have listed it."""
    with past_the_guards("certificates_beforethelog"):
        rows = {"events": [one.pk for one in events], "keys": [one.pk for one in keys]}
        BeforeTheLog.objects.update_or_create(pk=1, defaults=rows)


def as_it_was_before():
    """Decided before changes were put down: the log knows nothing of all that there is."""
    with past_the_guards("certificates_statusstatement", "tlog_pending"):
        StatusStatement.objects.all().delete()
        PendingEntry.objects.filter(turn__gt=0).delete()
    before_the_log(events=CertificateEvent.objects.exclude(step="issue"))


def changes(certificate):
    return list(PendingEntry.objects.filter(ref=certificate.uuid, turn__gt=0).order_by("turn"))


def state_alone(certificate):
    """No trigger stands in the way of this one."""
    Certificate.objects.filter(pk=certificate.pk).update(state="issued")


def history_too(certificate):
    with past_the_guards(*GONE):
        StatusStatement.objects.filter(certificate=certificate).delete()
        certificate.events.exclude(step="issue").delete()
    state_alone(certificate)


def forged_event(certificate):
    state_alone(certificate)
    invented(certificate)


def forged_revocation(certificate):
    """The first change of a certificate, row and state, by hand."""
    Certificate.objects.filter(pk=certificate.pk).update(state="revoked")
    invented(certificate, step="revoke", state="revoked", ground="false_fact")


def invented(certificate, **fields):
    """An event that no service wrote."""
    rest = {"step": "resume", "state": "issued", "ground": "check_passed"} | fields
    return CertificateEvent.objects.create(
        certificate=certificate, actor=system_user(), **{"decided_on": clock.today(), **rest}
    )


ROLLED_BACK = [state_alone, history_too, forged_event]
