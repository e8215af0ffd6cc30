"""{% fixed %} … {% endfixed %}: words and addresses that depend on the reader's language alone, made once for each.

The frame around every page and the heads of its tables are made of such parts; made anew for every request they were a
fifth of a page. What would make a part depend on anything else is refused when the template is read.
"""

from collections.abc import Callable
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, TextNode, Token
from django.template.context import Context
from django.template.defaulttags import CommentNode, URLNode
from django.template.library import SimpleNode
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch, get_urlconf
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core.templatetags.ui import home_url

register = template.Library()


class FixedNode(Node):
    """Renders its inside without any context, once per language and set of addresses."""

    def __init__(self, inside: NodeList) -> None:
        self.inside = inside
        self.made: dict[tuple[str | None, str | None], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        key = get_language(), get_urlconf()
        if key not in self.made:
            self.made[key] = self._make(context)
        return self.made[key]

    def _make(self, context: Context) -> SafeString:
        """Nothing where an address does not exist: error pages are drawn under any set of addresses."""
        alone = Context()
        alone.template = context.template
        try:
            return mark_safe("".join(str(node.render_annotated(alone)) for node in self.inside))  # noqa: S308
        except NoReverseMatch:
            return SafeString("")


@register.tag
def fixed(parser: Parser, _token: Token) -> FixedNode:
    inside = parser.parse(("endfixed",))
    parser.delete_first_token()
    for node in inside:
        if not _depends_on_language_alone(node):
            what = node.token.contents if node.token else repr(node)
            raise template.TemplateSyntaxError(f"{what} is not fixed: it depends on more than a language")
    return FixedNode(inside)


def _depends_on_language_alone(node: Node) -> bool:
    check = FIXED.get(type(node))
    return check is not None and check(node)


def _is_constant(expression: FilterExpression | None) -> bool:
    """A text in quotes, as it stands."""
    if expression is None:
        return True
    # The translating tags wrap their text in a variable that holds it.
    literal = getattr(expression.var, "literal", expression.var if not expression.is_var else None)
    return literal is not None and not expression.filters


def _is_constant_word(node: Any) -> bool:
    return not node.asvar and _is_constant(node.filter_expression) and _is_constant(node.message_context)


def _is_constant_address(node: Any) -> bool:
    parts = (node.view_name, *node.args, *node.kwargs.values())
    return not node.asvar and all(_is_constant(part) for part in parts)


FIXED: dict[type[Node], Callable[[Any], bool]] = {
    TextNode: lambda _node: True,
    CommentNode: lambda _node: True,
    TranslateNode: _is_constant_word,
    URLNode: _is_constant_address,
    StaticNode: lambda node: node.varname is None and _is_constant(node.path),
    SimpleNode: lambda node: node.func is home_url and node.target_var is None,
}
