"""An intermediate class as it is filed: two have their printed number, one list is away, one award is late."""

from datetime import timedelta

from certificates.models import FilingList
from certificates.services import close_list, draw_up_lists, import_answer, issue_certificate, send_list
from certificates.services.filing import Sending
from certificates.workflow import SentHow
from core import clock
from core.exports import table
from courses.models import TrainingRecord
from website.management.demo.story import on_day
from website.management.demo.world import World

MANAGER = "qinwen@demo.invalid"
HEADS = ("报送编号", "姓名", "备案编号")


def happen(world: World) -> None:
    manager, base = world.users[MANAGER], world.bases["lanjiang"]
    records = {one.person.name: one for one in TrainingRecord.objects.filter(base=base, level__code="INTERMEDIATE")}
    filed = [records["阿卜杜热西提·买买提"], records["何雅"]]
    with on_day(world, world.day - timedelta(days=45)):
        first = _sent(world, filed, "岚大技训〔2026〕31号")
    with on_day(world, world.day - timedelta(days=20)):
        lines = first.lines.order_by("position")
        rows = [[line.reference, line.name, f"HJ-ZJ-2026-{line.position:05d}"] for line in lines]
        import_answer(actor=manager, filing=first, content=table("备案结果", HEADS, rows), file_name="备案结果.xlsx")
        for record in filed:
            issue_certificate(actor=manager, training_record=record)
        close_list(actor=manager, filing=FilingList.objects.get(pk=first.pk))
    with on_day(world, world.day - timedelta(days=12)):
        _sent(world, [records["洪岩松"]], "岚大技训〔2026〕38号")


def _sent(world: World, records: list[TrainingRecord], document: str) -> FilingList:
    manager = world.users[MANAGER]
    [made] = draw_up_lists(actor=manager, base=world.bases["lanjiang"], record_ids=[one.pk for one in records])
    return send_list(actor=manager, filing=made, sending=Sending(clock.today(), SentHow.ONLINE, document))
