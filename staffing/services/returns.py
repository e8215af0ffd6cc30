"""Returns by the institution: declared, checked, answered, attested by a named officer, filed with a receipt.

The figures are computed and never typed. What was filed stays; another word is another version.
"""

from datetime import date
from typing import Any

from django.db import transaction

from accounts.access import office_of, require
from accounts.models import Institution, User
from accounts.permissions import Permission
from accounts.services.places import require_system
from certificates.pdf.fonts import rare_characters
from core import audit, clock, outbox
from core.errors import DomainError, WrongState
from core.workflow import advance
from staffing.models import (
    FilingPeriod,
    RatioReturn,
    ReturnAnomaly,
    ReturnCheck,
    ReturnVersion,
)
from staffing.rules.calendar import Call, calls
from staffing.selectors.anomalies import anomalies_in
from staffing.selectors.calls import calls_to_open
from staffing.selectors.ratios import RatioAnswer, institution_ratio
from staffing.selectors.returns import Period, has_staff_list, is_about, with_days
from staffing.selectors.versions import rule_on
from staffing.workflow import RATIO_RETURN_STEPS, ReturnState

DRAW = "staffing.draw_return_receipt"


# --- periods --------------------------------------------------------------------------------------------------------
def open_periods(*, actor: User) -> list[FilingPeriod]:
    """Once a day: what the calendar's calls, and those of regions, ask for now. What is over is not asked for
    afterwards; again is once."""
    today = clock.today()
    asked = [(call, day) for call in calls() for day in call.days_near(today) if call.opens_on(day) <= today]
    asked += [(one.call, one.as_of) for one in calls_to_open(today)]
    return [
        open_period(actor=actor, call=call, as_of=day) for call, day in asked if today <= last_days(call, day).due.day
    ]


@transaction.atomic
def open_period(*, actor: User, call: Call, as_of: date) -> FilingPeriod:
    """The period of one day by a call: data of the system, entered by the day's round."""
    require_system(actor)
    period, made = FilingPeriod.objects.get_or_create(
        code=call.code, as_of=as_of, defaults=_words(call, as_of) | {"opened_at": clock.now()}
    )
    if made:
        audit.record(actor, "staffing.filing_period_opened", period, code=call.code, as_of=as_of.isoformat())
    return period


def last_days(call: Call, day: date) -> Period:
    """The period as it would be opened, unsaved, with its last days."""
    return with_days([FilingPeriod(code=call.code, as_of=day, **_words(call, day))])[0]


def _words(call: Call, day: date) -> dict[str, Any]:
    return {
        "opens_on": call.opens_on(day),
        "due_working_days": call.due_working_days,
        "correct_working_days": call.correct_working_days,
        "obliges": call.obliges,
        "categories": list(call.categories),
        "region_path": call.region_path,
        "rule_code": call.rule,
        "published": call.published,
        "reminder_days": list(call.reminder_days),
        "texts": {language: dict(words) for language, words in call.texts.items()},
    }


# --- the institution --------------------------------------------------------------------------------------------------
@transaction.atomic
def declare_return(*, actor: User, institution: Institution, period: FilingPeriod) -> RatioReturn:
    """The institution begins its return of the period; again is the same as once. Raises `period_not_open`,
    `period_of_others`."""
    require(actor, Permission.RETURN_FILE, institution)
    if period.opens_on > clock.today():
        raise DomainError("period_not_open")
    if not is_about(period, institution) or not has_staff_list(institution):
        raise DomainError("period_of_others")
    Institution.objects.select_for_update().get(pk=institution.pk)
    if begun := RatioReturn.objects.filter(institution=institution, period=period).first():
        return begun
    made = RatioReturn.objects.create(
        institution=institution, period=period, declared_at=clock.now(), declared_by=actor
    )
    # The verb of a step, so that the table keeps apart who files and who decides.
    audit.record(actor, "staffing.ratioreturn.declare", made, institution=institution.pk, period=str(period))
    return made


@transaction.atomic
def check_return(*, actor: User, ratio_return: RatioReturn) -> ReturnCheck:
    """The figures as known now, with what is odd about them; what was answered before about the same stays answered.

    Raises `day_not_over`, WrongState.
    """
    require(actor, Permission.RETURN_FILE, ratio_return)
    locked_return(ratio_return)
    taken = advance(ratio_return, "check", RATIO_RETURN_STEPS, actor=actor, institution=ratio_return.institution_id)
    if clock.today() <= taken.period.as_of:
        raise DomainError("day_not_over")
    answer = figures_of(taken)
    check = ReturnCheck.objects.create(ratio_return=taken, checked_by=actor, **frozen(answer))
    # Of all checks, the last word last: that of a correction by the authority asks nothing.
    asked_before = ReturnAnomaly.objects.filter(check_of__ratio_return=taken)
    answered = list(asked_before.exclude(answer="").order_by("pk"))
    for found in anomalies_in(answer):
        row = ReturnAnomaly(check_of=check, kind=found.kind, facts=dict(found.facts), people=list(found.people))
        for same in (one for one in answered if _asks_the_same(one, row)):
            row.answer, row.answered_at, row.answered_by_id = same.answer, same.answered_at, same.answered_by_id
        row.save(force_insert=True)
    return check


def _asks_the_same(one: ReturnAnomaly, other: ReturnAnomaly) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ("kind", "facts", "people"))


