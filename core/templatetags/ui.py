"""Tags and filters of the components in templates/components: presentation only, no rows, no rules.

A component says on its first line what it takes. Drawing geometry lives in core.drawing.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
)
from django.http import QueryDict
from django.middleware.csrf import get_token
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import drawing
from core.cards import with_heads
from core.clock import day_of

register = template.Library()
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

# State words by the colour they are read in; a word that is missing here is shown neutral.
TONES = {
    "ok": "ok success met valid done create present accepted",
    "no": "no error danger not_met revoked never_issued failed absent refused declined",
    "soon": "soon warning expired suspended could_not_check provisional update waiting queued",
}
TONE_OF = {word: tone for tone, words in TONES.items() for word in words.split()}
TONE_WORDS: dict[str, Promise] = {
    "ok": pgettext_lazy("kind of message", "Done"),
    "no": pgettext_lazy("kind of message", "Error"),
    "soon": pgettext_lazy("kind of message", "Please note"),
    "neutral": pgettext_lazy("kind of message", "Note"),
}


# --- words and colours ------------------------------------------------------------------------------------
@register.filter
def hundredths(value: int) -> str:
    """350 of a hundredth are 3.50; integers only."""
    return f"{value // 100}.{value % 100:02d}"


@register.filter
def tone(state: object) -> str:
    """ok, no, soon or neutral for a state, an outcome or a message level."""
    return TONE_OF.get(str(state), "neutral")


@register.filter
def tone_word(state: object) -> Promise:
    return TONE_WORDS[tone(state)]


@register.filter
def shown(value: object) -> object:
    """A cell as people read it: a dash for nothing, a word for true and false."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value is None or value == "" else value


@register.filter
def day(value: date) -> SafeString:
    """As `date:"DATE_FORMAT"` writes a day; each day is written once per language, since lists repeat them."""
    return _day(day_of(value) if isinstance(value, datetime) else value, get_language())


@lru_cache(maxsize=4096)
def _day(value: date, _language: str | None) -> SafeString:
    return conditional_escape(date_format(value))


@register.filter
def day_in_words(value: object) -> object:
    """A day as people write it, also one that a plan wrote down; anything else as it is."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date_format(date.fromisoformat(value))
        except ValueError:
            return value
    return value


@register.filter
def lookup(mapping: Mapping[str, object] | None, key: str) -> object:
    """The value under a key, the key itself where there is none."""
    return (mapping or {}).get(key, key)


@register.filter
def person_name(name: str) -> SafeString:
    """A name in its own direction, left alone by machine translation, allowed to break when it is long."""
    return mark_safe(f'<bdi class="name" translate="no">{escape(str(name))}</bdi>')  # noqa: S308 - escaped


@register.filter
def id_number(number: str) -> SafeString:
    """A number that must never break over two lines nor be read as a telephone number."""
    return format_html('<span class="id-number" translate="no">{}</span>', number)


@register.simple_tag
def badge(tone: str, label: object, title: object = "") -> SafeString:
    """components/badge.html for rows of a list: each of the few badges of a page is rendered once."""
    return _badge(tone, str(label), str(title))


@lru_cache(maxsize=256)
def _badge(tone: str, label: str, title: str) -> SafeString:
    return render_to_string("components/badge.html", {"tone": tone, "label": label, "title": title})


@register.simple_tag
def person_chip(name: str, masked: str = "", url: str = "", note: str = "") -> SafeString:
    """A name with what tells its bearer from others; components/person_chip.html says what it takes."""
    shown = person_name(name)
    head = f'<a href="{escape(url)}">{shown}</a>' if url else f"<b>{shown}</b>"
    tail = _small(f'<span class="id-number" translate="no">{escape(masked)}</span>') if masked else ""
    if note:
        tail += _small(conditional_escape(note))
    # By hand, as a list shows many of them: every part was escaped.
    return mark_safe(f'<span class="person">{head}{tail}</span>')  # noqa: S308


def _small(text: str) -> str:
    return f' <span class="small muted">{text}</span>'


# --- requests ---------------------------------------------------------------------------------------------
@register.simple_tag
def home_url() -> str:
    """The first page in the reader's language; only the default language has no prefix."""
    language = get_language() or settings.LANGUAGE_CODE
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


