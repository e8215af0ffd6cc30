"""What a decision about an annulment is asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.hearings import ConsideredForm


class AnnulmentDecisionForm(ConsideredForm):
    """The answer weighed point by point where there is one, then why it is decided so."""

    considered = forms.CharField(
        label=_("What was made of the answer, point by point"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Whom it concerns reads it. Without an answer it stays empty."),
        required=False,
    )
    reason = forms.CharField(
        label=_("Why it is decided so"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands with an annulled record; whoever submitted evidence of it reads it, too."),
    )

    def __init__(self, *args: Any, answered: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["considered"].required = answered
