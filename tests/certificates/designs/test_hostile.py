"""Designs that somebody wrote to get something else: every one is refused by reading alone, and no socket is opened."""

# ruff: noqa: E501 - one hostile text an entry
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from certificates.pdf.designs import linter, styles
from certificates.pdf.designs.design import shipped
from certificates.pdf.designs.linter import read

CLEAN = shipped("completion")
HTML = [
    "<script>alert(1)</script>", "<SCRIPT>alert(1)</SCRIPT>", "<script src='https://example.org/x.js'></script>",
    '<iframe src="https://example.org"></iframe>', '<link rel="stylesheet" href="https://example.org/x.css">',
    '<object data="file:///etc/passwd"></object>', '<embed src="x">', '<style>@import "x"</style>', "<svg></svg>",
    '<svg><use href="https://example.org/x#y"></use></svg>', '<math></math>', '<a href="https://example.org">x</a>',
    '<a href="javascript:alert(1)">x</a>', '<p onclick="x">x</p>', '<img src="x" onerror="alert(1)" alt="x">',
    '<img src="https://example.org/x.png" alt="x">', '<img src="//example.org/x.png" alt="x">',
    '<img src="data:image/png;base64,AAAA" alt="x">', '<img src="file:///etc/passwd" alt="x">',
    '<img src="asset:emblem" alt="x">', '<img src="ASSET:qr" alt="x">', '<img src="asset:{{ number }}" alt="x">',
    '<img src="asset:qr" alt="second">', '<p style="color:red">x</p>', '<p id="x">x</p>', '<p class="x" class="y">x</p>',
    '<p rel="attachment">x</p>', '<meta http-equiv="refresh" content="0">', '<base href="https://example.org/">',
    "<!-- comment -->", "<!doctype html>", "<?xml version='1.0'?>", "<![CDATA[x]]>", "<p>x", "x</p>", "<b><p>x</b></p>",
    "{% load static %}", "{% include 'x' %}", "{% extends 'x' %}", "{% debug %}", "{% now 'Y' %}", "{% csrf_token %}",
    "{% for x in name %}x{% endfor %}", "{{ settings }}", "{{ settings.SECRET_KEY }}", "{{ name.__class__ }}",
    "{{ name.__class__.__mro__ }}", "{{ name|safe }}", "{{ request }}", "{{ x['y'] }}", "{{ 7*7 }}", "{# x #}",
    "{% if name.x %}x{% endif %}", "{% if name == 'x' %}x{% endif %}", "{% if name %}x", "{% else %}", "{% endif %}",
    "&#x3c;script&#x3e;", "&copy;", "<p>" * 30 + "x" + "</p>" * 30, "<b></b>" * 2_000, "x" * 5_000_000,
    "\x00", "\u202e gnirts", "\u200b", '<form action="x"></form>', '<input value="x">', '<video src="x"></video>',
    '<p lang="xx">x</p>', '<p class="{{ name }}">x</p>', '<table background="x"></table>',
]  # fmt: skip
CSS = [
    '@import "https://example.org/x.css";', "@import url(file:///etc/passwd);", "@font-face { font-family: x; src: url(x) }",
    "@page { size: 10mm 10mm }", "@media print { p { color: #000 } }", "@charset 'utf-8';", "@namespace url(x);",
    "p { background: url(https://example.org/x) }", "p { background-image: url('data:image/png;base64,AA') }",
    "p { background: u\\72l(x) }", "p { width: expression(alert(1)) }", "p { behavior: url(x) }", "p { content: '国家' }",
    "p::before { content: attr(class) }", "p { content: url(file:///etc/passwd) }", "p { -weasy-link: url(x) }",
    "p { cursor: url(x) }", "p { list-style: url(x) }", "p { border-image: url(x) 1 }", "p { color: #fff }",
    "p { color: transparent }", "p { color: #eeeeee }", "p { display: none }", "p { visibility: hidden }", "p { opacity: 0 }",
    "p { font-size: 0 }", "p { font-size: 1pt }", "p { transform: scale(0) }", "p { clip-path: inset(50%) }",
    "p { overflow: hidden }", "p { font-family: Arial }", "p { font-family: serif }", "p { font: 12pt x }",
    "p { --x: url(x) }", "p { width: var(--x) }", "p { width: calc(1mm + 1mm) }", "p { color: #000 !important }",
    "p { position: fixed }", "p { float: left }", "p { left: -900mm }", "p { margin-left: -900mm }", "p { width: 9999mm }",
    "p { border: 40mm solid #fff }", "p { text-indent: -99mm }", "p { string-set: x content() }", "p { bookmark-level: 1 }",
    "p { width: 10px }", "p[class^=x] { color: #000 }", "p:hover { color: #000 }", "p:nth-child(1) { color: #000 }",
    "p { p { color: #000 } }", "} p", "<style>", "p { @import 'x'; }", "(" * 3_000, "{" * 3_000,
    "p { anchor: attr(id) }", "p { writing-mode: vertical-rl }", "p { z-index: 9 }", "p { image-rendering: auto }",
    "p { columns: 3 }", "p { page-break-after: always }", "p { text-transform: uppercase }", "p { color: rgb(0 0 0) }",
]  # fmt: skip
FIELDS = [
    "", "{", "[]", "null", "1", '{"format": 2, "fields": {}}', '{"format": 1, "fields": [], "x": 1}',
    '{"format": 1, "fields": {"settings": {}}}', '{"format": 1, "fields": {"__class__": {}}}',
    '{"format": 1, "fields": {"name": {}}}', '{"format": 1, "fields": {"name": {"width": 1e99, "tries": [[34, 1]]}}}',
    '{"format": 1, "fields": {"name": {"width": 100, "tries": [[900, 1]]}}}',
    '{"format": 1, "fields": {"name": {"width": 100, "tries": [[10, 999999]]}}}',
    '{"format": 1, "fields": {"name": {"width": NaN, "tries": [[10, 1]]}}}',
    '{"format": 1, "fields": {}, "ornament": "emblem"}', '{"format": 1, "fields": {}, "stacks": [{"fields": ["x"], "height": 5}]}',
    "[" * 50_000,
]  # fmt: skip


