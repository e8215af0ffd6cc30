"""Returns in words: what an anomaly asks, why a figure moved, what will be public."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.selectors.staff import people_by_id
from core.errors import DomainError
from staffing.models import FilingPeriod, ReturnAnomaly
from staffing.rules.anomalies import AnomalyKind
from staffing.selectors.returns import Period
from staffing.selectors.then_now import ThenNow

REFUSALS: dict[str, Promise] = {
    "wrong_state": gettext_lazy(
        "This is no longer possible: the return has moved on in the meantime. Nothing was changed."
    ),
    "day_not_over": gettext_lazy("The day is not over yet: it is checked from the day after on."),
    "period_not_open": gettext_lazy("This period has not begun yet."),
    "period_of_others": gettext_lazy("This period does not ask your institution."),
    "answer_missing": gettext_lazy("Please say what happened."),
    "reason_missing": gettext_lazy("Please say why. Nothing was changed."),
    "window_over": gettext_lazy(
        "The window to correct is over. Write to the authority: it can send the return back or correct it."
    ),
    "attester_missing": gettext_lazy("Name and post of whoever attests are needed."),
    "glyphs_missing": gettext_lazy("The fonts lack characters for the receipt: %(characters)s"),
    "check_moved": gettext_lazy("It was checked again in the meantime. Read the new figures before you attest."),
    "anomalies_open": gettext_lazy("Not every question has been answered. Nothing was filed."),
    "figures_moved": gettext_lazy("The figures have changed since they were checked. Check again and read them anew."),
    "version_moved": gettext_lazy("Another version was filed in the meantime. Read it first; nothing was decided."),
    "anomalies_unjudged": gettext_lazy("Judge each question first; where one remains, send the return back."),
    "own_institution": gettext_lazy("You work or act for this institution: somebody else decides."),
    "nobody_competent": gettext_lazy("The table of competences names no body that receives returns of this region."),
    "other_body_competent": gettext_lazy("Another body receives the returns of this region."),
    "same_person_twice": gettext_lazy("You had a hand in this return: somebody else decides."),
    "nothing_to_correct": gettext_lazy(
        "The figure as known now is the one that was filed: there is nothing to correct."
    ),
}


def refusal(error: DomainError) -> str:
    """What people read; whatever has no words is no refusal of this page."""
    if error.code not in REFUSALS:
        raise error
    return str(REFUSALS[error.code]) % error.facts


def why_left_out(code: str) -> str:
    """Of a list that was accepted in one step."""
    return str(REFUSALS.get(code, _("Decide on it by itself: it could not be accepted with the others.")))


def asked(anomaly: ReturnAnomaly) -> str:
    """The question with its figures."""
    facts: Mapping[str, Any] = anomaly.facts
    if anomaly.kind == AnomalyKind.JUMP:
        days = {name: _day(facts[name]) for name in ("from", "to")}
        return _(
            "From %(from)s to %(to)s the ratio went from %(before_trained)s/%(before_staff)s to "
            "%(after_trained)s/%(after_staff)s: more than %(limit)s points."
        ) % {**facts, **days}
    return str(SENTENCES[anomaly.kind]) % facts


SENTENCES: dict[str, Promise] = {
    AnomalyKind.JOINING: gettext_lazy("%(people)s of %(staff)s joined in the %(days)s days up to the day."),
    AnomalyKind.LEAVING: gettext_lazy("%(people)s left within %(days)s days of the day; %(staff)s counted on it."),
    AnomalyKind.ROSTERS: gettext_lazy(
        "%(people)s of the staff count at several institutions that day, up to %(institutions)s."
    ),
    AnomalyKind.OTHER_DATES: gettext_lazy(
        "%(people)s were entered again at one time, in the same post, from another day on."
    ),
    AnomalyKind.FLAG: gettext_lazy(
        "%(people)s untrained in post were professional staff within the last %(days)s days and are not any more."
    ),
}


def told(anomalies: list[ReturnAnomaly], *, names: bool) -> list[dict[str, Any]]:
    """Each with its question; `names`: for whoever may read the roster."""
    people = people_by_id({pk for one in anomalies for pk in one.people}) if names else {}
    return [
        {"row": one, "asked": asked(one), "names": [people[pk].name for pk in one.people if pk in people]}
        for one in anomalies
    ]


def why_moved(found: ThenNow) -> list[str]:
    """One sentence per cause, each with how many people it is about."""
    counts = (
        (len(found.annulled), _annulled), (found.untrained - len(found.annulled), _untrained),
        (found.trained, _trained), (found.gone, _gone), (found.come, _come),
    )  # fmt: skip
    sentences = [words(count) for count, words in counts if count]
    if found.sealed:
        sentences.append(_("The sealed count of secret posts is another one now."))
    return sentences


def public_from(period: Period, today: date) -> str:
    """From when on figures of the period may be shown, as a sentence."""
    row: FilingPeriod = period.row
    if not row.published:
        return _("Returns of this period are not published; the authority alone reads the figure.")
    return _("Shown to everybody after %(day)s, once the authority has accepted it.") % {
        "day": date_format(period.correct_until.day, "DATE_FORMAT")
    }


def _annulled(count: int) -> str:
    return ngettext(
        "The training record of %(count)s person was annulled: it never counted.",
        "The training records of %(count)s people were annulled: they never counted.",
        count,
    ) % {"count": count}


def _untrained(count: int) -> str:
    return ngettext(
        "The training of %(count)s person counts no longer: its record was corrected.",
        "The training of %(count)s people counts no longer: their records were corrected.",
        count,
    ) % {"count": count}


def _trained(count: int) -> str:
    return ngettext(
        "%(count)s person counts as trained by a record that was entered later.",
        "%(count)s people count as trained by records that were entered later.",
        count,
    ) % {"count": count}


def _gone(count: int) -> str:
    return ngettext(
        "%(count)s person does not count among the staff of that day any more: the roster was corrected.",
        "%(count)s people do not count among the staff of that day any more: the roster was corrected.",
        count,
    ) % {"count": count}


def _come(count: int) -> str:
    return ngettext(
        "%(count)s person counts among the staff of that day by a row that was entered later.",
        "%(count)s people count among the staff of that day by rows that were entered later.",
        count,
    ) % {"count": count}


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT")
