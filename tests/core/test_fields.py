"""Encrypted columns: nothing readable reaches the database, and a value opens only in its own row and column."""

import re
import sqlite3
import subprocess

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import IdentityDocument, Person
from core.fields import Sealed, blind_index, seal, unseal
from tests.builders import make_person, resident_number

NUMBER = "000000199001010018"


def stored(document: IdentityDocument) -> str:
    """What really stands in the column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM accounts_identitydocument WHERE id = %s", [document.pk])
        return cursor.fetchone()[0]


def store(document: IdentityDocument, token: str) -> None:
    """As somebody with a database shell would."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_identitydocument SET number = %s WHERE id = %s", [token, document.pk])


@pytest.fixture
def document(db):
    return make_person(number=NUMBER).documents.get()


# --- round trips ----------------------------------------------------------------------------------------------------
def test_sealed_value_is_read_as_it_was_written(document):
    assert IdentityDocument.objects.get(pk=document.pk).number == NUMBER


def test_sealed_value_is_stored_as_a_token(document):
    assert re.fullmatch(r"v1:[A-Za-z0-9+/]+=*", stored(document))
    assert NUMBER not in stored(document)


def test_sealed_value_still_reads_after_a_save(document):
    document.save()

    assert document.number == NUMBER
    assert IdentityDocument.objects.get(pk=document.pk).number == NUMBER


def test_saving_what_was_read_keeps_the_token(document):
    before = stored(document)

    IdentityDocument.objects.get(pk=document.pk).save()

    assert stored(document) == before


def test_changed_value_is_sealed_anew(document):
    before = stored(document)
    document.number = "000000198506300024"

    document.save(update_fields=["number"])

    assert stored(document) != before
    assert IdentityDocument.objects.get(pk=document.pk).number == "000000198506300024"


def test_sealed_value_that_a_question_left_out_is_fetched_and_never_empty(document):
    left_out = IdentityDocument.objects.only("type").get(pk=document.pk)

    assert left_out.number == document.number
    assert IdentityDocument(type="passport").number == ""


def test_equal_values_have_different_tokens():
    assert seal(NUMBER, "t:c:1") != seal(NUMBER, "t:c:1")


def test_empty_value_stays_empty(db):
    person = make_person()

    assert Person.objects.get(pk=person.pk).phone == ""


def test_bulk_create_seals(db):
    (person,) = Person.objects.bulk_create([Person(name="何磊", name_key="何磊", phone="13800000018")])

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_person WHERE id = %s", [person.pk])
        token = cursor.fetchone()[0]
    assert re.fullmatch(r"v1:[A-Za-z0-9+/]+=*", token)
    assert Person.objects.get(pk=person.pk).phone == "13800000018"


@given(plain=st.text(min_size=1, max_size=60), binding=st.text(max_size=20))
def test_any_text_survives_sealing(plain, binding):
    assert unseal(seal(plain, binding), binding) == plain


# --- bound to the row -----------------------------------------------------------------------------------------------
def test_token_moved_to_another_row_does_not_open(document):
    other = make_person("何磊").documents.get()
    store(other, stored(document))

    with pytest.raises(InvalidTag):
        _ = IdentityDocument.objects.get(pk=other.pk).number


