"""The rows of the people behind a ratio: each is written in one piece of parts that are escaped."""

from html import escape
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.addresses import numbered
from core.templatetags.ui import badge, day, person_chip, person_name
from courses.models import TrainingRecord
from staffing.selectors import StaffLine

ROW = """<tr>
<th scope="row">{person}</th>
<td>{post}</td>
<td>{employment}</td>
<td>{since}</td>
<td>{trained}</td>
<td>{evidence}</td>
</tr>"""
SUBMIT = '<br><a href="{address}?name={asked}">{word}<span class="visually-hidden"> {name}</span></a>'
EVIDENCE = '{title} · {day}<br><span class="muted small">{provider} · {standing}</span>'


def evidence_rows(
    lines: list[StaffLine], records: dict[int, TrainingRecord], masked: dict[int, str], *, submits: bool
) -> SafeString:
    """`submits`: whether the reader may hand in evidence for whoever has none."""
    person_url = numbered("accounts:person")
    yes, no = badge("ok", _("trained")), badge("no", _("not trained"))
    none = f'<span class="muted">{escape(_("no verified record"))}</span>'
    door = {"address": reverse("courses:submit_evidence"), "word": escape(_("Submit evidence"))}
    rows = []
    for line in lines:
        record = records.get(line.person)
        cells = {
            "person": person_chip(line.name, masked.get(line.person, ""), person_url(line.person)),
            "post": escape(line.post),
            "employment": escape(line.employment),
            "since": day(line.start_date),
            "trained": yes if record else no,
            "evidence": _evidence(record) if record else none + (_submit(line.name, door) if submits else ""),
        }
        rows.append(ROW.format_map(cells))
    return mark_safe("".join(rows))  # noqa: S308 - every part is escaped


def _evidence(record: TrainingRecord) -> str:
    return EVIDENCE.format(
        title=escape(record.title),
        day=day(record.completed_on),
        provider=escape(record.provider),
        standing=escape(record.get_standing_display()),
    )


def _submit(name: str, door: dict[str, str]) -> str:
    return SUBMIT.format(asked=quote(name), name=person_name(name), **door)
