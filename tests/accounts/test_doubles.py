"""Doubles: found, joined so that every room counts one person, parted so that it counts two again."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.access import can
from accounts.identifiers import resident_check_character
from accounts.models import IdentityCheck, IdentityDocument, NotADouble, Person, PersonMerge
from accounts.permissions import Permission
from accounts.selectors import doubles, is_checked
from accounts.selectors.doubles import likely_doubles, side_of
from accounts.services import correct_name, dismiss_double, merge_persons, save_profile, unmerge_persons
from accounts.services.doubles import index_twins
from certificates.selectors.lists import my_certificates
from core import audit, clock
from core.errors import NotAllowed, WrongState
from courses.selectors.records import training_records
from staffing.selectors import institution_ratio, region_ratios
from tests.accounts.profiles import refused
from tests.accounts.worlds import make_world
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator
from tests.courses.builders import make_record

pytestmark = pytest.mark.django_db
BORN = "00000019880412"


@pytest.fixture
def institution(db):
    return make_institution()


def number_of(sequence):
    return f"{BORN}{sequence}{resident_check_character(f'{BORN}{sequence}')}"


def record_of(name="郭启", sequence="001", institution=None, user=None):
    person = make_person(name, number=number_of(sequence), user=user)
    if institution:
        make_appointment(person, institution, post="合同管理")
    return person


@pytest.fixture
def pair(institution):
    first, second = record_of(sequence="001", institution=institution), record_of(sequence="003")
    make_appointment(second, institution, post="项目总监", start=date(2025, 1, 1))
    index_twins()
    return first, second


def merge(pair, actor=None, **fields):
    first, second = pair
    return merge_persons(
        **{"actor": actor or regulator(), "merged": second, "into": first, "reason": "同一人", **fields}
    )


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


# --- finding --------------------------------------------------------------------------------------------------------
def test_same_name_and_birth_date_make_a_pair(pair):
    assert likely_doubles(regulator()) == [pair]


def test_another_name_or_another_day_makes_none(institution):
    record_of("郭启", "001", institution)
    record_of("何磊", "003", institution)
    make_appointment(make_person("郭启", number="000000198804130013"), institution)
    index_twins()

    assert likely_doubles(regulator()) == []


def test_index_says_nothing_of_the_birth_date(pair):
    indexes = set(IdentityDocument.objects.values_list("twin_index", flat=True))

    assert len(indexes) == 1
    assert len(indexes.pop()) == 64
    assert index_twins() == 0


def test_passport_has_no_twin(institution):
    person = make_person("郭启")
    IdentityDocument.objects.create(person=person, type="passport", number="E12345678", number_index="x")
    index_twins()

    assert IdentityDocument.objects.get(type="passport").twin_index == "-"


def test_corrected_name_is_compared_anew(pair):
    from accounts.selectors import system_user  # noqa: PLC0415

    correct_name(actor=system_user(), person=pair[1], name="郭齐", reason="误写")
    index_twins()

    assert likely_doubles(regulator()) == []


def test_pairs_reach_offices_that_reach_both(pair, institution):
    elsewhere = make_institution(code="980000")
    third = record_of(sequence="005", institution=elsewhere)
    index_twins()

    assert likely_doubles(regulator()) == [pair]
    assert len(likely_doubles(regulator("000000"))) == 3
    for actor in (regulator("980000"), officer(institution)):
        assert likely_doubles(actor) == []
        assert signed_in(actor).get(f"/doubles/{pair[0].pk}/{third.pk}/").status_code == 404


def test_nobody_joins_parts_or_dismisses_the_own_record(institution):
    actor = regulator()
    own, other = record_of(institution=institution, user=actor), record_of(sequence="003", institution=institution)
    merged = merge((own, other))

    assert refused(lambda: unmerge_persons(actor=actor, merge=merged, reason="r")) == "own_record"
    unmerge_persons(actor=regulator(), merge=merged, reason="认错")
    assert refused(lambda: merge((own, other), actor)) == "own_record"
    for pair in ((own, other), (other, own)):
        assert refused(lambda pair=pair: dismiss_double(actor=actor, first=pair[0], second=pair[1], reason="r")) == (
            "own_record"
        )
    assert not NotADouble.objects.exists()


def test_dismissed_pair_does_not_come_back(pair):
    dismiss_double(actor=regulator(), first=pair[1], second=pair[0], reason="双胞胎")
    dismiss_double(actor=regulator(), first=pair[0], second=pair[1], reason="again")

    assert likely_doubles(regulator()) == []
    assert NotADouble.objects.get().reason == "双胞胎"


@pytest.mark.parametrize("first", ["elsewhere", "dismissed"])
def test_limit_counts_what_waits_for_the_actor_only(institution, monkeypatch, first):
    """Groups out of reach and pairs that are decided take nobody's place in the list."""
    monkeypatch.setattr(doubles, "MOST_GROUPS", 1)
    place = make_institution(code="980000") if first == "elsewhere" else institution
    names = ["郭启", "何磊", "卢毅"]
    pairs = [[record_of(name, f"{n}{m}1", place) for m in "01"] for n, name in enumerate(names)]
    index_twins()
    # The list is cut in the order of the index: the pair that stands first in it is the one that must not count.
    order = IdentityDocument.objects.order_by("twin_index").values_list("person__name", flat=True)
    chosen = next(pair for pair in pairs if pair[0].name == order[0])
    if first == "elsewhere":
        for pair in pairs:
            if pair is not chosen:
                for one in pair:
                    make_appointment(one, institution)
    else:
        dismiss_double(actor=regulator(), first=chosen[0], second=chosen[1], reason="双胞胎")

    [found] = likely_doubles(regulator())

    assert found[0].name != chosen[0].name