def test_token_moved_to_another_column_does_not_open(document):
    person = Person.objects.get(pk=document.person_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_person SET phone = %s WHERE id = %s", [stored(document), person.pk])

    with pytest.raises(InvalidTag):
        _ = Person.objects.get(pk=person.pk).phone


def test_token_with_one_changed_bit_does_not_open(document):
    head, body = stored(document).split(":")
    turned = "B" if body[20] != "B" else "C"
    store(document, f"{head}:{body[:20]}{turned}{body[21:]}")

    with pytest.raises(InvalidTag):
        _ = IdentityDocument.objects.get(pk=document.pk).number


def test_token_in_its_own_row_opens(document):
    """The twin of the three above: the same way of storing, nothing moved."""
    store(document, stored(document))

    assert IdentityDocument.objects.get(pk=document.pk).number == NUMBER


def test_another_key_does_not_open(document):
    with override_settings(FIELD_KEYS={1: "33" * 32}), pytest.raises(InvalidTag):
        _ = IdentityDocument.objects.get(pk=document.pk).number


def test_a_new_key_seals_and_the_old_one_still_opens(document):
    with override_settings(FIELD_KEYS={**settings.FIELD_KEYS, 2: "44" * 32}):
        assert IdentityDocument.objects.get(pk=document.pk).number == NUMBER
        assert seal(NUMBER, "t:c:1").startswith("v2:")


# --- ways that would store or search plain text ---------------------------------------------------------------------
@pytest.mark.parametrize(
    "lookup", ["number", "number__icontains", "number__in", "number__isnull", "number__startswith"]
)
def test_lookup_on_a_sealed_column_is_refused(document, lookup):
    value = [NUMBER] if lookup.endswith("in") else NUMBER

    with pytest.raises(FieldError):
        list(IdentityDocument.objects.filter(**{lookup: value}))


def test_update_with_plain_text_is_refused(document):
    before = stored(document)

    with pytest.raises(FieldError), transaction.atomic():
        IdentityDocument.objects.filter(pk=document.pk).update(number="000000198506300024")

    assert stored(document) == before


def test_bulk_update_with_plain_text_is_refused(document):
    before = stored(document)
    document.number = "000000198506300024"

    with pytest.raises(FieldError), transaction.atomic():
        IdentityDocument.objects.bulk_update([document], ["number"])

    assert stored(document) == before


def test_values_give_the_token_only(document):
    (token,) = IdentityDocument.objects.filter(pk=document.pk).values_list("number", flat=True)

    assert isinstance(token, Sealed)
    assert token == stored(document)


def test_annotation_gives_the_token_only(document):
    found = IdentityDocument.objects.annotate(copy=F("number")).get(pk=document.pk)

    assert found.copy == stored(document)


def test_text_of_a_document_shows_the_masked_number(document):
    assert str(document) == "resident_id 000***********0018"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="reads the file")
def test_plain_numbers_are_nowhere_in_the_database_file():
    numbers = [resident_number() for _ in range(30)]
    for number in numbers:
        person = make_person(number=number)
        person.phone = f"139{number[-8:]}"
        person.save(update_fields=["phone"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    bytes_on_disk = database_file()

    assert "高轩".encode() in bytes_on_disk, "the file was read, the names stand in it"
    found = [number for number in numbers if number.encode() in bytes_on_disk or number[6:14].encode() in bytes_on_disk]
    assert found == []
    assert [number for number in numbers if f"139{number[-8:]}".encode() in bytes_on_disk] == []


def database_file():
    """Read by another process: one that closes a file of its own database loses SQLite's locks on it."""
    command = ["cat", str(connection.settings_dict["NAME"])]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="reads the file")
def test_a_number_put_in_by_hand_is_found_in_the_file():
    """The twin: the search above would see a plain number."""
    store(make_person().documents.get(), NUMBER)
    connection.close()
    with sqlite3.connect(connection.settings_dict["NAME"]) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.close()

    assert NUMBER.encode() in database_file()


# --- blind index ----------------------------------------------------------------------------------------------------
def test_blind_index_is_the_same_for_the_same_value():
    assert blind_index("identity_document", NUMBER) == blind_index("identity_document", NUMBER)


def test_blind_index_differs_by_value_and_by_purpose():
    made = {blind_index("a", "1"), blind_index("a", "2"), blind_index("b", "1"), blind_index("a\x00", "1")}

    assert len(made) == 4


def test_blind_index_depends_on_its_key():
    before = blind_index("identity_document", NUMBER)

    with override_settings(BLIND_INDEX_KEY="55" * 32):
        assert blind_index("identity_document", NUMBER) != before


def test_blind_index_is_64_hex_digits_and_holds_nothing_of_the_value():
    made = blind_index("identity_document", NUMBER)

    assert re.fullmatch(r"[0-9a-f]{64}", made)


def test_a_document_is_found_by_its_index_alone(document):
    assert IdentityDocument.objects.get(number_index=document.number_index).pk == document.pk
    assert document.number_index == blind_index("identity_document", f"resident_id:{NUMBER}")
