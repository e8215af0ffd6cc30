"""The rows and tiles of a region page: a country has a hundred of them. Each is written in one piece of parts that are
escaped; words and addresses are looked up once for all of them."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.addresses import numbered
from core.templatetags.ui import badge
from oversight.selectors import Division, Overview
from oversight.selectors.tiles import Tile
from staffing.ratio import Outcome, Ratio
from staffing.selectors import RatioAnswer

NOTHING = "–"
FIGURES = """<td class="n nowrap">{trained} / {staff}</td>
<td class="n">{share}</td>
<td class="n nowrap">{met}</td>
<td class="n">{institutions}</td>"""
INSTITUTION = """<tr>
<th scope="row"><a href="{address}">{name}</a>{below}</th>
<td>{region}</td>
<td class="n nowrap">{trained} / {staff}</td>
<td class="n">{share}</td>
<td>{outcome}</td>
<td>{applies}</td>
</tr>"""


def division_rows(overview: Overview, name: str, on_day: str) -> SafeString:
    """`on_day`: what the address of every page below carries on."""
    address, tail = numbered("oversight:region"), escape(on_day)
    itself = escape(_("%(name)s itself") % {"name": name})
    heads = (
        f'<a href="{address(line.region.code)}{tail}">{escape(line.region.local_name)}</a>' if line.region else itself
        for line in overview.divisions
    )
    rows = (
        f'<tr>\n<th scope="row">{head}</th>\n{figures(line)}\n</tr>'
        for head, line in zip(heads, overview.divisions, strict=True)
    )
    return mark_safe("".join(rows))  # noqa: S308 - every part is escaped


def figures(line: Division) -> SafeString:
    """The cells of a division or of the sum."""
    met = f"{line.binding_met} / {line.binding}" if line.binding else NOTHING
    cells = {"trained": line.ratio.trained, "staff": line.ratio.staff, "share": _share(line.ratio), "met": met}
    return mark_safe(FIGURES.format(institutions=line.institutions, **cells))  # noqa: S308 - numbers alone


def tile_items(tiles: Iterable[Tile], on_day: str) -> SafeString:
    address, tail = numbered("oversight:region"), escape(on_day)
    nobody, nowhere = escape(_("no professional staff")), escape(_("no institution"))
    empty = f'<span aria-hidden="true">{NOTHING}</span><span class="visually-hidden">{nowhere}</span>'
    items = []
    for tile in tiles:
        name, place = f"<b>{escape(tile.name)}</b>", f' class="{tile.place}"' if tile.place else ""
        if tile.division:
            said = _figure(tile.division.ratio) or f"<span>{nobody}</span>"
            inside = f'<a class="tile s{tile.shade}" href="{address(tile.region.code)}{tail}">{name} {said}</a>'
        else:
            inside = f'<div class="tile none">{name} {empty}</div>'
        items.append(f"<li{place}>{inside}</li>")
    return mark_safe("".join(items))  # noqa: S308 - every part is escaped


def institution_rows(answers: Iterable[RatioAnswer], on_day: str) -> SafeString:
    address, tail = numbered("oversight:institution"), escape(on_day)
    outcomes = {one: badge(one, one.label) for one in Outcome}
    applies = {True: escape(_("applies")), False: f'<span class="muted">{escape(_("reference only"))}</span>'}
    rows = (
        INSTITUTION.format(
            address=f"{address(answer.institution.pk)}{tail}",
            name=escape(answer.institution.name),
            below=_below(answer),
            region=escape(answer.institution.region.local_name),
            trained=answer.ratio.trained,
            staff=answer.ratio.staff,
            share=_share(answer.ratio),
            outcome=outcomes[answer.ratio.outcome],
            applies=applies[bool(answer.binding)],
        )
        for answer in answers
    )
    return mark_safe("".join(rows))  # noqa: S308 - every part is escaped


def _below(answer: RatioAnswer) -> str:
    """The credit code, or of a department the legal person it belongs to."""
    place = answer.institution
    if place.uscc:
        inside = f'<span class="id-number" translate="no">{escape(place.uscc)}</span>'
    elif place.parent:
        inside = escape(place.parent.name)
    else:
        return ""
    return f'<br><span class="small muted">{inside}</span>'


def _share(ratio: Ratio) -> str:
    return f"{ratio.percent_floor}%" if ratio.percent_floor else NOTHING


def _figure(ratio: Ratio) -> str:
    if not ratio.percent_floor:
        return ""
    return f'<span>{ratio.percent_floor}%</span> <span class="nowrap">{ratio.trained}/{ratio.staff}</span>'
