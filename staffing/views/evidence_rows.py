"""The rows of the people behind a ratio: each is written in one piece of parts that are escaped."""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import clock
from core.addresses import numbered
from core.templatetags.ui import badge, day, person_chip, person_name
from courses.models import TrainingRecord
from staffing.selectors.people import Proofs, StaffStanding, TableLine

ROW = """<tr>
<th scope="row">{person}</th>
<td>{post}</td>
<td>{employment}</td>
<td>{since}</td>
<td>{trained}</td>
<td>{evidence}</td>
</tr>"""
SUBMIT = '<br><a href="{address}?name={asked}">{word}<span class="visually-hidden"> {name}</span></a>'
TONES = {
    StaffStanding.TRAINED: "ok",
    StaffStanding.LEARNING: "soon",
    StaffStanding.UNTRAINED: "no",
    StaffStanding.LEFT_OUT: "neutral",
}
EVIDENCE = '{title} · {day}<br><span class="muted small">{provider} · {standing}</span>'


def evidence_rows(table: Iterable[TableLine], proofs: Proofs, *, submits: bool) -> SafeString:
    """`submits`: whether the reader may hand in evidence for whoever has none."""
    person_url = numbered("accounts:person")
    standings = {one: badge(TONES[one], one.label) for one in StaffStanding}
    ends = {True: escape(_("class ends on")), False: escape(_("completion to be decided; class ended on"))}
    today = clock.today()
    none = f'<span class="muted">{escape(_("no verified record"))}</span>'
    door = {"address": reverse("courses:submit_evidence"), "word": escape(_("Submit evidence"))}
    rows = []
    for one in table:
        line = one.line
        cells = {
            "person": person_chip(line.name, proofs.masked.get(line.person, ""), person_url(line.person)),
            "post": escape(line.post),
            "employment": escape(line.employment),
            "since": day(line.start_date),
            "trained": standings[one.standing] + _below(one, ends[one.ends_on is None or one.ends_on >= today]),
            "evidence": _proof(one, proofs) or none + (_submit(line.name, door) if submits else ""),
        }
        rows.append(ROW.format_map(cells))
    return mark_safe("".join(rows))  # noqa: S308 - every part is escaped


def _below(one: TableLine, ends: str) -> str:
    said = f"{ends} {day(one.ends_on)}" if one.ends_on else escape(one.why)
    return f'<br><span class="muted small">{said}</span>' if said else ""


def _proof(one: TableLine, proofs: Proofs) -> str:
    """The evidence, or what came after the day, or what was claimed: nobody submits that once more."""
    if one.trained_on:
        return f'<span class="muted">{escape(_("trained later, on"))} {day(one.trained_on)}</span>'
    found = proofs.records.get(one.line.person) or proofs.claims.get(one.line.person)
    return _evidence(found) if found else ""


def _evidence(record: TrainingRecord) -> str:
    return EVIDENCE.format(
        title=escape(record.title),
        day=day(record.completed_on),
        provider=escape(record.provider),
        standing=escape(record.get_standing_display()),
    )


def _submit(name: str, door: dict[str, str]) -> str:
    return SUBMIT.format(asked=quote(name), name=person_name(name), **door)
