"""What the pages of an examination send: the language at the start, one answer at a time."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.exams.rules import MAIN_LANGUAGE


class StartForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language of the questions"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
        help_text=_("A question that has not been translated is shown in Chinese."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"language": get_language() or MAIN_LANGUAGE})
        super().__init__(*args, **kwargs)


class AnswerForm(forms.Form):
    """Which question, and how the answer follows the earlier ones. The answer itself depends on the kind of question:
    rules.read_answer reads it."""

    q = forms.IntegerField(min_value=1, max_value=1000)
    sequence = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    go = forms.ChoiceField(choices=[("next", "next"), ("back", "back")], required=False)

    def values(self) -> list[str]:
        return self.data.getlist("answer")  # type: ignore[attr-defined]

    def next_position(self) -> int:
        step = -1 if self.cleaned_data["go"] == "back" else 1
        return max(1, self.cleaned_data["q"] + step)


def position_asked(request: HttpRequest) -> int:
    """`?q=N`; 0 when the address names no question."""
    text = request.GET.get("q", "")
    return int(text) if text.isdecimal() and len(text) < 5 else 0


class ArrivalForm(forms.Form):
    person = forms.IntegerField(min_value=1)


class IncidentForm(forms.Form):
    """What happened in the room. `people`: those who sit there, as (id, name)."""

    person = forms.TypedChoiceField(label=_("About whom"), required=False, coerce=int, empty_value=None)
    words = forms.CharField(
        label=_("What happened in the room"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("When, what, and what you did about it. It cannot be changed afterwards."),
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].choices = [("", _("the whole room")), *people]  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        return {"words": self.cleaned_data["words"], "person_id": self.cleaned_data["person"]}
