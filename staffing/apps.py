"""Ratio rules, the share of trained staff, and its proof."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.marks import EVERYTHING, Marked, Marks
from core.spans import NoOverlap
from core.triggers import Draft
from staffing.rules import WORDS

# Nothing hangs on a row when it is new.
_UPDATE = ("update",)


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = _("Staffing")
    append_only: ClassVar[list[str]] = [
        "staffing_ratioprooffile",
        "staffing_ratioproofsample",
        "staffing_filingperiod",
        "staffing_returncheck",
        "staffing_returnversion",
        "staffing_returnreceipt",
        "staffing_returndecision",
        "staffing_returnreminder",
    ]
    # What an institution entered stays; the steps of the authority write beside it. A rule is law once it is adopted.
    frozen: ClassVar[dict[str, list[str]]] = {
        "staffing_ratiorule": ["state", "adopted_at", "adopted_by_id", "salt"],
        "staffing_sealedcount": [
            "state", "document_number", "confirmed_at", "ended_on", "ended_at", "annulled_at", "counted_to",
            "gave_way_to_id",
        ],
        # Both are sealed: written anew under a later key, and the second emptied when somebody is erased.
        "staffing_ratioproof": ["secret"],
        "staffing_ratioproofentry": ["opening"],
        "staffing_ratioreturn": ["state", "filed_turn"],
        "staffing_ratiopublication": ["valid_to"],
        "staffing_filingcall": ["state", "withdrawn_at", "withdrawn_because"],
        # The question stands; the answer and the judgement come later.
        "staffing_returnanomaly": [
            "answer", "answered_at", "answered_by_id", "judgement", "judged_because", "judged_at", "judged_by_id",
        ],
    }  # fmt: skip
    drafts: ClassVar[dict[str, Draft]] = {"staffing_ratiorule": Draft("draft", [*WORDS, "written_by_id"])}
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
        ],
        "staffing_ratiopublication": [
            NoOverlap(
                name="ratio_published_once_at_a_time", same=("institution_id",), start="valid_from", end="valid_to"
            )
        ],
    }

    # Whatever a figure of the ratio follows from.
    marks: ClassVar[Marks] = Marks(
        into="staffing_figuremark",
        tables={
            "accounts_appointment": Marked(
                (("institution", "institution_id"),),
                (
                    "person_id", "institution_id", "start_date", "end_date", "professional", "employment_type",
                    "full_time", "voided_at",
                ),
            ),
            "accounts_leaveofabsence": Marked((("post", "appointment_id"),), ("appointment_id",), ("insert",)),
            "accounts_person": Marked((("person", "id"), ("person", "merged_into_id")), ("merged_into_id",), _UPDATE),
            "accounts_institution": Marked(
                (("institution", "id"), ("institution", "parent_id")), ("category", "region_id", "parent_id")
            ),
            "accounts_trainingbase": Marked((("institution", "host_id"),), ("host_id",)),
            "accounts_designation": Marked(
                (("institution", "institution_id"), ("base", "base_id")),
                ("institution_id", "base_id", "kind", "valid_from", "valid_to"),
            ),
            "accounts_region": Marked(((EVERYTHING, ""),), ("path", "parent_id"), _UPDATE),
            "courses_level": Marked(((EVERYTHING, ""),), ("code",), _UPDATE),
            "courses_trainingrecord": Marked(
                (("person", "person_id"), ("record", "replaces_id")),
                ("person_id", "replaces_id", "track", "level_id", "base_id", "completed_on", "standing"),
            ),
            "courses_trainingrecordannulment": Marked((("record", "record_id"),), ("record_id",)),
            "staffing_sealedcount": Marked(
                (("institution", "institution_id"),),
                (
                    "institution_id", "staff", "trained", "valid_from", "valid_to", "confirmed_at", "ended_on",
                    "ended_at", "annulled_at",
                ),
            ),
        },
    )  # fmt: skip

    def ready(self) -> None:
        import staffing.tasks  # noqa: F401, PLC0415 - puts the ratio on the first page once the apps are loaded
        from staffing.selectors.desks import put_up_desks  # noqa: PLC0415 - models are loaded by now

        put_up_desks()
