"""Every template parses, links to what exists, carries nothing inline, and tells readers what a table is."""

import re
from pathlib import Path

import pytest
from django.template import Engine, Template, TemplateSyntaxError
from django.template.base import Node
from django.template.defaulttags import URLNode
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.sources import ROOT

FOLDER = ROOT / "templates"
ALL = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in (".html", ".txt"))
# Drawn by the certificate's own renderer and never by a browser: no policy, no title bar.
ON_PAPER = "certificates/pdf/"
PAGES = [name for name in ALL if name.endswith(".html") and not name.startswith(ON_PAPER)]
# allauth hands the whole table over as a slot; its caption stands in the template that uses the element.
WITHOUT_CAPTION = {"allauth/elements/table.html"}


def source(name: str) -> str:
    """Without the comments of the template language, in which anything may stand."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return re.sub(r"\{#.*?#\}|\{% comment.*?%\}.*?\{% endcomment %\}", "", text, flags=re.S)


# --- what a browser would refuse ------------------------------------------------------------------------------------
INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    # Data for a script of the library is none itself: a browser runs nothing of that type.
    "script without a file": re.compile(r"<script\b(?![^>]*(?:\ssrc=|\stype=\"application/json\"))", re.I),
    "javascript address": re.compile(r"javascript:", re.I),
    "file from elsewhere": re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.I
    ),
}


def inline(text: str) -> list[str]:
    return [what for what, pattern in INLINE.items() if pattern.search(text)]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_inline_and_nothing_from_elsewhere(name):
    assert inline(source(name)) == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color:red">',
        "<a\n  onclick='x()'>",
        "<style>p {}</style>",
        "<script>x()</script>",
        '<script type="module">x()</script>',
        '<a href="javascript:x()">',
        '<img src="https://elsewhere.example/x.png">',
        '<script src="//elsewhere.example/x.js"></script>',
    ],
)
def test_inline_code_is_noticed(bad):
    assert len(inline(bad)) == 1


def test_data_attributes_and_scripts_of_our_own_are_nothing_inline():
    good = '<script src="/static/js/menu.js" defer></script><p data-on="x" class="style">on = x</p><a href="https://x">'

    assert inline(good) == []


# --- tables and titles ----------------------------------------------------------------------------------------------
def tables_without_caption(text: str) -> int:
    return sum("<caption" not in table for table in re.findall(r"<table\b.*?(?:</table>|\Z)", text, re.S))


@pytest.mark.parametrize("name", sorted(set(PAGES) - WITHOUT_CAPTION))
def test_every_table_has_a_caption_and_heads_a_scope(name):
    text = source(name)

    assert tables_without_caption(text) == 0
    assert [head for head in re.findall(r"<th\b[^>]*>", text) if "scope=" not in head] == []


def test_table_without_caption_is_noticed():
    assert tables_without_caption("<table><tr></tr></table><table><caption>x</caption></table>") == 1


def compiled(name: str) -> Template:
    return get_template(name).template


def parents(name: str) -> list[str]:
    """The templates that this one extends, nearest first; one of ours may extend a library's of the same name."""
    found: list[str] = []
    template = compiled(name)
    seen = [template.origin]
    while nodes := [node for node in template.nodelist if isinstance(node, ExtendsNode)]:
        found.append(str(nodes[0].parent_name.var))
        template, _origin = template.engine.find_template(found[-1], skip=seen)
        seen.append(template.origin)
    return found


def titled(template: Template) -> bool:
    """A title block that says something."""
    blocks = [node for node in template.nodelist.get_nodes_by_type(BlockNode) if node.name in ("title", "full_title")]
    return any(block.nodelist for block in blocks)


def is_layout(name: str) -> bool:
    """Something for others to extend: they say the title."""
    return any(f'extends "{name}"' in source(other) for other in PAGES)


FULL = [name for name in PAGES if "<html" in source(name) or "{% extends" in source(name)]


@pytest.mark.parametrize("name", FULL)
def test_full_page_has_a_title(name):
    template, text = compiled(name), source(name)
    if "<html" in text:
        assert "<title>" in text
        assert "lang=" in text
        return
    above = parents(name)
    assert [parent for parent in above if parent.startswith(("layouts/", "allauth/layouts/"))] != []
    assert is_layout(name) or titled(template) or any(titled(compiled(one)) for one in above)


def test_page_without_a_title_is_noticed():
    engine = Engine.get_default()

    assert titled(engine.from_string("{% block title %}x{% endblock %}"))
    assert not titled(engine.from_string("{% block title %}{% endblock %}{% block body %}x{% endblock %}"))


# --- parsing and links ----------------------------------------------------------------------------------------------
def names(resolver: URLResolver | None = None, prefix: str = "") -> set[str]:
    """Every name that an address may be asked by."""
    found: set[str] = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            found |= {f"{prefix}{pattern.name}"} if pattern.name else set()
        else:
            found |= names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
    return found


def links(template: Template) -> set[str]:
    """The names that {% url %} is given as a text."""
    nodes: list[Node] = template.nodelist.get_nodes_by_type(URLNode)
    written = (node.view_name.var for node in nodes if isinstance(node, URLNode))
    return {str(name) for name in written if isinstance(name, str)}


@pytest.mark.parametrize("name", ALL)
def test_template_parses(name):
    assert compiled(name).name == name


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_addresses_that_exist(name):
    assert links(compiled(name)) - names() == set()


def test_wrong_link_and_wrong_tag_are_noticed():
    engine = Engine.get_default()

    assert links(engine.from_string('{% url "accounts:nowhere" %}')) - names() == {"accounts:nowhere"}
    assert links(engine.from_string('{% if x %}{% url "accounts:home" as y %}{% endif %}')) == {"accounts:home"}
    with pytest.raises(TemplateSyntaxError):
        engine.from_string("{% nothing %}")


@pytest.mark.parametrize("name", PAGES)
def test_included_templates_exist(name):
    wanted = re.findall(r"\{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']", source(name))

    assert [one for one in wanted if get_template(one) is None] == []


@pytest.mark.parametrize("name", PAGES)
def test_components_and_layouts_say_what_they_take(name):
    if not name.startswith("components/"):
        return
    first = (FOLDER / name).read_text(encoding="utf-8").lstrip()

    assert first.startswith(("{#", "{% comment"))


# --- scripts and styles ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", sorted((ROOT / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_a_script_is_short_and_keeps_to_the_policy(path: Path):
    text = path.read_text(encoding="utf-8")

    # One page checks a certificate with no server: what the stand-alone verifier does, in one file that can be saved.
    assert text.count("\n") < (840 if path.name == "verify_offline.js" else 100)
    assert re.findall(r"\beval\(|new Function|document\.write|https?://", text) == []


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "css").glob("*.css")), ids=lambda path: path.name)
def test_a_stylesheet_fetches_nothing_from_elsewhere(path: Path):
    assert re.findall(r"@import|url\(\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8")) == []
