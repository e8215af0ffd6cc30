"""What leaves a page for somebody else's document: one correct paragraph with numbers, date and source."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Region
from accounts.models.places import Rank
from oversight.selectors import Overview
from staffing.selectors import RatioAnswer


def region_name(region: Region) -> str:
    return _("Whole country") if region.level == Rank.NATIONAL else region.name


def region_paragraph(overview: Overview) -> str:
    total = overview.total
    facts = {
        "day": date_format(overview.as_of, "DATE_FORMAT"),
        "region": region_name(overview.region),
        "institutions": total.institutions,
        "staff": total.ratio.staff,
        "trained": total.ratio.trained,
        "percent": total.ratio.percent_floor,
        "binding": total.binding,
        "met": total.binding_met,
        "value": overview.rule.value,
        "source": overview.rule.text("source"),
    }
    if total.ratio.percent_floor is None:
        return (
            _(
                "As of %(day)s, the %(institutions)s institutions of %(region)s have no professional staff; the ratio "
                "does not apply (%(source)s)."
            )
            % facts
        )
    return (
        _(
            "As of %(day)s, the %(institutions)s institutions of %(region)s have %(staff)s professional staff, each "
            "person counted once, of whom %(trained)s have received specialised training: %(percent)s%% (rounded "
            "down). The requirement of not below %(value)s%% applies to %(binding)s of the institutions and is met by "
            "%(met)s. Source: %(source)s."
        )
        % facts
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
