"""Designs for joint issue: a place for each body, never one left out, nothing over another with the longest names."""

from dataclasses import replace

import pypdf
import pytest

from certificates.models import CertificateTemplate, TemplateVersion
from certificates.pdf import renderer, sheet
from certificates.pdf.designs import boxes, linter
from certificates.pdf.designs.design import shipped
from certificates.pdf.designs.samples import SAMPLES, co_issuers, sample, sample_for
from certificates.rules import LONGEST_NAMES
from certificates.selectors.designs import Standing
from core.errors import DomainError
from tests.certificates.builders import drawn_certificate

JOINT = ["completion-joint", "level-joint"]


def design(key="completion-joint", **texts):
    return replace(shipped(key), **texts)


def html(old, new):
    made = shipped("completion-joint")
    assert old in made.html
    return replace(made, html=made.html.replace(old, new))


def codes(found):
    return {one.code for one in linter.read(found)}


@pytest.mark.parametrize("key", JOINT)
def test_designs_for_joint_issue_are_clean_with_each_number_of_bodies(key):
    assert shipped(key).places == 3
    assert linter.lint(shipped(key)) == []


@pytest.mark.parametrize("key", ["completion", "level"])
def test_designs_from_before_have_no_place(key):
    assert shipped(key).places == 0


def test_sample_of_three_issuers_is_a_list_whose_names_are_as_long_as_one_may_be():
    for body in sample_for("three_issuers", 3).facts["co_issuers"]:
        for language, most in LONGEST_NAMES.items():
            assert most - 2 <= len(body[language]) <= most
    assert "co_issuers" not in sample_for("three_issuers", 0).facts
    assert all("co_issuers" not in sample(name).facts for name in SAMPLES)


@pytest.mark.parametrize("key", JOINT)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_name_is_read_on_the_page(key, number):
    certificate = drawn_certificate(facts={"co_issuers": co_issuers(number)})
    document = renderer.lay_out(certificate, design=shipped(key))
    said = "".join("".join(one.words.split()) for one in boxes.of(document))
    for body in co_issuers(number):
        for name in body.values():
            assert "".join(name.split()) in said


def test_names_without_room_would_be_found():
    crowded = design(css=shipped("completion-joint").css + ".pair { height: 8mm }")
    assert "overlap" in {one.problem.code for one in linter.laid_out(crowded)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{{ co_issuer_2_zh }}", ""),
        ("{{ co_issuer_2_zh }}", "{% if latin_name %}{{ co_issuer_2_zh }}{% endif %}"),
        ("{{ co_issuer_2_zh }}", "{% if co_issuer_3_zh %}{{ co_issuer_2_zh }}{% endif %}"),
        ("{% if co_issuer_2_zh %}", "{% if filing_number %}"),
    ],
)
def test_place_that_is_not_there_on_every_certificate_is_none(old, new):
    made = html(old, new)
    assert made.places == 1
    assert "no_place_for_issuer" in codes(made)


@pytest.mark.parametrize(("key", "number"), [("completion", 1), ("level", 3)])
def test_nothing_is_drawn_without_one_of_its_issuers(key, number):
    certificate = drawn_certificate(facts={"co_issuers": co_issuers(number)})
    for draw in (renderer.draw, renderer.lay_out):
        with pytest.raises(DomainError, match="no_place_for_issuers"):
            draw(certificate, design=shipped(key))


def test_fewer_places_than_bodies_are_too_few():
    made = html("{{ co_issuer_3_zh }}", "")
    assert made.places == 2
    sheet.values(drawn_certificate(facts={"co_issuers": co_issuers(2)}), design=made)
    with pytest.raises(DomainError, match="no_place_for_issuers"):
        sheet.values(drawn_certificate(facts={"co_issuers": co_issuers(3)}), design=made)


def test_file_and_its_facts_name_everybody(tmp_path):
    certificate = drawn_certificate(facts={"co_issuers": co_issuers(1)})
    (tmp_path / "one.pdf").write_bytes(renderer.draw(certificate, design=shipped("completion-joint")).body)
    with (tmp_path / "one.pdf").open("rb") as file:
        author = pypdf.PdfReader(file).metadata.author
    assert author == "岚江大学培训基地、" + co_issuers(1)[0]["zh"]
    assert co_issuers(1)[0]["zh"].encode() in sheet.facts_json(certificate)
    assert b"co_issuers" not in sheet.facts_json(drawn_certificate())


# --- which one draws --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("key", JOINT)
def test_designs_for_joint_issue_are_rows_with_the_words_of_their_files(key):
    version = TemplateVersion.objects.select_related("template").get(template__key=key)
    assert sheet.version_design(version) == shipped(key)
    assert (version.state, version.shipped, version.template.joint) == ("published", True, True)


@pytest.mark.django_db
@pytest.mark.parametrize(("level", "kind"), [("JUNIOR", "completion"), ("SENIOR", "level")])
def test_design_for_joint_issue_draws_where_others_issue_too_and_nothing_else(level, kind):
    standing = Standing.today()
    assert standing.of(level).template.key == kind
    assert standing.of(level, joint=True).template.key == f"{kind}-joint"
    TemplateVersion.objects.filter(template__key=f"{kind}-joint").update(state="retired", valid_to="2026-01-01")
    assert Standing.today().of(level, joint=True).template.key == kind


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["completion", "level"])
def test_processes_from_before_joint_issue_draw_with_what_they_knew(kind):
    """They take the newest of a kind and know nothing of the mark."""
    rows = TemplateVersion.objects.filter(template__kind=kind, shipped=True).order_by("-valid_from", "-published_at")
    assert rows.select_related("template")[0].template.key == kind


@pytest.mark.django_db
def test_only_the_shipped_ones_are_for_joint_issue():
    assert sorted(CertificateTemplate.objects.filter(joint=True).values_list("key", flat=True)) == JOINT
