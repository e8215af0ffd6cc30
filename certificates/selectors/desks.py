"""The desks that certificates bring: awards that wait for filing, certificates that register and log disagree about."""

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Role
from accounts.selectors.waiting import Desk, put_up
from certificates.selectors.disagreements import disagreements_waiting
from certificates.selectors.filing import filing_waiting


def put_up_desks() -> None:
    put_up(
        Desk(
            "filing", frozenset({Role.BASE_MANAGER.value}), _("Waiting for filing"),
            _("Awards whose number a receiving body gives"), "certificates:filing", filing_waiting,
        ),
        Desk(
            "disagreements", frozenset({Role.REGULATOR.value}), _("Register and public log disagree"),
            _("Certificates whose state somebody has changed past the platform"), "certificates:suspensions",
            disagreements_waiting,
        ),
    )  # fmt: skip
