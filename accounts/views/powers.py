"""The table of powers as anybody who is signed in reads it: role by permission, and who gives whom which role."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.middleware import SignedInRequest
from accounts.permissions import GRANTINGS, PLACE_OF, Role
from accounts.permissions.powers import power_table, role_columns

PLACE_WORDS = {"base": _("training base"), "institution": _("institution"), "admin_body": _("administrative body")}


@require_safe
def powers(request: SignedInRequest) -> HttpResponse:
    roles = role_columns()
    context = {
        "roles": roles,
        "rooms": [(room, name, lines) for room, name, lines in power_table() if lines],
        "places": [(role.label, PLACE_WORDS[PLACE_OF[role]]) for role in roles],
        "grantings": [
            {
                "giver": Role(granting.giver).label,
                "roles": [role.label for role in roles if role in granting.roles],
                "reach": granting.reach.label,
            }
            for granting in GRANTINGS
        ],
        "mine": request.hat.role if request.hat else "",
    }
    return render(request, "accounts/powers.html", context)