@pytest.fixture(autouse=True)
def sockets(monkeypatch):
    """Whoever opens one is caught."""
    opened = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: opened.append(address))
    yield opened
    assert opened == []


@pytest.mark.parametrize("more", HTML, ids=lambda text: text[:30])
def test_hostile_sheet_is_refused(more):
    assert read(replace(CLEAN, html=CLEAN.html + more)) != []


@pytest.mark.parametrize("more", CSS, ids=lambda text: text[:40])
def test_hostile_style_is_refused(more):
    found = read(replace(CLEAN, css=CLEAN.css + more))
    assert {one.file for one in found} == {"css"}


@pytest.mark.parametrize("declared", FIELDS, ids=lambda text: text[:40])
def test_hostile_declarations_are_refused(declared):
    assert "fields" in {one.file for one in read(replace(CLEAN, fields=declared))}


def test_the_same_corpus_without_its_hostile_part_is_clean():
    assert read(CLEAN) == []
    assert read(replace(CLEAN, html=CLEAN.html + "<p>x</p>", css=CLEAN.css + "p { color: #000 }")) == []


def test_without_the_check_of_styles_an_import_would_pass(monkeypatch):
    monkeypatch.setattr(styles, "check", lambda source: [])
    assert read(replace(CLEAN, css=CLEAN.css + CSS[0])) == []


def test_findings_name_their_line():
    found = read(replace(CLEAN, html="<p>\n\n<script></script></p>" + CLEAN.html))
    assert [(one.code, one.line, one.detail) for one in found] == [("element_not_allowed", 3, "script")]
    assert linter.MOST["html"] > 10 * len(CLEAN.html)


@pytest.mark.parametrize("selector", ["a" * 60 + "::before", ".a" * 60 + "::before", "a" * 5_000 + "{"])
def test_selector_that_is_wrong_at_its_end_is_refused_and_the_reading_ends(selector):
    """In a process of its own: a search that never ends cannot be stopped from within."""
    code = "import sys; from certificates.pdf.designs.styles import check; print(check(sys.argv[1])[0].code)"
    sheet = f"{selector} {{ color: #000 }}"
    done = subprocess.run([sys.executable, "-c", code, sheet], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "selector_not_allowed"


def test_selector_has_a_length():
    assert [one.code for one in styles.check(f"{', '.join(['p'] * 90)} {{ color: #000 }}")] == ["selector_not_allowed"]
    assert styles.check(f"{', '.join(['p'] * 60)} {{ color: #000 }}") == []
