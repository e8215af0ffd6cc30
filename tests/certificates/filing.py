"""Builders of what is filed: awards of a level that a rule files, lists, and tables as a receiving body sends them."""

from datetime import timedelta
from itertools import count
from typing import Any

from django.db.models import Model

from accounts.models import TrainingBase, User
from certificates import services
from certificates.models import FilingLine, FilingList
from certificates.services.filing import Sending
from certificates.workflow import SentHow
from core import clock
from core.exports import csv_table, table
from courses.models import Cohort, Level, TrainingRecord
from tests.builders import make_user
from tests.certificates.builders import certificate_base, make_award
from tests.courses.builders import make_cohort, make_programme

_numbers = count(1)
HEADS = ("报送编号", "姓名", "备案编号")


def filed_cohort(level: str = "INTERMEDIATE", base: TrainingBase | None = None) -> Cohort:
    programme = make_programme(level=Level.objects.get(code=level))
    return make_cohort(base or certificate_base(), state="assessing", programme=programme)


def filed_award(cohort: Cohort, name: str = "高轩", *, days: int = 12, **fields: Any) -> TrainingRecord:
    """Completed so many days ago, at the level of the class."""
    day = clock.today() - timedelta(days=days)
    return make_award(cohort, name=name, level=cohort.programme.level, completed_on=day, **fields)


def drawn_up(actor: User, *records: TrainingRecord) -> FilingList:
    [made] = services.draw_up_lists(actor=actor, base=records[0].base, record_ids=[one.pk for one in records])
    return made


def sent(actor: User, *records: TrainingRecord) -> FilingList:
    made = drawn_up(actor, *records)
    sending = Sending(clock.today(), SentHow.ONLINE, "岚技转〔2026〕17号")
    return services.send_list(actor=actor, filing=made, sending=sending)


def answer_rows(filing: FilingList) -> list[list[str]]:
    """What the body returns when everything is in order."""
    lines = FilingLine.objects.filter(list=filing, set_aside_at=None).order_by("position")
    return [[line.reference, line.name, f"GJJS-2026-{line.pk:06d}"] for line in lines]


def as_xlsx(rows: list[list[str]], heads: tuple[str, ...] = HEADS) -> bytes:
    return table("备案结果", heads, rows)


def as_csv(rows: list[list[str]], heads: tuple[str, ...] = HEADS) -> bytes:
    return csv_table(heads, rows)


def list_of_one(base: TrainingBase, record: TrainingRecord) -> list[Model]:
    """As if it had been sent: the rows alone, past the rules."""
    number = f"BA-{next(_numbers)}"
    how = {"sent_on": clock.today(), "sent_how": "post", "sent_document": "No. 1", "sent_by": make_user()}
    given = {"number": number, "base": base, "level": "SENIOR", "receiver": "TORCH", "mode": "issue_first"}
    made = FilingList.objects.create(**given, **how, state="sent", drawn_up_by=make_user())
    line = {"list": made, "position": 1, "reference": f"{number}-1", "record": record, "receiver": "TORCH"}
    filed = {"filing_number": f"N-{number}", "filed_at": clock.now()}
    return [made, FilingLine.objects.create(**line, **filed, name=record.person.name)]
