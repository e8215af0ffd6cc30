"""Why an item or a measure was not entered, in the reader's words."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "item_listed": _("This edition of the catalogue has an item of this number already."),
    "measure_listed": _("There is a measure of this short name already."),
    "is_a_list": _("A list of dishonest subjects is no measure: such lists are made by law alone."),
    "ends_in_past": _("The last day cannot lie in the past: cases may rest on it."),
    "ended_already": _("Its end is entered already."),
}