@register.simple_tag(takes_context=True)
def csrf_field(context: Context) -> SafeString:
    """Like csrf_token, but also inside an include with `only`, which drops that variable."""
    request = getattr(context, "request", None) or context.get("request")
    if request is None:
        return SafeString("")
    # One mask of the secret serves all forms of a page.
    if not hasattr(request, "csrf_field"):
        request.csrf_field = format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request)
        )
    return request.csrf_field


def _query(context: Context) -> QueryDict | None:
    """What the address asks for, without the page; for the caller to change. Nothing outside a request."""
    request = getattr(context, "request", None) or context.get("request")
    if request is None:
        return None
    query: QueryDict = request.GET.copy()
    query.pop("page", None)
    return query


@register.simple_tag(takes_context=True)
def address_with(context: Context, **changes: object) -> str:
    """This page's query string with some values changed and the page number dropped; None removes a value."""
    if (query := _query(context)) is None:
        return "?"
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def page_numbers(page: Page[Any]) -> list[int | str]:
    """First, last and the neighbours of this page, an ellipsis between."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag(takes_context=True)
def page_links(context: Context, page: Page[Any]) -> SafeString:
    """The numbers as items of a list, in one piece: every list has them."""
    query = _query(context)
    asked = query.urlencode() if query else ""
    head = escape(f"?{asked}&page=" if asked else "?page=")
    items = (_page_link(number, page.number, head) for number in page_numbers(page))
    return mark_safe("".join(f"<li>{item}</li>" for item in items))  # noqa: S308 - numbers, and an escaped address


def _page_link(number: int | str, current: int, head: str) -> str:
    if number == current:
        return f'<span class="page" aria-current="page">{number}</span>'
    return (
        f'<a href="{head}{number}">{number}</a>' if isinstance(number, int) else f'<span class="page">{number}</span>'
    )


# --- forms ------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """One form field with label, hint and error: {% field form.name %}."""
    return {"field": bound}


@register.filter
def control_kind(bound: BoundField) -> str:
    """How a field is laid out: hidden, check (label behind the box), group (fieldset and legend) or plain."""
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxInput):
        return "check"
    if bound.use_fieldset and not isinstance(widget, FileInput):
        return "group"
    return "plain"


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """The widget itself. Django links hint and error to single widgets but not to file inputs."""
    if isinstance(bound.field.widget, FileInput) and bound.aria_describedby:
        return bound.as_widget(attrs={"aria-describedby": bound.aria_describedby})
    return bound.as_widget()


@register.filter
def error_links(form: BaseForm) -> list[dict[str, str]]:
    """The first error of every wrong field, with the address of its control, in the order of the form."""
    wrong = (bound for bound in form if bound.errors)
    return [
        {
            "target": _first_control(bound),
            # A sentence as a label ends before what is said of it.
            "label": str(bound.label).rstrip("。.：:"),
            "error": str(bound.errors[0]),
        }
        for bound in wrong
    ]


def _first_control(bound: BoundField) -> str:
    if isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


# --- drawings ---------------------------------------------------------------------------------------------
@register.simple_tag
def gauge(percent: object, required: object) -> drawing.Gauge:
    return drawing.gauge(percent=percent, required=required)


@register.simple_tag
def step_line(points: Iterable[Mapping[str, Any]], threshold: object = None) -> drawing.StepLine:
    return drawing.step_line(list(points), threshold=threshold)


@register.simple_tag
def outlook(drawn: Mapping[str, Any]) -> drawing.Outlook:
    """`drawn`: points, tried, axis and day, see core.drawing.outlook."""
    return drawing.outlook(drawn["points"], drawn["tried"], drawn["axis"], drawn["day"])


@register.simple_tag
def bars(points: Iterable[Mapping[str, Any]]) -> drawing.Bars:
    return drawing.bars(list(points))


@register.simple_block_tag
def cards(content: str) -> SafeString:
    """Around a table of class `fit cards`: on a narrow screen its rows are cards (static/css/cards.css)."""
    return mark_safe(with_heads(content))  # noqa: S308 - what the template has escaped, with escaped heads
