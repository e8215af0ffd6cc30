"""States of the accounts room: claims of persons known from a roster, and designations."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ClaimState(TextChoices):
    OPEN = "open", _("waiting for confirmation")
    CONFIRMED = "confirmed", _("confirmed")
    REFUSED = "refused", _("refused")


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
