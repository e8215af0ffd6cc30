"""The commonest form controls written in Python: Django's own templates for them cost more than the rest of a filter.

What comes out is the same, character by character, as what those templates make (tests/core/test_rendering.py).
"""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

Widget = Mapping[str, Any]


class PlainRenderer(TemplatesSetting):
    """Whatever is not written here is rendered by its template."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if write := WRITTEN.get(template_name):
            return mark_safe(write(context["widget"]))  # noqa: S308 - every part was escaped
        return super().render(template_name, context, request)


def _input(widget: Widget) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{_text(value)}"'
    return f'<input type="{_shown(widget["type"])}" name="{_shown(widget["name"])}"{said}{_attributes(widget)}>'


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _place in widget["optgroups"])
    return f'<select name="{_shown(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _group(name: object, options: Iterable[Widget]) -> str:
    inside = "".join(
        f'\n  <option value="{_text(one["value"])}"{_attributes(one)}>{_shown(one["label"])}</option>\n'
        for one in options
    )
    return f'\n  <optgroup label="{_shown(name)}">{inside}\n  </optgroup>' if name else inside


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {_shown(name)}" if value is True else f' {_shown(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: object) -> str:
    """As `stringformat:'s'`: figures as they are sent back."""
    text = str(value)
    return escape(text) if type(text) is str else conditional_escape(text)


def _shown(value: object) -> str:
    """As a variable of a template: figures as people read them; a lazy word is looked up once."""
    said: Any = str(value) if isinstance(value, Promise) else localize(value)
    return escape(said) if type(said) is str else conditional_escape(said)


_INPUTS = ("text", "date", "email", "hidden", "number", "search", "tel", "url", "input")
WRITTEN: dict[str, Callable[[Widget], str]] = {
    "django/forms/widgets/select.html": _select,
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
}
