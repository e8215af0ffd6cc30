"""What the journey's small browser sends: the form as it stands, with some fields filled in."""

import pytest
from bs4 import BeautifulSoup

from tools.journey.checks import StepFailed
from tools.journey.forms import Form

HTML = """
<form method="post" action="../save/?next=1">
  <input type="hidden" name="token" value="t">
  <input name="name" value="old">
  <input name="locked" value="x" disabled>
  <input type="checkbox" name="seen">
  <input type="checkbox" name="kept" value="yes" checked>
  <label><input type="radio" name="answer" value="1"> first</label>
  <label><input type="radio" name="answer" value="2" checked> second</label>
  <select name="level"><option value="">all</option><option value="J" selected>junior</option></select>
  <textarea name="note">as it was</textarea>
  <input type="file" name="file">
  <button name="go" value="next">next</button><button name="go" value="back">back</button>
</form>
"""
STANDING = [("token", "t"), ("name", "old"), ("kept", "yes"), ("answer", "2"), ("level", "J"), ("note", "as it was")]


@pytest.fixture
def form():
    return Form(BeautifulSoup(HTML, "html.parser").form, "https://site.invalid/a/b/")


def test_form_goes_where_a_browser_would_send_it(form):
    assert (form.method, form.action) == ("POST", "https://site.invalid/a/save/?next=1")


def test_filled_sends_the_form_as_it_stands_with_the_first_button(form):
    assert form.filled({}) == [*STANDING, ("go", "next")]


def test_filled_replaces_ticks_repeats_and_leaves_out(form):
    sent = form.filled({"name": "new", "seen": "on", "answer": ["1", "2"], "kept": None}, button="go=back")

    assert sent == [
        ("token", "t"), ("level", "J"), ("note", "as it was"), ("name", "new"), ("seen", "on"), ("answer", "1"),
        ("answer", "2"), ("go", "back"),
    ]  # fmt: skip


@pytest.mark.parametrize("values", [{"nmae": "typo"}, {"locked": "y"}, {"answer": "3"}, {"level": "S"}])
def test_filled_refuses_what_the_form_does_not_offer(form, values):
    with pytest.raises(StepFailed):
        form.filled(values)


def test_filled_refuses_a_button_that_is_not_there(form):
    with pytest.raises(StepFailed):
        form.filled({}, button="go=on")


def test_option_finds_the_value_behind_a_label(form):
    assert (form.option("level", "juni"), form.option("answer", "second")) == ("J", "2")
