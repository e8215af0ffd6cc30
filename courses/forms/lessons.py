"""The check question of a lesson."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CheckForm(forms.Form):
    """Valid when the right option was chosen; a wrong one is answered with the reason."""

    answer = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect)

    def __init__(self, question: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        answer = self.fields["answer"]
        answer.label = question["question"]
        answer.error_messages["required"] = _("Choose one of the answers.")
        answer.choices = list(enumerate(question["options"], start=1))  # type: ignore[attr-defined]

    def clean_answer(self) -> int:
        chosen = self.cleaned_data["answer"]
        if chosen != self.question["answer"]:
            words = _("That is not right. %(reason)s") % {"reason": self.question["reason"]}
            raise forms.ValidationError(words, code="wrong_answer")
        return chosen
