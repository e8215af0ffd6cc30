"""Every field of every table has a class, personal rows say whose they are, and a forgotten one is noticed."""

import re
from datetime import date

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models

from core import data_classes
from core.data_classes import Classified, classified, sheets, unclassified, without_owner
from core.fields import SealedField

PERSON = apps.get_model("accounts", "Person")
# What a column may be called that holds something to hide; each such field is at least C2.
TELLING = re.compile(r"email|phone|mobile|password|secret|number_index|code_hash|document_tail")


def all_models() -> list[type[models.Model]]:
    return list(apps.get_models(include_auto_created=True))


def set_aside() -> set[str]:
    listed = yaml.safe_load((settings.ROOT / data_classes.OTHERS).read_text(encoding="utf-8"))["without_people"]
    return {f"{app}.{name}" for app, names in listed.items() for name in names.split()}


def leads_to(model: type[models.Model], path: str, target: type[models.Model]) -> bool:
    if path == data_classes.HERE:
        return model is target
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    return model is target


def test_every_field_has_a_class():
    ours = set(data_classes.our_models())
    found = [words for model in ours for words in unclassified(model, classified().get(model._meta.label))]

    assert found == [], "\n" + "\n".join(found)


def test_every_table_of_a_framework_is_classified_or_set_aside():
    ours = {model._meta.label for model in data_classes.our_models()}
    # The search index has a table of its own per database.
    theirs = {m._meta.label: m for m in all_models() if m._meta.label not in ours}
    named = {label: classified()[label] for label in theirs if label in classified()}
    found = [words for label, entry in named.items() for words in unclassified(theirs[label], entry)]

    assert found == [], "\n" + "\n".join(found)
    assert sorted(theirs.keys() - named.keys() - set_aside()) == [], f"add these to {data_classes.OTHERS}"


def test_no_entry_outlives_its_model():
    present = {model._meta.label for model in all_models()}

    assert sorted(classified().keys() - present) == []


def test_personal_rows_say_whose_they_are():
    found = [words for entry in classified().values() for words in without_owner(entry)]

    assert found == [], "\n" + "\n".join(found)


def test_ways_lead_to_a_person_or_a_login():
    wrong = []
    for entry in classified().values():
        for path, target in ((entry.person, PERSON), (entry.login, get_user_model())):
            if path and not leads_to(apps.get_model(entry.label), path, target):
                wrong.append(f"{entry.label}: {path}")

    assert wrong == []


def test_sealed_columns_and_telling_names_are_not_underrated():
    low = []
    for model in data_classes.our_models():
        for field in model._meta.local_concrete_fields:
            cls = classified()[model._meta.label].fields[field.name]
            if isinstance(field, SealedField) and cls != "c3":
                low.append(f"{model._meta.label}.{field.name} is sealed and {cls}")
            if TELLING.search(field.name) and cls not in ("c2", "c3"):
                low.append(f"{model._meta.label}.{field.name} is {cls}")

    assert low == []


def test_sheets_are_dated_and_name_no_field_twice():
    for sheet in sheets():
        assert isinstance(sheet.reviewed, date), sheet.path
        content = yaml.safe_load(sheet.path.read_text(encoding="utf-8"))["models"]
        for label, facts in content.items():
            names = " ".join(str(facts.get(cls) or "") for cls in data_classes.CLASSES).split()
            assert len(names) == len(set(names)), f"{sheet.path}: {label}"
            assert facts.keys() <= {*data_classes.CLASSES, "person", "login", "nobody", "about_others"}, (
                f"{sheet.path}: {label}"
            )


# --- negative controls ----------------------------------------------------------------------------------------------
def test_forgotten_field_model_and_ghost_are_noticed():
    entry = classified()["accounts.Person"]
    less = Classified("accounts.Person", {k: v for k, v in entry.fields.items() if k != "latin_name"}, "self")
    more = Classified("accounts.Person", {**entry.fields, "shoe_size": "c2"}, "self")

    assert unclassified(PERSON, less) == [
        "accounts.Person.latin_name has no class: add it under c0, c1, c2 or c3 in accounts/data_classes.yaml."
    ]
    assert unclassified(PERSON, more) == [
        "accounts.Person.shoe_size is in accounts/data_classes.yaml but not in the model: take it out there."
    ]
    assert len(unclassified(PERSON, None)) == 1
    assert "accounts/data_classes.yaml" in unclassified(PERSON, None)[0]
    assert "courses/exams/data_classes.yaml" in unclassified(apps.get_model("exams", "Attempt"), None)[0]
    assert "config/data_classes.yaml" in unclassified(apps.get_model("sessions", "Session"), None)[0]


def test_personal_row_of_nobody_is_noticed():
    assert without_owner(Classified("a.B", {"id": "c1", "name": "c2"})) != []
    assert without_owner(Classified("a.B", {"id": "c1", "name": "c2"}, nobody="invented")) == []
    assert without_owner(Classified("a.B", {"id": "c1"})) == []


@pytest.mark.parametrize("path", ["person", "cohort"])
def test_way_is_followed(path):
    assert leads_to(apps.get_model("courses", "Enrolment"), path, PERSON) is (path == "person")
