"""What is recorded about a list for a receiving body."""

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.workflow import SentHow
from core import clock


class SendingForm(forms.Form):
    """When, by which channel and under which number a list went out; by whom is known."""

    on = forms.DateField(
        label=_("Sent on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), initial=clock.today
    )
    how = forms.ChoiceField(label=_("Channel"), choices=SentHow.choices)
    document = forms.CharField(
        label=_("Number of the letter or of the receipt"), max_length=100, help_text=_("As it stands on the paper.")
    )


class AsideForm(forms.Form):
    why = forms.CharField(
        label=_("Why this line gets no number"),
        max_length=200,
        help_text=_("For the file of the base: papers missing, refused by the receiving body."),
    )
