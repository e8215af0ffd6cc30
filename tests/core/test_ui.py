"""The components and the tags they use: what reaches the reader, and what links to what."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.formats import date_format

from core import drawing
from core.templatetags import ui

COMPONENTS = sorted(Path(settings.ROOT, "templates/components").glob("*.html"))


class EnrolmentForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the document")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, help_text="One")
    roster = forms.FileField(label="Roster", help_text="XLSX")
    remark = forms.CharField(label="Remark", required=False)
    agreed = forms.BooleanField(label="I agree")


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def render_for(path: str, source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(RequestContext(RequestFactory().get(path), context))


# --- words and colours ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("met", "ok"),
        ("not_met", "no"),
        ("expired", "soon"),
        ("not_applicable", "neutral"),
        ("error", "no"),
        ("", "neutral"),
    ],
)
def test_tone_of_a_state(state, expected):
    assert ui.tone(state) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, "–"), ("", "–"), (0, "0"), (True, "yes"), (False, "no"), ("高轩", "高轩")]
)
def test_shown_value(value, expected):
    with translation.override("en"):
        assert str(ui.shown(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2026-03-01", "2026年3月1日"), ("2026-13-01", "2026-13-01"), ("高轩", "高轩"), (None, None), ("", "")],
)
def test_day_that_a_plan_wrote_down_is_read_like_every_day(value, expected):
    with translation.override("zh-hans"):
        assert ui.day_in_words(value) == expected


def test_lookup_without_an_entry_gives_the_key():
    assert ui.lookup({"name": "姓名"}, "name") == "姓名"
    assert ui.lookup({"name": "姓名"}, "post") == "post"
    assert ui.lookup(None, "post") == "post"


def test_person_name_is_escaped():
    assert ui.person_name("<b>高轩") == '<bdi class="name" translate="no">&lt;b&gt;高轩</bdi>'


def test_id_number_is_escaped():
    assert ui.id_number("000***<") == '<span class="id-number" translate="no">000***&lt;</span>'


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-hans", "2026年11月20日"), ("en", "20 Nov 2026"), ("ja", "2026年11月20日")]
)
def test_date_in_the_readers_language(language, expected):
    with translation.override(language):
        assert date_format(date(2026, 11, 20)) == expected


@pytest.mark.parametrize(("language", "expected"), [("zh-hans", "/"), ("en", "/en/"), ("ja", "/ja/")])
def test_home_url_has_a_prefix_except_in_the_default_language(language, expected):
    with translation.override(language):
        assert ui.home_url() == expected


# --- requests ---------------------------------------------------------------------------------------------
def test_address_with_keeps_filters_and_drops_the_page():
    assert render_for("/list/?q=高&page=3", '{% address_with sort="name" %}') == "?q=%E9%AB%98&amp;sort=name"


def test_address_with_removes_a_value():
    assert render_for("/list/?action=error&q=1", "{% address_with action=None %}") == "?q=1"


def test_address_with_outside_a_request():
    assert render("{% address_with page=2 %}") == "?"


def test_csrf_field_inside_an_include_with_only():
    html = render_for("/", '{% include "components/confirm.html" with title="T" label="Do" action="/do/" only %}')

    assert html.count('name="csrfmiddlewaretoken"') == 1


def test_csrf_field_outside_a_request():
    assert render("{% csrf_field %}") == ""


def test_pagination_keeps_the_filters():
    page = Paginator(range(300), 20).get_page(7)
    html = render_for("/?q=a&page=7", '{% include "components/pagination.html" with page_obj=page only %}', page=page)

    assert 'href="?q=a&amp;page=8"' in html
    assert '<span class="page" aria-current="page">7</span>' in html


def test_page_numbers_of_a_long_list():
    assert ui.page_numbers(Paginator(range(300), 20).get_page(7)) == [1, "…", 6, 7, 8, "…", 15]


# --- forms ------------------------------------------------------------------------------------------------
def test_control_kinds():
    form = EnrolmentForm()

    assert [ui.control_kind(bound) for bound in form] == ["plain", "group", "plain", "plain", "check"]


def test_hidden_field_is_the_input_alone():
    class Hidden(forms.Form):
        token = forms.CharField(widget=forms.HiddenInput)

    assert render("{% field form.token %}", form=Hidden()).strip() == '<input type="hidden" name="token" id="id_token">'


@pytest.mark.parametrize("name", ["name", "roster"])
def test_hint_and_error_are_linked_once(name):
    html = render("{% field field %}", field=EnrolmentForm({}, {})[name])

    assert html.count(f'aria-describedby="id_{name}_helptext id_{name}_error"') == 1
    assert html.count(f'id="id_{name}_helptext"') == 1
    assert html.count(f'id="id_{name}_error"') == 1
    assert html.count('aria-invalid="true"') == 1


def test_group_links_hint_and_error_on_the_fieldset():
    html = render("{% field field %}", field=EnrolmentForm({}, {})["kind"])

    assert '<fieldset class="field invalid" aria-describedby="id_kind_helptext id_kind_error">' in html
    assert html.count("aria-describedby") == 1


def test_optional_is_said_in_words():
    with translation.override("en"):
        marked = [bound.name for bound in EnrolmentForm() if "(optional)" in render("{% field f %}", f=bound)]

    assert marked == ["remark"]


def test_error_summary_links_to_the_controls_in_order():
    form = EnrolmentForm({"name": "高轩"}, {})

    assert [link["target"] for link in ui.error_links(form)] == ["id_kind_0", "id_roster", "id_agreed"]


def test_error_summary_of_a_right_form_is_empty():
    assert render_to_string("components/error_summary.html", {"form": EnrolmentForm()}).strip() == ""


def test_form_with_a_file_is_multipart():
    html = render_for(
        "/", '{% include "components/form.html" with form=form submit="Save" only %}', form=EnrolmentForm()
    )

    assert '<form class="stack" method="post" enctype="multipart/form-data" novalidate>' in html


# --- drawings ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("percent", "required", "filled", "turn", "anchor"),
    [
        ("69.6", "70", "69.6", "126", "start"),
        ("70.7%", 70, "70.7", "126", "start"),
        (None, "50", "0", "90", "middle"),
        ("120", "20", "100", "36", "end"),
    ],
)
def test_gauge(percent, required, filled, turn, anchor):
    drawn = drawing.gauge(percent=percent, required=required)

    assert (drawn.filled, drawn.turn, drawn.anchor) == (filled, turn, anchor)


def test_step_line_holds_a_value_until_the_next_point():
    drawn = drawing.step_line([{"label": "a", "value": "60"}, {"label": "b", "value": "80"}])

    assert drawn.path == "M52 200H936V20"
    assert [tick["word"] for tick in drawn.ticks] == ["60", "70", "80"]


def test_step_line_is_interrupted_where_there_is_no_value():
    points = [{"label": "a", "value": 60}, {"label": "b", "value": None}, {"label": "c", "value": 80}]

    assert drawing.step_line(points).path == "M52 200H494M936 20"


def test_step_line_with_dates_is_true_to_time():
    days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 4, 11)]
    points = [{"label": str(day), "value": 70, "on": day} for day in days]

    assert [dot["x"] for dot in drawing.step_line(points).dots] == ["52", "140.4", "936"]


def test_step_line_words_do_not_overlap():
    points = [{"label": str(number), "value": number} for number in range(60)]
    places = [float(word["x"]) for word in drawing.step_line(points).labels]

    assert min(after - before for before, after in pairwise(places)) >= drawing.LABEL_ROOM
    assert places[-1] == drawing.RIGHT


def test_step_line_of_equal_values_has_room_above_and_below():
    assert [tick["word"] for tick in drawing.step_line([{"label": "a", "value": 70}], threshold=70).ticks] == [
        "60",
        "70",
        "80",
    ]


def test_step_line_of_nothing():
    assert drawing.step_line([], threshold=70) == drawing.StepLine()
    assert drawing.step_line([{"label": "a", "value": None}]) == drawing.StepLine()


# --- components -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_component_says_what_it_takes(path):
    assert path.read_text().startswith(("{#", "{% comment %}"))


def test_gauge_says_in_words_what_it_draws():
    with translation.override("en"):
        html = render_to_string(
            "components/gauge.html",
            {
                "trained": 69,
                "staff": 99,
                "percent": "69.6",
                "required": "70",
                "outcome": "not_met",
                "shortfall": 1,
            },
        )
    drawing_root = ElementTree.fromstring(html.strip())  # noqa: S314  our own template

    assert drawing_root[0].text == "69 of 99 are trained: 69.6%, required 70%"
    assert drawing_root[-1].text == "1 person short"
    assert drawing_root.get("class") == "chart gauge no"


def test_progress_asks_again_only_while_it_runs():
    job = {"pk": 5, "state": "running", "total": 28}
    running = render_to_string(
        "components/progress.html", {"job": job, "done": 24, "failed": 1, "poll_url": "/jobs/5/"}
    )
    over = render_to_string(
        "components/progress.html",
        {"job": job | {"state": "done"}, "done": 27, "failed": 1, "poll_url": "/jobs/5/"},
    )

    assert 'data-poll="/jobs/5/"' in running
    assert 'value="25"' in running
    assert "data-poll" not in over


def test_import_preview_shows_old_and_new_values():
    row = {
        "row": 3,
        "id": 7,
        "action": "update",
        "changes": {"post": ["合同管理", "供需对接"]},
        "errors": [],
        "warnings": [],
    }
    preview = {"counts": {"create": 0, "update": 1, "unchanged": 0, "error": 0}, "rows": [row]}
    html = render_for(
        "/?action=update&page=2",
        '{% include "components/import_preview.html" with preview=preview rows=rows action="update" only %}',
        preview=preview,
        rows=[row],
    )

    assert "<del>合同管理</del>" in html
    assert "<ins>供需对接</ins>" in html
    assert '<a href="?action=update" aria-current="true">' in html


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("valid", "ok"), ("expired", "soon"), ("suspended", "soon"), ("revoked", "no"),
        ("superseded", "neutral"), ("deregistered", "neutral"), ("never_issued", "no"), ("could_not_check", "soon"),
    ],
)  # fmt: skip
def test_verdict_has_a_colour_and_a_sentence_of_its_own(outcome, expected):
    html = render_to_string("components/verdict.html", {"outcome": outcome})
    other = render_to_string("components/verdict.html", {"outcome": "valid" if outcome != "valid" else "revoked"})

    assert f'class="verdict {expected}"' in html
    assert html.split("<h1>")[1] != other.split("<h1>")[1]


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"])
def test_error_page_renders_without_any_context(name):
    html = render_to_string(name)

    assert html.count("<h1>") == 1
    assert 'href="/"' in html


def test_header_offers_hats_and_languages():
    hats = [{"pk": 1, "label": "岚江大学", "current": True}, {"pk": 2, "label": "培训基地", "current": False}]
    context = {
        "user": {"is_authenticated": True},
        "hat": hats[0],
        "hats": hats,
        "navigation": [{"label": "课程", "url": "/courses/", "current": True}],
        "languages": [{"code": "en", "label": "English", "url": "/en/", "current": False}],
    }
    html = render_to_string("components/site_header.html", context, request=RequestFactory().get("/"))

    assert '<button name="membership" value="1" aria-current="true">岚江大学</button>' in html
    assert '<button name="membership" value="2">培训基地</button>' in html
    assert '<a href="/courses/" aria-current="page">课程</a>' in html
    assert '<a href="/en/" lang="en" hreflang="en">English</a>' in html


def test_stylesheet_stays_small_and_calls_nothing_from_elsewhere():
    sheet = Path(settings.ROOT, "static/css/platform.css").read_text()

    assert len(sheet.encode()) <= 25 * 1024
    assert "@import" not in sheet
    assert "@font-face" not in sheet
    assert "//" not in sheet.replace("*/", "")
