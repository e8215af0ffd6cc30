"""Parts of pages that are made once per language: each language has its own, and nothing of a visitor gets in."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError, engines
from django.test import override_settings
from django.utils.translation import override

from core.templatetags.fixed import FixedNode

LANGUAGES = [code for code, _name in settings.LANGUAGES]


def fixed(inside: str) -> Template:
    return Template(f"{{% load fixed ui %}}{{% fixed %}}{inside}{{% endfixed %}}")


def test_words_and_addresses_are_of_the_language_that_is_read():
    part = fixed('<a href="{% url "courses:catalogue" %}">{% translate "Courses" %}</a>')

    seen = {}
    for code in (*LANGUAGES, *LANGUAGES):
        with override(code):
            seen.setdefault(code, set()).add(part.render(Context()))

    assert {code: len(texts) for code, texts in seen.items()} == dict.fromkeys(LANGUAGES, 1)
    assert seen["en"] == {'<a href="/en/courses/">Courses</a>'}
    assert len(set.union(*seen.values())) == len(LANGUAGES)


def test_a_part_is_made_once_per_language(monkeypatch):
    part = fixed('{% translate "Courses" %}')
    made = []
    monkeypatch.setattr(FixedNode, "_make", lambda self, context: made.append(1) or "x")

    for code in ("en", "en", "ja"):
        with override(code):
            part.render(Context())

    assert len(made) == 2


@pytest.mark.parametrize(
    "inside",
    [
        "{{ user }}",
        '{% url "accounts:person" person %}',
        '{% url "courses:catalogue" as address %}',
        "{% translate word %}",
        '{% translate "Courses" as word %}',
        '{% translate "Courses" context kind %}',
        '{% translate "Courses"|add:word %}',
        "{% static path %}",
        "{% if user %}x{% endif %}",
        '{% include "components/site_footer.html" %}',
        "{% csrf_field %}",
        "{% blocktranslate %}Contact: {{ contact }}{% endblocktranslate %}",
        "{% block title %}{% endblock %}",
        '{% badge "ok" word %}',
    ],
)
def test_what_depends_on_more_is_refused(inside):
    with pytest.raises(TemplateSyntaxError, match="not fixed"):
        fixed(inside)


@override_settings(ROOT_URLCONF="tests.core.test_logs")
def test_an_address_that_does_not_exist_leaves_its_part_out():
    assert fixed('<a href="{% url "courses:catalogue" %}">x</a>').render(Context()) == ""


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_fixed_part_of_every_page_is_there(code):
    """A wrong name of an address would leave it out without a word."""
    engine = engines["django"].engine
    files = [path for path in Path("templates").rglob("*.html") if "{% fixed %}" in path.read_text()]
    assert files
    for name in files:
        template = engine.get_template(str(name.relative_to("templates")))
        for part in template.nodelist.get_nodes_by_type(FixedNode):
            with override(code):
                context = Context()
                context.template = template
                assert part.render(context).strip(), (name, part.token.lineno)