# --- one person in every room, then two again -----------------------------------------------------------------------
def test_ratio_counts_one_then_two_again(pair, institution):
    make_record(pair[1], completed_on=date(2025, 5, 1))

    def figures():
        ratio, region = institution_ratio(institution).ratio, region_ratios(regulator(), "990000/")[0].ratio
        return (ratio.trained, ratio.staff, region.trained, region.staff)

    before = figures()
    merged = merge(pair)
    joined = figures()
    unmerge_persons(actor=regulator(), merge=merged, reason="认错")

    assert (before, joined, figures()) == ((1, 2, 1, 2), (1, 1, 1, 1), (1, 2, 1, 2))


def test_training_and_certificates_of_the_double_are_the_survivors_own(institution):
    world, user = make_world("990000"), make_user()
    double, survivor = world.person, record_of(institution=institution, user=user)
    Person.objects.filter(pk=double.pk).update(user=None)
    seen = lambda: (training_records(user).count(), my_certificates(user).count())  # noqa: E731
    assert seen() == (0, 0)

    merged = merge((survivor, double))

    # Two of the world's trainings, and the claim of its evidence from elsewhere.
    assert seen() == (3, 1)
    unmerge_persons(actor=regulator(), merge=merged, reason="认错")
    assert seen() == (0, 0)


def test_institution_of_the_survivor_sees_the_training_of_the_double(institution):
    survivor, double = record_of(institution=institution), record_of(sequence="003")
    record, actor = make_record(double, completed_on=date(2025, 5, 1)), officer(institution)
    assert not can(actor, Permission.TRAINING_RECORD_VIEW, record)

    merged = merge((survivor, double), actor=regulator("000000"))

    assert can(actor, Permission.TRAINING_RECORD_VIEW, record)
    unmerge_persons(actor=regulator("000000"), merge=merged, reason="认错")
    assert not can(actor, Permission.TRAINING_RECORD_VIEW, record)


def test_check_of_the_double_holds_for_the_survivor(pair):
    first, second = pair
    standing = {"standing": "checked_at_desk", "checked_at": clock.now(), "checked_by": make_user()}
    IdentityCheck.objects.create(person=second, **standing)
    assert not is_checked(first)

    merged = merge(pair)

    assert is_checked(Person.objects.get(pk=first.pk))
    unmerge_persons(actor=regulator(), merge=merged, reason="认错")
    assert not is_checked(Person.objects.get(pk=first.pk))


def test_card_shows_the_posts_of_both_and_the_double_leads_there(pair, institution):
    merge(pair)
    client = signed_in(officer(institution))

    for person in pair:
        page = client.get(f"/people/{person.pk}/").content.decode()
        assert page.count("合同管理") == page.count("项目总监") == 1


def test_nothing_is_moved(pair):
    before = {person.pk: side_of(regulator(), person.pk).counts for person in pair}
    merged = merge(pair)
    unmerge_persons(actor=regulator(), merge=merged, reason="认错")

    after = {person.pk: side_of(regulator(), person.pk).counts for person in pair}
    # The two entries about the merge itself are the only new rows.
    for pk, counts in before.items():
        assert counts[:-1] == after[pk][:-1]


