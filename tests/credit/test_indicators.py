"""Indicators of a draft are added, changed and removed by form; what is proposed or adopted stands."""

from dataclasses import replace

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from credit import services
from credit.forms.indicators import IndicatorForm
from credit.models import EvaluationScheme
from credit.rules.evaluation import LANGUAGES, Source, indicators_of, leaves_of, shares_of, unit_of
from tests.builders import officer, regulator
from tests.credit.cases import refused
from tests.credit.evaluating import make_scheme, scheme
from tests.credit.test_evaluation_pages import page, press, text

pytestmark = pytest.mark.django_db


def said(words):
    return dict.fromkeys(LANGUAGES, words)


INDICATOR = services.IndicatorWords(
    code="open_days", titles=said("开放日"), definition=said("开放日次数"), evidence=said("记录"), weight=5,
    source="entered", begins=0, full=10, group="facilities", unit="count",
)  # fmt: skip


@pytest.fixture
def author():
    return regulator()


@pytest.fixture
def draft():
    return make_scheme(region_path="990000/", code="ZONE")


def weights(found):
    found.refresh_from_db()
    return {leaf["code"]: leaf["weight"] for leaf in leaves_of(found.tree)}


def put(author, draft, instead_of="", **changed):
    words = replace(INDICATOR, **changed)
    return services.put_indicator(actor=author, scheme=draft, indicator=words, instead_of=instead_of)


def test_indicator_is_added_to_its_group_and_can_be_computed_with(author, draft):
    before = weights(draft)
    put(author, draft)

    assert weights(draft) == {**before, "open_days": 5}
    added = draft.tree[0]["indicators"][-1]
    assert (draft.tree[0]["code"], added["code"], added["unit"]) == ("facilities", "open_days", "count")
    assert "open_days" in [one.code for one in indicators_of(draft.tree)]
    assert draft.written_by == author


def test_indicator_begins_a_group_of_its_own(author, draft):
    put(author, draft, group="", group_titles=said("开放共享"))
    put(author, draft, code="visits", group="", group_titles=said("参观"))

    draft.refresh_from_db()
    assert [(one["code"], one["titles"]["zh-hans"]) for one in draft.tree[-2:]] == [
        ("group_1", "开放共享"), ("group_2", "参观"),
    ]  # fmt: skip


def test_indicator_is_changed_in_its_place_or_moved(author, draft):
    order = list(weights(draft))
    put(author, draft, "archives_and_fees", code="archives_and_fees", group="organisation", weight=25)
    assert (list(weights(draft)), weights(draft)["archives_and_fees"]) == (order, 25)

    put(author, draft, "archives_and_fees", code="archives_and_fees", group="results")
    draft.refresh_from_db()
    assert [leaf["code"] for leaf in draft.tree[2]["indicators"]] == ["trained", "pass_rate", "archives_and_fees"]


def test_last_indicator_takes_its_group_along(author, draft):
    services.remove_indicator(actor=author, scheme=draft, code="rooms_and_material")

    draft.refresh_from_db()
    assert "facilities" not in [one["code"] for one in draft.tree]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"code": "trained"}, "indicator_twice"), ({"begins": 10}, "indicator_cannot_be"),
        ({"source": "ratio"}, "indicator_not_known"),
    ],
)  # fmt: skip
def test_indicator_that_cannot_be_is_refused(author, draft, changed, fault):
    before = weights(draft)
    with pytest.raises(DomainError) as refusal:
        put(author, draft, **changed)
    assert (refusal.value.code, refusal.value.facts["faults"]) == ("scheme_faulty", [fault])
    assert weights(draft) == before


@pytest.mark.parametrize("weight", [0, -5, 101])
def test_weight_lies_between_one_and_a_hundred(author, draft, weight):
    refused("weight_cannot_be", services.put_indicator, actor=author, scheme=draft,
            indicator=replace(INDICATOR, weight=weight))  # fmt: skip


def test_what_is_not_there_is_neither_changed_nor_removed_nor_filled(author, draft):
    refused("no_such_indicator", put, author=author, draft=draft, instead_of="nothing")
    with pytest.raises(DomainError, match="no_such_indicator"):
        services.remove_indicator(actor=author, scheme=draft, code="nothing")
    refused("no_such_group", put, author=author, draft=draft, group="nothing")


def test_draft_whose_weights_do_not_add_up_is_not_proposed(author, draft):
    put(author, draft)
    refused("scheme_faulty", services.propose_scheme, actor=author, scheme=draft)

    put(author, draft, "trained", code="trained", group="results", source="trained", weight=15)
    assert services.propose_scheme(actor=author, scheme=draft).state == "proposed"


