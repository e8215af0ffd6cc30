"""Questions to the audit trail and the access ledger. Who is meant is typed and sent; addresses carry ids alone."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessEntry
from accounts.permissions.powers import ROOMS
from accounts.selectors.audit import NAMESAKES, LedgerQuestion, Period, TrailQuestion
from core import audit, clock

# What a first look covers: a question without an end would count every entry there is.
FIRST_LOOK = timedelta(days=30)
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
WHO = _("Whole e-mail address, number or name")


class IdsField(forms.RegexField):
    """Ids as an address carries them: "12,15"."""

    def __init__(self) -> None:
        super().__init__(
            regex=rf"^\d{{1,12}}(,\d{{1,12}}){{0,{2 * NAMESAKES}}}$", required=False, widget=forms.HiddenInput
        )


class QuestionForm(forms.Form):
    """`said` answers what is valid even where another field is not."""

    actor = IdsField()
    first = forms.DateField(label=_("From"), required=False, widget=DAY, input_formats=["%Y-%m-%d"])
    last = forms.DateField(label=_("Until"), required=False, widget=DAY, input_formats=["%Y-%m-%d"])

    @classmethod
    def asked(cls, query: QueryDict) -> Any:
        """From an address; without a beginning in it the last days are shown."""
        given = query.copy()
        if "first" not in given:
            given["first"] = (clock.today() - FIRST_LOOK).isoformat()
        return cls(given)

    def said(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name) or ""

    def ids(self, name: str) -> tuple[int, ...]:
        return tuple(int(one) for one in self.said(name).split(",") if one)

    def hidden(self) -> dict[str, str]:
        """The question as ids and words of the platform, for the form that takes it along; never who was typed."""
        return {name: str(self.said(name)) for name in self.fields if name not in ("who", "whom")}

    def query(self, **ids: list[int]) -> str:
        """The address of this question; `ids` replace those that stood there."""
        address = QueryDict(mutable=True)
        address.update(self.hidden() | {name: ",".join(map(str, found)) for name, found in ids.items()})
        return str(address.urlencode())

    def period(self) -> Period:
        return Period(self.said("first") or None, self.said("last") or None)


def verb_choices() -> list[Any]:
    """Every sentence under the name of its room."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for verb, sentence in audit.sentences().items():
        groups.setdefault(verb.partition(".")[0], []).append((verb, str(sentence)))
    rooms = {**ROOMS, "core": _("Background jobs")}
    return [("", _("everything")), *((rooms[room], groups[room]) for room in rooms if room in groups)]


def subject_choices() -> list[Any]:
    return [("", _("every kind")), *sorted(audit.subjects().items(), key=lambda one: str(one[1]))]


class TrailForm(QuestionForm):
    field_order = ("who", "verb", "subject", "record", "first", "last")
    who = forms.CharField(label=_("Who did it"), required=False, max_length=200, help_text=WHO)
    verb = forms.ChoiceField(label=_("What was done"), required=False, choices=verb_choices)
    subject = forms.ChoiceField(label=_("About what"), required=False, choices=subject_choices)
    record = forms.RegexField(
        label=_("Its number or identifier"), regex=r"^[0-9A-Za-z_-]{1,40}$", required=False, strip=True
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("record") and not cleaned.get("subject"):
            self.add_error("subject", _("Choose what the number belongs to."))
        return cleaned

    def question(self) -> TrailQuestion:
        words = {name: self.said(name) for name in ("verb", "subject", "record")}
        return TrailQuestion(actors=self.ids("actor"), period=self.period(), **words)


class LedgerForm(QuestionForm):
    field_order = ("who", "whom", "what", "outcome", "first", "last")
    GRANTED, REFUSED = "granted", "refused"
    person = IdsField()
    who = forms.CharField(label=_("Who looked"), required=False, max_length=200, help_text=WHO)
    whom = forms.CharField(label=_("At whose record"), required=False, max_length=200, help_text=WHO)
    what = forms.ChoiceField(
        label=_("At what"), required=False, choices=[("", _("everything")), *AccessEntry.What.choices]
    )
    outcome = forms.ChoiceField(
        label=_("Shown or refused"),
        required=False,
        choices=[("", _("all")), (GRANTED, _("was shown")), (REFUSED, _("was refused"))],
    )

    def question(self) -> LedgerQuestion:
        outcome = self.said("outcome")
        return LedgerQuestion(
            actors=self.ids("actor"),
            persons=self.ids("person"),
            what=self.said("what"),
            granted=outcome == self.GRANTED if outcome else None,
            period=self.period(),
        )
