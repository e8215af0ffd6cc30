"""The answer to a notice, an officer's decision on a denial, and what an institution ticks as told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.selectors.notices import CONFIRMED, DENIED, DISPUTED, OVERDUE, TOLD, WAITING
from accounts.workflow import DisputeState

DENIES, CONFIRMS = "deny", "confirm"
UPHOLD, REJECT = "uphold", "reject"


class AnswerForm(forms.Form):
    """Confirm, or deny with or without words."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[(CONFIRMS, _("Yes, I work there")), (DENIES, _("I do not work at this institution"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What the authority should know"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only if you do not work there; you need not say anything."),
    )

    @property
    def denies(self) -> bool:
        return bool(self.cleaned_data["answer"] == DENIES)


class LinkAnswerForm(AnswerForm):
    """Without a login the end of the document shows that it is the person who answers."""

    tail = forms.RegexField(
        label=_("Last four characters of your identity document"),
        regex=r"^\s*[0-9A-Za-z]{4}\s*$",
        help_text=_("So that nobody answers in your name. Wrong tries are counted."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": "4"}),
    )


class NoticeFilter(forms.Form):
    q = forms.CharField(label=_("Name"), required=False, max_length=100)
    standing = forms.ChoiceField(
        label=_("Standing"),
        required=False,
        choices=[
            ("", _("all")),
            (WAITING, _("not told yet")),
            (OVERDUE, _("overdue")),
            (TOLD, _("told, no answer")),
            (CONFIRMED, _("confirmed")),
            (DENIED, _("denied")),
            (DISPUTED, _("denied, not decided yet")),
        ],
    )

    def chosen(self) -> str:
        """A faulty value counts as none."""
        self.is_valid()
        return str(self.cleaned_data.get("standing") or "")

    def text(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("q") or "")


class DisputeFilter(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *DisputeState.choices])

    def chosen(self) -> str:
        """The open ones, unless something else is asked for; a faulty value counts as none."""
        return str(self.cleaned_data["state"]) if self.is_valid() and "state" in self.data else DisputeState.OPEN.value


class DecisionForm(forms.Form):
    """Both answers need a reason; voiding also the document it rests on."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (UPHOLD, _("The person never worked there: take the row out of the count")),
            (REJECT, _("The person worked there: the row stays and counts")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    document = forms.CharField(
        label=_("Document"),
        max_length=150,
        required=False,
        help_text=_("Number or title of the paper the decision rests on; needed to take a row out."),
    )

    @property
    def upheld(self) -> bool:
        return bool(self.cleaned_data["decision"] == UPHOLD)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == UPHOLD and not cleaned.get("document"):
            self.add_error("document", _("Name the document: no row is taken out of the count without one."))
        return cleaned
