"""What the database itself refuses of a letter, whatever writes it."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from credit.models import CaseLetter
from tests.credit.cases import Authority
from tests.credit.letters import written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]


@pytest.fixture
def desk():
    return Authority()


BROKEN = {
    "letter_of_one_case_and_its_track": {"kind": "self_notice"},
    "letter_about_a_repair": {"kind": "repair"},
    "letter_edition_with_its_reason": {"why": ""},
    "letter_has_bytes": {"docx_size": 0},
}


def row_of(letter, **wrong):
    """Another edition of the letter, with something wrong about it."""
    fields = {f.attname: getattr(letter, f.attname) for f in CaseLetter._meta.concrete_fields if f.name != "id"}
    other = {"uuid": uuid4(), "storage_name": "other", "docx_storage_name": "other.docx"}
    other |= {"edition": 2, "supersedes_id": letter.pk, "why": "x"}
    return CaseLetter(**{**fields, **other, **wrong})


@pytest.mark.parametrize("name", BROKEN)
def test_database_refuses_a_letter_that_is_not_whole(desk, name):
    letter = written(desk.noticed())["filing"]

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row_of(letter, **BROKEN[name]).save()


def test_database_refuses_a_second_one_of_the_same_edition(desk):
    letter = written(desk.noticed())["filing"]

    with pytest.raises(IntegrityError), transaction.atomic():
        row_of(letter, edition=1, supersedes_id=None, why="").save()


def test_database_takes_another_edition_that_is_whole(desk):
    """The twin."""
    row_of(written(desk.noticed())["filing"]).save()


def test_letters_are_append_only(desk):
    letter = written(desk.noticed())["filing"]

    for act in (lambda: CaseLetter.objects.filter(pk=letter.pk).update(why="x"), lambda: letter.delete()):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            act()
