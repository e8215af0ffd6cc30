"""The desks of the credit room: objections and supervision items for the authority, self-evaluations for the others."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors.waiting import PERSON, Desk, Waiting, counted, put_up
from credit.selectors.cases import cases_of_body, own_cases
from credit.selectors.catalogue import proposals_to_decide
from credit.selectors.evaluations import open_objections, open_schemes, own_subjects, supervision_items
from credit.selectors.exchange import delivered_lately, open_end_notices
from credit.selectors.self_cases import late_elsewhere
from credit.workflow import RoundState, SchemeState
from credit.workflow.cases import HEARING, CaseState

REGULATOR = frozenset({Role.REGULATOR.value})
CONCERNED = frozenset({Role.INSTITUTION_OFFICER.value, Role.BASE_MANAGER.value, PERSON})
EVALUATED = frozenset({Role.INSTITUTION_OFFICER.value, Role.BASE_MANAGER.value})


def put_up_desks() -> None:
    put_up(
        Desk(
            "cases", REGULATOR, _("Cases"),
            _("Reports to answer, and the next step of each case with its day"), "credit:cases", _cases,
        ),
        Desk(
            "catalogue_proposals", REGULATOR, _("Proposals for the catalogues"),
            _("Items, measures and their ends; somebody else adopts what one has proposed"),
            "credit:catalogue_proposals", _to_enter,
        ),
        Desk(
            "evaluations", REGULATOR, _("Evaluations"),
            _("Rounds with their next step; objections that wait for an answer"), "credit:evaluations", _objections,
        ),
        Desk(
            "evaluation_schemes", REGULATOR, _("Evaluation schemes"),
            _("Indicators, points and bounds; somebody else adopts what one has written"), "credit:schemes", _to_adopt,
        ),
        Desk(
            "supervision", REGULATOR, _("Supervision items"),
            _("What somebody has to put right by a day"), "credit:supervision", _items, "?show=overdue",
        ),
        Desk(
            "exchange", REGULATOR, _("Exchange with partners"),
            _("Partners told of an end that have not acknowledged; files in and out"), "credit:exchange", _end_notices,
        ),
        Desk(
            "self_evaluation", EVALUATED, _("Evaluations"),
            _("Where this place is evaluated: self-evaluation, results, objections"), "credit:evaluations", _to_answer,
        ),
        Desk(
            "delivered_to_us", frozenset({Role.INSTITUTION_OFFICER.value}), _("New in our credit file"),
            _("Entries that partners delivered in the last 30 days"), "credit:my_entity", _delivered,
        ),
        Desk(
            "delivered_to_me", frozenset({PERSON}), _("New in my credit file"),
            _("Entries that partners delivered in the last 30 days"), "credit:my_file", _delivered,
        ),
        Desk(
            "own_rules_late", REGULATOR, _("Late under own rules"),
            _("Associations and training bases with a step that stays late"), "credit:self_late", _late_elsewhere,
        ),
        Desk(
            "own_cases", CONCERNED, _("Cases about me or my institution"),
            _("Notices that can still be answered, with the last day"), "credit:own_cases", _to_speak,
        ),
    )  # fmt: skip


def _cases(actor: User) -> Waiting:
    return counted(cases_of_body(actor), due="due_on")


def _to_enter(actor: User) -> Waiting:
    return counted(proposals_to_decide(actor), since="proposed_at")


def _objections(actor: User) -> Waiting:
    return counted(open_objections(actor), since="filed_at")


def _to_adopt(actor: User) -> Waiting:
    """Of others: whoever wrote it decides nothing."""
    return counted(open_schemes(actor).filter(state=SchemeState.PROPOSED).exclude(written_by=actor), due="valid_from")


def _end_notices(actor: User) -> Waiting:
    return counted(open_end_notices(actor), due="due_on")


def _items(actor: User) -> Waiting:
    """Those overdue, which the list behind shows alone."""
    return counted(supervision_items(actor, overdue=True), due="due_on")


def _delivered(actor: User) -> Waiting:
    return counted(delivered_lately(actor), since="recorded_at")


def _late_elsewhere(actor: User) -> Waiting:
    return counted(late_elsewhere(actor), due="due_on")


def _to_speak(actor: User) -> Waiting:
    """Of which somebody was told and has not spoken."""
    rows = (
        own_cases(actor).filter(state__in=HEARING, answered_at=None, waived_at=None).exclude(state=CaseState.REOPENED)
    )
    return counted(rows, due="answer_until")


def _to_answer(actor: User) -> Waiting:
    waiting = own_subjects(actor).filter(
        evaluation_round__state=RoundState.SELF_EVALUATION, self_submitted_at__isnull=True
    )  # fmt: skip
    return counted(waiting, since="evaluation_round__begun_at")
