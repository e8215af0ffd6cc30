"""The words of the other procedure do not appear in self-regulation: every template, message and letter is read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, pgettext
from django.utils.translation.template import templatize

# In Chinese, as the law of the other procedure has them; in English and Japanese what says the same.
WRONG = {
    "zh-hans": re.compile("失信|惩戒|轻微|一般|严重|公示|信用修复|处罚|黑名单"),
    "en": re.compile(r"dishonest|sanction|punish|penalt|\bminor\b|\bgeneral\b|\bserious\b|publici|blacklist", re.I),
    "ja": re.compile("失信|懲戒|軽微|一般|重大|公示|制裁|処罰"),
}
# What says that it is not public, or that this is not an authority's matter, names the thing and is no use of it.
PLACES = ("templates/credit/rules_of", "templates/emails/rules_of")
CODE = ("credit/*/self_*.py",)
CALLS = {"_", "_now", "gettext", "gettext_lazy", "pgettext_lazy", "pgettext", "text", "day"}


def files() -> list[Path]:
    templates = [path for place in PLACES for path in sorted((settings.ROOT / place).iterdir())]
    return templates + [path for pattern in CODE for path in sorted(settings.ROOT.glob(pattern))]


def messages() -> Iterator[tuple[str, str, str]]:
    """(file, context, message) of everything that is said."""
    for path in files():
        source = path.read_text(encoding="utf-8")
        code = source if path.suffix == ".py" else _calls(templatize(source))
        for context, message in _said(code):
            yield path.name, context, message


def _calls(code: str) -> str:
    """The calls alone: what stands around them is no Python."""
    found = re.findall(
        r"(?:gettext|pgettext|npgettext|ngettext|_)\((?:u?'(?:[^'\\]|\\.)*'(?:, ?)?|u?\"(?:[^\"\\]|\\.)*\"(?:, ?)?)+",
        code,
    )
    return "\n".join(one.rstrip(", ") + ")" for one in found)


def _said(code: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in CALLS:
            continue
        words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if node.func.id.startswith("pgettext") and len(words) == 2:
            yield words[0], words[1]
        elif words:
            yield "", words[0]


def wrong(language: str) -> list[str]:
    with translation.override(language):
        said = [(name, pgettext(context, text) if context else gettext(text)) for name, context, text in messages()]
    return [f"{name}: {words}" for name, words in said if WRONG[language].search(words)]


def test_there_is_much_to_read():
    found = list(messages())

    assert len(files()) >= 20
    assert len({text for _name, _context, text in found}) > 150
    assert {"What may follow", "exclusion from an activity of the body"} <= {text for _name, _context, text in found}


@pytest.mark.parametrize("language", list(WRONG))
def test_no_message_has_a_word_of_the_other_procedure(language):
    assert wrong(language) == []


def test_no_template_has_one_beside_its_messages():
    found = [
        f"{path.name}: {line.strip()}"
        for path in files()
        if path.suffix != ".py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if WRONG["zh-hans"].search(line) or WRONG["en"].search(re.sub(r"\{[%#].*?[%#]\}", "", line))
    ]

    assert found == []


def test_states_and_outcomes_have_none_either():
    from credit.workflow import self_regulation  # noqa: PLC0415

    labels = [
        str(label)
        for one in vars(self_regulation).values()
        if isinstance(one, type) and hasattr(one, "labels")
        for label in one.labels
    ]
    with translation.override("zh-hans"):
        assert [label for label in labels if WRONG["zh-hans"].search(label)] == []


def test_a_wrong_word_would_be_found(monkeypatch):
    """The twin."""
    monkeypatch.setitem(WRONG, "en", re.compile("What may follow"))

    assert len(wrong("en")) >= 1
