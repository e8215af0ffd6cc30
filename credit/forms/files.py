"""What officers enter into credit files, what subjects say about it, and decisions on objections."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Person, TrainingBase
from core import clock
from credit.models import STATEMENT_LENGTH, CreditRecord, in_reader_language
from credit.rules.figures import amount_classes
from credit.services.entries import BY_HAND
from credit.workflow.files import ObjectionState

ROWS = forms.Textarea(attrs={"rows": 4})
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
UPHOLD, WITHDRAW, REJECT, ASK = "uphold", "withdraw", "reject", "ask"
ITSELF = ""


class FactForm(forms.Form):
    """The words of a fact; of a contract its number and the class of its amount, never the contract."""

    title = forms.CharField(
        label=_("The fact in one line"),
        max_length=150,
        required=False,
        help_text=_("As the document says it. Not for a technology contract."),
    )
    number = forms.CharField(
        label=_("Registration number of the technology contract"),
        max_length=60,
        required=False,
        help_text=_("Only for a registered contract. Neither parties nor content of the contract belong here."),
    )
    amount_class = forms.ChoiceField(label=_("Class of its amount"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        classes = amount_classes(on=clock.today())
        choices = [(code, in_reader_language(names)) for code, names in classes.items()]
        self.fields["amount_class"].choices = [("", _("Not for other facts")), *choices]  # type: ignore[attr-defined]


class EntryForm(FactForm):
    """`subject` decides which units may be named: an entity's departments and bases."""

    kind = forms.ChoiceField(
        label=_("Kind of fact"), choices=[(kind, CreditRecord.Kind(kind).label) for kind in BY_HAND]
    )
    unit = forms.ChoiceField(
        label=_("Unit concerned"), required=False, help_text=_("A department or a base has no file of its own.")
    )
    occurred_on = forms.DateField(label=_("Day of the fact"), widget=DATE)
    document = forms.CharField(
        label=_("Document"), max_length=150, help_text=_("Number or title of the paper that shows it.")
    )

    field_order = ("kind", "unit", "title", "number", "amount_class", "occurred_on", "document")

    def __init__(self, *args: Any, subject: Person | Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.units: dict[str, Institution | TrainingBase] = {}
        if isinstance(subject, Institution):
            self.units = {f"department:{one.pk}": one for one in subject.departments.filter(uscc=None).order_by("name")}
            self.units |= {f"base:{one.pk}": one for one in subject.bases.order_by("code")}
        choices = [(ITSELF, _("the entity itself")), *((key, one.name) for key, one in self.units.items())]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]
        if isinstance(subject, Person):
            del self.fields["unit"]

    def told(self) -> dict[str, Any]:
        """As `enter_record` takes it."""
        told = dict(self.cleaned_data)
        return {"subject": self.units.get(told.pop("unit", ITSELF), self.subject), **told}


class CorrectionForm(FactForm):
    """A second entry; whatever stays empty stays as it is. `withdraw`: the first should not be there at all."""

    what = forms.ChoiceField(
        label=_("What is to be done"),
        choices=[("correct", _("Say the fact rightly")), (WITHDRAW, _("Withdraw the entry"))],
        widget=forms.RadioSelect,
        initial="correct",
    )
    occurred_on = forms.DateField(label=_("Day of the fact"), widget=DATE, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=ROWS)
    document = forms.CharField(label=_("Document"), max_length=150)

    field_order = ("what", "title", "number", "amount_class", "occurred_on", "reason", "document")

    @property
    def withdraws(self) -> bool:
        return bool(self.cleaned_data["what"] == WITHDRAW)

    def changes(self) -> dict[str, Any]:
        return changes_in(self.cleaned_data)


class StatementForm(forms.Form):
    text = forms.CharField(
        label=_("Your statement"),
        max_length=STATEMENT_LENGTH,
        required=False,
        widget=ROWS,
        help_text=_(
            "Up to 500 characters, about this entry. Name nobody else: such a statement can be hidden. "
            "Empty takes it back."
        ),
    )


class ObjectionForm(forms.Form):
    words = forms.CharField(
        label=_("What is wrong, and what shows it"),
        max_length=1000,
        widget=ROWS,
        help_text=_("Which part of the entry is not accurate, how it should read, and which paper shows that."),
    )


class ObjectionFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("to decide")), *ObjectionState.choices, ("all", _("all"))]
    )

    def chosen(self) -> str:
        return str(self.cleaned_data.get("state") or "") if self.is_valid() else ""


class ObjectionDecisionForm(FactForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (UPHOLD, _("The entry is wrong: correct it by a second entry")),
            (WITHDRAW, _("The entry is wrong: withdraw it")),
            (REJECT, _("The entry is right: it stays")),
            (ASK, _("Others have to check: ask them")),
        ],
        widget=forms.RadioSelect,
    )
    asked = forms.CharField(
        label=_("Who has to be asked"), max_length=200, required=False, help_text=_("Only to ask others.")
    )
    occurred_on = forms.DateField(label=_("Day of the fact"), widget=DATE, required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, widget=ROWS, help_text=_("Whom the entry is about reads it.")
    )
    document = forms.CharField(
        label=_("Document"), max_length=150, required=False, help_text=_("Needed where the entry is wrong.")
    )

    field_order = ("decision", "asked", "title", "number", "amount_class", "occurred_on", "reason", "document")

    def changes(self) -> dict[str, Any]:
        return changes_in(self.cleaned_data) if self.cleaned_data["decision"] == UPHOLD else {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        decision = cleaned.get("decision")
        needed = (
            {"asked"} if decision == ASK else {"reason", "document"} - ({"document"} if decision == REJECT else set())
        )
        for name in sorted(needed - {name for name in needed if cleaned.get(name)}):
            self.add_error(name, _("This is needed for this decision."))
        if decision == UPHOLD and not changes_in(cleaned):
            self.add_error("title", _("Say how the entry should read, or withdraw it."))
        return cleaned


class HideForm(forms.Form):
    reason = forms.CharField(
        label=_("Which data about somebody else it holds"),
        max_length=300,
        widget=ROWS,
        help_text=_("No other reason hides a statement. The subject reads this reason and may write it anew."),
    )


class LinkForm(forms.Form):
    department_name = forms.CharField(label=_("Department that published it"), max_length=150)
    url = forms.URLField(label=_("Address of the publication"), max_length=300, assume_scheme="https")
    reference = forms.CharField(label=_("Reference at Credit China"), max_length=100)


def changes_in(cleaned: dict[str, Any]) -> dict[str, Any]:
    names = ("title", "number", "amount_class", "occurred_on")
    return {name: cleaned[name] for name in names if cleaned.get(name)}
