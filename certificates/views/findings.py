"""What the linter of designs found, in words: what is wrong and what to do. The place stands beside it on the page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.pdf.designs.linter import Finding

FILES = {"html": _("HTML"), "css": _("CSS"), "fields": _("Fields"), "layout": _("On the page")}
SAMPLES = {
    "ordinary": _("ordinary data"),
    "minority_name": _("a name of fifty characters"),
    "long_institution": _("an institution with a long name"),
    "three_issuers": _("three issuers"),
    "longest": _("everything as long as it can be"),
}
WORDS: dict[str, Promise] = {
    "too_large": _("The text is too large. Shorten it."),
    "sign_not_allowed": _("There is a sign that nobody sees. Delete it and type the line anew."),
    "not_in_the_language": _("This is not in the language of designs. Use the listed elements and fields alone."),
    "never_closed": _("This is opened and never closed. Close it."),
    "closed_in_the_wrong_place": _("This is closed where it is not open. Put the end where it belongs."),
    "else_without_if": _("There is no open condition here. Put the “else” between “if” and “endif”."),
    "endif_without_if": _("There is no open condition here. Take the “endif” out."),
    "element_not_allowed": _("This element is not allowed. Use the listed ones alone."),
    "attribute_not_allowed": _("This attribute or its value is not allowed. Take it out."),
    "too_deep": _("Elements stand too deep in one another. Make it simpler."),
    "too_much": _("There is too much of it. Make it simpler."),
    "fields_unreadable": _("The fields cannot be read. Compare them with those of a published version."),
    "field_unknown": _("No certificate has this field. Take it out."),
    "field_wrong": _("The width, sizes or lines of this field are not right. Compare them with a published version."),
    "field_undeclared": _("This field is used and not declared. Declare it among the fields."),
    "stack_wrong": _("A stack names fields that have no sizes, or its height is not right. Correct it."),
    "ornament_unknown": _("There is no such ornament. Choose blue, red or none."),
    "style_rule_not_allowed": _("Rules that begin with @ and rules inside of rules are not allowed. Take it out."),
    "selector_not_allowed": _("This selector is not allowed. Use elements and classes alone."),
    "property_not_allowed": _("This property is not allowed. Take it out."),
    "value_not_allowed": _("This value is not allowed. Use plain words and measures in mm, pt or em."),
    "font_outside_the_stack": _("This font is not one of the printed sheet's. Leave the font to the platform."),
    "colour_hard_to_read": _("This colour of text is hard to read on paper. Choose a darker one, as #rrggbb."),
    "required_field_missing": _("Every certificate has to show this field. Put it outside of any condition."),
    "no_place_for_issuer": _(
        "This further issuer is not read on every certificate that has one. Put it under no other condition than its"
        " own."
    ),
    "one_code": _("Every certificate shows one QR code. Put one picture asset:qr outside of any condition."),
    "says_not_what_it_is": _("Every certificate says these words. Put them outside of any condition."),
    "place_of_seal_missing": _("The place of the seal is missing: the picture if there is a seal, else these words."),
    "picture_without_words": _("This picture has no source or no description. Give it both."),
    "word_state": _("These words speak in the state's name. Take them out, or use the exact official designation."),
    "word_qualification": _("These words promise a qualification that this certificate does not give. Take them out."),
    "word_letter": _("These letters are of another writing, or have marks. Write Chinese, Japanese or plain English."),
    "word_emblem": _("Emblems of the state do not stand on certificates. Take it out."),
    "word_foreign_mark": _("This is the mark of a body abroad. Take it out."),
    "name_too_long": _("A long name does not fit. Allow smaller sizes or more lines."),
    "text_too_long": _("A long text does not fit. Allow smaller sizes or more lines."),
    "glyphs_missing": _("The fonts lack a character. Use another one."),
    "pdf_incomplete": _("The page could not be drawn whole. Look at pictures and characters."),
    "more_than_one_page": _("It takes more than one page. Make room."),
    "outside_the_frame": _("This stands outside of the frame. Move it inside."),
    "type_too_small": _("This is set smaller than 6 points. Make it larger."),
    "overlap": _("These two stand over one another. Make room between them."),
    "covered": _("A border or an outline lies on this. Move it, or take the line away."),
    "not_to_be_seen": _("This has to be read on the page and is not. Put it where it is seen."),
    "code_too_small": _("The QR code is smaller than 25 mm. Make it larger."),
    "code_misplaced": _("The QR code is not square or not inside the frame. Correct its measures."),
    "seal_misplaced": _("The round seal is 42 mm wide, on the page and beside the QR code. Correct its measures."),
}


@dataclass(frozen=True)
class Line:
    """One finding as the page shows it."""

    words: Promise
    file: Promise
    line: int
    detail: str
    sample: Promise | str


def in_words(found: list[Finding]) -> list[Line]:
    return [
        Line(
            WORDS[one.problem.code],
            FILES[one.problem.file],
            one.problem.line,
            one.problem.detail,
            SAMPLES.get(one.sample, ""),
        )
        for one in found
    ]
