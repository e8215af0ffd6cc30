"""What leaves a page for somebody else's document: a paragraph with numbers, date and source, or a table."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Region
from accounts.models.places import Rank
from core.exports import CSV, csv_table, table
from courses.models import Cohort
from oversight.selectors import Overview
from staffing.selectors import RatioAnswer
from staffing.selectors.regions import Shortfalls


def region_name(region: Region) -> str:
    return _("Whole country") if region.level == Rank.NATIONAL else region.local_name


def region_paragraph(overview: Overview) -> str:
    """Only what applies is said: no percentage of nobody, no requirement where no institution is bound."""
    total = overview.total
    facts = {
        "day": date_format(overview.as_of, "DATE_FORMAT"),
        "region": _("the whole country") if overview.region.path == "" else overview.region.local_name,
        "institutions": total.institutions,
        "staff": total.ratio.staff,
        "trained": total.ratio.trained,
        "percent": total.ratio.percent_floor,
        "binding": total.binding,
        "met": total.binding_met,
        "value": overview.rule.value,
        "source": overview.rule.text("source"),
    }
    return str(_wording(overview) % facts)


def _wording(overview: Overview) -> str:
    if overview.total.ratio.percent_floor is None:
        return _(
            "As of %(day)s, %(region)s has no professional staff (institutions: %(institutions)s); the ratio does not "
            "apply (%(source)s)."
        )
    if not overview.total.binding:
        return _(
            "As of %(day)s, %(region)s has %(staff)s professional staff (institutions: %(institutions)s; each person "
            "counted once), of whom %(trained)s have received specialised training: %(percent)s%% (rounded down). "
            "Source: %(source)s."
        )
    return _(
        "As of %(day)s, %(region)s has %(staff)s professional staff (institutions: %(institutions)s; each person "
        "counted once), of whom %(trained)s have received specialised training: %(percent)s%% (rounded down). Pilot "
        "institutions that meet the requirement of not below %(value)s%%: %(met)s of %(binding)s. Source: %(source)s."
    )


def institution_paragraph(answer: RatioAnswer) -> str:
    """The sentence of the institution's own ratio page, word for word, so that both say the same."""
    facts = {
        "name": answer.institution.name,
        "day": date_format(answer.as_of, "DATE_FORMAT"),
        "staff": answer.ratio.staff,
        "trained": answer.ratio.trained,
        "percent": answer.ratio.percent_floor,
        "value": answer.rule.value,
        "outcome": answer.ratio.outcome.label,
        "source": answer.rule.text("source"),
    }
    if answer.ratio.percent_floor is None:
        return _("As of %(day)s, %(name)s has no professional staff; the ratio does not apply (%(source)s).") % facts
    return (
        _(
            "As of %(day)s, %(name)s has %(staff)s professional staff, of whom %(trained)s have received specialised "
            "training: %(percent)s%% (rounded down), requirement not below %(value)s%%, %(outcome)s. "
            "Source: %(source)s."
        )
        % facts
    )


def institutions_table(answers: Iterable[RatioAnswer], kind: str) -> bytes:
    """The listed institutions, each line with its day and rule, so that it can stand alone."""
    lines = (_line(answer) for answer in answers)
    return csv_table(_heads(), lines) if kind == CSV else table(_("Institutions"), _heads(), lines)


def _heads() -> list[str]:
    return [
        _("Institution"),
        _("Unified social credit code"),
        _("Part of"),
        _("Region"),
        _("Trained"),
        _("Professional staff"),
        _("Share (rounded down)"),
        _("Outcome"),
        _("Requirement"),
        _("People short"),
        _("As of"),
        _("Rule version"),
    ]


def _line(answer: RatioAnswer) -> list[str | int]:
    institution, ratio = answer.institution, answer.ratio
    return [
        institution.name,
        institution.uscc or "",
        institution.parent.name if institution.parent else "",
        institution.region.local_name,
        ratio.trained,
        ratio.staff,
        f"{ratio.percent_floor}%" if ratio.percent_floor else "",
        str(ratio.outcome.label),
        _("applies") if answer.binding else _("reference only"),
        ratio.shortfall,
        answer.as_of.isoformat(),
        answer.rule.version,
    ]


def shortfalls_table(found: Shortfalls, kind: str) -> bytes:
    """Everybody short of trained staff, with the nearest class; each line can stand alone as in the other table."""
    heads = [*_heads(), _("Nearest class with a free seat"), _("Its base"), _("It ends on"), _("Free seats")]
    lines = ([*_line(one.answer), *_class(one.nearest)] for one in found.short)
    return csv_table(heads, lines) if kind == CSV else table(_("Shortfall"), heads, lines)


def _class(cohort: Cohort | None) -> list[str | int]:
    if cohort is None:
        return [_("none ends in time"), "", "", ""]
    return [cohort.title, cohort.base.name, cohort.ends_on.isoformat(), cohort.seats_left]  # type: ignore[attr-defined]
