"""Ratio rules and the share of trained staff."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.spans import NoOverlap


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = _("Staffing")
    append_only: ClassVar[list[str]] = ["staffing_ratiorule"]
    # What an institution entered stays; the steps of the authority write beside it.
    frozen: ClassVar[dict[str, list[str]]] = {
        "staffing_sealedcount": [
            "state", "document_number", "confirmed_at", "ended_on", "ended_at", "annulled_at", "counted_to",
            "gave_way_to_id",
        ]
    }  # fmt: skip
    # Nobody is counted twice: one number per institution and day.
    no_overlap: ClassVar[dict[str, list[NoOverlap]]] = {
        "staffing_sealedcount": [
            NoOverlap(
                name="sealed_count_once_at_a_time",
                same=("institution_id",),
                start="valid_from",
                end="counted_to",
                only=(("state", "IN ('confirmed', 'ended')"),),
            )
        ]
    }
