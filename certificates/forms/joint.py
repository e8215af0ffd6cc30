"""The bodies that issue the certificates of a class together with its base: three names each, in the order of print."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from certificates.rules import MOST_CO_ISSUERS

LABELS = {
    "zh": gettext_lazy("Body %(number)s, name in Chinese"),
    "en": gettext_lazy("Body %(number)s, name in English"),
    "ja": gettext_lazy("Body %(number)s, name in Japanese"),
}


class CoIssuersForm(forms.Form):
    """What is too long, missing or not allowed is said by the service, of all names at once."""

    basis = forms.CharField(
        label=gettext_lazy("Document by which it was agreed"), max_length=200,
        help_text=gettext_lazy("Its title, number and day. It is kept, and stands on no certificate."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(MOST_CO_ISSUERS):
            for language, label in LABELS.items():
                self.fields[field_of(number, language)] = forms.CharField(
                    label=label % {"number": number + 1},
                    required=False,
                    # Without a length: a browser would cut what is pasted, and nobody would be told.
                    widget=forms.TextInput(attrs={"autocomplete": "off"}),
                )
        self.order_fields([*list(self.fields)[1:], "basis"])

    def given(self) -> list[tuple[int, dict[str, str]]]:
        """Bodies of which anything was written, each with its place in the form."""
        rows = [
            {language: self.cleaned_data.get(field_of(number, language), "") for language in LABELS}
            for number in range(MOST_CO_ISSUERS)
        ]
        return [(number, row) for number, row in enumerate(rows) if any(row.values())]


def field_of(number: int, language: str) -> str:
    return f"{language}_{number + 1}"


def as_written(bodies: Sequence[dict[str, str]], basis: str) -> dict[str, str]:
    """What holds, for the form."""
    names = {field_of(at, language): body[language] for at, body in enumerate(bodies) for language in LABELS}
    return {**names, "basis": basis}