def test_document_of_the_double_leads_to_the_survivor(pair):
    merge(pair)

    result = save_profile(actor=make_user(), name="郭启", document_type="resident_id", number=number_of("003"))

    assert result.claim is None or result.claim.person == pair[0]


# --- refusals -------------------------------------------------------------------------------------------------------
def test_chains_are_never_made(pair, institution):
    third = record_of(sequence="005", institution=institution)
    merge(pair)

    assert refused(merge, (third, pair[0])) == "has_doubles"
    assert refused(merge, (pair[1], third)) == "already_merged"
    assert refused(merge, (third, pair[1])) == "already_merged"
    assert set(Person.objects.exclude(merged_into=None).values_list("pk", "merged_into")) == {(pair[1].pk, pair[0].pk)}


def test_two_logins_are_not_joined(institution):
    pair = record_of(institution=institution, user=make_user()), record_of(sequence="003", user=make_user())
    make_appointment(pair[1], institution, post="x")

    assert refused(merge, pair) == "both_have_logins"


def test_login_is_never_hidden(institution):
    pair = record_of(institution=institution), record_of(sequence="003", user=make_user())
    make_appointment(pair[1], institution, post="x")

    assert refused(merge, pair) == "login_would_hide"
    merge((pair[1], pair[0]))


def test_merge_needs_a_reason_and_two_people(pair):
    assert refused(merge, pair, reason=" ") == "reason_missing"
    assert refused(merge, (pair[0], pair[0])) == "same_person"


def test_only_high_offices_that_reach_both_join(pair, institution):
    for actor in (officer(institution), regulator("990100"), regulator("980000"), make_user()):
        with pytest.raises(NotAllowed):
            merge(pair, actor=actor)

    assert PersonMerge.objects.count() == 0


def test_merge_is_taken_back_once(pair):
    merged = merge(pair)
    unmerge_persons(actor=regulator(), merge=merged, reason="认错")

    with pytest.raises(WrongState):
        unmerge_persons(actor=regulator(), merge=PersonMerge.objects.get(pk=merged.pk), reason="again")
    verbs = audit.entries_about(pair[1]).values_list("verb", flat=True)
    assert [verb for verb in verbs if "merge" in verb] == ["accounts.person_merged", "accounts.person_unmerged"]


# --- pages ----------------------------------------------------------------------------------------------------------
def test_officer_compares_joins_and_parts_on_the_pages(pair):
    client, (first, second) = signed_in(regulator()), pair
    assert f"/doubles/{first.pk}/{second.pk}/" in client.get("/doubles/").content.decode()
    page = client.get(f"/doubles/{first.pk}/{second.pk}/").content.decode()
    assert number_of("001") not in page

    client.post(f"/doubles/{first.pk}/{second.pk}/", {"verdict": "first", "reason": "同一人"})
    assert Person.objects.get(pk=second.pk).merged_into == first
    client.post(f"/doubles/merges/{PersonMerge.objects.get().pk}/undo/", {"reason": "认错"})
    assert Person.objects.get(pk=second.pk).merged_into is None


@pytest.mark.parametrize("size", [1, 3])
def test_list_asks_the_same_whatever_the_pairs(institution, django_assert_num_queries, size):
    for n in range(size):
        for tail in ("0012", "0039"):
            person = make_person("郭启", number=f"000000198804{n + 10}{tail}")
            make_appointment(person, institution, post=f"{n}{tail}")
    index_twins()
    client = signed_in(regulator())
    client.get("/doubles/")

    with django_assert_num_queries(8):
        page = client.get("/doubles/")
    assert len(page.context["page_obj"].object_list) == size


# --- what the database promises -------------------------------------------------------------------------------------
def test_nobody_is_merged_into_oneself(pair):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=pair[0].pk).update(merged_into=pair[0].pk)


def test_merges_are_append_only(pair):
    merge(pair)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonMerge.objects.update(reason="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonMerge.objects.all().delete()


def test_pair_is_kept_in_one_order(pair):
    fields = {"reason": "r", "at": clock.now(), "by": make_user()}
    with pytest.raises(IntegrityError), transaction.atomic():
        NotADouble.objects.create(first=pair[1], second=pair[0], **fields)
