"""Words of evaluation schemes in the reader's language."""

from django import template

from credit.models.schemes import in_language as _in_language

register = template.Library()


@register.filter
def in_language(texts: dict[str, str]) -> str:
    return _in_language(texts)
