"""Pages of ratio rules: law for everybody, drafts for officers, two people by hand; what is refused comes back."""

from datetime import date

import pytest
from django.urls import reverse

from staffing.models import RatioRule
from staffing.workflow import RuleState
from tests.builders import make_appointment, make_institution, make_person, make_rule, officer, regulator

pytestmark = pytest.mark.django_db
NEW = {"document_number": "国科〔2027〕1号", "valid_from": "2027-01-01"}


def address(name, *arguments):
    return reverse(f"staffing:{name}", args=arguments)


def filled_in(answer, **changed):
    """What a browser would send of the page's form."""
    form = answer.context["form"]
    fields = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: value for name, value in fields.items() if value not in (None, False)}
    return sent | changed


def test_everybody_reads_what_is_adopted_and_nobody_a_draft(client):
    law, draft = RatioRule.objects.get(version="2022-1"), make_rule()

    assert "国科发区〔2022〕263号" in client.get(address("rules")).content.decode()
    page = client.get(address("rule", law.pk)).content.decode()
    assert "不低于" in page
    assert "建立专业人员队伍" in page
    assert client.get(address("rule", draft.pk)).status_code == 404
    assert client.get(address("open_rule", draft.pk)).status_code == 302


def test_differences_of_two_versions_are_anybodys(client):
    new, old = (RatioRule.objects.get(version=one) for one in ("2022-1", "2020-1"))

    page = client.get(address("compare_rules"), {"before": old.pk, "after": new.pk}).content.decode()

    assert "国科发区〔2020〕133号" in page
    assert make_rule().pk not in [
        int(one) for one, _label in client.get(address("rules")).context["compare"].fields["before"].choices
    ]


def test_differences_in_other_languages_stand_apart_behind_the_readers_own(client):
    law = RatioRule.objects.get(version="2022-1")
    changed = {language: {**words, "title": f"T-{language}"} for language, words in law.texts.items()}
    other = make_rule("adopted", code="OTHER", texts=changed | {"ja": law.texts["ja"]})

    shown = client.get("/en" + address("compare_rules"), {"before": law.pk, "after": other.pk}).context["differences"]

    assert [line.after for line in shown.here if line.after.startswith("T-")] == ["T-en"]
    assert [(code, [line.after for line in lines]) for code, _name, lines in shown.elsewhere] == [
        ("zh-hans", ["T-zh-hans"])
    ]


def test_drafts_are_compared_by_those_who_see_them_alone(client):
    law, draft = RatioRule.objects.get(version="2022-1"), make_rule("draft", code="DRAFTED")
    asked, page = {"before": law.pk, "after": draft.pk}, "/en" + address("compare_rules")

    for reader in (None, officer(), regulator("990000")):
        if reader:
            client.force_login(reader)
        answer = client.get(page, asked)
        assert (answer.context["pair"], "DRAFTED" in answer.content.decode()) == (None, False)
    client.force_login(regulator("000000"))
    answer = client.get(page, asked)
    assert answer.context["pair"] == [law, draft]
    assert "DRAFTED" in answer.content.decode()


def open_folds(answer):
    return [spoken for spoken, is_open, _fields in answer.context["form"].folds() if is_open]


def test_words_of_other_languages_are_folded_until_something_in_them_is_wrong(client):
    client.force_login(regulator("000000"))
    law = RatioRule.objects.get(version="2022-1")
    page = client.get(address("new_rule", law.pk))
    assert (open_folds(page), page.content.decode().count('<details class="help" open>')) == (["中文"], 1)

    answer = client.post(address("new_rule", law.pk), filled_in(page, **{**NEW, "title_ja": ""}))

    assert (open_folds(answer), answer.content.decode().count('id="id_title_ja_error"')) == (["中文", "日本語"], 1)
    form = answer.context["form"]
    folded = {field.name for _spoken, _open, fields in form.folds() for field in fields}
    assert {field.name for field in form.plain_fields()} | folded == set(form.fields)


