"""The public part of an entity's credit file for machines: the same lines as its page, by the same matrix."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from accounts.selectors import find_institution
from core import clock
from credit.exports import interface_entries
from credit.rules.publication import Audience, matrix_on
from credit.selectors.files import public_records_of
from credit.selectors.lines import lines_of, with_voice

router = Router(tags=["credit"])
# More stand in the table of open data.
MOST = 500


class Refusal(Schema):
    detail: str


class Entity(Schema):
    uscc: str
    name: str


class PublicFile(Schema):
    """`prevails`: adverse information is published by competent departments; on any difference 信用中国 is right."""

    institution: Entity
    matrix: str
    entries: list[dict[str, Any]]
    prevails: str


@router.get("/institutions/{uscc}/credit", response={200: PublicFile, 404: Refusal}, auth=None)
def public_file(request: HttpRequest, uscc: str) -> Status[dict[str, Any]]:
    """What everybody is shown of an entity's file."""
    entity = find_institution(uscc)
    if entity is None or not entity.uscc:
        return Status(404, {"detail": "not found"})
    lines = lines_of(with_voice(public_records_of(entity))[:MOST], Audience.PUBLIC)
    return Status(
        200,
        {
            "institution": {"uscc": entity.uscc, "name": entity.name},
            "matrix": matrix_on(clock.today()).version,
            "entries": interface_entries(lines),
            "prevails": "https://www.creditchina.gov.cn",
        },
    )
