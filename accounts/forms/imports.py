"""The upload of a table file, and the filters of the staff roster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.imports.decisions import DecidedPlan, Missing, RosterChoices
from accounts.imports.roster import COLUMNS
from accounts.models.positions import EmploymentType
from accounts.selectors.roster import VOIDED
from core.clock import end_of_day
from core.columns import masked
from core.heads import HEAD_LINES, Candidate, SheetBeginning, candidates, is_number, likeliest_line
from core.plans import PlannedRow
from core.tables import MAX_BYTES, MAX_ROWS

# So many missing people are offered one by one; beyond that there is the tick for all of them.
MAX_TICKS = 1_000
# An officer's decision is set aside person by person: there is no tick for all of these.
FOR_ALL = {"overwrite": "overwrite_all", "end_missing": "end_all_missing"}
ABOUT_MISSING = ("end_all_missing", "end_missing", "end_on")
# A head that is a number of resident cards also says the kind of document.
RESIDENT_NUMBER = "id_number+id_type=resident_id"

# Beyond it moments cannot be told in every time zone.
LAST_YEAR = 9000


class UploadForm(forms.Form):
    """One XLSX or CSV. What stands in it is the importer's business, and it may take fewer rows than are ever read."""

    file = forms.FileField(
        label=_("Table file"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, most_rows: int = MAX_ROWS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = _("XLSX or CSV, up to 20 MB and %(most)s rows. Nothing is written before you have seen a preview.")
        self.fields["file"].help_text = told % {"most": f"{most_rows:,}"}

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB."), code="too_large")
        return file


class RosterFilter(forms.Form):
    """The filters of the roster as they stand in the address; a value that is none of them filters nothing."""

    q = forms.CharField(label=_("Name, post, department or staff number"), required=False, max_length=100)
    working = forms.ChoiceField(
        label=_("Working here"),
        required=False,
        choices=[
            ("", _("at any time")),
            ("now", _("on the day")),
            ("left", _("left")),
            ("later", _("from a later day")),
            (VOIDED, _("voided by decision")),
        ],
    )
    professional = forms.ChoiceField(
        label=_("Professional staff"), required=False, choices=[("", _("all")), ("yes", _("yes")), ("no", _("no"))]
    )
    employment_type = forms.ChoiceField(
        label=_("Employment"), required=False, choices=[("", _("all")), *EmploymentType.choices]
    )

    as_of = forms.DateField(
        label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}), input_formats=["%Y-%m-%d"]
    )
    known_at = forms.DateField(
        label=_("As known at"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )

    def chosen(self) -> dict[str, str]:
        """What narrows the list; who asks for a day means those who worked on it."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        days = [name for name in ("as_of", "known_at") if chosen.pop(name, None)]
        return {"working": "now"} | chosen if days else chosen

    def day(self) -> date | None:
        self.is_valid()
        return self.cleaned_data.get("as_of")

    def moment(self) -> datetime | None:
        """The end of the day up to which was known; None: everything known now."""
        self.is_valid()
        day = self.cleaned_data.get("known_at")
        return end_of_day(day) if day and day.year < LAST_YEAR else None


class RosterChoicesForm(forms.Form):
    """What a roster may do beyond its rows, each by a tick that nobody has set yet."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    overwrite_all = forms.BooleanField(label=_("Take all of these rows from the file"), required=False)
    overwrite = forms.TypedMultipleChoiceField(
        label=_("Decided by hand: take from the file nevertheless"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    enter_again = forms.TypedMultipleChoiceField(
        label=_("Taken out by an officer's decision: enter again nevertheless"),
        help_text=_("The authority that decided sees these rows on its list at once, and the people are told again."),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    end_all_missing = forms.BooleanField(label=_("End all people who are not in the file"), required=False)
    end_missing = forms.TypedMultipleChoiceField(
        label=_("Working here today, but not in the file: end"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    end_on = forms.DateField(
        label=_("End of the ticked people: no longer counted from"),
        help_text=_("The first day on which they are no longer counted. Nobody is ended without a tick."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, plan: DecidedPlan, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"seen": plan.fingerprint})
        self.plan = plan
        self.missing_sentence = ""
        self._offer("overwrite", _lines(plan.held))
        self._offer("enter_again", _lines(plan.voided))
        self._offer("end_missing", [(one.id, _in_words(one)) for one in plan.missing])
        if not plan.missing:
            del self.fields["end_on"]
        else:
            sentence = ngettext(
                "%(count)s person works here today and is not in the file.",
                "%(count)s people work here today and are not in the file.",
                len(plan.missing),
            )
            self.missing_sentence = sentence % {"count": len(plan.missing)}

    @property
    def about_rows(self) -> list[forms.BoundField]:
        return [one for one in self.visible_fields() if one.name not in ABOUT_MISSING]

    @property
    def about_missing(self) -> list[forms.BoundField]:
        return [one for one in self.visible_fields() if one.name in ABOUT_MISSING]

    def _offer(self, name: str, choices: list[tuple[int, str]]) -> None:
        """Without anything to tick the field goes; a long list leaves the tick for all."""
        self.fields[name].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields[name]
            self.fields.pop(FOR_ALL.get(name, ""), None)
        elif len(choices) > MAX_TICKS and name in FOR_ALL:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        if chosen.get("end_missing") or chosen.get("end_all_missing"):
            self._check_end(chosen)
        return chosen

    def _check_end(self, chosen: dict[str, Any]) -> None:
        end_on = chosen.get("end_on")
        ticked = [
            one for one in self.plan.missing if chosen["end_all_missing"] or one.id in chosen.get("end_missing", ())
        ]
        if end_on is None:
            if "end_on" not in self.errors:
                self.add_error("end_on", _("Say from which day on the ticked people are no longer counted."))
        elif late := [one.name for one in ticked if one.start >= end_on]:
            self.add_error("end_on", _("Before or on the first day of: %(names)s.") % {"names": ", ".join(late[:5])})

    def chosen(self) -> RosterChoices:
        said = self.cleaned_data
        return RosterChoices(
            overwrite=frozenset(said.get("overwrite", ())),
            overwrite_all=said.get("overwrite_all", False),
            end_missing=frozenset(said.get("end_missing", ())),
            end_all_missing=said.get("end_all_missing", False),
            end_on=said.get("end_on"),
            enter_again=frozenset(said.get("enter_again", ())),
        )


def _in_words(one: Missing) -> str:
    days = date_format(one.start) + (f" – {date_format(one.end)}" if one.end else "")
    return f"{one.name} · {one.post} · {days}"


def _lines(rows: Sequence[PlannedRow]) -> list[tuple[int, str]]:
    return [(row.row, _("Line %(line)s · %(name)s") % {"line": row.row, "name": row.label}) for row in rows]


@dataclass(frozen=True)
class AskedLine:
    """The line of which somebody is asked: its columns, and the other sheets and lines that may be chosen instead."""

    sheet: SheetBeginning
    index: int
    sheets: Sequence[SheetBeginning]
    columns: Sequence[Candidate]

    @property
    def asked(self) -> tuple[str, int]:
        return self.sheet.title, self.index

    @property
    def lines(self) -> list[tuple[int, int, str]]:
        """(place, line number, beginning of the texts) of every line that may hold the heads."""
        found = [(place, *line) for place, line in enumerate(self.sheet.lines[:HEAD_LINES])]
        texts = [(place, number, [masked(cell.text) for cell in cells if cell.text]) for place, number, cells in found]
        return [(place, number, " | ".join(words[:6])[:80]) for place, number, words in texts if words]


def asked_line(sheets: Sequence[SheetBeginning], query: Mapping[str, str]) -> AskedLine:
    """The sheet and line of the address, or those that look most like heads."""
    wanted = [place for place in range(len(sheets)) if str(place) == query.get("sheet")]
    best = wanted or sorted(range(len(sheets)), key=lambda place: -_known_heads(sheets[place]))
    sheet = sheets[best[0]]
    lines = [place for place in range(min(len(sheet.lines), HEAD_LINES)) if str(place) == query.get("line")]
    index = lines[0] if lines else likeliest_line(sheet.lines, COLUMNS)
    return AskedLine(sheet, index, sheets, candidates(sheet.lines, index, COLUMNS, masked) if sheet.lines else ())


def _known_heads(sheet: SheetBeginning) -> int:
    if not sheet.lines:
        return -1
    index = likeliest_line(sheet.lines, COLUMNS)
    return sum(bool(one.guess) for one in candidates(sheet.lines, index, COLUMNS, masked))


class HeadsForm(forms.Form):
    """One choice per column of the file."""

    def __init__(self, line: AskedLine, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        titles = [(column.field, column.title) for column in COLUMNS]
        meanings = [("", _("not used")), *titles, (RESIDENT_NUMBER, _("number of a resident identity card"))]
        self.line = line
        for place, column in enumerate(line.columns):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=masked(column.head), choices=meanings, initial=column.guess, required=False
            )

    @property
    def rows(self) -> list[tuple[Candidate, forms.BoundField]]:
        return [(column, self[f"column_{place}"]) for place, column in enumerate(self.line.columns)]

    @property
    def fields_said(self) -> dict[str, str]:
        return {column.key: self.cleaned_data[f"column_{place}"] for place, column in enumerate(self.line.columns)}

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        if any(is_number(column.head) for column in self.line.columns):
            self.add_error(
                None, _("This line holds somebody's number: it is a row, not the heads. Choose another line.")
            )
        names = [meaning.partition("+")[0] for meaning in chosen.values() if meaning]
        said = {*names, *(["id_type"] if RESIDENT_NUMBER in chosen.values() else [])}
        for column in COLUMNS:
            if names.count(column.field) > 1:
                self.add_error(None, _("Two columns are said to be %(field)s.") % {"field": column.title})
            if column.required and column.field not in said:
                self.add_error(None, _("No column is said to be %(field)s.") % {"field": column.title})
        return chosen