def test_one_writes_and_proposes_and_another_adopts(client):
    author, other = regulator("000000"), regulator("000000")
    law = RatioRule.objects.get(version="2022-1")
    client.force_login(author)
    page = client.get(address("new_rule", law.pk))

    titles = {f"title_{language}": "75%" for language in ("zh-hans", "en", "ja")}
    made = client.post(address("new_rule", law.pk), filled_in(page, value=75, valid_from="2027-01-01", **titles))
    rule = RatioRule.objects.get(state=RuleState.DRAFT)
    assert (made.status_code, made.url, rule.value, rule.drafted_from) == (302, address("open_rule", rule.pk), 75, law)
    assert "75%" in client.get(address("open_rule", rule.pk)).content.decode()
    client.post(address("propose_rule", rule.pk))
    client.post(address("adopt_rule", rule.pk))
    rule.refresh_from_db()
    assert rule.state == RuleState.PROPOSED

    client.force_login(other)
    client.post(address("adopt_rule", rule.pk))

    rule.refresh_from_db()
    assert (rule.state, rule.adopted_by) == (RuleState.ADOPTED, other)
    assert client.get(address("rule", rule.pk)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": 101}, "value"),
        ({"value": 100, "comparator": "gt"}, "value"),
        ({"tracks": []}, "tracks"),
        ({"binds": "scope"}, "binding_designation"),
        ({"binding_designation": ""}, "binding_designation"),
        ({"valid_to": "2000-01-01"}, "valid_to"),
        ({"region": "没有的地方"}, "region"),
        ({"title_ja": ""}, "title_ja"),
        ({"value": 75}, "title_en"),
        ({"valid_from": ""}, "valid_from"),
    ],
)
def test_what_cannot_be_comes_back_filled(client, changed, field):
    client.force_login(regulator("000000"))
    law = RatioRule.objects.get(version="2022-1")
    page = client.get(address("new_rule", law.pk))

    answer = client.post(address("new_rule", law.pk), filled_in(page, **{**NEW, **changed}))

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert "国科〔2027〕1号" in answer.content.decode()
    assert not RatioRule.objects.filter(state=RuleState.DRAFT).exists()


def test_province_cannot_change_the_nations_requirement_by_the_form(client):
    client.force_login(regulator("990000"))
    law = RatioRule.objects.get(version="2022-1")
    page = client.get(address("new_rule", law.pk))

    for region in ("000000", "990000"):
        sent = filled_in(page, region=region, code=law.code, valid_from="2027-01-01")
        answer = client.post(address("new_rule", law.pk), sent)
        assert answer.status_code == 200
        assert answer.context["form"].errors
    # The form begins with the own region and without a name.
    assert (page.context["form"].initial["region"], page.context["form"].initial["code"]) == ("990000", "")
    sent = filled_in(page, code="OWN_RULE", valid_from="2027-01-01")
    assert client.post(address("new_rule", law.pk), sent).status_code == 302


def test_effect_is_shown_before_anybody_adopts(client):
    place = make_institution(name="甲机构")
    make_appointment(make_person(), place, professional=False)
    rule = make_rule("proposed", staff_counted="all")
    client.force_login(regulator())

    assert client.get(address("rule_effect", rule.pk)).status_code == 404
    client.force_login(regulator("000000"))
    page = client.get(address("rule_effect", rule.pk), {"on": "2026-06-30", "show": "flips"})

    assert [line.institution for line in page.context["page"]] == [place]
    assert "甲机构" in page.content.decode()
    # It binds here neither now nor then, and both sides say so.
    row = page.content.decode().partition("甲机构")[2].partition("</tr>")[0]
    assert row.count("仅供参考") == 2
    assert client.get(address("rule_effect", rule.pk), {"on": "??"}).context["form"].errors


def test_cockpit_shows_the_other_ways_to_count(client):
    place = make_institution()
    make_appointment(make_person(), place, share=50)
    make_rule("adopted", code="LOCAL", valid_from=date(2026, 1, 1))
    client.force_login(officer(place))

    page = client.get(address("ratio", place.pk)).content.decode()

    assert "0.50" in page
    assert "2020-1" in page
    assert "LOCAL" not in page


def test_officer_of_an_institution_manages_nothing(client):
    rule = make_rule("proposed")
    client.force_login(officer())

    for name in ("open_rule", "edit_rule", "rule_effect"):
        assert client.get(address(name, rule.pk)).status_code == 404
    assert client.post(address("adopt_rule", rule.pk)).status_code == 404
