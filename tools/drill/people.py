"""Invented people who have completed a training, class by class, and the officers of their base: written past the
services, because a drill begins where certificates begin."""

import time
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.identifiers import resident_check_character
from accounts.models import IdentityCheck, IdentityDocument, Membership, Person, Region, TrainingBase, User
from accounts.permissions import Role
from accounts.selectors import document_index, system_user
from accounts.workflow import Standing
from core import clock
from core.text import name_key
from courses.models import Cohort, Enrolment, Level, Programme, TrainingRecord

# Every 25th has a character that only the full font has.
NAMES = "高轩 林知夏 王喆 李龑 欧阳明月 阿卜杜热西提·买买提 陈思远 周雨桐 吴镕 郑堃 Łukasz 孙晓".split()  # noqa: SIM905
RARE, RARE_EVERY = "䶮文博", 25
CODE = "9901"
HALF_A_DAY = 12 * 3600


def make_base() -> TrainingBase:
    """A base with names in three languages, as issuers have."""
    return TrainingBase.objects.create(
        code=CODE,
        name="岚江大学培训基地",
        name_en="Lanjiang University Training Base",
        name_ja="嵐江大学研修基地",
        region=Region.objects.get(code="000000"),
    )


def make_officers(base: TrainingBase, count: int = 2) -> list[User]:
    """One asks, another approves."""
    officers = [User.objects.create_user(f"officer{number}@drill.invalid", None) for number in range(count)]
    for user in officers:
        Membership.objects.create(user=user, role=Role.BASE_MANAGER, base=base, valid_from=date(2020, 1, 1))
        # In production nobody works without a second factor on file.
        TOTP.activate(user, generate_totp_secret())
    return officers


def signed_in(user: User) -> str:
    """The key of a session with a second factor, which counts as confirmed as long as a drill lasts."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time() + HALF_A_DAY}]
    session.create()
    return str(session.session_key)


def make_classes(base: TrainingBase, sizes: Sequence[int]) -> list[Cohort]:
    """Classes of these sizes; everybody has an award and no certificate yet."""
    programme = Programme.objects.create(
        code="drill",
        level=Level.objects.get(code="JUNIOR"),
        title_zh="初级技术经纪人培训",
        title_en="Junior technology broker training",
        title_ja="初級技術経紀人研修",
        valid_from=date(2026, 1, 1),
    )
    made, first = [], 0
    for number, size in enumerate(sizes, 1):
        cohort = Cohort.objects.create(
            base=base,
            programme=programme,
            year=clock.today().year,
            number=number,
            state="assessing",
            capacity=size,
            starts_on=clock.today() - timedelta(days=10),
            ends_on=clock.today(),
        )
        _awards(cohort, range(first, first + size))
        made.append(cohort)
        first += size
    return made


def _awards(cohort: Cohort, numbers: range) -> None:
    now, clerk = clock.now(), system_user()
    people = Person.objects.bulk_create(Person(name=_name(n), name_key=name_key(_name(n))) for n in numbers)
    IdentityDocument.objects.bulk_create(
        IdentityDocument(
            person=one,
            type="resident_id",
            number=_number(n),
            number_index=document_index("resident_id", _number(n)),
        )
        for n, one in zip(numbers, people, strict=True)
    )
    IdentityCheck.objects.bulk_create(
        IdentityCheck(person=one, standing=Standing.CHECKED_AT_DESK, checked_at=now, checked_by=clerk) for one in people
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, person=one, applicant=clerk, state="completed") for one in people
    )
    TrainingRecord.objects.bulk_create(
        TrainingRecord(
            person=enrolment.person,
            track="SOCIAL",
            level=cohort.programme.level,
            title=cohort.programme.title_zh,
            base=cohort.base,
            provider=cohort.base.name,
            hours=Decimal("48.0"),
            completed_on=clock.today(),
            standing="issued",
            enrolment=enrolment,
            recorded_at=now,
            recorded_by=clerk,
        )
        for enrolment in enrolments
    )


def _name(n: int) -> str:
    return RARE if n % RARE_EVERY == RARE_EVERY - 1 else NAMES[n % len(NAMES)]


def _number(n: int) -> str:
    """A resident identity number of the impossible area 000000."""
    born = date.fromordinal(date(1970, 1, 1).toordinal() + n // 999)
    body = f"000000{born:%Y%m%d}{n % 999 + 1:03d}"
    return body + resident_check_character(body)
