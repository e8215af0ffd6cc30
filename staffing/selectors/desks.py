"""The desks of the staffing room: numbers of secret posts, and versions of a rule, that wait for the authority; people
whom an institution has to train."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, User
from accounts.permissions import Permission, Role
from accounts.selectors.waiting import Desk, Waiting, counted, put_up
from core import clock
from staffing.selectors.ahead import shortfall_on
from staffing.selectors.plans import year_end
from staffing.selectors.returns_desk import waiting_returns
from staffing.selectors.sealed import counts_to_decide
from staffing.selectors.versions import open_versions
from staffing.workflow import RuleState


def put_up_desks() -> None:
    put_up(
        Desk(
            "sealed_counts", frozenset({Role.REGULATOR.value}), _("Sealed counts"),
            _("Numbers of secret posts that wait for your confirmation on paper"), "staffing:sealed_counts", _to_decide,
        )
    )  # fmt: skip

    put_up(
        Desk(
            "returns", frozenset({Role.REGULATOR.value}), _("Desk of returns"),
            _("Returns of the ratio that your body has to decide; who has not filed"), "staffing:returns_desk",
            _to_accept, "?group=to_decide",
        )
    )  # fmt: skip

    put_up(
        Desk(
            "ahead", frozenset({Role.INSTITUTION_OFFICER.value}), _("Looking ahead"),
            _("People to train so that the ratio holds at the end of the year, and in which class"),
            "staffing:own_ahead", _to_train,
        )
    )  # fmt: skip

    put_up(
        Desk(
            "ratio_rules", frozenset({Role.REGULATOR.value}), _("Versions of the requirement"),
            _("Drafts and proposals; somebody else adopts what one has written"), "staffing:rules", _to_adopt,
        )
    )  # fmt: skip


def _to_adopt(actor: User) -> Waiting:
    """Of others: whoever wrote it decides nothing."""
    proposed = open_versions(actor).filter(state=RuleState.PROPOSED).exclude(written_by=actor)
    return counted(proposed, due="valid_from")


def _to_accept(actor: User) -> Waiting:
    count, since = waiting_returns(actor)
    return Waiting(count, since=since)


def _to_decide(actor: User) -> Waiting:
    return counted(counts_to_decide(actor), since="entered_at")


def _to_train(actor: User) -> Waiting:
    """As many as the plan of the page names."""
    institution = Institution.objects.allowed(actor, Permission.RATIO_VIEW).order_by("pk").first()
    today = clock.today()
    day = year_end(today)
    if today.month == day.month:
        # No class that begins now ends before this one.
        day = day.replace(year=day.year + 1)
    return Waiting(shortfall_on(institution, day, today) if institution else 0, due=day)