@pytest.mark.parametrize("state", ["proposed", "adopted"])
def test_indicators_of_what_is_proposed_or_adopted_stand(author, state):
    frozen = make_scheme(state, region_path="990000/", code="ZONE")
    before = weights(frozen)
    with pytest.raises(WrongState):
        put(author, frozen)
    with pytest.raises(WrongState):
        services.remove_indicator(actor=author, scheme=frozen, code="trained")
    assert weights(frozen) == before


def test_nobody_else_changes_them_and_whoever_did_adopts_nothing(author, draft):
    for other in (regulator("980000"), officer()):
        with pytest.raises(NotAllowed):
            put(other, draft)
        with pytest.raises(NotAllowed):
            services.remove_indicator(actor=other, scheme=draft, code="trained")
    second = regulator()
    put(second, draft, "trained", code="trained", group="results", source="trained", weight=20)
    services.propose_scheme(actor=author, scheme=draft)
    refused("same_person_twice", services.adopt_scheme, actor=second, scheme=draft)
    assert AuditEntry.objects.filter(verb="credit.evaluationscheme.write", actor=second.pk).count() == 1


def test_units_follow_from_where_a_value_comes_from():
    units = {source.value: unit_of(source) for source in Source}
    assert units == {
        "ratio": "percent", "trained": "count", "pass_rate": "percent", "hours": "count",
        "filed_on_time": "percent", "entered": "score",
    }  # fmt: skip


def test_shares_are_exact_and_add_up():
    shares = shares_of(scheme().tree)
    assert (str(shares["rooms_and_material"]), sum(shares.values())) == ("3/20", 1)


# --- pages ----------------------------------------------------------------------------------------------------------
BODY = {
    "code": "open_days", "group": "facilities", "source": "entered", "unit": "count", "weight": 5, "begins": 0,
    "full": 10,
    **{f"{name}_{language}": "开放日" for name in ("titles", "definition", "evidence") for language in LANGUAGES},
}  # fmt: skip


def test_page_of_a_draft_shows_exact_shares_their_sum_and_what_is_missing(client, author, draft):
    whole = text(page(client, author, "open_scheme", draft.pk))
    assert ("3/20" in whole, "1/20" in whole) == (True, False)
    services.remove_indicator(actor=author, scheme=draft, code="rooms_and_material")
    shown = page(client, author, "open_scheme", draft.pk)

    assert (shown.context["sum"], str(shown.context["rest"])) == ("17/20", "3/20")
    assert "17/20" in text(shown)


def test_indicator_is_added_changed_and_removed_by_its_pages(client, author, draft):
    assert press(client, author, "new_indicator", draft.pk, **BODY).status_code == 302
    assert weights(draft)["open_days"] == 5
    filled = page(client, author, "indicator", draft.pk, "open_days").context["form"]
    assert (filled["weight"].value(), filled["unit"].value(), filled["group"].value()) == (5, "count", "facilities")

    assert press(client, author, "indicator", draft.pk, "open_days", **BODY | {"weight": 7}).status_code == 302
    assert weights(draft)["open_days"] == 7
    press(client, author, "indicator", draft.pk, "open_days", remove="1")
    assert "open_days" not in weights(draft)


def test_faults_come_back_with_what_was_typed(client, author, draft):
    for changed, field in (({"full": 0}, "full"), ({"begins": 10}, "full"), ({"group": ""}, "group_titles_zh-hans")):
        form = press(client, author, "new_indicator", draft.pk, **BODY | changed).context["form"]
        assert form.errors[field]
        assert form["titles_ja"].value() == "开放日"
    form = press(client, author, "new_indicator", draft.pk, **BODY | {"code": "trained"}).context["form"]
    assert form.non_field_errors()


def test_what_is_proposed_has_no_such_pages(client, author):
    frozen = make_scheme("proposed", region_path="990000/", code="ZONE")
    for name, args in (("new_indicator", [frozen.pk]), ("indicator", [frozen.pk, "trained"])):
        assert page(client, author, name, *args).status_code == 404
        assert press(client, author, name, *args, **BODY).status_code == 404
    assert reverse("credit:new_indicator", args=[frozen.pk]) not in text(page(client, author, "open_scheme", frozen.pk))


def test_form_offers_what_the_platform_can_compute_of_whom_it_is_about():
    found = EvaluationScheme.objects.get(code="PERSON_PRACTICE")
    form = IndicatorForm(kind=found.subject_kind, tree=found.tree)
    assert {code for code, _label in form.fields["source"].choices} == {"hours", "trained", "entered"}
