"""Form controls written in Python are those of Django's templates, character by character."""

from datetime import date

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting, get_default_renderer
from django.template.loader import get_template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from core.rendering import WRITTEN, PlainRenderer

SHARP = """<b>"Ann" & 'Bo'</b>"""
GROUPS = [
    ("", gettext_lazy("all")),
    (SHARP, [(1, "one"), (2_000_000, 2_000_000), (None, SHARP)]),
    ("x", mark_safe("<i>")),
]
CONTROLS = [
    (forms.TextInput(attrs={"maxlength": 2000, "disabled": True, "hidden": False, "title": SHARP}), SHARP),
    (forms.TextInput(), None),
    (forms.TextInput(), ""),
    (forms.TextInput(attrs={"value": 5}), mark_safe("a&amp;b")),
    (forms.DateInput(attrs={"type": "date"}), date(2026, 11, 27)),
    (forms.NumberInput(attrs={"min": 0}), 1234567),
    (forms.HiddenInput(), SHARP),
    (forms.EmailInput(), "li@example.test"),
    (forms.URLInput(), "https://example.test/?a=1&b=2"),
    (forms.Select(choices=GROUPS, attrs={"id": "id_x", "required": True}), "x"),
    (forms.Select(choices=GROUPS), 2_000_000),
    (forms.Select(choices=[]), None),
    (forms.SelectMultiple(choices=GROUPS), ["1", SHARP]),
    (forms.NullBooleanSelect(), True),
    (forms.RadioSelect(choices=GROUPS[:1]), ""),
    (forms.Textarea(), SHARP),
    (forms.CheckboxInput(), True),
]


@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
@pytest.mark.parametrize(("widget", "value"), CONTROLS)
def test_controls_are_those_of_the_templates(widget, value, language):
    with override(language):
        asked = ("field", value, {"id": "id_field", "aria-describedby": SHARP})

        assert widget.render(*asked, renderer=PlainRenderer()) == widget.render(*asked, renderer=TemplatesSetting())


def test_whole_site_renders_with_it():
    assert isinstance(get_default_renderer(), PlainRenderer)


def test_templates_that_it_stands_for_are_djangos_own():
    """A template of ours under the same name would be passed by."""
    for name in WRITTEN:
        assert "django/forms/templates" in str(get_template(name).origin.name)
