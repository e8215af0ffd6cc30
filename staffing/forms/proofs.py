"""Forms of proofs: which day and knowledge, and how many lines an audit opens."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.purpose import PurposeForm
from staffing.forms.dates import RatioDateForm


class ProofForm(RatioDateForm):
    """The day and the moment of knowledge; both may stay empty: today, and now."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].help_text = _("Empty: today. The end of that day counts.")
        self.fields["known_at"].help_text = _("Empty: everything known now. A day means its end.")


class SampleForm(PurposeForm):
    """How many lines, and what for."""

    field_order = ("size", "purpose", "about")

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["size"] = forms.IntegerField(
            label=_("How many lines to draw"),
            min_value=1,
            max_value=most,
            initial=min(5, most),
            help_text=_("The seed comes from the public log: nobody chooses whom it draws."),
        )
        self.order_fields(self.field_order)
