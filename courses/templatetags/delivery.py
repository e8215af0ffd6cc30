"""How states, attendance and class hours of the courses room are shown: presentation only."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import pgettext

register = template.Library()

TONES = {
    "ok": "completed admitted attending issued confirmed_by_base confirmed_by_regulator accepted",
    "no": "refused failed cancelled annulled",
    "soon": "applied waitlisted claimed assessing submitted drawn noticed answered lapsed",
}
TONE_OF = {state: tone for tone, states in TONES.items() for state in states.split()}
MAP_CLASSES = {"present": "a", "online": "b", "leave": "c", "absent": "d"}


@register.filter
def state_tone(state: str) -> str:
    """ok, no, soon or neutral for a state of a cohort, an enrolment or a training record."""
    return TONE_OF.get(str(state), "neutral")


@register.filter
def class_hours(value: Decimal | int | None) -> str:
    """48 or 36.5: one decimal where there is one."""
    number = Decimal(value or 0)
    return number_format(number.quantize(Decimal(1)) if number == number.to_integral_value() else round(number, 1))


@register.filter
def plain_number(value: Decimal | int | None) -> str:
    """For attributes such as those of <progress>, which know no language."""
    return str(value or 0)


@register.filter
def map_class(status: str) -> str:
    return MAP_CLASSES.get(status, "")


@register.filter
def map_sign(status: str) -> str:
    """One character per attendance: the map never tells by colour alone."""
    signs = {
        "present": "✓",
        "online": pgettext("one character: attended online", "O"),
        "leave": pgettext("one character: on leave", "L"),
        "absent": pgettext("one character: absent", "A"),
    }
    return signs.get(status, "")


@register.filter
def mark_tone(status: str) -> str:
    return {"present": "ok", "online": "ok", "leave": "soon", "absent": "no"}.get(status, "neutral")
