"""The publication matrix: who is shown which field, written down here a second time and on purpose."""

from datetime import date

import pytest

from credit.rules.publication import CATEGORIES, FIELDS, Audience, Subject, matrix_on, read, shown_fields

DAY = date(2026, 11, 28)
PARTNER_PERSON = "kind about occurred_on category publisher standing disputed"
EVERYTHING_PERSON = "kind about occurred_on category publisher document standing disputed statement recorded_at"
EVERYTHING_ENTITY = "kind about unit occurred_on category publisher document standing disputed statement recorded_at"
PUBLIC_ENTITY = "kind about unit occurred_on category publisher standing disputed"
PARTNER_ENTITY = "kind about unit occurred_on category publisher document standing disputed"
# audience -> (subject, category) -> fields; what is not named is shown nothing of.
SNAPSHOTS = {
    "public": {("entity", "basic"): PUBLIC_ENTITY, ("entity", "positive"): PUBLIC_ENTITY},
    "institution": {("entity", "basic"): PUBLIC_ENTITY, ("entity", "positive"): PUBLIC_ENTITY},
    "partner": {
        ("person", "positive"): PARTNER_PERSON,
        ("entity", "basic"): PARTNER_ENTITY,
        ("entity", "positive"): PARTNER_ENTITY,
        ("entity", "adverse"): PARTNER_ENTITY,
    },
    "region": {
        (subject, category): {"person": EVERYTHING_PERSON, "entity": EVERYTHING_ENTITY}[subject]
        for subject in ("person", "entity")
        for category in ("basic", "positive", "adverse", "other")
    },
    "subject": {
        (subject, category): {"person": EVERYTHING_PERSON, "entity": EVERYTHING_ENTITY}[subject]
        for subject in ("person", "entity")
        for category in ("basic", "positive", "adverse", "other")
    },
}


@pytest.mark.parametrize("audience", Audience.values)
def test_audience_is_shown_exactly_this(audience):
    shown = {
        (subject, category): " ".join(fields)
        for subject in Subject.values
        for category in CATEGORIES
        if (fields := shown_fields(audience, category, subject=subject, on=DAY))
    }

    assert shown == SNAPSHOTS[audience]


def test_nothing_about_people_and_nothing_adverse_is_public():
    public = {cell for cell in matrix_on(DAY).cells if cell[2] == Audience.PUBLIC}

    assert {subject for subject, _category, _audience in public} == {"entity"}
    assert {category for _subject, category, _audience in public} == {"basic", "positive"}


def test_before_the_first_version_nothing_is_shown():
    with pytest.raises(LookupError):
        shown_fields("subject", "basic", subject="person", on=date(2025, 12, 31))


def test_unknown_audience_or_category_is_shown_nothing():
    assert shown_fields("employer", "positive", subject="person", on=DAY) == ()
    assert shown_fields("region", "rumour", subject="person", on=DAY) == ()


@pytest.mark.parametrize(
    ("subject", "category", "audience", "names", "words"),
    [
        ("person", "positive", "public", ["kind"], "never public"),
        ("person", "adverse", "public", ["kind"], "never public"),
        ("entity", "adverse", "public", ["kind"], "never public"),
        ("entity", "basic", "everybody", ["kind"], "unknown name"),
        ("entity", "rumour", "region", ["kind"], "unknown name"),
        ("entity", "basic", "region", ["score"], "unknown name"),
    ],
)
def test_version_that_law_forbids_is_no_version(subject, category, audience, names, words):
    entry = {"version": "x", "valid_from": DAY, "source": "x", "person": {}, "entity": {}}
    entry[subject] = {category: {audience: names}}

    with pytest.raises(ValueError, match=words):
        read(entry)


def test_every_field_has_a_word():
    assert len({str(label) for label in FIELDS.values()}) == len(FIELDS)
