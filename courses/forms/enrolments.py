"""Forms around an enrolment: the application with its commitment, and the base's answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

REASON_LENGTH = 500


class ApplyForm(forms.Form):
    agrees = forms.BooleanField(
        label=_("I make this commitment."),
        error_messages={"required": _("An application needs the commitment.")},
    )


class AnswerForm(forms.Form):
    """What the base decides about one application; the buttons are its choices."""

    ADMIT, WAITLIST, REFUSE, WITHDRAW = "admit", "waitlist", "refuse", "withdraw"

    step = forms.ChoiceField(choices=[(one, one) for one in (ADMIT, WAITLIST, REFUSE, WITHDRAW)])
    document_seen = forms.BooleanField(required=False)
    reason = forms.CharField(max_length=REASON_LENGTH, required=False)
