"""Designations: every step by the competent body, apart from whoever asked, after its period, with its document."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Competence, Designation, DesignationEvent, PublicityPeriod
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.selectors.designations import designation_for, in_force, period_end
from accounts.services import (
    apply_for_designation,
    designate,
    grant_designation,
    leave_designation,
    publicise_designation,
    rectify_designation,
    refuse_designation,
    restore_designation,
    review_designation,
    revoke_designation,
    withdraw_designation,
)
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import CalendarYear
from tests.accounts.designating import DAY, after, asked, body, competent, granted, published
from tests.builders import base_manager, hat, make_base, make_institution, make_user, officer, regulator

pytestmark = pytest.mark.django_db


# --- the way through ------------------------------------------------------------------------------------------------
def test_whole_life_leaves_a_line_per_step(base, deciders):
    first, second = deciders
    made = granted(base, deciders)
    with clock.travel(timedelta(days=60)):
        made = rectify_designation(
            actor=first, designation=made, document="整改〔2026〕3号", working_days=30, note="学时不足"
        )
        until = after(made)
        with clock.travel(until):
            made = revoke_designation(actor=second, designation=made, document="撤销〔2026〕4号", note="未整改")
            ended = clock.today()

    assert (made.state, made.valid_to, made.period_days) == ("revoked", ended, None)
    assert list(made.events.order_by("pk").values_list("step", "document", "period_days")) == [
        ("apply", "", None),
        ("review", "", None),
        ("publicise", "公示〔2026〕1号", 7),
        ("designate", "认定〔2026〕2号", None),
        ("rectify", "整改〔2026〕3号", 30),
        ("revoke", "撤销〔2026〕4号", None),
    ]


def test_rectification_that_is_put_right_stands_again(base, deciders):
    made = granted(base, deciders)
    with clock.travel(timedelta(days=60)):
        made = rectify_designation(
            actor=deciders[0], designation=made, document="3号", working_days=30, note="学时不足"
        )
        assert list(in_force(clock.today())) == [made], "in rectification it counts on"
        made = restore_designation(actor=deciders[0], designation=made, document="4号")

    assert (made.state, made.valid_to, made.period_from) == ("designated", None, None)


def test_holder_leaves_at_its_own_wish(base, deciders):
    made = granted(base, deciders)
    with clock.travel(timedelta(days=60)):
        made = leave_designation(actor=base_manager(base), designation=made, note="停办")
        left = clock.today()

    assert (made.state, made.valid_to) == ("exited", left)
    assert list(in_force(left - DAY)) == [made]
    assert list(in_force(left)) == []


def test_applicant_withdraws_even_in_publicity(base, deciders):
    made = withdraw_designation(actor=base_manager(base), designation=published(base, deciders[0]))

    assert (made.state, made.valid_from, made.period_from) == ("withdrawn", None, None)


def test_refused_applicant_asks_again(base, deciders):
    made = refuse_designation(actor=deciders[0], designation=asked(base), note="条件不具备")
    again = asked(base)

    assert (made.state, again.state) == ("refused", "applied")


# --- what holds a step up -------------------------------------------------------------------------------------------
def test_nothing_is_decided_while_the_publicity_runs(base, deciders):
    first, second = deciders
    made = published(base, first)
    with clock.travel(after(made, 0)):
        for act in (
            lambda: grant_designation(actor=second, designation=made, document="x", valid_from=clock.today()),
            lambda: refuse_designation(actor=second, designation=made, note="x"),
        ):
            with pytest.raises(DomainError) as refusal:
                act()
            assert refusal.value.code == "publicity_running"

    made.refresh_from_db()
    assert made.state == "publicity"
    assert period_end(made).day > made.period_from + 7 * DAY, "working days, not days"


def test_publicity_into_a_year_without_a_calendar_ends_for_nobody(base, deciders):
    first, second = deciders
    made = published(base, first)
    with clock.travel(after(made)):
        grant = {"actor": second, "designation": made, "document": "x", "valid_from": clock.today()}
        years_known = list(CalendarYear.objects.all())
        CalendarYear.objects.all().delete()
        with pytest.raises(DomainError) as refusal:
            grant_designation(**grant)
        assert (refusal.value.code, refusal.value.facts["provisional"]) == ("publicity_running", True)
        CalendarYear.objects.bulk_create(years_known)
        assert grant_designation(**grant).state == "designated"


def test_publicity_period_is_dated_data(base, deciders):
    PublicityPeriod.objects.create(working_days=3, valid_from=clock.today(), document="新办法", recorded_at=clock.now())

    assert published(base, deciders[0]).period_days == 3


def test_revocation_waits_for_the_end_of_the_rectification(base, deciders):
    first, second = deciders
    made = granted(base, deciders)
    with clock.travel(timedelta(days=60)):
        made = rectify_designation(actor=first, designation=made, document="3号", working_days=5, note="x")
        with pytest.raises(DomainError) as refusal:
            revoke_designation(actor=second, designation=made, document="4号", note="x")

    assert refusal.value.code == "rectification_running"


def test_grant_from_a_day_of_the_publicity_is_refused(base, deciders):
    made = published(base, deciders[0])
    with clock.travel(after(made)), pytest.raises(DomainError) as refusal:
        grant_designation(
            actor=deciders[1], designation=made, document="2号", valid_from=period_end(made).day, valid_to=None
        )

    assert refusal.value.code == "granted_too_early"


WITHOUT_WORDS = {
    "publicise": (lambda a, d: publicise_designation(actor=a, designation=d, document=" "), "document_missing"),
    "designate": (
        lambda a, d: grant_designation(actor=a, designation=d, document="", valid_from=clock.today()),
        "document_missing",
    ),
    "refuse": (lambda a, d: refuse_designation(actor=a, designation=d, note=" "), "reason_missing"),
    "rectify": (
        lambda a, d: rectify_designation(actor=a, designation=d, document="", working_days=5, note="x"),
        "document_missing",
    ),
    "rectify silently": (
        lambda a, d: rectify_designation(actor=a, designation=d, document="x", working_days=5, note=""),
        "reason_missing",
    ),
    "restore": (lambda a, d: restore_designation(actor=a, designation=d, document=""), "document_missing"),
    "revoke": (lambda a, d: revoke_designation(actor=a, designation=d, document="", note="x"), "document_missing"),
}


@pytest.mark.parametrize("name", WITHOUT_WORDS)
def test_step_without_its_document_or_reason_is_refused(name, base, deciders):
    act, code = WITHOUT_WORDS[name]

    with pytest.raises(DomainError) as refusal:
        act(deciders[0], asked(base))

    assert refusal.value.code == code


# --- who ------------------------------------------------------------------------------------------------------------
def test_whoever_reviews_does_not_grant(base, deciders):
    made = published(base, deciders[0])
    with clock.travel(after(made)), pytest.raises(NotAllowed) as refusal:
        grant_designation(actor=deciders[0], designation=made, document="2号", valid_from=clock.today())

    assert refusal.value.code == "same_person_twice"


def test_whoever_asked_does_not_decide(base, deciders):
    """Somebody who wears both hats."""
    actor = hat(Role.BASE_MANAGER, base, deciders[0])
    made = asked(base, actor)

    with pytest.raises(NotAllowed) as refusal:
        review_designation(actor=actor, designation=made)

    assert refusal.value.code == "same_person_twice"


def test_body_that_the_table_does_not_name_decides_nothing(base):
    competent("990000", body("990000"))
    made = asked(base)

    with pytest.raises(DomainError) as refusal:
        review_designation(actor=regulator("990100"), designation=made)

    assert (refusal.value.code, refusal.value.facts) == ("other_body_competent", {"body": "主管部门990000"})


def test_without_an_entry_nobody_decides(base):
    made = asked(base)

    with pytest.raises(DomainError) as refusal:
        review_designation(actor=regulator("990000"), designation=made)

    assert refusal.value.code == "nobody_competent"


def test_national_status_is_another_matter_than_the_provinces(base, deciders):
    made = apply_for_designation(actor=base_manager(base), subject=base, kind="national_base", statement="x")
    Competence.objects.filter(matter="national_bases").update(valid_to=date(2020, 1, 1))

    with pytest.raises(DomainError) as refusal:
        review_designation(actor=deciders[0], designation=made)

    assert refusal.value.code == "nobody_competent"


@pytest.mark.parametrize(
    "who",
    [lambda: regulator("990200"), lambda: regulator("980000"), officer, base_manager, make_user],
    ids=["sibling", "other province", "officer", "other base", "nobody"],
)
def test_others_neither_see_nor_decide(who, base):
    competent()
    actor, made = who(), asked(base)

    for act in (
        lambda: designation_for(actor, made.pk),
        lambda: review_designation(actor=actor, designation=made),
        lambda: withdraw_designation(actor=actor, designation=made),
        lambda: apply_for_designation(actor=actor, subject=base, kind="national_base", statement="x"),
    ):
        with pytest.raises(NotAllowed):
            act()

    made.refresh_from_db()
    assert (made.state, DesignationEvent.objects.count()) == ("applied", 1)


# --- what can be asked for ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_base, "demonstration"),
        (make_institution, "provincial_base"),
        (lambda: make_institution(category="enterprise"), "pilot_university"),
        (make_institution, "international_centre"),
    ],
)
def test_kind_that_does_not_fit_is_refused(make, kind):
    subject = make()
    actor = officer(subject) if hasattr(subject, "category") else base_manager(subject)

    with pytest.raises(DomainError) as refusal:
        apply_for_designation(actor=actor, subject=subject, kind=kind, statement="x")

    assert refusal.value.code == "kind_not_for_subject"


def test_international_centre_is_a_category_and_a_designation_of_its_own():
    centre = make_institution(category="international_centre")

    made = apply_for_designation(actor=officer(centre), subject=centre, kind="international_centre", statement="x")

    assert (made.state, made.institution) == ("applied", centre)


def test_second_application_beside_the_first_is_refused(base, deciders):
    asked(base)

    with pytest.raises(DomainError) as refusal:
        asked(base)

    assert refusal.value.code == "application_open"


def test_what_one_holds_is_not_asked_for_again(base):
    designate(
        actor=system_user(), subject=base, kind="provincial_base", document="1号", valid_from=clock.today() - 9 * DAY
    )

    with pytest.raises(DomainError) as refusal:
        asked(base)

    assert refusal.value.code == "already_designated"


def test_what_was_granted_outside_meanwhile_is_not_granted_again(base, deciders):
    waiting = published(base, deciders[0])
    designate(actor=system_user(), subject=base, kind="provincial_base", document="1号", valid_from=clock.today())

    with clock.travel(after(waiting)), pytest.raises(DomainError) as refusal:
        grant_designation(actor=deciders[1], designation=waiting, document="2号", valid_from=clock.today())

    assert refusal.value.code == "already_designated"
    assert base.designations.filter(state="designated").count() == 1


@pytest.mark.parametrize(
    ("begins", "ends", "meets"), [(0, None, True), (-9, 1, True), (9, 20, True), (10, None, False)]
)
@pytest.mark.parametrize("make", [make_base, make_institution])
def test_one_status_of_a_kind_at_a_time(make, begins, ends, meets):
    subject, day = make(), clock.today()
    kind = "provincial_base" if make is make_base else "demonstration"
    given = {"actor": system_user(), "subject": subject, "kind": kind, "document": "1号"}
    designate(**given, valid_from=day, valid_to=day + 10 * DAY)
    second = {"valid_from": day + begins * DAY, "valid_to": ends and day + ends * DAY}
    place = {"base" if make is make_base else "institution": subject}

    if meets:
        with pytest.raises(DomainError, match="already_designated"):
            designate(**given, **second)
        with pytest.raises(IntegrityError, match="designated_once_at_a_time"), transaction.atomic():
            Designation.objects.create(kind=kind, document="x", **place, **second)
    else:
        designate(**given, **second)
    assert Designation.objects.create(kind=kind, state="applied", **place).pk
    assert Designation.objects.create(kind=kind, state="applied", **place).pk


# --- the database ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("change", ["note = 'z'", "document = 'z'"])
def test_database_refuses_to_rewrite_a_step(change, base):
    asked(base)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_designationevent SET {change}")  # noqa: S608 - words of this file
