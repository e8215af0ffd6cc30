"""Forms as they stand in the HTML: what a browser would send, with some fields filled in."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import Tag

from tools.journey.checks import StepFailed

# File name, bytes, kind of file: what a browser sends for an uploaded file.
Upload = tuple[str, bytes, str]
NEVER_SENT = {"submit", "image", "button", "reset", "file"}
TICKABLE = {"checkbox", "radio"}


class Form:
    """One form of a page; filling a field that it does not have is a failure, as is a choice it does not offer."""

    def __init__(self, tag: Tag, page_url: str) -> None:
        self.tag = tag
        self.page_url = page_url
        self.action = urljoin(page_url, str(tag.get("action") or ""))
        self.method = str(tag.get("method") or "get").upper()

    @property
    def path(self) -> str:
        return urlsplit(self.action).path

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(str(control["name"]) for control in self._controls()))

    @property
    def text(self) -> str:
        return " ".join(self.tag.get_text(" ").split())

    def has(self, name: str) -> bool:
        return name in self.names

    def options(self, name: str) -> dict[str, str]:
        """What can be chosen in a field: value -> label."""
        found: dict[str, str] = {}
        for control in self._controls():
            if control["name"] != name:
                continue
            if control.name == "select":
                found |= {str(o.get("value", o.text)): o.get_text(" ", strip=True) for o in control.select("option")}
            elif control.get("type") in TICKABLE:
                found[str(control.get("value", "on"))] = self._label(control)
        return found

    def option(self, name: str, label: str) -> str:
        """The value of the choice whose label holds the text."""
        options = self.options(name)
        for value, text in options.items():
            if label in text:
                return value
        raise StepFailed(f"choice of {name} in {self.path}", expected=label, got=options)

    def filled(self, values: Mapping[str, Any], *, button: str = "") -> list[tuple[str, str]]:
        """Name and value of every field in order; a list fills a field several times, None leaves it out."""
        self._refuse_unknown(values)
        fields = [pair for pair in self._standing() if pair[0] not in values]
        for name, value in values.items():
            for one in value if isinstance(value, list | tuple) else [value]:
                if one is not None:
                    fields.append((name, str(one)))
        return [*fields, *self._pressed(button)]

    def _controls(self) -> Iterator[Tag]:
        for control in self.tag.select("input[name], select[name], textarea[name], button[name]"):
            if not control.has_attr("disabled"):
                yield control

    def _standing(self) -> Iterator[tuple[str, str]]:
        for control in self._controls():
            name, kind = str(control["name"]), str(control.get("type", "text"))
            if control.name == "button" or kind in NEVER_SENT:
                continue
            if control.name == "select":
                yield from ((name, value) for value in _selected(control))
            elif control.name == "textarea":
                yield name, control.get_text()
            elif kind not in TICKABLE or control.has_attr("checked"):
                yield name, str(control.get("value", "on" if kind in TICKABLE else ""))

    def _pressed(self, button: str) -> Iterator[tuple[str, str]]:
        """The button that is pressed: the one named `name=value`, else the first that has a name."""
        buttons = self.tag.select("button[name], input[type=submit][name]")
        pairs = [(str(one["name"]), str(one.get("value", ""))) for one in buttons if one.get("type") != "button"]
        if button:
            wanted = tuple(button.split("=", 1))
            if wanted not in pairs:
                raise StepFailed(f"button in {self.path}", expected=button, got=pairs)
            yield wanted[0], wanted[1]
        elif pairs:
            yield pairs[0]

    def _refuse_unknown(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if not self.has(name):
                raise StepFailed(f"field in {self.path}", expected=name, got=self.names)
            offered = self.options(name)
            wanted = value if isinstance(value, list | tuple) else [value]
            if missing := [one for one in wanted if offered and one is not None and str(one) not in offered]:
                raise StepFailed(f"choice of {name} in {self.path}", expected=missing, got=offered)

    def _label(self, control: Tag) -> str:
        label = control.find_parent("label")
        if label is None and control.get("id"):
            label = self.tag.select_one(f'label[for="{control["id"]}"]')
        return label.get_text(" ", strip=True) if label else ""


def _selected(control: Tag) -> list[str]:
    options = control.select("option")
    chosen = [option for option in options if option.has_attr("selected")]
    if not chosen and not control.has_attr("multiple"):
        chosen = options[:1]
    return [str(option.get("value", option.text)) for option in chosen]