@transaction.atomic
def answer_anomaly(*, actor: User, anomaly: ReturnAnomaly, answer: str) -> ReturnAnomaly:
    """In the institution's words, until the return is attested. Raises `answer_missing`, WrongState."""
    require(actor, Permission.RETURN_FILE, anomaly)
    if not (answer := answer.strip()):
        raise DomainError("answer_missing")
    found = locked_return(anomaly.check_of.ratio_return)
    if found.state != ReturnState.CHECKED or latest_check(found).pk != anomaly.check_of_id:
        raise WrongState(step="answer", state=found.state)
    anomaly.answer, anomaly.answered_at, anomaly.answered_by = answer, clock.now(), actor
    anomaly.save(update_fields=["answer", "answered_at", "answered_by"])
    # The verb of a step, as declaring has one: who answers is no judge of the answer.
    audit.record(actor, "staffing.ratioreturn.answer", found, kind=anomaly.kind)
    return anomaly


@transaction.atomic
def attest_return(
    *, actor: User, ratio_return: RatioReturn, check: int, name: str, post: str, reason: str = ""
) -> ReturnVersion:
    """A named officer says that the figures of the check that was read (`check`) are true: filed, as the next version.

    Raises `attester_missing`, `reason_missing` (of a later version), `check_moved`, `anomalies_open`, `figures_moved`,
    `glyphs_missing`, WrongState.
    """
    require(actor, Permission.RETURN_FILE, ratio_return)
    if not name.strip() or not post.strip():
        raise DomainError("attester_missing")
    require_printable(name, post, reason)
    found = locked_return(ratio_return)
    if found.state != ReturnState.CHECKED:
        raise WrongState(step="attest", state=found.state)
    if found.filed_turn and not reason.strip():
        raise DomainError("reason_missing")
    latest = latest_check(found)
    if latest.pk != check:
        raise DomainError("check_moved")
    if latest.anomalies.filter(answer="").exists():
        raise DomainError("anomalies_open")
    if frozen_numbers(figures_of(found)) != latest.numbers:
        raise DomainError("figures_moved")
    taken = advance(
        found,
        "attest",
        RATIO_RETURN_STEPS,
        actor=actor,
        reason=reason.strip(),
        changes={"filed_turn": found.filed_turn + 1},
        institution=found.institution_id,
        version=found.filed_turn + 1,
    )
    office = office_of(actor, Permission.RETURN_FILE)
    return file_version(taken, latest, actor=actor, name=name, post=post, office=office, reason=reason)


@transaction.atomic
def reopen_return(*, actor: User, ratio_return: RatioReturn, reason: str) -> RatioReturn:
    """The institution takes back what it filed to correct it, while the window is open; what was filed stays as it is.

    Raises `reason_missing`, `window_over`, WrongState.
    """
    require(actor, Permission.RETURN_FILE, ratio_return)
    if not reason.strip():
        raise DomainError("reason_missing")
    until = with_days([ratio_return.period])[0].correct_until
    if until.has_passed(clock.today()):
        raise DomainError("window_over", until=until.day.isoformat())
    return advance(
        ratio_return,
        "reopen",
        RATIO_RETURN_STEPS,
        actor=actor,
        reason=reason.strip(),
        institution=ratio_return.institution_id,
    )


# --- what both sides share --------------------------------------------------------------------------------------------
def figures_of(found: RatioReturn) -> RatioAnswer:
    """As known at this moment, which is kept with them, by the rule of the period's day."""
    period = found.period
    rule = rule_on(period.as_of, code=period.rule_code)
    return institution_ratio(found.institution, as_of=period.as_of, known_at=clock.now(), rule=rule)


def frozen(answer: RatioAnswer) -> dict[str, Any]:
    """The columns of Figures."""
    return {
        "as_of": answer.as_of,
        "known_at": answer.known_at,
        "rule_id": answer.rule.pk,
        "binding": answer.binding,
        "staff": answer.ratio.staff,
        "trained": answer.ratio.trained,
        "sealed_staff": answer.sealed.staff,
        "sealed_trained": answer.sealed.trained,
        "value": answer.rule.value,
        "comparator": answer.rule.comparator,
        "outcome": answer.ratio.outcome,
    }


def frozen_numbers(answer: RatioAnswer) -> tuple[Any, ...]:
    columns = frozen(answer)
    return tuple(columns[name] for name in ReturnCheck.NUMBERS)


def latest_check(found: RatioReturn) -> ReturnCheck:
    """Raises WrongState where nobody has checked."""
    if not (check := found.checks.order_by("-pk").first()):
        raise WrongState(step="attest", state=found.state)
    return check


def require_printable(*words: str) -> None:
    """What was typed stands on the receipt, which would never come. Raises `glyphs_missing`."""
    rare_characters("".join("".join(words).split()))


def file_version(
    found: RatioReturn,
    check: ReturnCheck,
    *,
    actor: User,
    name: str,
    post: str,
    office: str,
    reason: str,
    by_authority: bool = False,
) -> ReturnVersion:
    """The row of what was filed, with the figures of its check; its receipt is drawn after the commit."""
    columns = {field.attname for field in ReturnCheck._meta.fields} - {"id", "ratio_return_id", "checked_by_id"}
    version = ReturnVersion.objects.create(
        ratio_return=found,
        turn=found.filed_turn,
        check_of=check,
        filed_at=clock.now(),
        attested_by=actor,
        attested_name=name.strip(),
        attested_post=post.strip(),
        office=office,
        by_authority=by_authority,
        reason=reason.strip(),
        **{column: getattr(check, column) for column in columns},
    )
    outbox.add(DRAW, version.pk)
    return version


def locked_return(found: RatioReturn) -> RatioReturn:
    """The institution before its return, always. Whoever writes its roster holds the first lock and stamps the rows
    under it: a moment that is read afterwards is later than all that was written, and earlier than what comes."""
    Institution.objects.select_for_update().get(pk=found.institution_id)
    rows = RatioReturn.objects.select_for_update(of=("self",)).select_related("institution__region", "period")
    return rows.get(pk=found.pk)
