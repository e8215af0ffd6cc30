"""What a world holds about a base's own rules: a case about the trainee, answered, and a review that waits."""

from datetime import date
from itertools import count

from django.db.models import Model

from accounts.models import Institution, Person, TrainingBase
from core import clock
from credit.models import CaseReport, SelfRegulatoryCase, SelfReview
from tests.builders import make_user

_numbers = count(1)
DAY, LATER = date(2026, 1, 5), date(2099, 1, 1)


def own_rules(person: Person, base: TrainingBase, institution: Institution) -> list[Model]:
    said = {"said_of": "test", "said": "test", "ground": "other", "region": institution.region, "due_on": LATER}
    said |= {"happened_on": DAY, "at_base": base}
    answered = {"state": "accepted", "track": "self_regulatory", "decided_at": clock.now(), "decided_by": make_user()}
    case = SelfRegulatoryCase.objects.create(
        report=CaseReport.objects.create(**said, **answered),
        state="answered",
        number=f"W-{next(_numbers)}",
        at_base=base,
        person=person,
        rule_kind="base_rules",
        rule_text="test",
        rule_source="test",
        rule_version="test",
        clocks_version="self-2026-1",
        opened_on=DAY,
        opened_by=make_user(),
        due_on=LATER,
        notice_facts="test",
        intended="talk",
        intended_firmness=2,
        noticed_by=make_user(),
        noticed_at=clock.now(),
        notice_how="post",
        notice_proof="test",
        noticed_on=DAY,
        answer_days=5,
        answer_until=LATER,
        answer="test",
        answered_at=clock.now(),
        answer_paper="test",
        answer_came_on=DAY,
    )
    review = SelfReview.objects.create(
        case=case,
        grounds="test",
        asked_by=make_user(),
        asked_on=DAY,
        due_on=LATER,
        noticed_by=make_user(),
        first_decided_by=make_user(),
        first_outcome="talk",
        first_firmness=2,
        recorded_by=make_user(),
        paper="test",
        came_on=DAY,
        own_grounds="test",
        own_grounds_at=clock.now(),
    )
    return [case, review]
